"""Verbs of authorizations to test: charge for one, issue it, extend it, use it up, let it expire.

Locks of this slice, always in this order: an accommodation, applications by id, the candidate, an administration,
sessions by id, registrations by id, each with its authorization, charges. Whoever holds a row waits for no earlier one.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from domain.actors import Actor
from domain.applications import facts_of, rules as eligibility
from domain.applications.model import Application
from domain.errors import WrongState
from domain.exams import loading, rules
from domain.exams.errors import NothingDue
from domain.exams.events import AuthorizationClosed, AuthorizationExtended, AuthorizationIssued, RegistrationTested
from domain.exams.model import Authorization, AuthorizationStatus, Registration, RegistrationStatus
from domain.independence import must_be_owner_or_independent
from domain.notices.actions import notify
from domain.notices.model import NoticeKind
from domain.numbers import reference
from domain.payments import actions as payments
from domain.payments.model import Charge
from domain.ports import UnitOfWork
from domain.programs.days import editions_by_day, today_of
from domain.programs.policy import Policy
from domain.ruling import Ruling

_BEFORE_PAYING = frozenset({"application_approved", "no_other_authorization", "result", "retake_lifetime"})
"""The clauses that no waiting and no paying will meet."""


def authorization_ruling(uow: UnitOfWork, actor: Actor, application_id: UUID) -> tuple[Ruling, date | None]:
    """Could this application's candidate be authorized today? Nothing is changed.

    The day is the first on which the retake terms allow another attempt; None when they never will.
    """
    application = uow.applications.get(application_id)
    actor.must("authorization.rule", application)
    policy = uow.policies.named(application.edition)
    taken = loading.history(uow, policy, application.candidate_id).taken
    next_on = rules.next_possible(policy.retakes, taken, today_of(uow, policy))
    return _may_authorize(uow, policy, application)[0], next_on


def charge_exam(uow: UnitOfWork, actor: Actor, application_id: UUID) -> Charge:
    """Ask the exam fee (from the second attempt on, the retake fee) of the authorization that would be issued next.

    Asked again it is the same charge. Raises NothingDue when the policy asks nothing, and Refused for whoever could not
    use it: passed already, authorized already, or without another attempt.
    """
    application = uow.applications.lock(application_id)
    actor.must("application.charge_exam", application)
    must_be_owner_or_independent(uow, actor, application.candidate_id)
    ruling, _ = _may_authorize(uow, uow.policies.named(application.edition), application)
    Ruling(tuple(one for one in ruling.findings if one.clause in _BEFORE_PAYING)).require()
    raised = bill(uow, application)
    if raised is None:
        raise NothingDue
    return raised


def exam_verbs(uow: UnitOfWork, applications: Sequence[Application]) -> dict[UUID, set[str]]:
    """Which of `authorize` and `charge_exam` would work on approved applications now, by id; none where authorized."""
    whose = [one.candidate_id for one in applications]
    active = uow.authorizations.find(candidate_id=whose, status=AuthorizationStatus.ACTIVE) if whose else []
    authorized = {(one.candidate_id, one.program) for one in active}
    return {
        one.id: set() if (one.candidate_id, one.program) in authorized else _exam_verbs(uow, one)
        for one in applications
    }


def _exam_verbs(uow: UnitOfWork, application: Application) -> set[str]:
    policy = uow.policies.named(application.edition)
    ruling, number = _may_authorize(uow, policy, application)
    works = {"authorize"} if ruling.granted else set()
    fee, _ = loading.fee_for(uow, policy, application.id, number)
    usable = all(one.met for one in ruling.findings if one.clause in _BEFORE_PAYING)
    return works | ({"charge_exam"} if usable and fee is not None and fee.amount_minor else set())


def bill(uow: UnitOfWork, application: Application) -> Charge | None:
    """Charge the next authorization's exam fee; None when it costs nothing. The caller holds the application's lock."""
    policy = uow.policies.named(application.edition)
    number = len(loading.history(uow, policy, application.candidate_id).taken) + 1
    fee, instance = loading.fee_for(uow, policy, application.id, number)
    code = fee.code if fee else None
    return payments.charge(uow, policy, code, application.candidate_id, application.id, instance=instance)


def issue(uow: UnitOfWork, actor: Actor, application_id: UUID) -> Authorization:
    """Authorize an approved application's candidate to test, if everything holds on this very day.

    Holds the application and its candidate, so that of two requests, be it under two applications, one is answered
    with `already_authorized`.
    """
    application = uow.applications.lock(application_id)
    actor.must("application.authorize", application)
    must_be_owner_or_independent(uow, actor, application.candidate_id)
    uow.candidates.lock(application.candidate_id)
    policy = uow.policies.named(application.edition)
    ruling, number = _may_authorize(uow, policy, application)
    ruling.require()
    bill(uow, application)  # where the policy lets the step go ahead unpaid, it is owed from now on

    opens_on, closes_on = rules.window(policy, today_of(uow, policy))
    authorization = uow.authorizations.add(
        Authorization(
            id=uow.new_id(),
            candidate_id=application.candidate_id,
            application_id=application.id,
            program=application.program,
            edition=application.edition,
            number=reference("T", uow.random(8)),
            attempt_number=number,
            opens_on=opens_on,
            closes_on=closes_on,
            findings=ruling.findings,
            created_at=uow.now,
        )
    )
    _issued(uow, policy, authorization)
    return authorization


def charge_extension(uow: UnitOfWork, actor: Actor, authorization_id: UUID) -> Charge:
    """Ask the fee of the next extension. Raises Refused when none is possible, NothingDue when it is free."""
    authorization = uow.authorizations.lock(authorization_id)
    actor.must("authorization.extend", authorization)
    must_be_owner_or_independent(uow, actor, authorization.candidate_id)
    policy = uow.policies.named(authorization.edition)
    standing = _may_extend(uow, policy, authorization)
    Ruling(standing.findings[:-1]).require()  # all but the fee
    raised = _charge_extension(uow, policy, authorization)
    if raised is None:
        raise NothingDue
    return raised


def extend(uow: UnitOfWork, actor: Actor, authorization_id: UUID) -> Authorization:
    """Extend the window by the policy's days, its fee settled. Holds the authorization."""
    authorization = uow.authorizations.lock(authorization_id)
    actor.must("authorization.extend", authorization)
    must_be_owner_or_independent(uow, actor, authorization.candidate_id)
    policy = uow.policies.named(authorization.edition)
    _may_extend(uow, policy, authorization).require()
    _charge_extension(uow, policy, authorization)
    longer = authorization.extended(policy.authorization.extension_days)
    return lengthen(uow, policy, longer)


