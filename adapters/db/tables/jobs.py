"""Long work, what became of its rows, and the worker processes that are alive."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from adapters.db.tables.base import Row, instant, json_column, stores
from domain.jobs.model import Job, JobOutcome


@stores(Job)
class JobRow(Row, table=True):
    """Read by id, listed by id and by status."""

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("done >= 0 AND failed_rows >= 0 AND failed_rows <= done", name="counts"),
        CheckConstraint("(finished_at IS NULL) = (status IN ('queued', 'running'))", name="finished"),
    )

    kind: str = Field(index=True)
    status: str = Field(index=True)
    requested_by: str
    parameters: Any = json_column()
    dry_run: bool
    total: int | None
    done: int
    failed_rows: int
    cursor: Any = json_column()
    result: Any = json_column(nullable=True)
    error_code: str | None
    created_at: datetime = instant()
    started_at: datetime | None = instant(nullable=True)
    finished_at: datetime | None = instant(nullable=True)
    candidate_id: UUID | None


@stores(JobOutcome)
class JobOutcomeRow(Row, table=True):
    """One per row of a job and fault of that row, so that even a batch done twice could not be reported twice."""

    __tablename__ = "job_outcomes"
    __table_args__ = (UniqueConstraint("job_id", "row", "fault"),)

    job_id: UUID = Field(foreign_key="jobs.id")
    row: int
    fault: int
    status: str
    code: str
    detail: str
    values: Any = json_column()


class JobExecutorRow(SQLModel, table=True):
    """One worker process. Times are seconds since 1970 by the database's own clock, the one clock all workers share.

    Whoever finds another's `beat_at` too old takes the row until `claimed_until`, and gives its unfinished tasks back.
    """

    __tablename__ = "job_executors"

    id: str = Field(primary_key=True, max_length=64)
    beat_at: float
    claimed_by: str | None = Field(default=None, max_length=64)
    claimed_until: float | None
