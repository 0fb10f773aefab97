"""Verbs of seats: book, move, give back, miss.

Every verb holds its sessions' rows, two of them in the order of their ids, before the booking's and before it counts
seats: of two bookings of the last seat the second sees that it is gone, and bookings that cross each other's way, or a
session's cancellation, never wait in a circle. The store's own check on `seats_taken` stands behind that.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.actors import Actor
from domain.errors import Contended
from domain.exams import actions, loading, rules, rules_booking
from domain.exams.errors import NothingDue
from domain.exams.events import RegistrationBooked, RegistrationCancelled, RegistrationMissed, RegistrationMoved
from domain.exams.model import (
    Authorization,
    AuthorizationStatus,
    Registration,
    RegistrationStatus,
    Session,
)
from domain.exams.rules_booking import Holder, Seat
from domain.independence import must_be_independent, must_be_owner_or_independent
from domain.notices.actions import notify
from domain.notices.model import NoticeKind
from domain.numbers import reference
from domain.payments import actions as payments
from domain.payments.model import Charge
from domain.ports import PaymentGateway, UnitOfWork
from domain.programs.days import today_of
from domain.programs.policy import Policy
from domain.ruling import Finding, Ruling


class Step(StrEnum):
    """A change of plan that may cost something."""

    RESCHEDULING = "rescheduling"
    CANCELLATION = "cancellation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A booking with all that it hangs on, its rows held."""

    registration: Registration
    authorization: Authorization
    session: Session
    policy: Policy


def booking_ruling(uow: UnitOfWork, actor: Actor, authorization_id: UUID, session_id: UUID) -> Ruling:
    """Could a seat of this session be booked under this authorization now? Nothing is changed."""
    authorization = uow.authorizations.get(authorization_id)
    actor.must("registration.rule", authorization)
    policy = uow.policies.named(authorization.edition)
    seat = loading.seat(uow, session_id, lock=False)
    return _may_book(uow, policy, loading.holder(uow, policy, authorization), seat)


def rescheduling_ruling(uow: UnitOfWork, actor: Actor, registration_id: UUID, session_id: UUID) -> Ruling:
    """Could the booking move to this session now? Nothing is changed."""
    registration = uow.registrations.get(registration_id)
    actor.must("registration.rule", registration)
    authorization = uow.authorizations.get(registration.authorization_id)
    policy, leaving = uow.policies.named(authorization.edition), uow.sessions.get(registration.session_id)
    booking = Booking(registration=registration, authorization=authorization, session=leaving, policy=policy)
    return _may_move(uow, booking, loading.seat(uow, session_id, lock=False))


def cancellation_ruling(uow: UnitOfWork, actor: Actor, registration_id: UUID) -> tuple[Ruling, int]:
    """Could the booking be cancelled now, and how many percent of the exam fee would go back? Nothing is changed."""
    registration = uow.registrations.get(registration_id)
    actor.must("registration.rule", registration)
    policy = uow.policies.named(uow.authorizations.get(registration.authorization_id).edition)
    leaving = uow.sessions.get(registration.session_id)
    fee = fee_settled(uow, policy, registration, leaving, Step.CANCELLATION)
    percent = _refund_percent(policy, registration, leaving, uow.now)
    return rules_booking.may_cancel(policy, leaving, fee, uow.now), percent


def book(uow: UnitOfWork, actor: Actor, authorization_id: UUID, session_id: UUID) -> Registration:
    """Book a seat under an authorization. Holds its application, the session and the authorization."""
    found = uow.authorizations.get(authorization_id)
    actor.must("authorization.book", found)
    must_be_owner_or_independent(uow, actor, found.candidate_id)
    uow.applications.lock(found.application_id)
    seat = loading.seat(uow, session_id)
    authorization = uow.authorizations.lock(authorization_id)
    actor.must("authorization.book", authorization)
    policy = uow.policies.named(authorization.edition)
    _may_book(uow, policy, loading.holder(uow, policy, authorization), seat).require()

    uow.sessions.save(seat.session.taking(1))
    return seated(uow, policy, authorization, seat.session)


