"""What a caller may do now about an authorization or a seat: the table of callers, and what only days and fees say.

A verb is told where it would work for some session: which one is for `registration-ruling` and its like to judge.
"""

from collections.abc import Sequence
from uuid import UUID

from domain.actors import Actor
from domain.applications.model import Application
from domain.authorization import allowed_actions
from domain.exams import actions_booking as booking, loading, rules, rules_booking
from domain.exams.actions_booking import Step
from domain.exams.model import Authorization, Registration, RegistrationStatus, Session
from domain.payments.rules import nothing_due
from domain.ports import UnitOfWork
from domain.programs.days import today_of
from domain.ruling import Ruling


def authorization_verbs(uow: UnitOfWork, actor: Actor, found: Sequence[Authorization]) -> dict[UUID, list[str]]:
    """The verbs that would work on each of these authorizations for this caller, by id; sorted."""
    told = {one.id: allowed_actions(actor, "authorization", one) for one in found}
    bookable = [id_ for id_, verbs in told.items() if "book" in verbs]
    held = uow.registrations.find(authorization_id=bookable, status=RegistrationStatus.BOOKED) if bookable else []
    seated = {one.authorization_id for one in held}
    for one in found:
        if told[one.id]:
            works = _of_authorization(uow, one, seated=one.id in seated)
            told[one.id] = [verb for verb in told[one.id] if verb in works]
    return told


def registration_verbs(uow: UnitOfWork, actor: Actor, found: Sequence[Registration]) -> dict[UUID, list[str]]:
    """The verbs that would work on each of these bookings for this caller, by id; sorted."""
    told = {one.id: allowed_actions(actor, "registration", one) for one in found}
    live = [one for one in found if told[one.id] and one.status is RegistrationStatus.BOOKED]
    seats = _Seats(uow, live)
    for one in found:
        works = seats.verbs(one) if one in live else set() if one.excused else {"excuse"}
        told[one.id] = [verb for verb in told[one.id] if verb in works]
    return told


class _Seats:
    """Bookings that stand, with all that they hang on, read at once."""

    def __init__(self, uow: UnitOfWork, live: Sequence[Registration]) -> None:
        self._uow = uow
        self._sessions: dict[UUID, Session] = {}
        self._authorizations: dict[UUID, Authorization] = {}
        self._applications: dict[UUID, Application] = {}
        if live:
            self._sessions = {one.id: one for one in uow.sessions.find(id=[one.session_id for one in live])}
            under = uow.authorizations.find(id=[one.authorization_id for one in live])
            self._authorizations = {one.id: one for one in under}
            by = uow.applications.find(id=[one.application_id for one in under])
            self._applications = {one.id: one for one in by}

    def verbs(self, one: Registration) -> set[str]:
        uow, leaving = self._uow, self._sessions[one.session_id]
        authorization = self._authorizations[one.authorization_id]
        application = self._applications[authorization.application_id]
        policy = uow.policies.named(authorization.edition)
        fees = {step: booking.fee_settled(uow, policy, one, leaving, step) for step in Step}
        today = today_of(uow, policy)
        leave = rules_booking.may_leave(policy, authorization, application, leaving, fees[Step.RESCHEDULING], uow.now)
        rulings = {
            "mark_missed": rules_booking.may_call_missed(policy, leaving, uow.now),
            "cancel": rules_booking.may_cancel(policy, leaving, fees[Step.CANCELLATION], uow.now),
            "reschedule": Ruling((*leave.findings, rules_booking.days_left(policy, authorization, today))),
        }
        works = {verb for verb, ruling in rulings.items() if ruling.granted}
        asked = any(
            rules_booking.in_time_for(policy, step.value, leaving, uow.now).granted and not nothing_due(fee)
            for step, fee in fees.items()
        )
        return works | ({"charge"} if asked else set())


def _of_authorization(uow: UnitOfWork, one: Authorization, *, seated: bool) -> set[str]:
    """An extension is told of while one is left: its fee is asked for by the same verb."""
    policy = uow.policies.named(one.edition)
    fee = loading.exam_fee_settled(uow, policy, one)
    extension = rules.may_extend(policy, one, fee, today_of(uow, policy))
    works = {"extend"} if Ruling(extension.findings[:-1]).granted else set[str]()
    ahead = rules_booking.days_left(policy, one, today_of(uow, policy))
    if not seated and ahead.met and fee.met:
        holder = loading.holder(uow, policy, one)
        if rules_booking.may_hold_seat(policy, holder, fee).granted:
            works.add("book")
    return works
