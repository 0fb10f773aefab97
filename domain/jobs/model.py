"""The nouns of long work: a job, what became of each of its rows, and one batch of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import JsonValue

from domain.entity import Entity
from domain.errors import WrongState

Scalar = str | int | float | bool | None


class JobStatus(StrEnum):
    """Where a job stands. A failed or cancelled one may be taken up again from where it stopped."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNFINISHED = (JobStatus.QUEUED, JobStatus.RUNNING)
RESUMABLE = (JobStatus.FAILED, JobStatus.CANCELLED)


class OutcomeStatus(StrEnum):
    """What became of one row of a job."""

    OK = "ok"
    ERROR = "error"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest:
    """What somebody wants done. `parameters` is JSON and holds ids and settings, never a personal value."""

    kind: str
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)
    dry_run: bool = False
    total: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Job(Entity):
    """One piece of long work and how far it has come.

    `cursor` is where the next batch begins; only the kind's own step reads it. `done` counts the rows behind the
    cursor, `failed_rows` those of them that could not be used, `total` all of them where that is known. Cursor, counts
    and the effects of a batch are stored in one transaction, so that a batch happens once or not at all.
    """

    kind: str
    status: JobStatus = JobStatus.QUEUED
    requested_by: str
    parameters: dict[str, JsonValue] = field(default_factory=dict)
    dry_run: bool = False
    total: int | None = None
    done: int = 0
    failed_rows: int = 0
    cursor: dict[str, JsonValue] = field(default_factory=dict)
    result: dict[str, JsonValue] | None = None
    error_code: str | None = None
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    candidate_id: UUID | None = None

    @property
    def finished(self) -> bool:
        """Whether no further batch will run, unless somebody resumes it."""
        return self.status not in UNFINISHED

    def started(self, at: datetime) -> Self:
        """Under way. A job that was under way already keeps the instant it first began."""
        self._must_be(*UNFINISHED)
        return replace(self, status=JobStatus.RUNNING, started_at=self.started_at or at)

    def advanced(
        self, *, rows: int, cursor: Mapping[str, JsonValue], failed: int = 0, total: int | None = None
    ) -> Self:
        """One batch further: `rows` handled, `failed` of them unusable; the next batch begins at `cursor`."""
        self._must_be(JobStatus.RUNNING)
        return replace(
            self,
            done=self.done + rows,
            failed_rows=self.failed_rows + failed,
            cursor=dict(cursor),
            total=self.total if total is None else total,
        )

    def succeeded(self, at: datetime, result: Mapping[str, JsonValue] | None = None) -> Self:
        """Every batch has been done; `result` is what the asker gets to see."""
        self._must_be(JobStatus.RUNNING)
        return replace(self, status=JobStatus.SUCCEEDED, finished_at=at, result=dict(result or {}), error_code=None)

    def failed(self, at: datetime, code: str) -> Self:
        """Given up, for the reason `code`; the cursor stays, so that it can be resumed."""
        self._must_be(*UNFINISHED)
        return replace(self, status=JobStatus.FAILED, finished_at=at, error_code=code)

    def cancelled(self, at: datetime) -> Self:
        """Stopped on request. What earlier batches did stays done."""
        self._must_be(*UNFINISHED)
        return replace(self, status=JobStatus.CANCELLED, finished_at=at)

    def resumed(self) -> Self:
        """Queued again, to go on behind the last batch that was stored."""
        self._must_be(*RESUMABLE)
        return replace(self, status=JobStatus.QUEUED, finished_at=None, error_code=None)

    def _must_be(self, *statuses: JobStatus) -> None:
        if self.status not in statuses:
            raise WrongState


@dataclass(frozen=True, kw_only=True, slots=True)
class JobOutcome(Entity):
    """What became of one row (counted from 1) of a job, or one of several things to say of that row.

    `fault` counts those from 1; whoever makes outcomes leaves it to the batch that stores them (`rules.numbered`). What
    is wrong with a file as a whole is said of row 1. `code` is a stable reason, `detail` a sentence for people, and
    `values` names what the row was about. None of them holds a personal value: they outlive an erasure.
    """

    job_id: UUID
    row: int
    fault: int = 1
    status: OutcomeStatus
    code: str
    detail: str = ""
    values: dict[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """What one step leaves behind: the job one batch further (or finished), and its rows worth reporting."""

    job: Job
    outcomes: tuple[JobOutcome, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A small task that recurs: a cron expression (five fields, or six with seconds first) in an IANA `zone`.

    Of all the workers beside each other, one carries out each tick. `catch_up` also carries out the ticks that were
    missed while no worker ran.
    """

    name: str
    cron: str
    kind: str
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)
    zone: str = "UTC"
    catch_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How often, and after how long, a task is tried again before it is given up.

    `away` counts the tries against a part that is away (mail, a database), `fault` those against any other exception
    that no rule raised. Waits grow from `first` by `factor`, up to `longest`.
    """

    away: int = 14
    fault: int = 4
    first: timedelta = timedelta(seconds=5)
    longest: timedelta = timedelta(hours=6)
    factor: float = 3.0

    def wait(self, attempt: int) -> timedelta:
        """How long to wait after the failed try number `attempt` (from 0)."""
        grown = self.first.total_seconds() * self.factor ** min(attempt, 100)
        return timedelta(seconds=min(grown, self.longest.total_seconds()))
