"""Item sets with the cases that they share, and who read what: routes with their In and Out models."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from api.fields import Code, Id, In, Language, Line, Markup
from api.paging import Listing
from api.routing import Resource, Routes
from domain.actors import Actor
from domain.items import actions_sets, reading
from domain.items.actions_sets import NewSet
from domain.items.model import ItemReading, ItemSet, ItemSetVersion
from domain.paging import Page, PageRequest
from domain.ports import UnitOfWork

routes = Routes("items")


class ItemSetIn(In):
    """A new set: the case that its items share, in the allowed part of HTML."""

    program: Code
    code: Code
    title: Line
    stimulus: Markup
    language: Language = "en"
    edition: Code | None = None


class CaseIn(In):
    """Another case for a set."""

    title: Line
    stimulus: Markup
    language: Language = "en"


class ItemSetOut(Resource):
    """A set, without its case; `number` is the case's version."""

    noun: ClassVar[str] = "item_set"

    program: str
    exam_code: str
    edition: str
    code: str
    title: str
    number: int
    created_by: str
    created_at: datetime


class CaseOut(Resource):
    """A version of a set's case. That it was read stands in the journal."""

    set_id: UUID
    number: int
    stimulus: str
    language: str
    created_by: str
    created_at: datetime


class CaseHeadingOut(Resource):
    """A version of a set's case, without its text."""

    set_id: UUID
    number: int
    language: str
    created_by: str
    created_at: datetime


class ItemReadingOut(Resource):
    """Who read which version of an item, or of a set's case."""

    item_id: UUID | None
    set_id: UUID | None
    version_id: UUID
    number: int
    reader: str
    read_on: date
    read_at: datetime


@routes.post("/item-sets", action="item_set.create", answers=ItemSetOut, status_code=201, location="/v1/item-sets/{id}")
def create_set(uow: UnitOfWork, actor: Actor, body: ItemSetIn) -> ItemSet:
    """Write a set with the case that its items share."""
    wanted = NewSet(
        program=body.program,
        code=body.code,
        title=body.title,
        stimulus=body.stimulus,
        language=body.language,
        edition=body.edition,
    )
    return actions_sets.create_set(uow, actor, wanted)


@routes.get(
    "/item-sets",
    action="item_set.read",
    answers=ItemSetOut,
    listing=Listing(
        ItemSet, sorts=("id", "search_code"), filters={"program": Code, "exam_code": Code}, prefixes=("search_code",)
    ),
)
def list_sets(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[ItemSet]:
    """List item sets, without their cases."""
    actor.must("item_set.read")
    return uow.item_sets.page(page)


@routes.get("/item-sets/{set_id}", action="item_set.read", answers=ItemSetOut)
def read_set(uow: UnitOfWork, actor: Actor, set_id: Id) -> ItemSet:
    """Read what is known of a set, without its case."""
    actor.must("item_set.read")
    return uow.item_sets.get(set_id)


@routes.put("/item-sets/{set_id}", action="item_set.revise", answers=ItemSetOut, if_match=ItemSet)
def revise_set(uow: UnitOfWork, actor: Actor, set_id: Id, body: CaseIn) -> ItemSet:
    """Give a set another case, while all of its items are drafts."""
    return actions_sets.revise_set(uow, actor, set_id, body.title, body.stimulus, body.language)


@routes.get(
    "/item-sets/{set_id}/versions",
    action="item_set.read",
    answers=CaseHeadingOut,
    listing=Listing(ItemSetVersion, sorts=("id", "number")),
)
def list_cases(uow: UnitOfWork, actor: Actor, set_id: Id, page: PageRequest) -> Page[ItemSetVersion]:
    """List the versions of a set's case, without their text."""
    actor.must("item_set.read", uow.item_sets.get(set_id))
    return uow.item_set_versions.page(page.within(set_id=set_id))


@routes.get("/item-set-versions/{case_id}", action="item_set.read_content", answers=CaseOut, writes=True)
def read_case(uow: UnitOfWork, actor: Actor, case_id: Id) -> ItemSetVersion:
    """Read a version of a set's case; the journal keeps that you did."""
    return reading.read_case(uow, actor, case_id)


@routes.get(
    "/item-readings",
    action="item_reading.read",
    answers=ItemReadingOut,
    listing=Listing(ItemReading, filters={"reader": Line, "item_id": Id, "set_id": Id}),
)
def list_readings(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[ItemReading]:
    """List who read the content of which item or set."""
    actor.must("item_reading.read")
    return uow.item_readings.page(page)
