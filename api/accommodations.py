"""Accommodations: routes with their In and Out models."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from api.fields import MANY, Code, Count, Flag, Id, In, Reason
from api.paging import Listing
from api.routing import Resource, Routes
from domain.actors import Actor
from domain.exams import actions_accommodations as actions
from domain.exams.model import Accommodation, AccommodationStatus
from domain.exams.rules_accommodations import MOST_MINUTES
from domain.paging import Page, PageRequest
from domain.ports import UnitOfWork

routes = Routes("accommodations")


class AccommodationIn(In):
    """An arrangement that is asked for: the test centre's code (`ET01HR`), why, and the documents that show it."""

    code: Code
    reason: Reason
    file_ids: Annotated[tuple[Id, ...], Field(max_length=MANY)] = ()


class DecisionIn(In):
    """What is decided; `code` where it is not the one asked for, `extra_minutes` where the code does not say them."""

    approved: Flag
    reason: Reason
    code: Code | None = None
    extra_minutes: Annotated[Count, Field(le=MOST_MINUTES)] | None = None


class AccommodationOut(Resource):
    """A requested arrangement and its decision."""

    noun: ClassVar[str] = "accommodation"

    candidate_id: UUID
    application_id: UUID
    code: str
    reason: str
    file_ids: list[UUID]
    status: AccommodationStatus
    extra_minutes: int
    requested_at: datetime
    decided_at: datetime | None
    decision_reason: str | None


ACCOMMODATIONS = Listing(Accommodation, filters={"status": AccommodationStatus})


@routes.post(
    "/applications/{application_id}/accommodations",
    action="application.request_accommodation",
    answers=AccommodationOut,
    status_code=201,
    location="/v1/accommodations/{id}",
)
def request(uow: UnitOfWork, actor: Actor, application_id: Id, body: AccommodationIn) -> Accommodation:
    """Ask for an arrangement, with the documents that show the need."""
    return actions.request(uow, actor, application_id, body.code, body.reason, body.file_ids)


@routes.get("/accommodations", action="accommodation.list", answers=AccommodationOut, listing=ACCOMMODATIONS)
def list_accommodations(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[Accommodation]:
    """List everyone's requests, for those who decide on them."""
    actor.must("accommodation.list")
    return uow.accommodations.page(page)


@routes.get(
    "/candidates/{candidate_id}/accommodations",
    action="accommodation.read",
    answers=AccommodationOut,
    listing=ACCOMMODATIONS,
)
def list_accommodations_of_candidate(
    uow: UnitOfWork, actor: Actor, candidate_id: Id, page: PageRequest
) -> Page[Accommodation]:
    """List a candidate's requests."""
    actor.must("accommodation.read", uow.candidates.get(candidate_id))
    return uow.accommodations.page(page.within(candidate_id=candidate_id))


@routes.get("/accommodations/{accommodation_id}", action="accommodation.read", answers=AccommodationOut)
def read(uow: UnitOfWork, actor: Actor, accommodation_id: Id) -> Accommodation:
    """Read a request and its decision."""
    accommodation = uow.accommodations.get(accommodation_id)
    actor.must("accommodation.read", accommodation)
    return accommodation


@routes.post(
    "/accommodations/{accommodation_id}/decision",
    action="accommodation.decide",
    answers=AccommodationOut,
    if_match=Accommodation,
)
def decide(uow: UnitOfWork, actor: Actor, accommodation_id: Id, body: DecisionIn) -> Accommodation:
    """Approve or deny a request; a seat that is booked already gets the approved minutes too."""
    answer = actions.Answer(
        approved=body.approved, reason=body.reason, code=body.code, extra_minutes=body.extra_minutes
    )
    return actions.decide(uow, actor, accommodation_id, answer)


@routes.post(
    "/accommodations/{accommodation_id}/withdrawal",
    action="accommodation.withdraw",
    answers=AccommodationOut,
    if_match=Accommodation,
)
def withdraw(uow: UnitOfWork, actor: Actor, accommodation_id: Id) -> Accommodation:
    """Take a request back before it is decided."""
    return actions.withdraw(uow, actor, accommodation_id)
