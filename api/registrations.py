"""Seats: routes with their In and Out models."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from fastapi import Query

from api.fields import Flag, Id, In, Line, Reason
from api.paging import Listing
from api.payments import ChargeOut
from api.route import Offers
from api.routing import Resource, Routes
from api.rulings import RulingOut, findings_of
from domain.actors import Actor
from domain.exams import actions_booking as actions, standing
from domain.exams.actions_booking import Step
from domain.exams.model import Registration, RegistrationStatus
from domain.paging import Page, PageRequest
from domain.payments.model import Charge
from domain.ports import PaymentGateway, UnitOfWork
from domain.ruling import Ruling

routes = Routes("registrations")

SessionId = Annotated[Id, Query(description="The session asked about.")]


class SeatIn(In):
    """The session in which a seat is wanted."""

    session_id: Id


class StepIn(In):
    """The change of plan that is to be paid for."""

    step: Step


class CancellationIn(In):
    """Why the seat is given back, if the candidate wants to say."""

    reason: Reason | None = None


class MissedIn(In):
    """Whether the candidate is excused, and why."""

    excused: Flag
    reason: Reason | None = None


class ExcuseIn(In):
    """Why a missed appointment is excused."""

    reason: Reason


class RegistrationOut(Resource):
    """A booked seat; `minutes` are the exam's and those of approved accommodations."""

    noun: ClassVar[str] = "registration"
    offers: ClassVar[Offers | None] = standing.registration_verbs

    candidate_id: UUID
    authorization_id: UUID
    administration_id: UUID
    session_id: UUID
    number: str
    status: RegistrationStatus
    reschedules: int
    minutes: int
    booked_at: datetime
    closed_at: datetime | None
    closed_reason: str | None
    excused: bool


class CancellationRulingOut(RulingOut):
    """Whether a booking could be cancelled now, and how many percent of the exam fee would go back."""

    refund_percent: int


REGISTRATIONS = Listing(
    Registration,
    filters={"status": RegistrationStatus, "number": Line, "session_id": Id, "authorization_id": Id},
)


def _its_session(uow: UnitOfWork, arguments: Mapping[str, Any]) -> None:
    actions.hold_sessions(uow, arguments["registration_id"])


def _applications_and_session(uow: UnitOfWork, arguments: Mapping[str, Any]) -> None:
    actions.hold_applications(uow, arguments["registration_id"])
    _its_session(uow, arguments)


def _both_sessions(uow: UnitOfWork, arguments: Mapping[str, Any]) -> None:
    actions.hold_sessions(uow, arguments["registration_id"], arguments["body"].session_id)


@routes.get("/authorizations/{authorization_id}/registration-ruling", action="registration.rule", answers=RulingOut)
def rule_on_booking(uow: UnitOfWork, actor: Actor, authorization_id: Id, session_id: SessionId) -> Ruling:
    """Ask whether a seat of this session could be booked now: every clause, met or not."""
    return actions.booking_ruling(uow, actor, authorization_id, session_id)


@routes.post(
    "/authorizations/{authorization_id}/registrations",
    action="authorization.book",
    answers=RegistrationOut,
    status_code=201,
    needs_key=True,
    location="/v1/registrations/{id}",
)
def book(uow: UnitOfWork, actor: Actor, authorization_id: Id, body: SeatIn) -> Registration:
    """Book a seat under an authorization to test."""
    return actions.book(uow, actor, authorization_id, body.session_id)


