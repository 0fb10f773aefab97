"""Forms with their keys, the attempts made on them, and how scores leave the house."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from domain.entity import Entity


class VersionStatus(StrEnum):
    """Whether a version of a key or a conversion may be used: approved by a second person, then frozen."""

    DRAFT = "draft"
    APPROVED = "approved"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormItem:
    """A place on a form: the item's code, its exam domain and objective, its number of options, scored or pretest."""

    code: str
    domain: str
    options: int = 4
    scored: bool = True
    objective: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form(Entity):
    """A form of an exam: its items in order. Frozen once a key of it is approved."""

    program: str
    exam_code: str
    code: str
    edition: str
    items: tuple[FormItem, ...]
    created_by: str
    created_at: datetime
    status: VersionStatus = VersionStatus.DRAFT


@dataclass(frozen=True, slots=True, kw_only=True)
class FormKey(Entity):
    """One version of a form's key: for each item the options that score, an empty tuple where the item is dropped."""

    form_id: UUID
    number: int
    correct: tuple[tuple[int, ...], ...]
    created_by: str
    created_at: datetime
    status: VersionStatus = VersionStatus.DRAFT
    approved_by: str | None = None
    approved_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion(Entity):
    """One version of a form's conversion: the cut in raw points and the scaled score of each raw score from 0 up.

    One that was made of an equating run keeps the unrounded equivalent of each raw score on the base form, `equated`,
    on which it decides: whoever reaches `base_cut` there passes. `base_max` is the base form's highest raw score, and
    `by_lines` says that its scale is of two lines.
    """

    form_id: UUID
    number: int
    cut_raw: int
    scaled: tuple[int, ...]
    created_by: str
    created_at: datetime
    status: VersionStatus = VersionStatus.DRAFT
    approved_by: str | None = None
    approved_at: datetime | None = None
    equated: tuple[float, ...] = ()
    equating_run_id: UUID | None = None
    base_cut: float | None = None
    base_max: int | None = None
    by_lines: bool = True


class ImportStatus(StrEnum):
    """How far an import of responses has come."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseImport(Entity):
    """One file of responses for one form and administration. The same bytes twice are one import."""

    form_id: UUID
    administration_id: UUID
    sha256: str
    requested_by: str
    created_at: datetime
    job_id: UUID | None = None
    status: ImportStatus = ImportStatus.QUEUED
    rows: int = 0
    accepted: int = 0
    repeated: int = 0
    rejected: int = 0


class AttemptStatus(StrEnum):
    """Where an attempt stands. `held` is not a status: a hold is its own record and stops the release."""

    IMPORTED = "imported"
    SCORED = "scored"
    RELEASED = "released"
    INVALIDATED = "invalidated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt(Entity):
    """One sitting of one form. `responses` has one byte per item: 0 omitted, 255 not reached, else the option from 1.

    `domain_raw` lists the raw points per exam domain in the blueprint's order. The store allows one per candidate,
    form and administration.
    """

    candidate_id: UUID
    authorization_id: UUID | None
    registration_id: UUID | None
    administration_id: UUID
    form_id: UUID
    import_id: UUID | None
    taken_on: date
    responses: bytes
    created_at: datetime
    status: AttemptStatus = AttemptStatus.IMPORTED
    key_number: int | None = None
    conversion_number: int | None = None
    raw: int | None = None
    scaled: int | None = None
    passed: bool | None = None
    domain_raw: tuple[int, ...] = ()
    held: bool = False
    release_id: UUID | None = None
    released_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(Entity):
    """A reason not to release a score yet. Lifted by staff, or ended by an invalidation."""

    attempt_id: UUID
    candidate_id: UUID
    kind: str
    reason: str
    placed_by: str
    placed_at: datetime
    lifted_by: str | None = None
    lifted_at: datetime | None = None
    lifted_reason: str | None = None

    @property
    def status(self) -> str:
        """`standing` or `lifted`."""
        return "standing" if self.lifted_at is None else "lifted"


class ReleaseStatus(StrEnum):
    """How far a release of scores has come."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    DONE = "done"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRelease(Entity):
    """The scores of one administration and form, proposed by one person and released by another."""

    administration_id: UUID
    form_id: UUID
    key_number: int
    conversion_number: int
    attempts: int
    proposed_by: str
    proposed_at: datetime
    status: ReleaseStatus = ReleaseStatus.PROPOSED
    approved_by: str | None = None
    approved_at: datetime | None = None
    reason: str | None = None
    job_id: UUID | None = None
