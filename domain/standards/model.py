"""A standard-setting study: who was asked what, in which rounds, and the cut that came of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import JsonValue

from domain.entity import Entity


class Method(StrEnum):
    """How the panel comes to a cut; `domain.psychometrics.standard_setting` names the sources."""

    ANGOFF = "angoff"
    HOFSTEE = "hofstee"
    BEUK = "beuk"
    BOOKMARK = "bookmark"


class StudyStatus(StrEnum):
    """Where a study stands. `closed`: the cut is computed; `adopted`: a conversion was drafted with it."""

    OPEN = "open"
    CLOSED = "closed"
    ADOPTED = "adopted"
    ABANDONED = "abandoned"


class RoundingPolicy(StrEnum):
    """How an unrounded cut becomes a whole raw score: `up` is the lowest score that reaches it."""

    UP = "up"
    HALF_UP = "half_up"
    DOWN = "down"


class Centre(StrEnum):
    """What the panel's bookmark is of the judges'."""

    MEDIAN = "median"
    MEAN = "mean"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """An item's parameters as the study froze them: logistic, D = 1."""

    code: str
    a: float
    b: float
    c: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardSetting(Entity):
    """One study of a form, numbered within it.

    `judges` are codes: who they are and why they qualify is kept where personal values are, under `panel`. `items` are
    what is rated, in the order in which judges see them: the scored items of the form, for a bookmark the ordered
    booklet, whose parameters are in `booklet`. `counts` are people by raw score, of the analysis `analysis_id`.
    `rounds` holds what each finished round came to, `result` all that was computed at the end. `cut` is unrounded, in
    raw points, with the standard error `cut_error`; `cut_raw` is what the `rounding` makes of it.
    """

    program: str
    form_id: UUID
    number: int
    key_number: int
    method: Method
    title: str
    borderline: str
    rounding: RoundingPolicy
    judges: tuple[str, ...]
    panel: str = ""
    items: tuple[str, ...]
    booklet: tuple[Calibrated, ...] = ()
    probability: float | None = None
    centre: Centre | None = None
    scale: str = ""
    analysis_id: UUID | None = None
    counts: tuple[int, ...] = ()
    round: int = 1
    rounds: tuple[dict[str, JsonValue], ...] = ()
    status: StudyStatus = StudyStatus.OPEN
    result: dict[str, JsonValue] = field(default_factory=dict)
    cut: float | None = None
    cut_error: float | None = None
    cut_raw: int | None = None
    conversion_id: UUID | None = None
    opened_by: str
    opened_at: datetime
    closed_by: str | None = None
    closed_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None

    @property
    def raw_max(self) -> int:
        """The highest raw score: how many items score."""
        return len(self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeRating(Entity):
    """What a judge said in a round. One per study, judge and round; said again, it replaces what was said.

    `values`: Angoff, the chance of each item for a borderline candidate; Hofstee, lowest and highest acceptable cut,
    lowest and highest acceptable share failing; Beuk, cut and share passing; bookmark, the page of the booklet.
    """

    study_id: UUID
    judge: str
    round: int
    values: tuple[float, ...]
    recorded_by: str
    recorded_at: datetime