def lengthen(uow: UnitOfWork, policy: Policy, authorization: Authorization) -> Authorization:
    """Store a window that became longer, and tell its candidate."""
    saved = uow.authorizations.save(authorization)
    uow.record(
        AuthorizationExtended(
            authorization_id=saved.id,
            candidate_id=saved.candidate_id,
            extensions=saved.extensions,
            closes_on=saved.closes_on,
        )
    )
    notify(
        uow,
        saved.candidate_id,
        NoticeKind.AUTHORIZATION_EXTENDED,
        saved.id,
        program=policy.program_title,
        number=saved.number,
        closes_on=saved.closes_on,
    )
    return saved


def close(uow: UnitOfWork, authorization: Authorization, status: AuthorizationStatus) -> Authorization:
    """Let an authorization end: used, expired or given up. One that has ended already stays as it is.

    An extension that was not made any more is not asked for any more either.
    """
    if authorization.status is not AuthorizationStatus.ACTIVE:
        return authorization
    closed = uow.authorizations.save(replace(authorization, status=status))
    payments.cancel_open(uow, closed.id, taken=closed.extensions)
    uow.record(AuthorizationClosed(authorization_id=closed.id, candidate_id=closed.candidate_id, status=status.value))
    return closed


def attempt_taken(uow: UnitOfWork, registration_id: UUID, taken_on: date) -> Registration:
    """Close a booking as tested, and use its authorization up when it allows no further attempt.

    For the import of responses; told twice, it changes nothing the second time. Raises WrongState for a booking that
    was cancelled or missed. Holds the registration, then its authorization.
    """
    registration = uow.registrations.lock(registration_id)
    if registration.status is RegistrationStatus.TESTED:
        return registration
    if registration.status is not RegistrationStatus.BOOKED:
        raise WrongState
    authorization = uow.authorizations.lock(registration.authorization_id)
    tested = uow.registrations.save(registration.closed(RegistrationStatus.TESTED, uow.now))
    payments.cancel_open(uow, tested.id, taken=tested.reschedules)
    uow.record(
        RegistrationTested(
            registration_id=tested.id,
            candidate_id=tested.candidate_id,
            authorization_id=authorization.id,
            taken_on=taken_on,
        )
    )
    sat = uow.registrations.count(authorization_id=authorization.id, status=RegistrationStatus.TESTED)
    if sat >= uow.policies.named(authorization.edition).retakes.attempts_per_authorization:
        close(uow, authorization, AuthorizationStatus.USED)
    return tested


