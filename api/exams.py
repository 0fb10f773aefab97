"""The exam's calendar: administrations and sessions, routes with their In and Out models."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field

from api.fields import Code, Count, Day, Flag, Id, In, Instant, Line, Reason
from api.paging import Listing
from api.routing import Resource, Routes
from domain.actors import Actor
from domain.exams import actions_calendar as actions
from domain.exams.actions_calendar import Plan, Remedy, Sitting
from domain.exams.model import Administration, AdministrationStatus, Session, SessionStatus
from domain.paging import Page, PageRequest
from domain.ports import PaymentGateway, UnitOfWork

routes = Routes("exams")

Zone = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        pattern=r"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$",
        description="An IANA time zone.",
        json_schema_extra={"format": "iana-time-zone"},
    ),
]
Seats = Annotated[Count, Field(ge=1, le=100_000)]


class AdministrationIn(In):
    """A testing window to be; both days are inclusive, in `zone`."""

    program: Code
    code: Code
    title: Line
    opens_on: Day
    closes_on: Day
    zone: Zone


class SessionIn(In):
    """A session to be: where, when, and how many seats."""

    site: Line
    address: Line
    starts_at: Instant
    zone: Zone
    seats: Seats


class SessionChangeIn(In):
    """What of a session changes; what is left out stays. A session never moves in time."""

    site: Line | None = None
    address: Line | None = None
    seats: Seats | None = None


class RemedyIn(In):
    """Why a session is cancelled, and what becomes of those who have a seat.

    Whom the session `move_to` has room for moves there. All others lose the seat: with `refund` the exam fee goes back
    and the authorization ends; without, they keep it, with a whole window to book in.
    """

    reason: Reason
    move_to: Id | None = None
    refund: Flag = False

    def value(self) -> Remedy:
        """The remedy as the domain has it."""
        return Remedy(reason=self.reason, move_to=self.move_to, refund=self.refund)


class AdministrationRemedyIn(In):
    """Why an administration is cancelled, and whether the exam fee goes back to those who have a seat."""

    reason: Reason
    refund: Flag = False


class AdministrationOut(Resource):
    """A testing window of one exam."""

    noun: ClassVar[str] = "administration"

    program: str
    exam_code: str
    code: str
    title: str
    opens_on: date
    closes_on: date
    zone: str
    status: AdministrationStatus


class SessionOut(Resource):
    """A session: where, when (an instant with the site's zone), and its seats."""

    noun: ClassVar[str] = "session"

    administration_id: UUID
    site: str
    address: str
    starts_at: datetime
    zone: str
    seats: int
    seats_taken: int
    status: SessionStatus


ADMINISTRATIONS = Listing(
    Administration, sorts=("id", "opens_on"), filters={"program": Code, "status": AdministrationStatus}
)
SESSIONS = Listing(Session, sorts=("id", "starts_at"), filters={"status": SessionStatus})
UPCOMING = Listing(Session, sorts=("starts_at",), default_sort="starts_at", filters={"administration_id": Id})


def _both_sessions(uow: UnitOfWork, arguments: Mapping[str, Any]) -> None:
    actions.hold_both(uow, arguments["session_id"], arguments["body"].move_to)


@routes.post(
    "/exam-administrations",
    action="administration.create",
    answers=AdministrationOut,
    status_code=201,
    location="/v1/exam-administrations/{id}",
)
def create(uow: UnitOfWork, actor: Actor, body: AdministrationIn) -> Administration:
    """Plan an administration of a program's exam."""
    return actions.create(uow, actor, Plan(**dict(body)))


@routes.get("/exam-administrations", action="administration.read", answers=AdministrationOut, listing=ADMINISTRATIONS)
def list_administrations(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[Administration]:
    """List administrations, for anyone."""
    actor.must("administration.read")
    return uow.administrations.page(page)


@routes.get("/exam-administrations/{administration_id}", action="administration.read", answers=AdministrationOut)
def read(uow: UnitOfWork, actor: Actor, administration_id: Id) -> Administration:
    """Read an administration."""
    administration = uow.administrations.get(administration_id)
    actor.must("administration.read", administration)
    return administration


@routes.post(
    "/exam-administrations/{administration_id}/opening",
    action="administration.open",
    answers=AdministrationOut,
    if_match=Administration,
)
def open_administration(uow: UnitOfWork, actor: Actor, administration_id: Id) -> Administration:
    """Let an administration's sessions take registrations."""
    return actions.open_(uow, actor, administration_id)


@routes.post(
    "/exam-administrations/{administration_id}/closure",
    action="administration.close",
    answers=AdministrationOut,
    if_match=Administration,
)
def close_administration(uow: UnitOfWork, actor: Actor, administration_id: Id) -> Administration:
    """Let an administration's sessions take no registration any more; booked seats stay booked."""
    return actions.close(uow, actor, administration_id)


@routes.post(
    "/exam-administrations/{administration_id}/cancellation",
    action="administration.cancel",
    answers=AdministrationOut,
    if_match=Administration,
    needs_key=True,
)
def cancel_administration(
    uow: UnitOfWork, actor: Actor, gateway: PaymentGateway, administration_id: Id, body: AdministrationRemedyIn
) -> Administration:
    """Cancel an administration and all its sessions; whoever has a seat is told, and may get the exam fee back."""
    remedy = Remedy(reason=body.reason, refund=body.refund)
    return actions.cancel(uow, actor, gateway, administration_id, remedy)


@routes.post(
    "/exam-administrations/{administration_id}/sessions",
    action="administration.add_session",
    answers=SessionOut,
    status_code=201,
    location="/v1/sessions/{id}",
)
def add_session(uow: UnitOfWork, actor: Actor, administration_id: Id, body: SessionIn) -> Session:
    """Add a session to an administration."""
    return actions.add_session(uow, actor, administration_id, Sitting(**dict(body)))


@routes.get(
    "/exam-administrations/{administration_id}/sessions", action="session.read", answers=SessionOut, listing=SESSIONS
)
def list_sessions(uow: UnitOfWork, actor: Actor, administration_id: Id, page: PageRequest) -> Page[Session]:
    """List an administration's sessions."""
    actor.must("session.read", uow.administrations.get(administration_id))
    return uow.sessions.page(page.within(administration_id=administration_id))


@routes.get("/sessions", action="session.read", answers=SessionOut, listing=UPCOMING)
def list_upcoming_sessions(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[Session]:
    """List the sessions to come that take registrations and have a free seat, the soonest first."""
    actor.must("session.read")
    return uow.sessions.upcoming(page, uow.now)


@routes.get("/sessions/{session_id}", action="session.read", answers=SessionOut)
def read_session(uow: UnitOfWork, actor: Actor, session_id: Id) -> Session:
    """Read a session."""
    session = uow.sessions.get(session_id)
    actor.must("session.read", session)
    return session


@routes.patch("/sessions/{session_id}", action="session.change", answers=SessionOut, if_match=Session)
def change_session(uow: UnitOfWork, actor: Actor, session_id: Id, body: SessionChangeIn) -> Session:
    """Change a session's seats, never below those taken, or its place; whoever has a seat is told of another place."""
    changes = {name: value for name, value in dict(body).items() if value is not None}
    return actions.change_session(uow, actor, session_id, changes)


@routes.post("/sessions/{session_id}/closure", action="session.close", answers=SessionOut, if_match=Session)
def close_session(uow: UnitOfWork, actor: Actor, session_id: Id) -> Session:
    """Let a session take no registration any more; booked seats stay booked."""
    return actions.close_session(uow, actor, session_id)


@routes.post("/sessions/{session_id}/opening", action="session.reopen", answers=SessionOut, if_match=Session)
def reopen_session(uow: UnitOfWork, actor: Actor, session_id: Id) -> Session:
    """Let a closed session take registrations again."""
    return actions.reopen_session(uow, actor, session_id)


@routes.post(
    "/sessions/{session_id}/cancellation",
    action="session.cancel",
    answers=SessionOut,
    if_match=Session,
    needs_key=True,
    holds=_both_sessions,
)
def cancel_session(uow: UnitOfWork, actor: Actor, gateway: PaymentGateway, session_id: Id, body: RemedyIn) -> Session:
    """Cancel a session; whoever has a seat is moved, keeps the authorization or gets the money back, and is told."""
    return actions.cancel_session(uow, actor, gateway, session_id, body.value())
