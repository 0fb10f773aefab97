"""What the journal holds of files."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event


@dataclass(frozen=True, kw_only=True)
class FileUploaded(Event, kind="file.uploaded", about="file_id"):
    """A file was inspected and stored."""

    file_id: UUID
    candidate_id: UUID
    purpose: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class FileRemoved(Event, kind="file.removed", about="file_id"):
    """A file was removed; its bytes are erased."""

    file_id: UUID
    candidate_id: UUID
