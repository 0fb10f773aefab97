"""Verbs of the calendar: administrations and their sessions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.actors import Actor
from domain.errors import Contradiction, Fault, NotFound
from domain.exams import actions, loading, rules_booking
from domain.exams.actions_booking import Booking, give_window_again, refund_exam, release, tell_moved, tell_where
from domain.exams.events import (
    AdministrationCreated,
    AdministrationMoved,
    SessionAdded,
    SessionCancelled,
    SessionChanged,
)
from domain.exams.model import (
    Administration,
    AdministrationStatus,
    AuthorizationStatus,
    Registration,
    RegistrationStatus,
    Session,
    SessionStatus,
)
from domain.notices.model import NoticeKind
from domain.payments import actions as payments
from domain.payments.model import ChargeStatus
from domain.ports import PaymentGateway, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An administration to be: both days are inclusive, in the IANA `zone`."""

    program: str
    code: str
    title: str
    opens_on: date
    closes_on: date
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """A session to be."""

    site: str
    address: str
    starts_at: datetime
    zone: str
    seats: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What becomes of those whose session is cancelled.

    Whom the session `move_to` has room for, within their window, moves there, first come first served. All others lose
    the seat: with `refund` the exam fee goes back whole and the authorization ends; without, they keep it, with a whole
    window to book in. What they paid for changes of plan goes back either way.
    """

    reason: str
    move_to: UUID | None = None
    refund: bool = False


def create(uow: UnitOfWork, actor: Actor, plan: Plan) -> Administration:
    """Plan an administration of a program's exam. Raises AlreadyExists for a code that the program has used."""
    actor.must("administration.create")
    _days_in_order(plan)
    rules_booking.must_be_zone(plan.zone)
    created = uow.administrations.add(
        Administration(
            id=uow.new_id(),
            program=plan.program,
            exam_code=_exam_of(uow, plan),
            code=plan.code,
            title=plan.title,
            opens_on=plan.opens_on,
            closes_on=plan.closes_on,
            zone=plan.zone,
        )
    )
    uow.record(
        AdministrationCreated(
            administration_id=created.id,
            program=created.program,
            code=created.code,
            opens_on=created.opens_on,
            closes_on=created.closes_on,
        )
    )
    return created


def open_(uow: UnitOfWork, actor: Actor, administration_id: UUID) -> Administration:
    """Let its sessions take registrations."""
    return _to(uow, actor, administration_id, "administration.open", AdministrationStatus.OPEN)


def close(uow: UnitOfWork, actor: Actor, administration_id: UUID) -> Administration:
    """Let its sessions take no registration any more; seats that are booked stay booked."""
    return _to(uow, actor, administration_id, "administration.close", AdministrationStatus.CLOSED)


def cancel(
    uow: UnitOfWork, actor: Actor, gateway: PaymentGateway, administration_id: UUID, remedy: Remedy
) -> Administration:
    """Cancel an administration, and with it every session that has not been cancelled yet."""
    cancelled = _to(uow, actor, administration_id, "administration.cancel", AdministrationStatus.CANCELLED)
    for session in uow.sessions.lock_all(one.id for one in uow.sessions.find(administration_id=administration_id)):
        if session.status is not SessionStatus.CANCELLED:
            cancel_session(uow, actor, gateway, session.id, remedy)
    return cancelled


def add_session(uow: UnitOfWork, actor: Actor, administration_id: UUID, sitting: Sitting) -> Session:
    """Add a session to an administration that is not over."""
    administration = uow.administrations.lock(administration_id)
    actor.must("administration.add_session", administration)
    rules_booking.must_be_zone(sitting.zone)
    rules_booking.session_fits(administration, sitting.starts_at, sitting.zone, uow.now).require()
    added = uow.sessions.add(
        Session(
            id=uow.new_id(),
            administration_id=administration.id,
            site=sitting.site,
            address=sitting.address,
            starts_at=sitting.starts_at,
            zone=sitting.zone,
            seats=sitting.seats,
        )
    )
    uow.record(SessionAdded(session_id=added.id, administration_id=administration.id, seats=added.seats))
    return added


def change_session(uow: UnitOfWork, actor: Actor, session_id: UUID, changes: Mapping[str, Any]) -> Session:
    """Change a session's `seats` (never below those taken), `site` or `address`. Holds the session.

    Whoever has a seat is told of another place. A session never moves in time: it is cancelled for another.
    """
    session = uow.sessions.lock(session_id)
    actor.must("session.change", session)
    rules_booking.seats_hold(session, changes.get("seats", session.seats)).require()
    changed = _changed(uow, replace(session, **changes), changes)
    if changed.site != session.site or changed.address != session.address:
        for registration in _booked(uow, changed):
            policy = uow.policies.named(uow.authorizations.get(registration.authorization_id).edition)
            tell_where(uow, policy, registration, changed, NoticeKind.REGISTRATION_RESCHEDULED)
    return changed


