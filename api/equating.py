"""Equating runs and the conversions they propose: routes with their In and Out models."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, JsonValue

from api.fields import Code, Flag, Id, In
from api.forms import ConversionOut
from api.jobs import JobOut
from api.paging import Listing
from api.routing import Resource, Routes
from domain.actors import Actor
from domain.analysis import equating
from domain.analysis.design import Design, EquatingMethod, Link, Model, Smoothing
from domain.analysis.equating import Wish
from domain.analysis.model import EquatingRun
from domain.jobs.model import Job
from domain.paging import Page, PageRequest
from domain.ports import UnitOfWork
from domain.scores.model import Conversion

routes = Routes("equating")

Degree = Annotated[int, Field(strict=True, ge=1, le=10)]
Weight = Annotated[float, Field(ge=0, le=1, description="The share of the new form's group; by numbers if left out.")]
Point = Annotated[float, Field(ge=0, le=1_000)]
Codes = Annotated[tuple[Code, ...], Field(max_length=1_000)]


class DesignIn(In):
    """The method and its arguments; those that the method does not use mean nothing.

    `groups` are randomly equivalent (`random`) or differ and share an `anchor`. `smoothing` of the distributions is by
    log-linear polynomials: none, of the stated degrees, or of the least AIC. `low_x`, `low_y` are the lowest point of
    a circle-arc, `symmetric` its kind, and that of Haebara's and Stocking and Lord's criteria. `model`, `link` and `d`
    are for response models. Items beyond `drift_bound` (robust z) are told, and left out with `exclude_drifting`. The
    bootstrap draws `replications` resamples from `seed`, one of its own choice unless given.
    """

    method: EquatingMethod
    groups: Literal["random", "anchor"] = "anchor"
    weight: Weight | None = None
    smoothing: Smoothing = "aic"
    degree: Degree = 6
    anchor_degree: Degree = 6
    cross: Annotated[int, Field(strict=True, ge=1, le=3)] = 1
    low_x: Point = 0.0
    low_y: Point = 0.0
    symmetric: Flag = False
    model: Model = "rasch"
    link: Link = "stocking_lord"
    d: Annotated[float, Field(ge=0.5, le=2)] = 1.0
    drift_bound: Annotated[float, Field(ge=1, le=10)] = 1.96
    exclude_drifting: Flag = False
    replications: Annotated[int, Field(strict=True, ge=0, le=5_000)] = 200
    seed: Annotated[int, Field(strict=True, ge=0, le=2**32 - 1)] | None = None

    def value(self) -> Design:
        """The design as the domain has it."""
        told = self.model_dump(exclude={"low_x", "low_y", "seed"})
        return Design(**told, low=(self.low_x, self.low_y), seed=self.seed or 0)


class EquatingIn(In):
    """What this form, in this administration, is equated to, and how.

    `anchor` lists the common items that carry the scale, all that count on both forms unless given; a pretest item may
    be named. `excluded` leaves some out.
    """

    reference_form_id: Id
    reference_administration_id: Id
    design: DesignIn
    anchor: Annotated[Codes, Field(min_length=1)] | None = None
    excluded: Codes = ()


class EquatingRunOut(Resource):
    """An equating run. `equivalents` are the unrounded reference points of each raw score from 0.

    `result` has bootstrap errors, the drift of the anchor, and what the method found on the way.
    """

    noun: ClassVar[str] = "equating_run"

    form_id: UUID
    administration_id: UUID
    key_number: int
    people: int
    responses_sha256: str
    reference_form_id: UUID
    reference_administration_id: UUID
    reference_key_number: int
    reference_conversion_number: int | None
    reference_people: int
    reference_sha256: str
    number: int
    design: dict[str, JsonValue]
    anchor: list[str]
    excluded: dict[str, str]
    equivalents: list[float]
    result: dict[str, JsonValue]
    software: str
    created_by: str
    created_at: datetime


@routes.post(
    "/exam-administrations/{administration_id}/forms/{form_id}/equating-runs",
    action="equating_run.request",
    answers=JobOut,
    status_code=202,
    location="/v1/jobs/{id}",
)
def run(uow: UnitOfWork, actor: Actor, administration_id: Id, form_id: Id, body: EquatingIn) -> Job:
    """Equate a form to a reference form, as a job; its result names the run."""
    wish = Wish(
        administration_id=administration_id,
        form_id=form_id,
        reference_administration_id=body.reference_administration_id,
        reference_form_id=body.reference_form_id,
        design=body.design.value(),
        anchor=body.anchor,
        excluded=body.excluded,
        seeded=body.design.seed is not None,
    )
    return equating.request(uow, actor, wish)


@routes.get(
    "/equating-runs",
    action="equating_run.read",
    answers=EquatingRunOut,
    listing=Listing(EquatingRun, default_sort="-id", filters={"form_id": Id, "reference_form_id": Id}),
)
def list_runs(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[EquatingRun]:
    """List equating runs, the newest first."""
    actor.must("equating_run.read")
    return uow.equating_runs.page(page)


@routes.get("/equating-runs/{equating_run_id}", action="equating_run.read", answers=EquatingRunOut)
def read_run(uow: UnitOfWork, actor: Actor, equating_run_id: Id) -> EquatingRun:
    """Read an equating run."""
    return equating.read(uow, actor, equating_run_id)


@routes.post(
    "/equating-runs/{equating_run_id}/conversions",
    action="equating_run.propose_conversion",
    answers=ConversionOut,
    status_code=201,
    location="/v1/conversions/{id}",
)
def propose(uow: UnitOfWork, actor: Actor, equating_run_id: Id) -> Conversion:
    """Propose the conversion that a run gives; a second person puts it in force.

    It keeps the unrounded equivalents and decides on them; the lowest raw score that passes is reported as exactly the
    passing score.
    """
    return equating.propose_conversion(uow, actor, equating_run_id)
