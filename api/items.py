"""The item bank: items, their versions and enemies: routes with their In and Out models."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from api.fields import Code, Flag, Id, In, Language, Line, Markup, Out, Reason
from api.paging import Listing
from api.routing import Resource, Routes
from domain.actors import Actor
from domain.items import actions, actions_sets, reading
from domain.items.actions import NewItem, Revision
from domain.items.model import Enemy, Item, ItemContent, ItemStatus, ItemVersion, Option
from domain.items.rules import MOST_OPTIONS
from domain.paging import Page, PageRequest
from domain.ports import UnitOfWork

routes = Routes("items")

OptionNumber = Annotated[int, Field(strict=True, ge=1, le=MOST_OPTIONS)]
ITEMS = Listing(
    Item,
    sorts=("id", "search_code"),
    filters={"program": Code, "exam_code": Code, "status": ItemStatus, "domain": Code, "objective": Code, "set_id": Id},
    prefixes=("search_code",),
)


class OptionIn(In):
    """An option: its text, and why it is right or wrong."""

    text: Markup
    rationale: Markup = ""


class ContentIn(In):
    """What an item asks. Texts hold the allowed part of HTML; options are numbered from 1.

    With `choose` of 1 each option of `key` is right by itself; with more, exactly those of `key` together.
    """

    title: Line
    stem: Markup
    options: Annotated[tuple[OptionIn, ...], Field(min_length=2, max_length=MOST_OPTIONS)]
    key: Annotated[tuple[OptionNumber, ...], Field(min_length=1, max_length=MOST_OPTIONS)]
    choose: OptionNumber = 1
    shuffle: Flag = False
    language: Language = "en"
    notes: Markup = ""

    def value(self) -> ItemContent:
        """The content as the domain has it."""
        return ItemContent(
            title=self.title,
            stem=self.stem,
            options=tuple(Option(text=one.text, rationale=one.rationale) for one in self.options),
            key=self.key,
            choose=self.choose,
            shuffle=self.shuffle,
            language=self.language,
            notes=self.notes,
        )


class ItemIn(In):
    """A new item. `domain` and `objective` are codes of the edition's exam outline."""

    program: Code
    code: Code
    domain: Code
    objective: Code | None = None
    set_id: Id | None = None
    edition: Code | None = None
    content: ContentIn


class ItemRevisionIn(In):
    """What an item says from now on, and where in the outline it belongs."""

    domain: Code
    objective: Code | None = None
    content: ContentIn


class RetirementIn(In):
    """Why an item retires; `for_practice` gives it out for practice exams."""

    reason: Reason
    for_practice: Flag = False


class EnemyIn(In):
    """Another item that may not stand on a form with this one."""

    enemy_id: Id
    reason: Reason


class ItemOut(Resource):
    """An item without its content; `number` is the version that its status is about."""

    noun: ClassVar[str] = "item"

    program: str
    exam_code: str
    edition: str
    code: str
    domain: str
    objective: str | None
    set_id: UUID | None
    set_place: int | None
    number: int
    options: int
    status: ItemStatus
    authored_by: list[str]
    created_at: datetime
    reviewed_by: str | None
    reviewed_at: datetime | None
    proposed_by: str | None
    proposed_at: datetime | None
    approved_by: str | None
    approved_at: datetime | None
    retired_by: str | None
    retired_at: datetime | None
    retired_reason: str | None
    for_practice: bool


class ItemVersionHeadingOut(Resource):
    """A version of an item, without its content."""

    item_id: UUID
    number: int
    domain: str
    objective: str | None
    sha256: str
    created_by: str
    created_at: datetime


class OptionOut(Out):
    """An option with its rationale."""

    text: str
    rationale: str


class ContentOut(Out):
    """What an item asks, with its key."""

    title: str
    stem: str
    options: list[OptionOut]
    key: list[int]
    choose: int
    shuffle: bool
    language: str
    notes: str


class ItemVersionOut(ItemVersionHeadingOut):
    """A version of an item with its content. That it was read stands in the journal."""

    content: ContentOut


class EnemyOut(Resource):
    """Two items that may not stand on one form."""

    item_id: UUID
    enemy_id: UUID
    reason: str
    declared_by: str
    declared_at: datetime


class EnemiesOut(Out):
    """The pairs that an item belongs to."""

    items: list[EnemyOut]


@routes.post("/items", action="item.create", answers=ItemOut, status_code=201, location="/v1/items/{id}")
def create_item(uow: UnitOfWork, actor: Actor, body: ItemIn) -> Item:
    """Write an item, as a draft."""
    wanted = NewItem(
        program=body.program,
        code=body.code,
        domain=body.domain,
        objective=body.objective,
        set_id=body.set_id,
        edition=body.edition,
        content=body.content.value(),
    )
    return actions.create(uow, actor, wanted)