def seated(uow: UnitOfWork, policy: Policy, authorization: Authorization, session: Session) -> Registration:
    """Store a booking whose seat is taken, and tell its candidate where it is."""
    registration = uow.registrations.add(
        Registration(
            id=uow.new_id(),
            candidate_id=authorization.candidate_id,
            authorization_id=authorization.id,
            administration_id=session.administration_id,
            session_id=session.id,
            number=reference("R", uow.random(8)),
            booked_at=uow.now,
            minutes=loading.minutes(uow, policy, authorization.application_id),
        )
    )
    uow.record(
        RegistrationBooked(
            registration_id=registration.id,
            candidate_id=registration.candidate_id,
            authorization_id=authorization.id,
            session_id=session.id,
            minutes=registration.minutes,
        )
    )
    tell_where(uow, policy, registration, session, NoticeKind.REGISTRATION_CONFIRMED)
    return registration


def charge_step(uow: UnitOfWork, actor: Actor, registration_id: UUID, step: Step) -> Charge:
    """Ask the fee that a change of plan costs with the notice given now.

    Raises Refused when it is too late for it, NothingDue when it is free. Holds the registration.
    """
    registration = uow.registrations.lock(registration_id)
    actor.must("registration.charge", registration)
    must_be_owner_or_independent(uow, actor, registration.candidate_id)
    policy = uow.policies.named(uow.authorizations.get(registration.authorization_id).edition)
    leaving = uow.sessions.get(registration.session_id)
    rules_booking.in_time_for(policy, step.value, leaving, uow.now).require()
    raised = _charge(uow, policy, registration, leaving, step)
    if raised is None:
        raise NothingDue
    return raised


def reschedule(uow: UnitOfWork, actor: Actor, registration_id: UUID, session_id: UUID) -> Registration:
    """Move a booking to another session: the new seat is taken and the old one given back, both or neither.

    Holds both sessions in the order of their ids, the registration and its authorization.
    """
    booking = _held(uow, actor, "registration.reschedule", registration_id, session_id)
    must_be_owner_or_independent(uow, actor, booking.registration.candidate_id)
    seat = loading.seat(uow, session_id)
    _may_move(uow, booking, seat).require()
    _charge(uow, booking.policy, booking.registration, booking.session, Step.RESCHEDULING)

    taken = uow.sessions.save(seat.session.taking(1))
    uow.sessions.save(booking.session.taking(-1))
    notice = rules_booking.days_of_notice(booking.session, uow.now)
    moved = uow.registrations.save(booking.registration.moved(taken, notice=notice))
    tell_moved(uow, booking, moved, taken, by_body=False)
    return moved


def cancel(
    uow: UnitOfWork, actor: Actor, gateway: PaymentGateway, registration_id: UUID, reason: str | None = None
) -> Registration:
    """Give a seat back, and with it the attempt: the policy's share of the exam fee goes back to whoever paid.

    To sit the exam later, one asks for another authorization; to keep this one, one reschedules. Holds the session,
    the registration and its authorization.
    """
    booking = _held(uow, actor, "registration.cancel", registration_id)
    must_be_owner_or_independent(uow, actor, booking.registration.candidate_id)
    policy, session = booking.policy, booking.session
    fee = fee_settled(uow, policy, booking.registration, session, Step.CANCELLATION)
    rules_booking.may_cancel(policy, session, fee, uow.now).require()
    _charge(uow, policy, booking.registration, session, Step.CANCELLATION)

    cancelled = release(uow, booking, reason, by_body=False)
    uow.sessions.save(session.taking(-1))
    percent = _refund_percent(policy, booking.registration, session, uow.now)
    refund_exam(uow, gateway, booking, percent, "cancelled_in_time")
    actions.close(uow, booking.authorization, AuthorizationStatus.CANCELLED)
    return cancelled


def mark_missed(
    uow: UnitOfWork, actor: Actor, gateway: PaymentGateway, registration_id: UUID, reason: str | None, *, excused: bool
) -> Registration:
    """Call an appointment missed once it has begun.

    Excused, the authorization stays as good as it was, and the window is whole again. Otherwise it ends, and the
    policy's share of the exam fee goes back. Whether it counts as an attempt is the policy's to say.
    """
    booking = _held(uow, actor, "registration.mark_missed", registration_id)
    must_be_independent(uow, actor, booking.registration.candidate_id)
    policy = booking.policy
    rules_booking.may_call_missed(policy, booking.session, uow.now).require()
    missed = uow.registrations.save(
        booking.registration.closed(RegistrationStatus.NO_SHOW, uow.now, reason, excused=excused)
    )
    if excused:
        give_window_again(uow, policy, booking.authorization)
    else:
        counts = policy.retakes.missed_counts
        refund_exam(uow, gateway, booking, policy.scheduling.no_show_refund_percent, "appointment_missed")
        actions.close(uow, booking.authorization, AuthorizationStatus.USED if counts else AuthorizationStatus.CANCELLED)
    _missed(uow, policy, missed, booking.session)
    return missed


