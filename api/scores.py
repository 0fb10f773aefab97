"""Responses in, scores, and their release: routes with their In and Out models."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar, cast
from uuid import UUID

from fastapi import File, Form as FormField, UploadFile

from api.fields import Day, Flag, FormFlag, Id, In, Line, Out, Reason
from api.jobs import JobOut
from api.paging import Listing
from api.routing import Resource, Routes, Upload
from domain.actors import Actor
from domain.jobs.model import Job
from domain.paging import Page, PageRequest
from domain.ports import Files, UnitOfWork
from domain.scores import importing, releasing, rescoring
from domain.scores.importing import Handed
from domain.scores.model import ImportStatus, ReleaseStatus, ResponseImport, ScoreRelease
from domain.scores.sittings import Figures, Identifier

routes = Routes("scores")


class ImportStartedOut(JobOut):
    """The job that imports a file, and the import it fills; a dry run fills none."""

    import_id: UUID | None


class ResponseImportOut(Resource):
    """A file of responses. The counts are those of its latest run; `job_id` tells what became of each row."""

    noun: ClassVar[str] = "response_import"

    form_id: UUID
    administration_id: UUID
    sha256: str
    requested_by: str
    created_at: datetime
    job_id: UUID | None
    status: ImportStatus
    rows: int
    accepted: int
    repeated: int
    rejected: int


class ScoringIn(In):
    """How to score."""

    dry_run: Flag = False


class FiguresOut(Out):
    """A form in an administration, in numbers; `mean` and `deviation` are of raw points."""

    attempts: int
    scored: int
    passed: int
    held: int
    released: int
    mean: float | None
    deviation: float | None


class ScoreReleaseOut(Resource):
    """A release: proposed by one person, approved by another, then carried out by a job."""

    noun: ClassVar[str] = "score_release"

    administration_id: UUID
    form_id: UUID
    key_number: int
    conversion_number: int
    attempts: int
    proposed_by: str
    proposed_at: datetime
    status: ReleaseStatus
    approved_by: str | None
    approved_at: datetime | None
    reason: str | None
    job_id: UUID | None


class ReleaseRejectionIn(In):
    """Why a proposed release is not approved."""

    reason: Reason


def _its_form(uow: UnitOfWork, arguments: Mapping[str, Any]) -> None:
    releasing.hold_form(uow, arguments["release_id"])


@routes.post(
    "/exam-administrations/{administration_id}/forms/{form_id}/response-imports",
    action="form.import_responses",
    answers=ImportStartedOut,
    status_code=202,
    location="/v1/jobs/{id}",
)
def import_responses(  # noqa: PLR0913 - as many as the upload has fields
    uow: UnitOfWork,
    actor: Actor,
    files: Files,
    administration_id: Id,
    form_id: Id,
    file: Annotated[UploadFile, File(description="CSV: a heading, then a row for each candidate.")],
    identifies: Annotated[Identifier, FormField(description="What rows name candidates by.")] = Identifier.CANDIDATE,
    candidate_column: Annotated[Line | None, FormField(description="The heading of the column that does so.")] = None,
    taken_on: Annotated[Day | None, FormField(description="The day that counts for who had no session.")] = None,
    *,
    dry_run: Annotated[FormFlag, FormField(description="Judge every row, and store nothing.")] = False,
) -> ImportStartedOut:
    """Import a file of responses as a job.

    Columns are found by their headings: an item's code, or `prefix.code`. The same bytes are the same import, and to
    send them again adds only what is not stored yet. What became of each row that was not taken stands in the job's
    outcomes. Where a key and a conversion are approved, rows are scored at once.

    The administration must have been opened, and its first day have come (409 `administration_not_held`); `taken_on`
    lies within its window and not ahead. A row is rejected while the session of its seat has not begun, where the seat
    gave an attempt already, and where the candidate's seat is in another administration.
    """
    handed = Handed(
        administration_id=administration_id,
        form_id=form_id,
        content=cast("Upload", file).content,
        identifies=identifies,
        candidate_column=candidate_column,
        taken_on=taken_on,
        dry_run=dry_run,
    )
    imported, job = importing.request(uow, actor, files, handed)
    told = JobOut.model_validate(job).model_dump()
    return ImportStartedOut(**told, import_id=imported.id if imported else None)


@routes.get(
    "/exam-administrations/{administration_id}/response-imports",
    action="response_import.read",
    answers=ResponseImportOut,
    listing=Listing(ResponseImport, filters={"form_id": Id, "status": ImportStatus}),
)
def list_imports(uow: UnitOfWork, actor: Actor, administration_id: Id, page: PageRequest) -> Page[ResponseImport]:
    """List the files of responses to an administration."""
    actor.must("response_import.read")
    administration = uow.administrations.get(administration_id)
    return uow.response_imports.page(page.within(administration_id=administration.id))


@routes.get("/response-imports/{import_id}", action="response_import.read", answers=ResponseImportOut)
def read_import(uow: UnitOfWork, actor: Actor, import_id: Id) -> ResponseImport:
    """Read how far a file of responses has come."""
    actor.must("response_import.read")
    return uow.response_imports.get(import_id)


@routes.post(
    "/exam-administrations/{administration_id}/forms/{form_id}/scoring",
    action="form.score",
    answers=JobOut,
    status_code=202,
    location="/v1/jobs/{id}",
)
def score(uow: UnitOfWork, actor: Actor, administration_id: Id, form_id: Id, body: ScoringIn) -> Job:
    """Score, or score anew, every attempt on a form that is neither released nor invalidated, as a job."""
    return rescoring.request(uow, actor, administration_id, form_id, dry_run=body.dry_run)


@routes.get(
    "/exam-administrations/{administration_id}/forms/{form_id}/score-figures",
    action="score_release.read",
    answers=FiguresOut,
)
def figures(uow: UnitOfWork, actor: Actor, administration_id: Id, form_id: Id) -> Figures:
    """Read a form in an administration in numbers: how many sat, passed, wait; mean and deviation."""
    actor.must("score_release.read")
    administration, form = uow.administrations.get(administration_id), uow.forms.get(form_id)
    return uow.attempts.figures(administration.id, form.id)


@routes.post(
    "/exam-administrations/{administration_id}/forms/{form_id}/score-releases",
    action="score_release.propose",
    answers=ScoreReleaseOut,
    status_code=201,
    location="/v1/score-releases/{id}",
    needs_key=True,
)
def propose(uow: UnitOfWork, actor: Actor, administration_id: Id, form_id: Id) -> ScoreRelease:
    """Propose to release every score of a form in an administration that is not held."""
    return releasing.propose(uow, actor, administration_id, form_id)


@routes.get(
    "/score-releases",
    action="score_release.read",
    answers=ScoreReleaseOut,
    listing=Listing(
        ScoreRelease,
        default_sort="-id",
        filters={"administration_id": Id, "form_id": Id, "status": ReleaseStatus},
    ),
)
def list_releases(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[ScoreRelease]:
    """List releases, the newest first."""
    actor.must("score_release.read")
    return uow.score_releases.page(page)


@routes.get("/score-releases/{release_id}", action="score_release.read", answers=ScoreReleaseOut)
def read_release(uow: UnitOfWork, actor: Actor, release_id: Id) -> ScoreRelease:
    """Read a release."""
    actor.must("score_release.read")
    return uow.score_releases.get(release_id)


@routes.post(
    "/score-releases/{release_id}/approval",
    action="score_release.approve",
    answers=ScoreReleaseOut,
    holds=_its_form,
    if_match=ScoreRelease,
    needs_key=True,
)
def approve(uow: UnitOfWork, actor: Actor, release_id: Id) -> ScoreRelease:
    """Release what somebody else proposed, as a job: each pass is judged for its credential.

    409 `superseded_versions` where another key or conversion was put in force since it was proposed: reject it, score
    anew and propose again.
    """
    return releasing.approve(uow, actor, release_id)


@routes.post(
    "/score-releases/{release_id}/rejection",
    action="score_release.reject",
    answers=ScoreReleaseOut,
    if_match=ScoreRelease,
)
def reject(uow: UnitOfWork, actor: Actor, release_id: Id, body: ReleaseRejectionIn) -> ScoreRelease:
    """Decide against a proposed release, or take one's own proposal back."""
    return releasing.reject(uow, actor, release_id, body.reason)