def ask_no_more(uow: UnitOfWork, asked: Sequence[UUID]) -> None:
    """Cancel what is still asked for steps that nobody takes any more, of authorizations and their bookings, just sat.

    For the import of many, which knows of which of them a charge is open; `close` and `attempt_taken` see to it for
    one.
    """
    if not asked:
        return
    for authorization in uow.authorizations.find(id=asked):
        if authorization.status is not AuthorizationStatus.ACTIVE:
            payments.cancel_open(uow, authorization.id, taken=authorization.extensions)
    for registration in uow.registrations.find(id=asked):
        payments.cancel_open(uow, registration.id, taken=registration.reschedules)


def sweep_authorizations(uow: UnitOfWork, limit: int) -> int:
    """Let up to `limit` authorizations expire whose window closed before today and who hold no seat; returns how many.

    Today is the day in the zone of the edition that each was given under. Fewer than `limit` means that none is left.
    Holds each authorization, so that a booking made meanwhile is seen.
    """
    seen = 0
    for today, editions in editions_by_day(uow).items():
        due = uow.authorizations.closed_before(today, limit - seen, editions) if seen < limit else []
        for found in due:
            authorization = uow.authorizations.lock(found.id)
            booked = uow.registrations.first(authorization_id=found.id, status=RegistrationStatus.BOOKED)
            if rules.has_expired(authorization, today, booked=booked is not None):
                _expire(uow, authorization)
        seen += len(due)
    return seen


def _may_authorize(uow: UnitOfWork, policy: Policy, application: Application) -> tuple[Ruling, int]:
    """The ruling of this day, and the number that the attempt would have."""
    past = loading.history(uow, policy, application.candidate_id)
    number = len(past.taken) + 1
    fee, instance = loading.fee_for(uow, policy, application.id, number)
    ruling = rules.may_authorize(
        policy,
        application,
        _eligible(uow, policy, application),
        uow.authorizations.find(candidate_id=application.candidate_id, program=application.program),
        past,
        payments.settled(uow, policy, fee.code if fee else None, application.id, instance=instance),
        today_of(uow, policy),
    )
    return ruling, number


def _eligible(uow: UnitOfWork, policy: Policy, application: Application) -> Ruling:
    """The pathway of the application judged again, today, on what is verified."""
    facts = facts_of.of_application(uow, application, eligibility.Mode.VERIFIED)
    judged = eligibility.assess(policy, facts, today_of(uow, policy), eligibility.Mode.VERIFIED)
    pathway = judged.pathway(application.pathway) if application.pathway else None
    return pathway.ruling if pathway else Ruling(())


def _issued(uow: UnitOfWork, policy: Policy, authorization: Authorization) -> None:
    uow.record(
        AuthorizationIssued(
            authorization_id=authorization.id,
            candidate_id=authorization.candidate_id,
            application_id=authorization.application_id,
            attempt_number=authorization.attempt_number,
            opens_on=authorization.opens_on,
            closes_on=authorization.closes_on,
        )
    )
    notify(
        uow,
        authorization.candidate_id,
        NoticeKind.AUTHORIZATION_ISSUED,
        authorization.id,
        program=policy.program_title,
        number=authorization.number,
        opens_on=authorization.opens_on,
        closes_on=authorization.closes_on,
    )


def _may_extend(uow: UnitOfWork, policy: Policy, authorization: Authorization) -> Ruling:
    fee = payments.settled(
        uow,
        policy,
        policy.authorization.extension_fee,
        authorization.id,
        instance=authorization.extensions + 1,
    )
    return rules.may_extend(policy, authorization, fee, today_of(uow, policy))


def _charge_extension(uow: UnitOfWork, policy: Policy, authorization: Authorization) -> Charge | None:
    return payments.charge(
        uow,
        policy,
        policy.authorization.extension_fee,
        authorization.candidate_id,
        authorization.id,
        instance=authorization.extensions + 1,
        due_on=authorization.closes_on,
    )


def _expire(uow: UnitOfWork, authorization: Authorization) -> None:
    expired = close(uow, authorization, AuthorizationStatus.EXPIRED)
    notify(
        uow,
        expired.candidate_id,
        NoticeKind.AUTHORIZATION_EXPIRED,
        expired.id,
        program=uow.policies.named(expired.edition).program_title,
        number=expired.number,
        closes_on=expired.closes_on,
    )
