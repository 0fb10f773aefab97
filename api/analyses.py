"""Analyses, groupings and statistics sheets of forms: routes with their In and Out models."""

from datetime import datetime
from typing import Annotated, ClassVar, cast
from uuid import UUID

from fastapi import File, Form as FormField, Response, UploadFile
from pydantic import Field, JsonValue

from api.fields import Flag, Id, In, Line, Out
from api.jobs import JobOut
from api.paging import Listing
from api.routing import Resource, Routes, Upload
from domain.actors import Actor
from domain.analysis import actions, groupings, sheets
from domain.analysis.actions import Settings
from domain.analysis.model import CLASSICAL, Analysis, Attribute, Grouping, Part, StatisticsSheet
from domain.jobs.model import Job
from domain.paging import Page, PageRequest
from domain.ports import Files, UnitOfWork

routes = Routes("analyses")

UNDER = "/exam-administrations/{administration_id}/forms/{form_id}"
BYTES = {"schema": {"type": "string", "format": "binary"}}
Number = Annotated[int, Field(strict=True, ge=1, le=10_000)]
Cut = Annotated[int, Field(strict=True, ge=1, le=1_000, description="In raw points: the lowest that passes.")]
Group = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$")]
LeastGroup = Annotated[int, Field(strict=True, ge=10, le=10_000)]


class GroupingOut(Resource):
    """Who belongs to which group, in numbers; whose group is which stays with the file."""

    noun: ClassVar[str] = "grouping"

    form_id: UUID
    administration_id: UUID
    name: str
    sha256: str
    people: int
    groups: dict[str, int]
    created_by: str
    created_at: datetime


class AnalysisIn(In):
    """What to compute.

    Groups to compare come from an `attribute` of candidates or from a grouping; the `reference` group is the largest
    unless it is named, and smaller groups than `least_group` are told, not compared. `purify` matches on scores without
    the items that a first round found. `unheld` leaves out attempts on hold. `key_number` and `cut` stand in for the
    approved key and for the cut of the approved conversion.
    """

    parts: Annotated[tuple[Part, ...], Field(min_length=1, max_length=len(Part))] = (*CLASSICAL, Part.RASCH)
    cut: Cut | None = None
    attribute: Attribute | None = None
    grouping_id: Id | None = None
    reference: Group | None = None
    purify: Flag = True
    least_group: LeastGroup = 50
    unheld: Flag = False
    key_number: Number | None = None


class AnalysisHeadingOut(Resource):
    """An analysis without its figures: of what, by which versions, of how many people."""

    noun: ClassVar[str] = "analysis"

    form_id: UUID
    administration_id: UUID
    number: int
    key_number: int
    conversion_number: int | None
    grouping_id: UUID | None
    people: int
    responses_sha256: str
    settings: dict[str, JsonValue]
    software: str
    created_by: str
    created_at: datetime


class AnalysisOut(AnalysisHeadingOut):
    """An analysis. `results` has a member for each part; what the data do not allow is null beside a `reason`."""

    results: dict[str, JsonValue]


class OfferedOut(Out):
    """How many items of the bank were given their statistics."""

    items: int


class SheetIn(In):
    """What a sheet refers to beside the analysis: an equating run of the form, and the standard-setting study."""

    equating_run_id: Id | None = None
    standard_setting: Line | None = None


class SheetOut(Resource):
    """A statistics sheet: `content` is all of it; the CSV and the PDF say the same."""

    noun: ClassVar[str] = "statistics_sheet"

    form_id: UUID
    administration_id: UUID
    number: int
    analysis_id: UUID
    equating_run_id: UUID | None
    content: dict[str, JsonValue]
    csv_sha256: str
    pdf_sha256: str
    created_by: str
    created_at: datetime


class SheetHeadingOut(Resource):
    """A statistics sheet without what it says."""

    noun: ClassVar[str] = "statistics_sheet"

    form_id: UUID
    administration_id: UUID
    number: int
    analysis_id: UUID
    equating_run_id: UUID | None
    csv_sha256: str
    pdf_sha256: str
    created_by: str
    created_at: datetime


@routes.post(
    f"{UNDER}/groupings",
    action="grouping.record",
    answers=GroupingOut,
    status_code=201,
    location="/v1/groupings/{id}",
)
def record_grouping(
    uow: UnitOfWork,
    actor: Actor,
    files: Files,
    administration_id: Id,
    form_id: Id,
    file: Annotated[UploadFile, File(description="CSV: a heading, then a candidate's number and a group per line.")],
    name: Annotated[Line, FormField(description="What the groups are made by.")],
) -> Grouping:
    """Say which candidates belong to which group, for the comparison of subgroups.

    A file that names somebody twice, or who did not take the form, is refused as a whole, each line told.
    """
    return groupings.record(uow, actor, files, administration_id, form_id, name, cast("Upload", file).content)


@routes.get(f"{UNDER}/groupings", action="grouping.read", answers=GroupingOut, listing=Listing(Grouping))
def list_groupings(
    uow: UnitOfWork, actor: Actor, administration_id: Id, form_id: Id, page: PageRequest
) -> Page[Grouping]:
    """List the groupings of a form in an administration."""
    actor.must("grouping.read")
    form, administration = uow.forms.get(form_id), uow.administrations.get(administration_id)
    return uow.groupings.page(page.within(form_id=form.id, administration_id=administration.id))


