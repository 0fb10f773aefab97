"""Forms with the versions of their key and conversion: routes with their In and Out models."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from api.fields import Code, Count, Flag, Id, In, Out
from api.paging import Listing
from api.routing import Resource, Routes
from domain.actors import Actor
from domain.errors import Contradiction, Fault
from domain.paging import Page, PageRequest
from domain.ports import UnitOfWork
from domain.scores import actions
from domain.scores.keys import MOST_OPTIONS
from domain.scores.model import Conversion, Form, FormItem, FormKey, VersionStatus

routes = Routes("scores")

MOST_ITEMS = 1_000
Option = Annotated[int, Field(strict=True, ge=1, le=MOST_OPTIONS)]
Number = Annotated[int, Field(strict=True, ge=1, le=10_000)]
Cut = Annotated[float, Field(ge=0, le=MOST_ITEMS, description="In raw points; between two of them, the upper one.")]


class FormItemIn(In):
    """A place on a form. `domain` and `objective` are codes of the edition's exam outline."""

    code: Code
    domain: Code
    objective: Code | None = None
    options: Option = 4
    scored: Flag = True

    def value(self) -> FormItem:
        """The place as the domain has it."""
        return FormItem(
            code=self.code,
            domain=self.domain,
            objective=self.objective,
            options=self.options,
            scored=self.scored,
        )


Items = Annotated[tuple[FormItemIn, ...], Field(min_length=1, max_length=MOST_ITEMS)]


class FormIn(In):
    """A new form: its items in the order of the file of responses. Without an `edition`, under the one in force."""

    program: Code
    code: Code
    items: Items
    edition: Code | None = None


class FormChangeIn(In):
    """The items that a draft form gets instead."""

    items: Items


class FormKeyIn(In):
    """For each item the options that score, in the form's order; none where the item is dropped."""

    correct: Annotated[
        tuple[Annotated[tuple[Option, ...], Field(max_length=MOST_OPTIONS)], ...],
        Field(min_length=1, max_length=MOST_ITEMS),
    ]


class ConversionIn(In):
    """The cut; with `scaled`, a table equated elsewhere: the scaled score of each raw score from 0.

    It is made for the points that version `key_number` of the key gives, by default the newest.
    """

    cut: Cut
    scaled: Annotated[tuple[Count, ...], Field(min_length=2, max_length=MOST_ITEMS + 1)] | None = None
    key_number: Number | None = None


class FormItemOut(Out):
    """A place on a form."""

    code: str
    domain: str
    objective: str | None
    options: int
    scored: bool


class FormOut(Resource):
    """A form; frozen once a key of it is approved."""

    noun: ClassVar[str] = "form"

    program: str
    exam_code: str
    code: str
    edition: str
    items: list[FormItemOut]
    created_by: str
    created_at: datetime
    status: VersionStatus


class FormKeyOut(Resource):
    """A version of a form's key. The approved one is in force; the one before it is retired."""

    noun: ClassVar[str] = "form_key"

    form_id: UUID
    number: int
    correct: list[list[int]]
    created_by: str
    created_at: datetime
    status: VersionStatus
    approved_by: str | None
    approved_at: datetime | None


class ConversionOut(Resource):
    """A version of a form's conversion: `scaled` lists the scaled score of each raw score from 0.

    One that came of an equating run decides on `equated`, the unrounded equivalents of raw scores on the base form, of
    which `base_cut` passes.
    """

    noun: ClassVar[str] = "conversion"

    form_id: UUID
    number: int
    cut_raw: int
    scaled: list[int]
    created_by: str
    created_at: datetime
    status: VersionStatus
    approved_by: str | None
    approved_at: datetime | None
    equated: list[float]
    equating_run_id: UUID | None
    base_cut: float | None


@routes.post("/forms", action="form.create", answers=FormOut, status_code=201, location="/v1/forms/{id}")
def create_form(uow: UnitOfWork, actor: Actor, body: FormIn) -> Form:
    """Lay out a form of a program's exam."""
    items = [item.value() for item in body.items]
    return actions.create_form(uow, actor, body.program, body.code, items, body.edition)


