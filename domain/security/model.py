"""Screenings, the flags that they raise, and what people make of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.entity import Entity

SOFTWARE = "domain.psychometrics 1.0"
"""What reckoned, as a screening names it."""


class ScreeningMethod(StrEnum):
    """How a screening looks: answers alike in pairs (two indices), odd patterns, odd times, scores that rose."""

    OMEGA = "omega"
    GBT = "gbt"
    PERSON_FIT = "person_fit"
    RESPONSE_TIMES = "response_times"
    SCORE_GAIN = "score_gain"


class ScreeningStatus(StrEnum):
    """How far a screening has come."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodFigure:
    """What a method came to: so many tests, so many flags stored of those found, so many people left out.

    `code` and `detail` say why there is nothing, where the data do not allow the method.
    """

    method: ScreeningMethod
    tests: int = 0
    found: int = 0
    stored: int = 0
    left_out: int = 0
    code: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening(Entity):
    """One screening of a form in an administration, with all that anyone needs to do it again.

    `rate` is the false discovery rate that each method holds; `dependent` holds it under any dependence of the tests.
    `holds_for` are the methods whose flags hold a score. `inputs_sha256` is the digest of the attempts' ids and answers
    and of the key's version; `times_id` names the file of response times.
    """

    administration_id: UUID
    form_id: UUID
    key_number: int
    methods: tuple[ScreeningMethod, ...]
    holds_for: tuple[ScreeningMethod, ...]
    rate: float
    dependent: bool
    requested_by: str
    created_at: datetime
    times_id: UUID | None = None
    job_id: UUID | None = None
    status: ScreeningStatus = ScreeningStatus.QUEUED
    software: str = SOFTWARE
    people: int = 0
    inputs_sha256: str | None = None
    figures: tuple[MethodFigure, ...] = ()
    flags: int = 0
    held: int = 0
    reviews: int = 0
    error_code: str | None = None
    finished_at: datetime | None = None


Evidence = dict[str, float | int | str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Entity):
    """One finding of a screening. It is written once and never changed; what people made of it is the review's.

    `statistic`, `p` and `adjusted` (the least false discovery rate at which it would be found) are the method's own.
    Of a pair, `attempt_id` is the supposed copier under omega, and either of the two under GBT.
    """

    screening_id: UUID
    administration_id: UUID
    form_id: UUID
    method: ScreeningMethod
    attempt_id: UUID
    candidate_id: UUID
    other_attempt_id: UUID | None
    other_candidate_id: UUID | None
    statistic: float
    p: float
    adjusted: float
    rate: float
    evidence: Evidence
    created_at: datetime


class ReviewStatus(StrEnum):
    """What people made of the flags on an attempt."""

    OPEN = "open"
    CLEARED = "cleared"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review(Entity):
    """The flags of one screening on one attempt, for a person to judge; `hold_id` is the hold that they placed.

    `released` says that the score had left before: nothing holds it, and people decide what follows. The store allows
    one per screening and attempt.
    """

    screening_id: UUID
    attempt_id: UUID
    candidate_id: UUID
    administration_id: UUID
    form_id: UUID
    methods: tuple[ScreeningMethod, ...]
    flag_ids: tuple[UUID, ...]
    released: bool
    created_at: datetime
    hold_id: UUID | None = None
    status: ReviewStatus = ReviewStatus.OPEN
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesFile(Entity):
    """A file of response times of a form in an administration: seconds, by candidate and item."""

    administration_id: UUID
    form_id: UUID
    sha256: str
    size: int
    key: str
    uploaded_by: str
    uploaded_at: datetime
