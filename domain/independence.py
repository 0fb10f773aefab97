"""Who may not act for the body on a candidate: the candidate, and whoever declared a conflict of interest with them.

All of it is about people: what counts for one sign-in counts for every other of the same person (`Actor.behind`).
"""

from collections.abc import Callable
from uuid import UUID

from domain.actors import Actor
from domain.applications.errors import ConflictDeclared
from domain.applications.model import AppealStatus
from domain.errors import SeparationOfDuties
from domain.ports import UnitOfWork

_OWN_AFFAIR = "Someone else must take this step, because it is your own affair as a candidate."
_OWN_DENIAL = "Someone else must take this step, because an appeal against a denial of yours is being heard."


def must_be_independent(uow: UnitOfWork, actor: Actor, candidate_id: UUID) -> None:
    """Return when the caller may act for the body on this candidate; the service itself always may.

    Raises:
        SeparationOfDuties: the caller is the candidate.
        ConflictDeclared: the caller declared a conflict of interest with them.

    """
    if actor.system:
        return
    if _is(actor, candidate_id):
        raise SeparationOfDuties(_OWN_AFFAIR)
    if _has_declared(uow, actor, candidate_id):
        raise ConflictDeclared


def must_not_have_denied(uow: UnitOfWork, actor: Actor, candidate_id: UUID) -> None:
    """Return unless the caller denied this candidate and the appeal against it is being heard.

    For the steps that change what the appeal is decided on; candidates take theirs themselves.

    Raises:
        SeparationOfDuties: the caller decided first.

    """
    if actor.system or actor.candidate_id == candidate_id:
        return
    heard = uow.appeals.first(candidate_id=candidate_id, status=AppealStatus.FILED, first_decided_by=actor.subjects)
    if heard is not None:
        raise SeparationOfDuties(_OWN_DENIAL)


def must_be_owner_or_independent(uow: UnitOfWork, actor: Actor, candidate_id: UUID) -> None:
    """Return when the caller is the candidate, who may take such a step themselves, or may act for the body on them.

    Raises:
        ConflictDeclared: the caller declared a conflict of interest with them.

    """
    if actor.candidate_id != candidate_id:
        must_be_independent(uow, actor, candidate_id)


def must_be_independent_of_all(uow: UnitOfWork, actor: Actor, concerns: Callable[[list[UUID]], bool]) -> None:
    """As `must_be_independent` for a step on many candidates at once; `concerns` says whether it concerns any of some.

    Raises:
        SeparationOfDuties: the caller is one of them.
        ConflictDeclared: the caller declared a conflict of interest with one of them.

    """
    if actor.system:
        return
    own = sorted(actor.candidates)
    if own and concerns(own):
        raise SeparationOfDuties(_OWN_AFFAIR)
    declared = [one.candidate_id for one in uow.conflicts.find(subject=actor.subjects)]
    if declared and concerns(declared):
        raise ConflictDeclared


def is_independent(uow: UnitOfWork, actor: Actor, candidate_id: UUID) -> bool:
    """Whether `must_be_independent` would return."""
    return actor.system or not (_is(actor, candidate_id) or _has_declared(uow, actor, candidate_id))


def _is(actor: Actor, candidate_id: UUID) -> bool:
    return actor.candidate_id == candidate_id or candidate_id in actor.candidates


def _has_declared(uow: UnitOfWork, actor: Actor, candidate_id: UUID) -> bool:
    return uow.conflicts.first(subject=actor.subjects, candidate_id=candidate_id) is not None