@routes.get("/registrations", action="registration.list", answers=RegistrationOut, listing=REGISTRATIONS)
def list_registrations(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[Registration]:
    """List everyone's registrations, for staff: of one session, say."""
    actor.must("registration.list")
    return uow.registrations.page(page)


@routes.get(
    "/candidates/{candidate_id}/registrations",
    action="registration.read",
    answers=RegistrationOut,
    listing=REGISTRATIONS,
)
def list_registrations_of_candidate(
    uow: UnitOfWork, actor: Actor, candidate_id: Id, page: PageRequest
) -> Page[Registration]:
    """List a candidate's registrations."""
    actor.must("registration.read", uow.candidates.get(candidate_id))
    return uow.registrations.page(page.within(candidate_id=candidate_id))


@routes.get("/registrations/{registration_id}", action="registration.read", answers=RegistrationOut, brief=True)
def read(uow: UnitOfWork, actor: Actor, registration_id: Id) -> Registration:
    """Read a registration."""
    registration = uow.registrations.get(registration_id)
    actor.must("registration.read", registration)
    return registration


@routes.post(
    "/registrations/{registration_id}/charge",
    action="registration.charge",
    answers=ChargeOut,
    status_code=201,
    needs_key=True,
    location="/v1/charges/{id}",
)
def charge(uow: UnitOfWork, actor: Actor, registration_id: Id, body: StepIn) -> Charge:
    """Ask for the charge of a change of plan with the notice given now, so that it can be paid."""
    return actions.charge_step(uow, actor, registration_id, body.step)


@routes.get("/registrations/{registration_id}/rescheduling-ruling", action="registration.rule", answers=RulingOut)
def rule_on_rescheduling(uow: UnitOfWork, actor: Actor, registration_id: Id, session_id: SessionId) -> Ruling:
    """Ask whether a booking could move to this session now: every clause, met or not."""
    return actions.rescheduling_ruling(uow, actor, registration_id, session_id)


@routes.post(
    "/registrations/{registration_id}/rescheduling",
    holds=_both_sessions,
    action="registration.reschedule",
    answers=RegistrationOut,
    if_match=Registration,
    needs_key=True,
)
def reschedule(uow: UnitOfWork, actor: Actor, registration_id: Id, body: SeatIn) -> Registration:
    """Move a booking to another session: the new seat is taken and the old one given back, both or neither."""
    return actions.reschedule(uow, actor, registration_id, body.session_id)


@routes.get(
    "/registrations/{registration_id}/cancellation-ruling",
    action="registration.rule",
    answers=CancellationRulingOut,
)
def rule_on_cancellation(uow: UnitOfWork, actor: Actor, registration_id: Id) -> CancellationRulingOut:
    """Ask whether a booking could be cancelled now, and what would go back."""
    ruling, percent = actions.cancellation_ruling(uow, actor, registration_id)
    return CancellationRulingOut(granted=ruling.granted, findings=findings_of(ruling.findings), refund_percent=percent)


@routes.post(
    "/registrations/{registration_id}/cancellation",
    holds=_its_session,
    action="registration.cancel",
    answers=RegistrationOut,
    if_match=Registration,
    needs_key=True,
)
def cancel(
    uow: UnitOfWork, actor: Actor, gateway: PaymentGateway, registration_id: Id, body: CancellationIn
) -> Registration:
    """Give a seat back, and with it the attempt; the policy's share of the exam fee goes back to whoever paid."""
    return actions.cancel(uow, actor, gateway, registration_id, body.reason)


@routes.post(
    "/registrations/{registration_id}/no-show",
    holds=_its_session,
    action="registration.mark_missed",
    answers=RegistrationOut,
    if_match=Registration,
    needs_key=True,
)
def mark_missed(
    uow: UnitOfWork, actor: Actor, gateway: PaymentGateway, registration_id: Id, body: MissedIn
) -> Registration:
    """Call an appointment missed once it has begun, excused or not."""
    return actions.mark_missed(uow, actor, gateway, registration_id, body.reason, excused=body.excused)


@routes.post(
    "/registrations/{registration_id}/excuse",
    holds=_applications_and_session,
    action="registration.excuse",
    answers=RegistrationOut,
    if_match=Registration,
    needs_key=True,
)
def excuse(uow: UnitOfWork, actor: Actor, registration_id: Id, body: ExcuseIn) -> Registration:
    """Excuse a missed appointment afterwards; the authorization it ended is good again."""
    return actions.excuse(uow, actor, registration_id, body.reason)
