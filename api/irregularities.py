"""Irregularities: screenings of an administration, flags with their evidence, and people's decisions on them."""

from datetime import datetime
from typing import Annotated, ClassVar, cast
from uuid import UUID

from fastapi import File, Response, UploadFile
from pydantic import Field

from api.fields import Flag as Yes, Id, In, Out, Reason
from api.paging import Listing
from api.routing import Resource, Routes, Upload
from domain.actors import Actor
from domain.paging import Page, PageRequest
from domain.ports import Files, UnitOfWork
from domain.security import actions
from domain.security.actions import Wanted
from domain.security.model import Flag, Review, ReviewStatus, Screening, ScreeningMethod, ScreeningStatus, TimesFile
from domain.security.sheet import sheet

routes = Routes("irregularities")

Rate = Annotated[float, Field(strict=True, gt=0, le=0.2)]
Methods = Annotated[list[ScreeningMethod], Field(min_length=1, max_length=len(ScreeningMethod))]
SomeMethods = Annotated[list[ScreeningMethod], Field(max_length=len(ScreeningMethod))]


class ScreeningIn(In):
    """How to screen. `rate` is the false discovery rate of each method; `dependent` holds it under any dependence.

    Flags of the methods in `holds_for` hold a score that has not left. Response times need their file (`times_id`).
    """

    methods: Methods = Field(default_factory=lambda: list(actions.USUAL))
    holds_for: SomeMethods = Field(default_factory=lambda: list(ScreeningMethod))
    rate: Rate = 0.01
    dependent: Yes = False
    times_id: Id | None = None


class MethodFigureOut(Out):
    """What a method came to; `code` and `detail` say why there is nothing, where the data do not allow it."""

    method: ScreeningMethod
    tests: int
    found: int
    stored: int
    left_out: int
    code: str | None
    detail: str


class ScreeningOut(Resource):
    """A screening, with its inputs by name: the key's version, the digest of the answers, the file of times."""

    noun: ClassVar[str] = "irregularity_screening"

    administration_id: UUID
    form_id: UUID
    key_number: int
    methods: list[ScreeningMethod]
    holds_for: list[ScreeningMethod]
    rate: float
    dependent: bool
    requested_by: str
    created_at: datetime
    times_id: UUID | None
    job_id: UUID | None
    status: ScreeningStatus
    software: str
    people: int
    inputs_sha256: str | None
    figures: list[MethodFigureOut]
    flags: int
    held: int
    reviews: int
    error_code: str | None
    finished_at: datetime | None


class FlagOut(Out):
    """One finding: the method, whom it is about, its statistic and probabilities, and the evidence behind them."""

    id: UUID
    screening_id: UUID
    administration_id: UUID
    form_id: UUID
    method: ScreeningMethod
    attempt_id: UUID
    candidate_id: UUID
    other_attempt_id: UUID | None
    other_candidate_id: UUID | None
    statistic: float
    p: float
    adjusted: float
    rate: float
    evidence: dict[str, float | int | str | None]
    created_at: datetime


class ReviewOut(Resource):
    """The flags of a screening on one attempt, for people to judge; `hold_id` holds its score meanwhile."""

    noun: ClassVar[str] = "irregularity_review"

    screening_id: UUID
    attempt_id: UUID
    candidate_id: UUID
    administration_id: UUID
    form_id: UUID
    methods: list[ScreeningMethod]
    flag_ids: list[UUID]
    released: bool
    created_at: datetime
    hold_id: UUID | None
    status: ReviewStatus
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None


class TimesFileOut(Resource):
    """A file of response times."""

    noun: ClassVar[str] = "response_times"

    administration_id: UUID
    form_id: UUID
    sha256: str
    size: int
    uploaded_by: str
    uploaded_at: datetime


class IrregularityDecisionIn(In):
    """Why flags are cleared or confirmed."""

    reason: Reason


@routes.post(
    "/exam-administrations/{administration_id}/forms/{form_id}/irregularity-screenings",
    action="irregularity.screen",
    answers=ScreeningOut,
    status_code=202,
    location="/v1/irregularity-screenings/{id}",
    needs_key=True,
)
def screen(uow: UnitOfWork, actor: Actor, administration_id: Id, form_id: Id, body: ScreeningIn) -> Screening:
    """Screen a form in an administration, as a job: flags hold scores that have not left; people decide."""
    wanted = Wanted(
        administration_id=administration_id,
        form_id=form_id,
        methods=tuple(body.methods),
        holds_for=tuple(body.holds_for),
        rate=body.rate,
        dependent=body.dependent,
        times_id=body.times_id,
    )
    return actions.request(uow, actor, wanted)


