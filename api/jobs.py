"""Long work: how far it has come, what became of each row, and how to stop it or take it up again."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from fastapi import Response
from pydantic import JsonValue

from api.fields import Code, Id, Out
from api.paging import Listing
from api.routing import Resource, Routes
from domain.actors import Actor
from domain.jobs import actions, rules
from domain.jobs.model import Job, JobOutcome, JobStatus, OutcomeStatus
from domain.paging import Page, PageRequest
from domain.ports import UnitOfWork

routes = Routes("jobs")


class JobOut(Resource):
    """Long work. `done` of `total` rows are handled, `failed_rows` of them could not be used."""

    noun: ClassVar[str] = "job"

    kind: str
    status: JobStatus
    dry_run: bool
    total: int | None
    done: int
    failed_rows: int
    result: dict[str, JsonValue] | None
    error_code: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class OutcomeOut(Out):
    """What became of one row, counted from 1; a row with several faults has one of these for each.

    What is wrong with a file as a whole is said of row 1.
    """

    id: UUID
    row: int
    status: OutcomeStatus
    code: str
    detail: str
    values: dict[str, str | int | float | bool | None]


@routes.get(
    "/jobs",
    action="job.read",
    answers=JobOut,
    listing=Listing(Job, sorts=("id",), default_sort="-id", filters={"status": JobStatus, "kind": Code}),
)
def list_jobs(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[Job]:
    """List long work, the newest first."""
    actor.must("job.read")
    return uow.jobs.page(page)


@routes.get("/jobs/{job_id}", action="job.read", answers=JobOut, brief=True)
def read(uow: UnitOfWork, actor: Actor, job_id: Id) -> Job:
    """Read how far long work has come."""
    return actions.read(uow, actor, job_id)


@routes.get(
    "/jobs/{job_id}/outcomes",
    action="job.read",
    answers=OutcomeOut,
    listing=Listing(JobOutcome, sorts=("row",), default_sort="row", filters={"status": OutcomeStatus}),
)
def outcomes(uow: UnitOfWork, actor: Actor, job_id: Id, page: PageRequest) -> Page[JobOutcome]:
    """List what became of the job's rows; rows that gave nothing to report are left out."""
    actions.read(uow, actor, job_id)
    return uow.job_outcomes.page(page.within(job_id=job_id))


@routes.get("/jobs/{job_id}/errors.csv", action="job.read", responses={200: {"content": {"text/csv": {}}}})
def errors(uow: UnitOfWork, actor: Actor, job_id: Id) -> Response:
    """Download the rows that could not be used, as CSV with formulas neutralised."""
    actions.read(uow, actor, job_id)
    rejected = uow.job_outcomes.find(job_id=job_id, status=OutcomeStatus.ERROR)
    headers = {"content-disposition": f'attachment; filename="{job_id}.csv"'}
    return Response(rules.error_report(rejected), 200, headers, "text/csv; charset=utf-8")


@routes.post("/jobs/{job_id}/cancellation", action="job.cancel", answers=JobOut, if_match=Job)
def cancel(uow: UnitOfWork, actor: Actor, job_id: Id) -> Job:
    """Stop long work. What earlier batches stored stays.

    For those who may do what it does. A job that runs has a new version with each batch: `If-Match: *` stops any.
    """
    return actions.cancel(uow, actor, job_id)


@routes.post("/jobs/{job_id}/resumption", action="job.resume", answers=JobOut, if_match=Job)
def resume(uow: UnitOfWork, actor: Actor, job_id: Id) -> Job:
    """Take up failed or cancelled work from where it stopped, for those who may do what it does."""
    return actions.resume(uow, actor, job_id)
