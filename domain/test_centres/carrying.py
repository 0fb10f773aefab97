"""What a row does, kind by kind: through the action that owns it, or not at all, and then it is parked with a code."""

from dataclasses import dataclass, replace
from datetime import datetime

from domain.actors import Actor
from domain.dates import date_at
from domain.errors import Conflict, Contended, Refused
from domain.exams import actions_booking as booking
from domain.exams.actions_booking import Booking
from domain.exams.model import Authorization, AuthorizationStatus, Registration, RegistrationStatus, Session
from domain.exams.rules_booking import days_of_notice
from domain.ports import PaymentGateway, UnitOfWork
from domain.scores import holds
from domain.scores.holds import HoldKind
from domain.scores.model import AttemptStatus
from domain.test_centres import scores
from domain.test_centres.fields import FileKind
from domain.test_centres.layout import Layout
from domain.test_centres.model import CentreFile, Confirmation, Values
from domain.test_centres.sittings import booking_of, covering, day_in, session_at


@dataclass(frozen=True, slots=True)
class Done:
    """The row was carried out, or says what stands already (`already`)."""

    code: str = "done"


@dataclass(frozen=True, slots=True)
class Parked:
    """The row waits for staff; `code` is one of `receiving.REASONS`."""

    code: str


Came = Done | Parked
ALREADY = Done("already")


