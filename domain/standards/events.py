"""What the journal says of standard setting: ids, numbers and codes."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event


@dataclass(frozen=True, kw_only=True)
class _OfStudy:
    study_id: UUID
    form_id: UUID


@dataclass(frozen=True, kw_only=True)
class StudyOpened(_OfStudy, Event, kind="standard_setting.opened", about="study_id"):
    """A panel was called together."""

    method: str
    judges: int


@dataclass(frozen=True, kw_only=True)
class RatingRecorded(_OfStudy, Event, kind="standard_setting.rated", about="study_id"):
    """A judge spoke; again in one round, what was said before is replaced. `sha256` digests the values."""

    judge: str
    round: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class RoundFinished(_OfStudy, Event, kind="standard_setting.round_finished", about="study_id"):
    """A round was closed and the next one opened."""

    round: int


@dataclass(frozen=True, kw_only=True)
class StudyClosed(_OfStudy, Event, kind="standard_setting.closed", about="study_id"):
    """The cut was computed."""

    cut_raw: int


@dataclass(frozen=True, kw_only=True)
class StudyAdopted(_OfStudy, Event, kind="standard_setting.adopted", about="study_id"):
    """A conversion was drafted with the cut; a second person puts it in force."""

    conversion_id: UUID


@dataclass(frozen=True, kw_only=True)
class StudyAbandoned(_OfStudy, Event, kind="standard_setting.abandoned", about="study_id"):
    """Nothing will come of it."""