def excuse(uow: UnitOfWork, actor: Actor, registration_id: UUID, reason: str) -> Registration:
    """Excuse a missed appointment afterwards: it counts as none, and the authorization it ended is good again.

    Unless its fee went back, or another authorization to the same exam, under whichever application, took its place
    meanwhile. Holds the candidate's applications in the program, so that none is given at this moment.
    """
    registration = uow.registrations.get(registration_id)
    actor.must("registration.excuse", registration)
    must_be_independent(uow, actor, registration.candidate_id)
    hold_applications(uow, registration_id)
    booking = _held(uow, actor, "registration.excuse", registration_id)
    rules_booking.may_excuse(booking.registration).require()
    excused = uow.registrations.save(replace(booking.registration, excused=True, closed_reason=reason))
    if _can_revive(uow, booking):
        revived = uow.authorizations.save(replace(booking.authorization, status=AuthorizationStatus.ACTIVE))
        give_window_again(uow, booking.policy, revived)
    uow.record(
        RegistrationMissed(
            registration_id=excused.id,
            candidate_id=excused.candidate_id,
            session_id=excused.session_id,
            excused=True,
        )
    )
    return excused


def hold_applications(uow: UnitOfWork, registration_id: UUID) -> None:
    """Hold every application that a booking's candidate has in its program: meanwhile nobody is authorized by one."""
    under = uow.authorizations.get(uow.registrations.get(registration_id).authorization_id)
    found = uow.applications.find(candidate_id=under.candidate_id, program=under.program)
    uow.applications.lock_all(one.id for one in found)


def hold_sessions(uow: UnitOfWork, registration_id: UUID, *others: UUID) -> dict[UUID, Session]:
    """Hold the session that a booking is in, and these others that there are, in the order of their ids; by id.

    Whoever holds its session knows that the booking stays there. Raises Contended where it left while this waited.
    """
    at = uow.registrations.get(registration_id).session_id
    held = {one.id: one for one in uow.sessions.lock_all({at, *others})}
    if uow.registrations.get(registration_id).session_id != at:
        raise Contended
    return held


def release(uow: UnitOfWork, booking: Booking, reason: str | None, *, by_body: bool) -> Registration:
    """Close a booking as cancelled and say so; its seat and its money are the caller's affair."""
    cancelled = uow.registrations.save(booking.registration.closed(RegistrationStatus.CANCELLED, uow.now, reason))
    payments.cancel_open(uow, cancelled.id)
    uow.record(
        RegistrationCancelled(
            registration_id=cancelled.id,
            candidate_id=cancelled.candidate_id,
            session_id=booking.session.id,
            by_body=by_body,
            days_of_notice=rules_booking.days_of_notice(booking.session, uow.now),
        )
    )
    notify(
        uow,
        cancelled.candidate_id,
        NoticeKind.REGISTRATION_CANCELLED,
        cancelled.id,
        program=booking.policy.program_title,
        number=cancelled.number,
        starts_at=booking.session.starts_at,
        zone=booking.session.zone,
        by_body=by_body,
    )
    return cancelled


def refund_exam(uow: UnitOfWork, gateway: PaymentGateway, booking: Booking, percent: int, reason: str) -> None:
    """Send this share of the authorization's exam fee back to whoever paid it; nothing of an exam that was sat."""
    if booking.authorization.status is AuthorizationStatus.USED:
        return
    charge = loading.exam_charge(uow, booking.policy, booking.authorization)
    if charge is not None and percent:
        payments.refund_share(uow, gateway, charge.id, percent, reason)


def give_window_again(uow: UnitOfWork, policy: Policy, authorization: Authorization) -> None:
    """Leave someone who lost a seat through no fault of their own a whole window to sit the exam in."""
    last = rules.window_again(policy, authorization, today_of(uow, policy))
    if last > authorization.closes_on:
        actions.lengthen(uow, policy, replace(authorization, closes_on=last))