@routes.get("/groupings/{grouping_id}", action="grouping.read", answers=GroupingOut)
def read_grouping(uow: UnitOfWork, actor: Actor, grouping_id: Id) -> Grouping:
    """Read a grouping."""
    actor.must("grouping.read")
    return uow.groupings.get(grouping_id)


@routes.post("/groupings/{grouping_id}/erasure", action="grouping.forget", answers=GroupingOut, if_match=Grouping)
def forget_grouping(uow: UnitOfWork, actor: Actor, grouping_id: Id) -> Grouping:
    """Erase who belongs to which group, once nobody needs it; the counts and what was computed stay."""
    return groupings.forget(uow, actor, grouping_id)


@routes.post(
    f"{UNDER}/analyses",
    action="analysis.request",
    answers=JobOut,
    status_code=202,
    location="/v1/jobs/{id}",
)
def analyse(uow: UnitOfWork, actor: Actor, administration_id: Id, form_id: Id, body: AnalysisIn) -> Job:
    """Analyse a form in an administration, as a job; its result names the analysis.

    Parts: the distribution of scores; items with their options and suspect keys; reliability with conditional standard
    errors; consistency and accuracy of decisions; speededness; subgroups (Mantel-Haenszel); Rasch and two-parameter
    models with the fit of items and people.
    """
    return actions.request(uow, actor, administration_id, form_id, Settings(**dict(body)))


@routes.get(
    f"{UNDER}/analyses",
    action="analysis.read",
    answers=AnalysisHeadingOut,
    listing=Listing(Analysis, sorts=("id", "number"), default_sort="-number"),
)
def list_analyses(
    uow: UnitOfWork, actor: Actor, administration_id: Id, form_id: Id, page: PageRequest
) -> Page[Analysis]:
    """List the analyses of a form in an administration, the newest first, without their figures."""
    actor.must("analysis.read")
    form, administration = uow.forms.get(form_id), uow.administrations.get(administration_id)
    return uow.analyses.page(page.within(form_id=form.id, administration_id=administration.id))


@routes.get("/analyses/{analysis_id}", action="analysis.read", answers=AnalysisOut)
def read_analysis(uow: UnitOfWork, actor: Actor, analysis_id: Id) -> Analysis:
    """Read an analysis with all its figures."""
    return actions.read(uow, actor, analysis_id)


@routes.post("/analyses/{analysis_id}/item-statistics", action="item.record_statistics", answers=OfferedOut)
def offer_statistics(uow: UnitOfWork, actor: Actor, analysis_id: Id) -> OfferedOut:
    """Give the item bank what an analysis found of its items; again replaces what was kept."""
    return OfferedOut(items=len(actions.offer_statistics(uow, actor, analysis_id)))


@routes.post(
    "/analyses/{analysis_id}/statistics-sheets",
    action="statistics_sheet.request",
    answers=JobOut,
    status_code=202,
    location="/v1/jobs/{id}",
)
def make_sheet(uow: UnitOfWork, actor: Actor, analysis_id: Id, body: SheetIn) -> Job:
    """Write down the statistics of a form as accreditors ask for them, as a job; its result names the sheet."""
    order = sheets.Order(
        analysis_id=analysis_id, equating_run_id=body.equating_run_id, standard_setting=body.standard_setting
    )
    return sheets.request(uow, actor, order)


@routes.get(
    "/statistics-sheets",
    action="statistics_sheet.read",
    answers=SheetHeadingOut,
    listing=Listing(StatisticsSheet, default_sort="-id", filters={"form_id": Id, "administration_id": Id}),
)
def list_sheets(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[StatisticsSheet]:
    """List statistics sheets, the newest first."""
    actor.must("statistics_sheet.read")
    return uow.statistics_sheets.page(page)


@routes.get("/statistics-sheets/{sheet_id}", action="statistics_sheet.read", answers=SheetOut)
def read_sheet(uow: UnitOfWork, actor: Actor, sheet_id: Id) -> StatisticsSheet:
    """Read a statistics sheet."""
    return sheets.read(uow, actor, sheet_id)


@routes.get(
    "/statistics-sheets/{sheet_id}/sheet.csv",
    action="statistics_sheet.read",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}},
)
def sheet_csv(uow: UnitOfWork, actor: Actor, files: Files, sheet_id: Id) -> Response:
    """Download a statistics sheet as CSV with formulas neutralised."""
    sheet = sheets.read(uow, actor, sheet_id)
    return _download(files, sheet, sheet.csv_file, "csv", "text/csv; charset=utf-8")


@routes.get(
    "/statistics-sheets/{sheet_id}/sheet.pdf",
    action="statistics_sheet.read",
    response_class=Response,
    responses={200: {"content": {"application/pdf": BYTES}}},
)
def sheet_pdf(uow: UnitOfWork, actor: Actor, files: Files, sheet_id: Id) -> Response:
    """Download a statistics sheet as PDF, with its plots."""
    sheet = sheets.read(uow, actor, sheet_id)
    return _download(files, sheet, sheet.pdf_file, "pdf", "application/pdf")


def _download(files: Files, sheet: StatisticsSheet, key: str, suffix: str, media_type: str) -> Response:
    headers = {
        "content-disposition": f'attachment; filename="statistics-sheet-{sheet.id}.{suffix}"',
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-store",
    }
    return Response(files.get(key), headers=headers, media_type=media_type)