@routes.post(
    "/exam-administrations/{administration_id}/forms/{form_id}/response-times",
    action="irregularity.screen",
    answers=TimesFileOut,
    status_code=201,
)
def receive_times(
    uow: UnitOfWork,
    actor: Actor,
    files: Files,
    administration_id: Id,
    form_id: Id,
    file: Annotated[UploadFile, File(description="CSV: a heading, then seconds by candidate and item.")],
) -> TimesFile:
    """Hand in response times: columns by item as in responses, seconds greater than zero. Only whole rows count."""
    content = cast("Upload", file).content
    return actions.receive_times(uow, actor, files, administration_id, form_id, content)


@routes.get(
    "/irregularity-screenings",
    action="irregularity.read",
    answers=ScreeningOut,
    listing=Listing(
        Screening, default_sort="-id", filters={"administration_id": Id, "form_id": Id, "status": ScreeningStatus}
    ),
)
def list_screenings(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[Screening]:
    """List screenings, the newest first."""
    actor.must("irregularity.read")
    return uow.screenings.page(page)


@routes.get("/irregularity-screenings/{screening_id}", action="irregularity.read", answers=ScreeningOut)
def read_screening(uow: UnitOfWork, actor: Actor, screening_id: Id) -> Screening:
    """Read a screening and what each method came to."""
    actor.must("irregularity.read")
    return uow.screenings.get(screening_id)


@routes.get(
    "/irregularity-screenings/{screening_id}/flags.csv",
    action="irregularity.read",
    responses={200: {"content": {"text/csv": {}}}},
)
def flags_sheet(uow: UnitOfWork, actor: Actor, screening_id: Id) -> Response:
    """Download a screening's flags as CSV."""
    actor.must("irregularity.read")
    screening = uow.screenings.get(screening_id)
    headers = {"content-disposition": f'attachment; filename="{screening.id}.csv"'}
    content = sheet(uow.flags.find(screening_id=screening.id))
    return Response(content, 200, headers, "text/csv; charset=utf-8")


@routes.get(
    "/irregularity-flags",
    action="irregularity.read",
    answers=FlagOut,
    listing=Listing(
        Flag,
        sorts=("id", "p"),
        filters={"screening_id": Id, "method": ScreeningMethod, "attempt_id": Id, "candidate_id": Id},
    ),
)
def list_flags(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[Flag]:
    """List flags with their evidence; of a pair, `attempt_id` is the first of the two."""
    actor.must("irregularity.read")
    return uow.flags.page(page)


@routes.get("/irregularity-flags/{flag_id}", action="irregularity.read", answers=FlagOut)
def read_flag(uow: UnitOfWork, actor: Actor, flag_id: Id) -> Flag:
    """Read a flag with its evidence."""
    actor.must("irregularity.read")
    return uow.flags.get(flag_id)


@routes.get(
    "/irregularity-reviews",
    action="irregularity.read",
    answers=ReviewOut,
    listing=Listing(
        Review,
        filters={"screening_id": Id, "attempt_id": Id, "candidate_id": Id, "status": ReviewStatus},
    ),
)
def list_reviews(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[Review]:
    """List flagged attempts, such as those that wait for a decision."""
    actor.must("irregularity.read")
    return uow.irregularity_reviews.page(page)


@routes.get("/irregularity-reviews/{review_id}", action="irregularity.read", answers=ReviewOut)
def read_review(uow: UnitOfWork, actor: Actor, review_id: Id) -> Review:
    """Read the flags on an attempt, and what was decided."""
    actor.must("irregularity.read")
    return uow.irregularity_reviews.get(review_id)


@routes.post(
    "/irregularity-reviews/{review_id}/clearance",
    action="irregularity_review.clear",
    answers=ReviewOut,
    if_match=Review,
)
def clear(uow: UnitOfWork, actor: Actor, review_id: Id, body: IrregularityDecisionIn) -> Review:
    """Decide that nothing follows from the flags; the screening's hold is lifted."""
    return actions.clear(uow, actor, review_id, body.reason)


@routes.post(
    "/irregularity-reviews/{review_id}/confirmation",
    action="irregularity_review.confirm",
    answers=ReviewOut,
    if_match=Review,
)
def confirm(uow: UnitOfWork, actor: Actor, review_id: Id, body: IrregularityDecisionIn) -> Review:
    """Find that the flags stand. The hold becomes this person's own; to invalidate takes another person."""
    return actions.confirm(uow, actor, review_id, body.reason)
