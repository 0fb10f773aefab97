"""What the journal says of screenings: ids, methods and counts, never a score, an answer or a statistic."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event


@dataclass(frozen=True, kw_only=True)
class ScreeningRequested(Event, kind="irregularity_screening.requested", about="screening_id"):
    """Somebody asked for a screening."""

    screening_id: UUID
    administration_id: UUID
    form_id: UUID
    methods: str


@dataclass(frozen=True, kw_only=True)
class ScreeningDone(Event, kind="irregularity_screening.done", about="screening_id"):
    """Every method was carried out, and the flagged attempts wait for people."""

    screening_id: UUID
    people: int
    flags: int
    held: int
    reviews: int


@dataclass(frozen=True, kw_only=True)
class ReviewOpened(Event, kind="irregularity_review.opened", about="review_id"):
    """Flags on an attempt wait for a person; `hold_id` holds its score meanwhile."""

    review_id: UUID
    screening_id: UUID
    attempt_id: UUID
    candidate_id: UUID
    hold_id: UUID | None
    methods: str
    flags: int


@dataclass(frozen=True, kw_only=True)
class ReviewDecided(Event, kind="irregularity_review.decided", about="review_id"):
    """A person cleared or confirmed the flags on an attempt."""

    review_id: UUID
    attempt_id: UUID
    candidate_id: UUID
    confirmed: bool


@dataclass(frozen=True, kw_only=True)
class TimesReceived(Event, kind="response_times.received", about="times_id"):
    """A file of response times was handed in."""

    times_id: UUID
    administration_id: UUID
    form_id: UUID
    sha256: str
