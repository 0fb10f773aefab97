"""What the journal says of practice: ids and numbers, never an answer or a result."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event


@dataclass(frozen=True, kw_only=True)
class PracticeStarted(Event, kind="practice_exam.started", about="practice_id"):
    """A candidate began a practice exam."""

    practice_id: UUID
    candidate_id: UUID
    program: str
    edition: str
    items: int


@dataclass(frozen=True, kw_only=True)
class PracticeEnded(Event, kind="practice_exam.ended", about="practice_id"):
    """A practice exam was finished, or its time ran out."""

    practice_id: UUID
    candidate_id: UUID
    timed_out: bool
