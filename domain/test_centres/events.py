"""What the journal says of test centres' files and rows: ids, counts and codes, never what a row holds."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event


@dataclass(frozen=True, kw_only=True)
class CentreFileMade(Event, kind="centre_file.made", about="file_id"):
    """A file for a test centre was made."""

    file_id: UUID
    vendor: str
    file_kind: str
    number: int
    sha256: str
    rows: int


@dataclass(frozen=True, kw_only=True)
class CentreFileReceived(Event, kind="centre_file.received", about="file_id"):
    """A file of a test centre was handed in; again, when the same bytes come a second time."""

    file_id: UUID
    vendor: str
    file_kind: str
    sha256: str
    again: bool


@dataclass(frozen=True, kw_only=True)
class CentreFileRead(Event, kind="centre_file.read", about="file_id"):
    """Every row of a received file was judged."""

    file_id: UUID
    rows: int
    accepted: int
    repeated: int
    parked: int
    refused: int


@dataclass(frozen=True, kw_only=True)
class CentreFileTaken(Event, kind="centre_file.downloaded", about="file_id"):
    """Somebody downloaded a file of a test centre."""

    file_id: UUID


@dataclass(frozen=True, kw_only=True)
class CentreRowParked(Event, kind="centre_row.parked", about="row_id"):
    """A row waits for staff."""

    row_id: UUID
    file_id: UUID
    code: str


@dataclass(frozen=True, kw_only=True)
class CentreRowResolved(Event, kind="centre_row.resolved", about="row_id"):
    """Staff matched a parked row to an authorization, or dismissed it."""

    row_id: UUID
    authorization_id: UUID | None
    status: str
    code: str


@dataclass(frozen=True, kw_only=True)
class CentreRowForgotten(Event, kind="centre_row.forgotten", about="row_id"):
    """What a row held of a person who was erased is gone; that it came, and what it came to, stays."""

    row_id: UUID
    file_id: UUID


@dataclass(frozen=True, kw_only=True)
class CentreFileForgotten(Event, kind="centre_file.forgotten", about="file_id"):
    """A file that named a person who was erased is gone; its receipt stays."""

    file_id: UUID


@dataclass(frozen=True, kw_only=True)
class ScoreReceived(Event, kind="attempt.score_received", about="attempt_id"):
    """A score came without responses; it is held until somebody looks at it."""

    attempt_id: UUID
    candidate_id: UUID
    authorization_id: UUID
    form_id: UUID
    administration_id: UUID
    file_id: UUID
