"""What the journal says of rescores: ids, versions, counts and codes, never a score."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event


@dataclass(frozen=True, kw_only=True)
class RescoreRequested(Event, kind="rescore.requested", about="rescore_id"):
    """Somebody had it listed who would change; `list_number` rises when the list is made anew."""

    rescore_id: UUID
    form_id: UUID
    administration_id: UUID | None
    key_number: int
    conversion_number: int
    list_number: int


@dataclass(frozen=True, kw_only=True)
class RescoreListed(Event, kind="rescore.listed", about="rescore_id"):
    """The list is complete."""

    rescore_id: UUID
    list_number: int
    attempts: int
    gained: int
    lost: int
    score_only: int
    unchanged: int


@dataclass(frozen=True, kw_only=True)
class RescoreDecided(Event, kind="rescore.decided", about="rescore_id"):
    """A second person approved the run, or somebody rejected it."""

    rescore_id: UUID
    list_number: int
    approved: bool


@dataclass(frozen=True, kw_only=True)
class AttemptRescored(Event, kind="attempt.rescored", about="attempt_id"):
    """A run gave an attempt another result; `kept` where a released pass stands in spite of it."""

    attempt_id: UUID
    candidate_id: UUID
    rescore_id: UUID
    key_number: int
    conversion_number: int
    direction: str
    kept: bool


@dataclass(frozen=True, kw_only=True)
class RescoreDone(Event, kind="rescore.done", about="rescore_id"):
    """Every entry of the approved list was carried out, kept, or left alone because its attempt had changed."""

    rescore_id: UUID
    carried: int
    kept: int
    moved: int
