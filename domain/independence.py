"""Who may not act for the body on a candidate: the candidate, and whoever declared a conflict of interest with them."""

from uuid import UUID

from domain.actors import Actor
from domain.applications.errors import ConflictDeclared
from domain.errors import SeparationOfDuties
from domain.ports import UnitOfWork


def must_be_independent(uow: UnitOfWork, actor: Actor, candidate_id: UUID) -> None:
    """Return when the caller may act for the body on this candidate; the service itself always may.

    Raises:
        SeparationOfDuties: the caller is the candidate.
        ConflictDeclared: the caller declared a conflict of interest with them.

    """
    if actor.system:
        return
    if actor.candidate_id == candidate_id:
        message = "Someone else must take this step, because it is your own affair as a candidate."
        raise SeparationOfDuties(message)
    if _has_declared(uow, actor, candidate_id):
        raise ConflictDeclared


def is_independent(uow: UnitOfWork, actor: Actor, candidate_id: UUID) -> bool:
    """Whether `must_be_independent` would return."""
    return actor.system or (actor.candidate_id != candidate_id and not _has_declared(uow, actor, candidate_id))


def _has_declared(uow: UnitOfWork, actor: Actor, candidate_id: UUID) -> bool:
    return uow.conflicts.first(subject=actor.subject, candidate_id=candidate_id) is not None