def close_session(uow: UnitOfWork, actor: Actor, session_id: UUID) -> Session:
    """Let a session take no registration any more; seats that are booked stay booked."""
    session = uow.sessions.lock(session_id)
    actor.must("session.close", session)
    return _changed(uow, replace(session, status=SessionStatus.CLOSED), ["status"])


def reopen_session(uow: UnitOfWork, actor: Actor, session_id: UUID) -> Session:
    """Let a closed session take registrations again."""
    session = uow.sessions.lock(session_id)
    actor.must("session.reopen", session)
    return _changed(uow, replace(session, status=SessionStatus.OPEN), ["status"])


def cancel_session(uow: UnitOfWork, actor: Actor, gateway: PaymentGateway, session_id: UUID, remedy: Remedy) -> Session:
    """Cancel a session; whoever holds a seat moves, keeps the authorization or gets the money back, and is told.

    Holds the two sessions in the order of their ids, so that no seat is sold meanwhile, then booking after booking.
    """
    session = hold_both(uow, session_id, remedy.move_to)
    target = None if remedy.move_to is None else loading.seat(uow, remedy.move_to)
    actor.must("session.cancel", session)
    if target is not None:
        rules_booking.may_take_over(session, uow.administrations.get(session.administration_id), target).require()
    moved = unseated = 0
    for found in _booked(uow, session):
        booking = _booking(uow, found.id, session)
        if target is not None and rules_booking.has_room(target.session, moved, booking.authorization):
            _move(uow, booking, target.session)
            moved += 1
        else:
            _unseat(uow, gateway, booking, remedy)
            unseated += 1
    if target is not None and moved:
        uow.sessions.save(target.session.taking(moved))
    gone = uow.sessions.save(replace(session, status=SessionStatus.CANCELLED).taking(-moved - unseated))
    uow.record(
        SessionCancelled(session_id=gone.id, administration_id=gone.administration_id, moved=moved, unseated=unseated)
    )
    return gone


def hold_both(uow: UnitOfWork, session_id: UUID, other_id: UUID | None) -> Session:
    """Hold a session, and the other one that there may be, in the order of their ids; raises NotFound."""
    held = {id_: uow.sessions.lock(id_) for id_ in sorted({session_id, other_id or session_id})}
    return held[session_id]


def _to(
    uow: UnitOfWork, actor: Actor, administration_id: UUID, action: str, status: AdministrationStatus
) -> Administration:
    administration = uow.administrations.lock(administration_id)
    actor.must(action, administration)
    changed = uow.administrations.save(replace(administration, status=status))
    uow.record(AdministrationMoved(administration_id=changed.id, status=status.value))
    return changed


def _days_in_order(plan: Plan) -> None:
    if plan.closes_on < plan.opens_on:
        raise Contradiction(Fault("/closes_on", "before_opening", "The last day is not before the first."))


def _exam_of(uow: UnitOfWork, plan: Plan) -> str:
    """The code of the exam of the edition in force on the first day."""
    try:
        return uow.policies.in_force(plan.program, plan.opens_on).exam.code
    except NotFound:
        fault = Fault("/program", "no_edition", "No edition of this program is in force on the first day.")
        raise Contradiction(fault) from None


def _changed(uow: UnitOfWork, session: Session, names: Mapping[str, Any] | list[str]) -> Session:
    changed = uow.sessions.save(session)
    uow.record(
        SessionChanged(
            session_id=changed.id,
            administration_id=changed.administration_id,
            fields=",".join(sorted(names)),
            seats=changed.seats,
            status=changed.status.value,
        )
    )
    return changed


def _booked(uow: UnitOfWork, session: Session) -> list[Registration]:
    return uow.registrations.find(session_id=session.id, status=RegistrationStatus.BOOKED)


def _booking(uow: UnitOfWork, registration_id: UUID, session: Session) -> Booking:
    registration = uow.registrations.lock(registration_id)
    authorization = uow.authorizations.lock(registration.authorization_id)
    policy = uow.policies.named(authorization.edition)
    return Booking(registration=registration, authorization=authorization, session=session, policy=policy)


def _move(uow: UnitOfWork, booking: Booking, session: Session) -> None:
    moved = uow.registrations.save(booking.registration.moved(session))
    tell_moved(uow, booking, moved, session, by_body=True)


def _unseat(uow: UnitOfWork, gateway: PaymentGateway, booking: Booking, remedy: Remedy) -> None:
    cancelled = release(uow, booking, remedy.reason, by_body=True)
    for charge in uow.charges.find(about_id=cancelled.id, status=ChargeStatus.PAID):
        payments.refund_share(uow, gateway, charge.id, 100, "session_cancelled")
    if remedy.refund:
        refund_exam(uow, gateway, booking, 100, "session_cancelled")
        actions.close(uow, booking.authorization, AuthorizationStatus.CANCELLED)
    else:
        give_window_again(uow, booking.policy, booking.authorization)
