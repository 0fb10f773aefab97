"""What the journal holds of long work."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event


@dataclass(frozen=True, kw_only=True)
class JobRequested(Event, kind="job.requested", about="job_id"):
    """Somebody asked for long work, or asked for it to be taken up again."""

    job_id: UUID
    job_kind: str
    dry_run: bool
    resumed: bool = False


@dataclass(frozen=True, kw_only=True)
class JobFinished(Event, kind="job.finished", about="job_id"):
    """Long work came to its end: `status` is succeeded, failed or cancelled, `code` why it failed."""

    job_id: UUID
    job_kind: str
    status: str
    done: int
    failed_rows: int
    code: str | None = None
