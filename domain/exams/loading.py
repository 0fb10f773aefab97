"""What the verbs of exams judge by, read from the store."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from domain.credentials.actions_standing import standing_now
from domain.credentials.model import Standing
from domain.exams import rules
from domain.exams.model import AccommodationStatus, Authorization, Registration, RegistrationStatus
from domain.exams.rules import History
from domain.exams.rules_booking import Holder, Seat, day_of
from domain.payments import actions as payments
from domain.payments.model import Charge
from domain.ports import UnitOfWork
from domain.programs.policy import Policy
from domain.programs.upkeep_terms import Fee
from domain.ruling import Finding
from domain.scores.model import Attempt, AttemptStatus

_OVER = frozenset({Standing.LAPSED, Standing.RETIRED})
"""Standings from which only a new exam leads back, once the time for a reinstatement is over."""


def history(uow: UnitOfWork, policy: Policy, candidate_id: UUID) -> History:
    """What the candidate has done in the program's exam, in every application together."""
    administrations = {one.id for one in uow.administrations.find(program=policy.program)}
    registrations = [
        one for one in uow.registrations.find(candidate_id=candidate_id) if one.administration_id in administrations
    ]
    attempts = [one for one in uow.attempts.find(candidate_id=candidate_id) if one.administration_id in administrations]
    scored = {one.registration_id for one in attempts}
    unscored = [one for one in registrations if one.id not in scored]
    tested = [one for one in unscored if one.status is RegistrationStatus.TESTED]
    missed = [one for one in unscored if policy.retakes.missed_counts and _is_missed(one)]
    return History(
        taken=tuple(sorted([*(one.taken_on for one in attempts), *_days(uow, [*tested, *missed])])),
        passed=_stands(uow, [one for one in attempts if one.passed and one.status is AttemptStatus.RELEASED]),
        awaited=bool(tested) or any(_is_awaited(one) for one in attempts),
    )


def holder(uow: UnitOfWork, policy: Policy, authorization: Authorization) -> Holder:
    """Whoever holds this authorization, as the rules about seats want to know them."""
    return Holder(
        authorization=authorization,
        application=uow.applications.get(authorization.application_id),
        registrations=tuple(uow.registrations.find(authorization_id=authorization.id)),
        history=history(uow, policy, authorization.candidate_id),
    )


def seat(uow: UnitOfWork, session_id: UUID, *, lock: bool = True) -> Seat:
    """The session, by default with its row held, and its administration; raises NotFound."""
    session = uow.sessions.lock(session_id) if lock else uow.sessions.get(session_id)
    return Seat(session=session, administration=uow.administrations.get(session.administration_id))


def minutes(uow: UnitOfWork, policy: Policy, application_id: UUID) -> int:
    """How long the exam is for this application's candidate: its minutes and those that were approved."""
    approved = uow.accommodations.find(application_id=application_id, status=AccommodationStatus.APPROVED)
    return policy.exam.minutes + sum(one.extra_minutes for one in approved)


def fee_for(
    uow: UnitOfWork, policy: Policy, application_id: UUID, attempt_number: int, *, authorization: UUID | None = None
) -> tuple[Fee | None, int]:
    """The exam fee of an authorization, and which instance of it on the application: each authorization has its own.

    Without `authorization`, of the one that would be issued next.
    """
    earlier = [one.id for one in uow.authorizations.find(application_id=application_id)]
    place = len(earlier) if authorization is None else earlier.index(authorization)
    return rules.exam_fee(policy, attempt_number), place + 1


def exam_charge(uow: UnitOfWork, policy: Policy, authorization: Authorization) -> Charge | None:
    """What was charged for this authorization."""
    fee, instance = _fee_of(uow, policy, authorization)
    if fee is None:
        return None
    return uow.charges.first(about_id=authorization.application_id, fee=fee.code, instance=instance)


def exam_fee_settled(uow: UnitOfWork, policy: Policy, authorization: Authorization) -> Finding:
    """Is this authorization's exam fee (still) paid or waived?"""
    fee, instance = _fee_of(uow, policy, authorization)
    return payments.settled(uow, policy, fee.code if fee else None, authorization.application_id, instance=instance)


def _fee_of(uow: UnitOfWork, policy: Policy, authorization: Authorization) -> tuple[Fee | None, int]:
    return fee_for(
        uow, policy, authorization.application_id, authorization.attempt_number, authorization=authorization.id
    )


def _stands(uow: UnitOfWork, passes: Sequence[Attempt]) -> bool:
    """Whether one of these passes still stands; one is spent once its credential has lapsed, or was given up."""
    if not passes:
        return False
    given = {one.attempt_id: one.credential_id for one in uow.awards.find(attempt_id=[one.id for one in passes])}
    held = uow.credentials.find(id=[id_ for id_ in given.values() if id_ is not None])
    over = {one.id for one in held if standing_now(uow, one).status in _OVER}
    return any(given.get(one.id) not in over for one in passes)


def _is_missed(registration: Registration) -> bool:
    return registration.status is RegistrationStatus.NO_SHOW and not registration.excused


def _is_awaited(attempt: Attempt) -> bool:
    return attempt.status in (AttemptStatus.IMPORTED, AttemptStatus.SCORED)


def _days(uow: UnitOfWork, registrations: list[Registration]) -> list[date]:
    if not registrations:
        return []
    days = {one.id: day_of(one) for one in uow.sessions.find(id=[one.session_id for one in registrations])}
    return [days[one.session_id] for one in registrations]
