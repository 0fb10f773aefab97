"""Seats: when one may be booked, moved, given back or missed. Pure.

Days of notice are whole days by the clock on the wall at the session's site: a day on which the clocks change counts
as one day like any other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.applications.model import Application, ApplicationStatus
from domain.dates import date_at, is_zone
from domain.errors import Contradiction, Fault
from domain.exams.model import (
    Administration,
    AdministrationStatus,
    Authorization,
    AuthorizationStatus,
    Registration,
    RegistrationStatus,
    Session,
    SessionStatus,
)
from domain.exams.rules import History, judged, result, retakes
from domain.programs.exam_terms import NoticeTier
from domain.programs.policy import Policy
from domain.ruling import Finding, Ruling


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """The seat that someone wants: the session and the administration it belongs to."""

    session: Session
    administration: Administration


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whoever wants it: their authorization, its application, registrations under it, and their attempts so far."""

    authorization: Authorization
    application: Application
    history: History
    registrations: tuple[Registration, ...] = ()


def day_of(session: Session) -> date:
    """The day of the session at its site."""
    return date_at(session.starts_at, session.zone)


def days_of_notice(session: Session, now: datetime) -> int:
    """The whole days from now to the session's start, by the clock at its site; negative once it has begun."""
    zone = ZoneInfo(session.zone)
    starts, at = (instant.astimezone(zone).replace(tzinfo=None) for instant in (session.starts_at, now))
    return (starts - at).days


def counted_notice(registration: Registration, session: Session, now: datetime) -> int:
    """The days of notice that decide what a cancellation costs and gives back.

    They are those to the present appointment, or fewer where the candidate left an earlier one with fewer: moving a
    near appointment far away first does not buy back a better tier.
    """
    notice = days_of_notice(session, now)
    return notice if registration.least_notice is None else min(notice, registration.least_notice)


def may_book(policy: Policy, holder: Holder, seat: Seat, fee: Finding, now: datetime) -> Ruling:
    """May this seat be booked under this authorization? `fee` says whether the exam fee is (still) settled."""
    return Ruling(
        (
            _approved(policy, holder.application),
            _active(policy, holder.authorization),
            _none_booked(policy, holder.registrations),
            result(policy, holder.history),
            *_seat_fits(policy, holder, seat, now),
            fee,
        )
    )


def may_hold_seat(policy: Policy, holder: Holder, fee: Finding) -> Ruling:
    """May any seat at all be booked under this authorization? What `may_book` asks of its holder alone."""
    return Ruling(
        (
            _approved(policy, holder.application),
            _active(policy, holder.authorization),
            _none_booked(policy, holder.registrations),
            result(policy, holder.history),
            fee,
        )
    )


def days_left(policy: Policy, authorization: Authorization, on: date) -> Finding:
    """Is there a day left within the window for which a seat can still be booked on this one?"""
    least, last = policy.scheduling.booking_closes_days, authorization.closes_on
    met = on + timedelta(days=least) <= last
    return judged(
        policy,
        "window",
        "authorization.window_days",
        unmet=None if met else "window_closed",
        asked=f"At least {least} whole days remain to the last day of the window.",
        found=f"It is {last}.",
    )


def may_leave(
    policy: Policy,
    authorization: Authorization,
    application: Application,
    leaving: Session,
    fee: Finding,
    now: datetime,
) -> Ruling:
    """May a booking leave its session for some other one? What `may_move` asks before it looks at the seat."""
    notice = days_of_notice(leaving, now)
    return Ruling(
        (
            _approved(policy, application),
            _active(policy, authorization),
            _tier(policy, "rescheduling", policy.scheduling.moving(notice), notice),
            fee,
        )
    )


def may_move(policy: Policy, holder: Holder, leaving: Session, seat: Seat, fee: Finding, now: datetime) -> Ruling:
    """May a booking move from the session it leaves to another seat?"""
    notice = days_of_notice(leaving, now)
    return Ruling(
        (
            _approved(policy, holder.application),
            _active(policy, holder.authorization),
            _another(policy, leaving, seat.session),
            _tier(policy, "rescheduling", policy.scheduling.moving(notice), notice),
            *_seat_fits(policy, holder, seat, now),
            fee,
        )
    )