def tell_where(uow: UnitOfWork, policy: Policy, registration: Registration, session: Session, kind: NoticeKind) -> None:
    """Tell a candidate where and when they sit the exam."""
    notify(
        uow,
        registration.candidate_id,
        kind,
        registration.id,
        program=policy.program_title,
        number=registration.number,
        starts_at=session.starts_at,
        zone=session.zone,
        site=session.site,
    )


def tell_moved(uow: UnitOfWork, booking: Booking, moved: Registration, session: Session, *, by_body: bool) -> None:
    """Record that a booking moved to this session, and tell its candidate."""
    uow.record(
        RegistrationMoved(
            registration_id=moved.id,
            candidate_id=moved.candidate_id,
            from_session_id=booking.session.id,
            to_session_id=session.id,
            by_body=by_body,
        )
    )
    tell_where(uow, booking.policy, moved, session, NoticeKind.REGISTRATION_RESCHEDULED)


def fee_settled(uow: UnitOfWork, policy: Policy, registration: Registration, leaving: Session, step: Step) -> Finding:
    """Is what this step costs with the notice given now paid or waived? See `rules.settled` of the payments."""
    fee, instance = _fee(policy, registration, leaving, step, uow.now)
    return payments.settled(uow, policy, fee, registration.id, instance=instance)


def _may_book(uow: UnitOfWork, policy: Policy, holder: Holder, seat: Seat) -> Ruling:
    fee = loading.exam_fee_settled(uow, policy, holder.authorization)
    return rules_booking.may_book(policy, holder, seat, fee, uow.now)


def _may_move(uow: UnitOfWork, booking: Booking, seat: Seat) -> Ruling:
    policy, leaving = booking.policy, booking.session
    fee = fee_settled(uow, policy, booking.registration, leaving, Step.RESCHEDULING)
    holder = loading.holder(uow, policy, booking.authorization)
    return rules_booking.may_move(policy, holder, leaving, seat, fee, uow.now)


def _held(uow: UnitOfWork, actor: Actor, action: str, registration_id: UUID, *others: UUID) -> Booking:
    sessions = hold_sessions(uow, registration_id, *others)
    registration = uow.registrations.lock(registration_id)
    actor.must(action, registration)
    authorization = uow.authorizations.lock(registration.authorization_id)
    return Booking(
        registration=registration,
        authorization=authorization,
        session=sessions[registration.session_id],
        policy=uow.policies.named(authorization.edition),
    )


def _charge(uow: UnitOfWork, policy: Policy, registration: Registration, leaving: Session, step: Step) -> Charge | None:
    fee, instance = _fee(policy, registration, leaving, step, uow.now)
    return payments.charge(uow, policy, fee, registration.candidate_id, registration.id, instance=instance)


def _fee(
    policy: Policy, registration: Registration, leaving: Session, step: Step, now: datetime
) -> tuple[str | None, int]:
    if step is Step.RESCHEDULING:
        tier = policy.scheduling.moving(rules_booking.days_of_notice(leaving, now))
    else:
        tier = policy.scheduling.cancelling(rules_booking.counted_notice(registration, leaving, now))
    return (tier.fee if tier else None), registration.reschedules + 1


def _refund_percent(policy: Policy, registration: Registration, leaving: Session, now: datetime) -> int:
    tier = policy.scheduling.cancelling(rules_booking.counted_notice(registration, leaving, now))
    return tier.refund_percent if tier else 0


def _can_revive(uow: UnitOfWork, booking: Booking) -> bool:
    authorization = booking.authorization
    ended = authorization.status in (AuthorizationStatus.CANCELLED, AuthorizationStatus.USED)
    latest = uow.authorizations.find(candidate_id=authorization.candidate_id, program=authorization.program)[-1]
    charge = loading.exam_charge(uow, booking.policy, authorization)
    return ended and latest.id == authorization.id and (charge is None or charge.refunded_minor == 0)


def _missed(uow: UnitOfWork, policy: Policy, missed: Registration, session: Session) -> None:
    uow.record(
        RegistrationMissed(
            registration_id=missed.id,
            candidate_id=missed.candidate_id,
            session_id=session.id,
            excused=missed.excused,
        )
    )
    payments.cancel_open(uow, missed.id)
    notify(
        uow,
        missed.candidate_id,
        NoticeKind.NO_SHOW,
        missed.id,
        program=policy.program_title,
        number=missed.number,
        starts_at=session.starts_at,
        zone=session.zone,
    )