@routes.get("/items", action="item.read", answers=ItemOut, listing=ITEMS)
def list_items(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[Item]:
    """List items, without their content. `search_code` finds codes by their start, in lower case."""
    actor.must("item.read")
    return uow.items.page(page)


@routes.get("/items/{item_id}", action="item.read", answers=ItemOut)
def read_item(uow: UnitOfWork, actor: Actor, item_id: Id) -> Item:
    """Read what is known of an item, without its content."""
    actor.must("item.read")
    return uow.items.get(item_id)


@routes.put("/items/{item_id}", action="item.revise", answers=ItemOut, if_match=Item)
def revise_item(uow: UnitOfWork, actor: Actor, item_id: Id, body: ItemRevisionIn) -> Item:
    """Give an item a new version; it is a draft again. Forms keep the version they were made of."""
    wanted = Revision(domain=body.domain, objective=body.objective, content=body.content.value())
    return actions.revise(uow, actor, item_id, wanted)


@routes.post("/items/{item_id}/review", action="item.review", answers=ItemOut, if_match=Item)
def review_item(uow: UnitOfWork, actor: Actor, item_id: Id) -> Item:
    """Judge a draft as good, having written no version of it."""
    return actions.review(uow, actor, item_id)


@routes.post("/items/{item_id}/return", action="item.send_back", answers=ItemOut, if_match=Item)
def send_item_back(uow: UnitOfWork, actor: Actor, item_id: Id) -> Item:
    """Make an item that is not operational yet a draft again."""
    return actions.send_back(uow, actor, item_id)


@routes.post("/items/{item_id}/pretest", action="item.pretest", answers=ItemOut, if_match=Item)
def pretest_item(uow: UnitOfWork, actor: Actor, item_id: Id) -> Item:
    """Let a reviewed item stand on forms without scoring."""
    return actions.pretest(uow, actor, item_id)


@routes.post("/items/{item_id}/proposal", action="item.propose", answers=ItemOut, if_match=Item)
def propose_item(uow: UnitOfWork, actor: Actor, item_id: Id) -> Item:
    """Propose to make an item operational. A second person agrees."""
    return actions.propose(uow, actor, item_id)


@routes.delete("/items/{item_id}/proposal", action="item.drop_proposal", if_match=Item)
def drop_item_proposal(uow: UnitOfWork, actor: Actor, item_id: Id) -> None:
    """Turn a proposal down, or take it back."""
    actions.drop_proposal(uow, actor, item_id)


@routes.post("/items/{item_id}/approval", action="item.approve", answers=ItemOut, if_match=Item)
def approve_item(uow: UnitOfWork, actor: Actor, item_id: Id) -> Item:
    """Make a proposed item operational, as a second person who wrote no version of it."""
    return actions.approve(uow, actor, item_id)


@routes.post("/items/{item_id}/retirement", action="item.retire", answers=ItemOut, if_match=Item)
def retire_item(uow: UnitOfWork, actor: Actor, item_id: Id, body: RetirementIn) -> Item:
    """Put an item on no new form; with `for_practice` it serves practice exams from then on."""
    return actions.retire(uow, actor, item_id, body.reason, for_practice=body.for_practice)


@routes.get(
    "/items/{item_id}/versions",
    action="item.read",
    answers=ItemVersionHeadingOut,
    listing=Listing(ItemVersion, sorts=("id", "number")),
)
def list_versions(uow: UnitOfWork, actor: Actor, item_id: Id, page: PageRequest) -> Page[ItemVersion]:
    """List the versions of an item, without their content."""
    actor.must("item.read", uow.items.get(item_id))
    return uow.item_versions.page(page.within(item_id=item_id))


@routes.get("/item-versions/{version_id}", action="item.read_content", answers=ItemVersionOut, writes=True)
def read_version(uow: UnitOfWork, actor: Actor, version_id: Id) -> ItemVersion:
    """Read a version of an item with its content and key; the journal keeps that you did.

    One person reads so many a day; whoever needs more asks for an export. Nobody who is about to sit an exam reads any.
    """
    return reading.read_item(uow, actor, version_id)


@routes.get("/items/{item_id}/enemies", action="item.read", answers=EnemiesOut)
def list_enemies(uow: UnitOfWork, actor: Actor, item_id: Id) -> EnemiesOut:
    """List the items that may not stand on a form with this one."""
    actor.must("item.read", uow.items.get(item_id))
    pairs = actions_sets.enemies_of(uow, item_id)
    return EnemiesOut(items=[EnemyOut.model_validate(pair) for pair in pairs])


@routes.post(
    "/items/{item_id}/enemies",
    action="item.declare_enemy",
    answers=EnemyOut,
    status_code=201,
    location="/v1/item-enemies/{id}",
)
def declare_enemy(uow: UnitOfWork, actor: Actor, item_id: Id, body: EnemyIn) -> Enemy:
    """Say that two items may not stand on one form."""
    return actions_sets.declare_enemy(uow, actor, item_id, body.enemy_id, body.reason)


@routes.get("/item-enemies/{pair_id}", action="item.read", answers=EnemyOut)
def read_enemy(uow: UnitOfWork, actor: Actor, pair_id: Id) -> Enemy:
    """Read a pair of items that may not stand on one form."""
    actor.must("item.read")
    return uow.item_enemies.get(pair_id)


@routes.delete("/item-enemies/{pair_id}", action="item.declare_enemy", if_match=Enemy)
def withdraw_enemy(uow: UnitOfWork, actor: Actor, pair_id: Id) -> None:
    """Let two items stand on one form again."""
    actions_sets.withdraw_enemy(uow, actor, pair_id)