@routes.get(
    "/forms",
    action="form.read",
    answers=FormOut,
    listing=Listing(Form, filters={"program": Code, "code": Code, "status": VersionStatus}),
)
def list_forms(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[Form]:
    """List forms."""
    actor.must("form.read")
    return uow.forms.page(page)


@routes.get("/forms/{form_id}", action="form.read", answers=FormOut)
def read_form(uow: UnitOfWork, actor: Actor, form_id: Id) -> Form:
    """Read a form."""
    actor.must("form.read")
    return uow.forms.get(form_id)


@routes.put("/forms/{form_id}", action="form.change", answers=FormOut, if_match=Form)
def change_form(uow: UnitOfWork, actor: Actor, form_id: Id, body: FormChangeIn) -> Form:
    """Give a draft form other items."""
    return actions.change_form(uow, actor, form_id, [item.value() for item in body.items])


@routes.post("/forms/{form_id}/retirement", action="form.retire", answers=FormOut, if_match=Form)
def retire_form(uow: UnitOfWork, actor: Actor, form_id: Id) -> Form:
    """Use a form no more: it takes no further responses."""
    return actions.retire_form(uow, actor, form_id)


@routes.post(
    "/forms/{form_id}/keys",
    action="form.draft_key",
    answers=FormKeyOut,
    status_code=201,
    location="/v1/form-keys/{id}",
)
def draft_key(uow: UnitOfWork, actor: Actor, form_id: Id, body: FormKeyIn) -> FormKey:
    """Propose a version of a form's key. A second person puts it in force."""
    return actions.draft_key(uow, actor, form_id, body.correct)


@routes.get(
    "/forms/{form_id}/keys",
    action="form.read",
    answers=FormKeyOut,
    listing=Listing(FormKey, sorts=("id", "number"), filters={"status": VersionStatus}),
)
def list_keys(uow: UnitOfWork, actor: Actor, form_id: Id, page: PageRequest) -> Page[FormKey]:
    """List the versions of a form's key."""
    actor.must("form.read", uow.forms.get(form_id))
    return uow.form_keys.page(page.within(form_id=form_id))


@routes.get("/form-keys/{key_id}", action="form.read", answers=FormKeyOut)
def read_key(uow: UnitOfWork, actor: Actor, key_id: Id) -> FormKey:
    """Read a version of a form's key."""
    actor.must("form.read")
    return uow.form_keys.get(key_id)


@routes.post("/form-keys/{key_id}/approval", action="form_key.approve", answers=FormKeyOut, if_match=FormKey)
def approve_key(uow: UnitOfWork, actor: Actor, key_id: Id) -> FormKey:
    """Put a version of the key in force, as a second person; the form is frozen with it."""
    return actions.approve_key(uow, actor, key_id)


@routes.post(
    "/forms/{form_id}/conversions",
    action="form.draft_conversion",
    answers=ConversionOut,
    status_code=201,
    location="/v1/conversions/{id}",
)
def draft_conversion(uow: UnitOfWork, actor: Actor, form_id: Id, body: ConversionIn) -> Conversion:
    """Propose a version of a form's conversion from raw to scaled scores. A second person puts it in force."""
    cut = Decimal(str(body.cut))
    if body.scaled is not None and cut != int(cut):
        raise Contradiction(Fault("/cut", "not_whole", "The cut of a table is one of its raw scores."))
    return actions.draft_conversion(uow, actor, form_id, cut, scaled=body.scaled, key_number=body.key_number)


@routes.get(
    "/forms/{form_id}/conversions",
    action="form.read",
    answers=ConversionOut,
    listing=Listing(Conversion, sorts=("id", "number"), filters={"status": VersionStatus}),
)
def list_conversions(uow: UnitOfWork, actor: Actor, form_id: Id, page: PageRequest) -> Page[Conversion]:
    """List the versions of a form's conversion."""
    actor.must("form.read", uow.forms.get(form_id))
    return uow.conversions.page(page.within(form_id=form_id))


@routes.get("/conversions/{conversion_id}", action="form.read", answers=ConversionOut)
def read_conversion(uow: UnitOfWork, actor: Actor, conversion_id: Id) -> Conversion:
    """Read a version of a form's conversion."""
    actor.must("form.read")
    return uow.conversions.get(conversion_id)


@routes.post(
    "/conversions/{conversion_id}/approval", action="conversion.approve", answers=ConversionOut, if_match=Conversion
)
def approve_conversion(uow: UnitOfWork, actor: Actor, conversion_id: Id) -> Conversion:
    """Put a version of the conversion in force, as a second person."""
    return actions.approve_conversion(uow, actor, conversion_id)