class Carrying:
    """Carries rows out, as `actor`: the service in a job, or whoever matched a parked row."""

    def __init__(self, uow: UnitOfWork, actor: Actor, gateway: PaymentGateway, layout: Layout) -> None:
        """Work in one transaction, by one vendor's layout."""
        self._uow, self._actor, self._gateway, self._layout = uow, actor, gateway, layout

    def carry(  # noqa: PLR0911 - one for each kind of file
        self, kind: FileKind, values: Values, authorization: Authorization | None, file: CentreFile
    ) -> Came:
        """Do what a row says of an authorization; every refusal comes before anything is changed."""
        try:
            if authorization is None or kind is FileKind.CONFIRMATIONS:
                return self._confirmation(values, authorization, file)
            match kind:
                case FileKind.APPOINTMENTS:
                    return self._appointment(values, authorization)
                case FileKind.RESULTS:
                    return self._result(values, authorization, file)
                case FileKind.NO_SHOWS:
                    return self._no_show(authorization)
                case FileKind.CANCELLATIONS:
                    return self._cancellation(authorization)
                case _:
                    return self._hold(values, authorization)
        except Refused:
            return Parked("refused_by_rule")

    def _confirmation(self, values: Values, authorization: Authorization | None, file: CentreFile) -> Came:
        uow = self._uow
        kind, subject = FileKind.AUTHORIZATIONS, authorization.id if authorization else None
        if subject is None:
            person = uow.candidates.first(number=str(values.get("client_candidate_id")))
            kind, subject = FileKind.CANDIDATES, person.id if person else None
        sent = uow.sent_records.first(vendor=file.vendor, kind=kind, subject_id=subject) if subject else None
        if sent is None:
            return Parked("not_sent")
        outcome = Confirmation(str(values["outcome"]))
        uow.sent_records.save(replace(sent, confirmation=outcome, confirmed_at=uow.now))
        return Done() if outcome is Confirmation.ACCEPTED else Parked("centre_refused")

    def _appointment(self, values: Values, authorization: Authorization) -> Came:
        if values["status"] == "cancelled":
            return self._cancellation(authorization)
        uow, starts_at = self._uow, datetime.fromisoformat(str(values["starts_at"]))
        if authorization.status is not AuthorizationStatus.ACTIVE:
            return Parked("authorization_not_open")
        policy = uow.policies.named(authorization.edition)
        administration = covering(uow, policy, date_at(starts_at, policy.zone))
        if administration is None:
            return Parked("no_administration")
        if not authorization.opens_on <= day_in(administration, starts_at) <= authorization.closes_on:
            return Parked("outside_window")
        session = session_at(uow, administration, str(values["site"]), starts_at)
        booked = booking_of(uow, authorization, RegistrationStatus.BOOKED)
        if booked is None:
            return self._book(authorization, session)
        return self._move(booked, authorization, session)

    def _book(self, authorization: Authorization, session: Session) -> Came:
        """The vendor sold the seat: that is a fact, which no rule of ours about selling seats undoes."""
        uow = self._uow
        seat = uow.sessions.lock(session.id)
        held = self._still_open(authorization)
        if booking_of(uow, held, RegistrationStatus.BOOKED) is not None:
            raise Contended
        booking.seated(uow, uow.policies.named(held.edition), held, self._seated(seat))
        return Done("booked")

    def _move(self, booked: Registration, authorization: Authorization, session: Session) -> Came:
        if booked.session_id == session.id:
            return ALREADY
        uow = self._uow
        sessions = booking.hold_sessions(uow, booked.id, session.id)
        registration, leaving = uow.registrations.lock(booked.id), sessions[booked.session_id]
        held = self._still_open(authorization)
        if registration.status is not RegistrationStatus.BOOKED:
            raise Contended
        taken = self._seated(sessions[session.id])
        uow.sessions.save(leaving.taking(-1))
        moved = uow.registrations.save(registration.moved(taken, notice=days_of_notice(leaving, uow.now)))
        policy = uow.policies.named(held.edition)
        whole = Booking(registration=registration, authorization=held, session=leaving, policy=policy)
        booking.tell_moved(uow, whole, moved, taken, by_body=False)
        return Done("moved")

    def _still_open(self, authorization: Authorization) -> Authorization:
        """The authorization, its row held; one that ended while this waited is looked at again from the start."""
        held = self._uow.authorizations.lock(authorization.id)
        if held.status is not AuthorizationStatus.ACTIVE:
            raise Contended
        return held

    def _seated(self, session: Session) -> Session:
        seats = max(session.seats, session.seats_taken + 1)
        return self._uow.sessions.save(replace(session.taking(1), seats=seats))

    def _cancellation(self, authorization: Authorization) -> Came:
        uow = self._uow
        booked = booking_of(uow, authorization, RegistrationStatus.BOOKED)
        if booked is None:
            gone = booking_of(uow, authorization, RegistrationStatus.CANCELLED)
            return ALREADY if gone is not None else Parked("no_booking")
        booking.cancel(uow, self._actor, self._gateway, booked.id, "Cancelled at the test centre.")
        return Done("cancelled")

    def _no_show(self, authorization: Authorization) -> Came:
        uow = self._uow
        booked = booking_of(uow, authorization, RegistrationStatus.BOOKED)
        if booked is None:
            missed = booking_of(uow, authorization, RegistrationStatus.NO_SHOW)
            return ALREADY if missed is not None else Parked("no_booking")
        if uow.sessions.get(booked.session_id).starts_at > uow.now:
            return Parked("not_begun")
        reason = "The test centre reported a no-show."
        booking.mark_missed(uow, self._actor, self._gateway, booked.id, reason, excused=False)
        return Done("missed")

    def _result(self, values: Values, authorization: Authorization, file: CentreFile) -> Came:
        if values.get("no_show") == "yes":
            return self._no_show(authorization)
        if values.get("nda_refused") == "yes":
            return Parked("nda_refused")
        code = scores.take(self._uow, self._layout.scores, values, authorization, file)
        return Done(code) if code in scores.TAKEN else Parked(code)

    def _hold(self, values: Values, authorization: Authorization) -> Came:
        if values["hold"] == "lifted":
            return Parked("lift_asked")
        uow = self._uow
        found = uow.attempts.find(authorization_id=authorization.id)
        if not found:
            return Parked("no_attempt")
        attempt = found[-1]
        if attempt.status not in (AttemptStatus.IMPORTED, AttemptStatus.SCORED):
            return Parked("already_released")
        kind = HoldKind(str(values["reason"]))
        said = values.get("message")
        reason = "Reported by the test centre." if said is None else f"Reported by the test centre: {said}"
        try:
            holds.place(uow, self._actor, attempt.id, kind, reason)
        except Conflict:
            return ALREADY
        return Done("held")
