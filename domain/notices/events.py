"""What the journal holds of letters: that one left, or why none did."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event


@dataclass(frozen=True, kw_only=True)
class NoticeSent(Event, kind="notice.sent", about="notice_id"):
    """A letter left for its candidate."""

    notice_id: UUID
    candidate_id: UUID
    letter: str
    about_id: UUID


@dataclass(frozen=True, kw_only=True)
class NoticeFailed(Event, kind="notice.failed", about="notice_id"):
    """A letter was given up, for the reason `code`."""

    notice_id: UUID
    candidate_id: UUID
    letter: str
    about_id: UUID
    code: str