def may_cancel(policy: Policy, leaving: Session, fee: Finding, now: datetime) -> Ruling:
    """May a booking be cancelled now? Whether goes by its present appointment, at what cost by `counted_notice`."""
    notice = days_of_notice(leaving, now)
    return Ruling((_tier(policy, "cancellation", policy.scheduling.cancelling(notice), notice), fee))


def in_time_for(policy: Policy, step: str, leaving: Session, now: datetime) -> Ruling:
    """Is there notice enough for this step, `rescheduling` or `cancellation`?"""
    notice = days_of_notice(leaving, now)
    terms = policy.scheduling
    tier = terms.moving(notice) if step == "rescheduling" else terms.cancelling(notice)
    return Ruling((_tier(policy, step, tier, notice),))


def may_excuse(registration: Registration) -> Ruling:
    """May a missed appointment be excused? Once."""
    return Ruling(
        (
            Finding(
                clause="not_excused",
                met=not registration.excused,
                code="already_excused" if registration.excused else "met",
                asked="The appointment was missed without an excuse.",
                found="It is excused." if registration.excused else "It was.",
            ),
        )
    )


def may_take_over(leaving: Session, administration: Administration, seat: Seat) -> Ruling:
    """May those who lose their session move to this one? It must be another of the same exam, and on sale."""
    other = leaving.id != seat.session.id
    alike = _exam(administration) == _exam(seat.administration)
    open_ = (seat.session.status, seat.administration.status) == (SessionStatus.OPEN, AdministrationStatus.OPEN)
    return Ruling(
        (
            _simple("another_session", "same_session", "It is another session.", met=other),
            _simple("same_exam", "another_exam", "It is a session of the same exam.", met=alike),
            _simple("session_open", "session_not_open", "It takes registrations.", met=open_),
        )
    )


def has_room(session: Session, promised: int, authorization: Authorization) -> bool:
    """Whether a session has a seat left beyond those promised, on a day within the authorization's window."""
    inside = authorization.opens_on <= day_of(session) <= authorization.closes_on
    return inside and session.seats_taken + promised < session.seats


def must_be_zone(name: str) -> None:
    """Raise Contradiction unless this is the name of an IANA time zone."""
    if not is_zone(name):
        raise Contradiction(Fault("/zone", "unknown_zone", "There is no such IANA time zone."))


def may_call_missed(policy: Policy, session: Session, now: datetime) -> Ruling:
    """May an appointment be called missed? Not before it has begun."""
    begun = now >= session.starts_at
    return Ruling(
        (
            judged(
                policy,
                "session_begun",
                "scheduling.no_show_refund_percent",
                unmet=None if begun else "session_not_begun",
                asked="The session has begun.",
                found="It has." if begun else f"It begins on {day_of(session)}.",
            ),
        )
    )


def seats_hold(session: Session, seats: int) -> Ruling:
    """May the session have so many seats? Never fewer than are taken."""
    met = seats >= session.seats_taken
    return Ruling(
        (
            Finding(
                clause="seats",
                met=met,
                code="met" if met else "seats_taken",
                asked="No taken seat is taken away.",
                found=f"{session.seats_taken} seats are taken.",
            ),
        )
    )


def session_fits(administration: Administration, starts_at: datetime, zone: str, now: datetime) -> Ruling:
    """May an administration have a session then? On one of its days, at the site, and not in the past."""
    day, first, last = date_at(starts_at, zone), administration.opens_on, administration.closes_on
    inside, ahead = first <= day <= last, starts_at > now
    return Ruling(
        (
            Finding(
                clause="within_administration",
                met=inside,
                code="met" if inside else "outside_administration",
                asked=f"The session is held from {first} to {last}.",
                found=f"It would be held on {day}.",
            ),
            Finding(
                clause="ahead",
                met=ahead,
                code="met" if ahead else "in_the_past",
                asked="The session lies ahead.",
                found="It does." if ahead else "It does not.",
            ),
        )
    )


def _seat_fits(policy: Policy, holder: Holder, seat: Seat, now: datetime) -> tuple[Finding, ...]:
    return (
        _for_this_exam(policy, seat.administration),
        _on_sale(policy, seat),
        _in_window(policy, holder.authorization, seat.session),
        _in_time(policy, seat.session, now),
        _free(policy, seat.session),
        *retakes(policy, holder.history.taken, day_of(seat.session)),
    )


def _exam(administration: Administration) -> tuple[str, str]:
    return administration.program, administration.exam_code


