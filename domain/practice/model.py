"""The nouns of practice: one timed practice exam of one candidate, and what it told them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.entity import Entity


class PracticeStatus(StrEnum):
    """How far a practice exam has come. It is `timed_out` when its time ran out before the candidate finished."""

    IN_PROGRESS = "in_progress"
    FINISHED = "finished"
    TIMED_OUT = "timed_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeItem:
    """A place in a practice exam: the version of the item, of its set's case if it has one, and its exam domain."""

    item_id: UUID
    version_id: UUID
    domain: str
    set_version_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeDomain:
    """How one exam domain went: its items, those answered rightly, the percentage, its band, the modules to study.

    `percent` is rounded half up; `band` is a code of the edition's report; `modules` are numbers of the curriculum.
    """

    code: str
    items: int
    correct: int
    percent: int
    band: str
    modules: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeExam(Entity):
    """One practice exam. `answers` has one entry per item: the options marked, none where it is unanswered.

    The time is over at `ends_at`, whether or not anybody says so. `domains` is filled when it ends.
    """

    candidate_id: UUID
    program: str
    edition: str
    items: tuple[PracticeItem, ...]
    answers: tuple[tuple[int, ...], ...]
    started_at: datetime
    ends_at: datetime
    status: PracticeStatus = PracticeStatus.IN_PROGRESS
    finished_at: datetime | None = None
    correct: int | None = None
    domains: tuple[PracticeDomain, ...] = ()
