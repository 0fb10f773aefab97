"""What follows from another result, as the store stands: fees, seats, retakes, credentials, letters."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from domain.candidates.model import CandidateStatus
from domain.credentials.actions_standing import standing_now
from domain.credentials.model import AwardStatus
from domain.credentials.rules import HOLDING
from domain.exams import loading, rules as exams
from domain.exams.model import Authorization, AuthorizationStatus
from domain.payments.model import Charge, ChargeStatus
from domain.ports import UnitOfWork
from domain.programs.days import today_of
from domain.programs.policy import Policy
from domain.rescoring import rules
from domain.rescoring.model import Consequence, Direction, Follow, OnLostPass, Result
from domain.scores.model import Attempt, AttemptStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A new result of one attempt, under the policy of its form."""

    attempt: Attempt
    old: Result
    new: Result
    policy: Policy
    on_lost_pass: OnLostPass

    @property
    def direction(self) -> Direction:
        """What it does to the decision."""
        return rules.direction(self.old, self.new)

    @property
    def kept(self) -> bool:
        """Whether the released pass stands in spite of it."""
        return rules.is_kept(self.attempt, self.direction, self.on_lost_pass)


def of(uow: UnitOfWork, change: Change) -> tuple[Consequence, ...]:
    """All that follows; nothing for a score that never left the house, nor where the result is the same."""
    if change.attempt.status is not AttemptStatus.RELEASED or change.direction is Direction.NONE:
        return ()
    found = list(_beside_the_score(uow, change))
    if not change.kept and rules.is_told(change.old, change.new, change.policy):
        found.append(Consequence(follow=Follow.NOTICE, about_id=change.attempt.id))
    return tuple(found)


def _beside_the_score(uow: UnitOfWork, change: Change) -> Iterator[Consequence]:
    match change.direction:
        case Direction.GAINED:
            yield _counted(uow, change)
            yield from _retakes(uow, change)
            yield from _owed(uow, change)
        case Direction.LOST:
            yield from _lost(uow, change)
        case _:
            return


def _counted(uow: UnitOfWork, change: Change) -> Consequence:
    """An attempt was taken, whatever became of its result: it goes on counting."""
    taken = loading.history(uow, change.policy, change.attempt.candidate_id).taken
    return Consequence(follow=Follow.ATTEMPTS_COUNTED, about_id=change.attempt.id, count=len(taken))


def vain(uow: UnitOfWork, change: Change) -> tuple[Authorization, ...]:
    """The authorizations for retakes that a pass would have spared its candidate."""
    attempt = change.attempt
    whose = {"candidate_id": attempt.candidate_id, "program": change.policy.program}
    others = uow.attempts.find(candidate_id=attempt.candidate_id, passed=True, status=AttemptStatus.RELEASED)
    passes = [one.authorization_id for one in others if one.id != attempt.id]
    return rules.bought_in_vain(uow.authorizations.find(**whose), attempt, passes)


def _retakes(uow: UnitOfWork, change: Change) -> Iterator[Consequence]:
    for authorization in vain(uow, change):
        if authorization.status is AuthorizationStatus.ACTIVE:
            yield Consequence(follow=Follow.RETAKE_WITHDRAWN, about_id=authorization.id)
        policy = uow.policies.named(authorization.edition)
        charge = loading.exam_charge(uow, policy, authorization)
        if charge is not None:
            yield from _money(charge)
    for charge in _charged_ahead(uow, change):
        yield from _money(charge)


def _money(charge: Charge) -> Iterator[Consequence]:
    if charge.status is ChargeStatus.OPEN:
        yield Consequence(follow=Follow.CHARGE_CANCELLED, about_id=charge.id)
    elif charge.refundable_minor:
        amount, currency = charge.refundable_minor, charge.currency
        yield Consequence(follow=Follow.REFUND_OWED, about_id=charge.id, amount_minor=amount, currency=currency)


def _charged_ahead(uow: UnitOfWork, change: Change) -> list[Charge]:
    """Exam fees that were charged for an authorization not given yet."""
    application_id = _application(uow, change.attempt)
    fees = (exams.exam_fee(change.policy, number) for number in (1, 2))
    codes = [fee.code for fee in fees if fee is not None]
    if application_id is None or not codes:
        return []
    given = uow.authorizations.count(application_id=application_id)
    charged = uow.charges.find(about_id=application_id, fee=codes)
    return [one for one in charged if one.instance > given]


def _owed(uow: UnitOfWork, change: Change) -> Iterator[Consequence]:
    """The credential that a pass leads to, unless one of the program is held already."""
    attempt = change.attempt
    if uow.candidates.get(attempt.candidate_id).status is not CandidateStatus.ACTIVE:
        return  # erased or merged: there is nobody to name on a credential
    found = uow.credentials.find(candidate_id=attempt.candidate_id, program=change.policy.program)
    held = next((one for one in found if standing_now(uow, one).status in HOLDING), None)
    application_id = _application(uow, attempt)
    if held is not None:
        yield Consequence(follow=Follow.CREDENTIAL_HELD_ALREADY, about_id=held.id)
    elif application_id is not None:
        yield Consequence(follow=Follow.CREDENTIAL_OWED, about_id=application_id)


def _lost(uow: UnitOfWork, change: Change) -> Iterator[Consequence]:
    attempt = change.attempt
    award = uow.awards.first(attempt_id=attempt.id)
    if award is not None and award.status is AwardStatus.ISSUED and award.credential_id is not None:
        yield Consequence(follow=Follow.CREDENTIAL_IN_ERROR, about_id=award.credential_id)
    if change.kept:
        yield Consequence(follow=Follow.PASS_KEPT, about_id=attempt.id)
        return
    if award is not None and award.status is AwardStatus.HELD:
        yield Consequence(follow=Follow.AWARD_WITHDRAWN, about_id=award.id)
    yield _counted(uow, change)
    taken = loading.history(uow, change.policy, attempt.candidate_id).taken
    day = exams.next_possible(change.policy.retakes, taken, today_of(uow, change.policy))
    yield Consequence(follow=Follow.RETAKE_OPEN, about_id=attempt.id, on=day)


def _application(uow: UnitOfWork, attempt: Attempt) -> UUID | None:
    if attempt.authorization_id is None:
        return None
    return uow.authorizations.get(attempt.authorization_id).application_id
