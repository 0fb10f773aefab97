"""Assemblies of forms: routes with their In and Out models."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from api.fields import Code, Count, Id, In, Line, Out
from api.paging import Listing
from api.routing import Resource, Routes
from domain.actors import Actor
from domain.assembly import actions
from domain.assembly.model import Assembly, AssemblyStatus, Bounds, Wanted
from domain.paging import Page, PageRequest
from domain.ports import UnitOfWork

routes = Routes("assemblies")

MOST_FORMS = 8
MOST_BOUNDS = 100
Theta = Annotated[float, Field(strict=True, ge=-8, le=8, description="The cut on the metric of the parameters.")]
Target = Annotated[float, Field(strict=True, ge=0, le=1_000)]
Seconds = Annotated[float, Field(strict=True, ge=1, le=300)]
Gap = Annotated[float, Field(strict=True, ge=0, le=10)]
Few = Annotated[int, Field(strict=True, ge=0, le=500)]
Scale = Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9._ -]*$")]


class BoundsIn(In):
    """How many at least and at most, both inclusive."""

    least: Few
    most: Few


class AssemblyIn(In):
    """What the forms must be.

    The numbers of items by exam domain come from the outline of the edition (the one in force where none is named).
    `codes` are those of the forms to be made. Items need parameters on the metric `scale`; `theta` is the cut there.
    `information` and `expected_raw` are targets at the cut; without the first, the least informative form is made as
    informative as can be. `anchor_items` stand on every form; with `anchor_form_id` they come from that earlier form,
    which gives nothing else. Items shown to more than `most_exposed` candidates are left out.
    """

    program: Code
    edition: Code | None = None
    codes: Annotated[tuple[Code, ...], Field(min_length=1, max_length=MOST_FORMS)]
    theta: Theta
    scale: Scale = ""
    objectives: Annotated[dict[Code, BoundsIn], Field(max_length=MOST_BOUNDS)] = Field(default_factory=dict)
    sets: BoundsIn | None = None
    anchor_items: Few = 0
    anchor_form_id: Id | None = None
    pretest_items: Few = 0
    information: Target | None = None
    expected_raw: Target | None = None
    most_exposed: Count | None = None
    seconds: Seconds = 30.0
    gap: Gap = 0.05


class BoundsOut(Out):
    """How many at least and at most, both inclusive."""

    least: int
    most: int


class WantedOut(Out):
    """What was asked for; see the request."""

    codes: tuple[str, ...]
    theta: float
    scale: str
    objectives: dict[str, BoundsOut]
    sets: BoundsOut | None
    anchor_items: int
    anchor_form_id: UUID | None
    pretest_items: int
    information: float | None
    expected_raw: float | None
    most_exposed: int | None
    seconds: float
    gap: float


class AssembledFormOut(Out):
    """One form: codes of items in the form's order; `anchor` are those that stand on every form."""

    code: str
    scored: tuple[str, ...]
    pretest: tuple[str, ...]
    anchor: tuple[str, ...]
    information: float
    expected_raw: float


class GivingWayOut(Out):
    """A bound that clashes with others: `by` how many items it must give way, where that settles the matter.

    Of those that are `clashing`, all cannot be kept, and none can be spared for the clash.
    """

    bound: Line
    by: float
    clashing: bool


class AssemblyOut(Resource):
    """A search for forms and what came of it.

    `gap` is how much nearer to the targets an unknown solution could be, `left_out` counts the items that could not be
    chosen, by reason. `clashes` tell why no form exists. Adopted, `form_ids` are the forms.
    """

    noun: ClassVar[str] = "assembly"

    program: str
    exam_code: str
    edition: str
    wanted: WantedOut
    status: AssemblyStatus
    requested_by: str
    created_at: datetime
    job_id: UUID | None
    pool_items: int
    pool_sha256: str | None
    left_out: dict[str, int]
    forms: tuple[AssembledFormOut, ...]
    objective: float | None
    bound: float | None
    gap: float | None
    seconds: float | None
    solver: str | None
    clashes: tuple[GivingWayOut, ...]
    form_ids: tuple[UUID, ...]
    decided_by: str | None
    decided_at: datetime | None


@routes.post(
    "/assemblies", action="assembly.request", answers=AssemblyOut, status_code=202, location="/v1/assemblies/{id}"
)
def assemble(uow: UnitOfWork, actor: Actor, body: AssemblyIn) -> Assembly:
    """Search for forms, as a job: `job_id` tells its progress, and the assembly what came of it."""
    wanted = {name: getattr(body, name) for name in Wanted.__dataclass_fields__}
    wanted["objectives"] = {code: _bounds(bounds) for code, bounds in body.objectives.items()}
    wanted["sets"] = None if body.sets is None else _bounds(body.sets)
    return actions.request(uow, actor, body.program, Wanted(**wanted), body.edition)


def _bounds(given: BoundsIn) -> Bounds:
    return Bounds(least=given.least, most=given.most)


@routes.get(
    "/assemblies",
    action="assembly.read",
    answers=AssemblyOut,
    listing=Listing(Assembly, default_sort="-id", filters={"program": Code, "status": AssemblyStatus}),
)
def list_assemblies(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[Assembly]:
    """List assemblies, the newest first."""
    return actions.listed(uow, actor, page)


@routes.get("/assemblies/{assembly_id}", action="assembly.read", answers=AssemblyOut)
def read_assembly(uow: UnitOfWork, actor: Actor, assembly_id: Id) -> Assembly:
    """Read an assembly, with its forms or with what stands against any."""
    return actions.read(uow, actor, assembly_id)


@routes.post("/assemblies/{assembly_id}/adoption", action="assembly.adopt", answers=AssemblyOut, if_match=Assembly)
def adopt(uow: UnitOfWork, actor: Actor, assembly_id: Id) -> Assembly:
    """Lay out the forms that were found, each with a draft of its key, which a second person approves."""
    return actions.adopt(uow, actor, assembly_id)


@routes.post(
    "/assemblies/{assembly_id}/discarding",
    action="assembly.discard",
    answers=AssemblyOut,
    if_match=Assembly,
)
def discard(uow: UnitOfWork, actor: Actor, assembly_id: Id) -> Assembly:
    """Say that nobody wants these forms."""
    return actions.discard(uow, actor, assembly_id)