def _simple(clause: str, unmet: str, asked: str, *, met: bool) -> Finding:
    return Finding(clause=clause, met=met, code="met" if met else unmet, asked=asked, found="Yes." if met else "No.")


def _approved(policy: Policy, application: Application) -> Finding:
    """An approval that ran out after the authorization was given takes nothing away."""
    met = application.status in (ApplicationStatus.APPROVED, ApplicationStatus.EXPIRED)
    return judged(
        policy,
        "application_approved",
        "applications",
        unmet=None if met else "application_not_approved",
        asked="The application was approved, and still stands.",
        found="It does." if met else "It does not.",
    )


def _active(policy: Policy, authorization: Authorization) -> Finding:
    met = authorization.status is AuthorizationStatus.ACTIVE
    return judged(
        policy,
        "authorization_active",
        "authorization",
        unmet=None if met else f"authorization_{authorization.status.value}",
        asked="The authorization to test is active.",
        found=f"It is {authorization.status.value}.",
        evidence=str(authorization.id),
    )


def _none_booked(policy: Policy, registrations: Iterable[Registration]) -> Finding:
    booked = next((one for one in registrations if one.status is RegistrationStatus.BOOKED), None)
    return judged(
        policy,
        "no_other_seat",
        "scheduling",
        unmet="already_booked" if booked else None,
        asked="No other seat is booked under this authorization.",
        found="One is booked." if booked else "None is.",
        evidence=str(booked.id) if booked else "",
    )


def _another(policy: Policy, leaving: Session, taking: Session) -> Finding:
    same = leaving.id == taking.id
    asked, found = "The booking moves to another session.", "It is the same." if same else "It does."
    return judged(
        policy, "another_session", "scheduling", unmet="same_session" if same else None, asked=asked, found=found
    )


def _tier(policy: Policy, step: str, tier: NoticeTier | None, notice: int) -> Finding:
    allowed = tier is not None and tier.allowed
    least = min((one.days_of_notice for one in getattr(policy.scheduling, step) if one.allowed), default=None)
    asked = "The policy allows none." if least is None else f"At least {least} whole days remain to the appointment."
    found = f"{notice} whole days remain." if notice >= 0 else "It has begun."
    return judged(
        policy, step, f"scheduling.{step}", unmet=None if allowed else "too_little_notice", asked=asked, found=found
    )


def _for_this_exam(policy: Policy, administration: Administration) -> Finding:
    met = (administration.program, administration.exam_code) == (policy.program, policy.exam.code)
    return judged(
        policy,
        "same_exam",
        "exam.code",
        unmet=None if met else "another_exam",
        asked=f"The session is for the exam {policy.exam.code}.",
        found="It is." if met else f"It is for {administration.exam_code}.",
    )


def _on_sale(policy: Policy, seat: Seat) -> Finding:
    if seat.administration.status is not AdministrationStatus.OPEN:
        unmet, found = "administration_not_open", f"The administration is {seat.administration.status.value}."
    elif seat.session.status is not SessionStatus.OPEN:
        unmet, found = "session_not_open", f"The session is {seat.session.status.value}."
    else:
        unmet, found = None, "It does."
    asked = "The session takes registrations."
    return judged(policy, "session_open", "scheduling", unmet=unmet, asked=asked, found=found)


def _in_window(policy: Policy, authorization: Authorization, session: Session) -> Finding:
    first, last, day = authorization.opens_on, authorization.closes_on, day_of(session)
    unmet = "before_window" if day < first else "after_window" if day > last else None
    return judged(
        policy,
        "window",
        "authorization.window_days",
        unmet=unmet,
        asked=f"The session is held from {first} to {last}.",
        found=f"It is held on {day}.",
    )


def _in_time(policy: Policy, session: Session, now: datetime) -> Finding:
    least, notice = policy.scheduling.booking_closes_days, days_of_notice(session, now)
    return judged(
        policy,
        "booking_open",
        "scheduling.booking_closes_days",
        unmet=None if notice >= least else "booking_closed",
        asked=f"At least {least} whole days remain to the session.",
        found=f"{notice} whole days remain." if notice >= 0 else "It has begun.",
    )


def _free(policy: Policy, session: Session) -> Finding:
    left = session.seats - session.seats_taken
    return judged(
        policy,
        "seat_free",
        "scheduling",
        unmet=None if left > 0 else "no_seat_left",
        asked="A seat is free.",
        found=f"{left} of {session.seats} seats are free.",
    )
