"""Verbs of holds and invalidations.

Locks: each holds the attempt's row before it is judged; a release takes the same rows, so that a hold either stops the
score or comes too late, and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from domain.actors import Actor, the_service
from domain.errors import SeparationOfDuties
from domain.independence import must_be_independent
from domain.notices.actions import notify
from domain.notices.model import NoticeKind
from domain.ports import UnitOfWork
from domain.scores import rules
from domain.scores.errors import AlreadyHeld, NotHeld
from domain.scores.events import AttemptInvalidated, HoldLifted, HoldPlaced
from domain.scores.model import Attempt, AttemptStatus, Hold


class HoldKind(StrEnum):
    """Why a score is held back."""

    IRREGULARITY = "irregularity"
    IDENTITY = "identity"
    SCORING = "scoring"
    PAYMENT = "payment"
    APPEAL = "appeal"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class _Ending:
    by: str
    reason: str
    invalidated: bool = False


def place(uow: UnitOfWork, actor: Actor, attempt_id: UUID, kind: HoldKind, reason: str) -> Hold:
    """Hold a score back, before it is released. Raises WrongState afterwards, AlreadyHeld for a second of a kind."""
    attempt = uow.attempts.lock(attempt_id)
    actor.must("attempt.hold", attempt)
    must_be_independent(uow, actor, attempt.candidate_id)
    standing = rules.open_holds(uow.holds.find(attempt_id=attempt.id))
    if any(one.kind == kind for one in standing):
        raise AlreadyHeld
    hold = uow.holds.add(
        Hold(
            id=uow.new_id(),
            attempt_id=attempt.id,
            candidate_id=attempt.candidate_id,
            kind=kind.value,
            reason=reason,
            placed_by=actor.subject,
            placed_at=uow.now,
        )
    )
    if not attempt.held:
        uow.attempts.save(replace(attempt, held=True))
    uow.record(HoldPlaced(hold_id=hold.id, attempt_id=attempt.id, candidate_id=attempt.candidate_id, hold=hold.kind))
    return hold


def lift(uow: UnitOfWork, actor: Actor, hold_id: UUID, reason: str) -> Hold:
    """Lift a hold; the score may be released again when no other stands. Raises WrongState for one lifted before."""
    attempt = uow.attempts.lock(uow.holds.get(hold_id).attempt_id)
    hold = uow.holds.lock(hold_id)
    actor.must("hold.lift", hold)
    must_be_independent(uow, actor, hold.candidate_id)
    lifted = _end(uow, hold, _Ending(actor.subject, reason))
    if not rules.open_holds(uow.holds.find(attempt_id=attempt.id)):
        uow.attempts.save(replace(attempt, held=False))
    return lifted


def invalidate(uow: UnitOfWork, actor: Actor, attempt_id: UUID, reason: str) -> Attempt:
    """Decide that a held attempt gives no score. It takes two people: who placed the hold cannot also invalidate.

    The open holds end with it, and the reason stands with them; its candidate is told of which kind the first of them
    was, and no more: the words are staff's own. Raises NotHeld, or SeparationOfDuties when every open
    hold is the actor's own or was placed by the service, of which nobody has judged anything yet.
    """
    attempt = uow.attempts.lock(attempt_id)
    actor.must("attempt.invalidate", attempt)
    must_be_independent(uow, actor, attempt.candidate_id)
    standing = rules.open_holds(uow.holds.find(attempt_id=attempt.id))
    if not standing:
        raise NotHeld
    if not actor.system and all(by_the_service(one) or actor.is_one_of((one.placed_by,)) for one in standing):
        raise SeparationOfDuties
    for hold in standing:
        _end(uow, hold, _Ending(actor.subject, reason, invalidated=True))
    invalid = uow.attempts.save(replace(attempt, status=AttemptStatus.INVALIDATED, held=False))
    uow.record(AttemptInvalidated(attempt_id=attempt.id, candidate_id=attempt.candidate_id))
    title = uow.policies.named(uow.forms.get(attempt.form_id).edition).program_title
    kind, why = NoticeKind.SCORE_INVALIDATED, standing[0].kind
    notify(uow, attempt.candidate_id, kind, attempt.id, program=title, grounds=why)
    return invalid


def grounds(uow: UnitOfWork, attempts: Sequence[Attempt]) -> dict[UUID, HoldKind]:
    """Why each of these attempts that were invalidated was: the kind of the first hold that ended with it."""
    ids = [one.id for one in attempts if one.status is AttemptStatus.INVALIDATED]
    ended = [one for one in uow.holds.find(attempt_id=ids) if one.lifted_at is not None] if ids else []
    last = {hold.attempt_id: hold.lifted_at for hold in sorted(ended, key=lambda one: one.lifted_at or one.placed_at)}
    found: dict[UUID, HoldKind] = {}
    for hold in sorted(ended, key=lambda one: one.id):
        if hold.lifted_at == last[hold.attempt_id]:
            found.setdefault(hold.attempt_id, HoldKind(hold.kind))
    return found


def by_the_service(hold: Hold) -> bool:
    """Whether no person placed the hold, but a screening or a file."""
    return hold.placed_by.startswith(the_service("").subject)


def _end(uow: UnitOfWork, hold: Hold, ending: _Ending) -> Hold:
    lifted = uow.holds.save(replace(hold, lifted_by=ending.by, lifted_at=uow.now, lifted_reason=ending.reason))
    uow.record(
        HoldLifted(
            hold_id=hold.id,
            attempt_id=hold.attempt_id,
            candidate_id=hold.candidate_id,
            invalidated=ending.invalidated,
        )
    )
    return lifted
