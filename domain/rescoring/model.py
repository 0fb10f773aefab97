"""Runs that score a form anew, what they would change for whom, and the results that they replaced."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from domain.entity import Entity


class RescoreStatus(StrEnum):
    """How far a run has come. Listing changes nothing; an approved run is carried out."""

    LISTING = "listing"
    LISTED = "listed"
    APPROVED = "approved"
    DONE = "done"
    REJECTED = "rejected"


class Direction(StrEnum):
    """What a run does to one attempt."""

    GAINED = "fail_to_pass"
    LOST = "pass_to_fail"
    SCORE_ONLY = "score_only"
    NONE = "none"


class OnLostPass(StrEnum):
    """What becomes of a pass that was released and would be none by the new score.

    `keep`: it stands, with all that followed from it, as the fault was the body's. `suspend`: the result changes, and
    the credential is suspended until a person decides. `revoke`: the result changes and the credential is withdrawn.
    """

    KEEP = "keep"
    SUSPEND = "suspend"
    REVOKE = "revoke"


class Refunds(StrEnum):
    """Whether fees of retakes bought in vain are only listed for finance, or sent back as the run is carried out."""

    LIST = "list"
    SEND = "send"


class Follow(StrEnum):
    """What follows for a candidate beside the score."""

    ATTEMPTS_COUNTED = "attempts_counted"
    RETAKE_OPEN = "retake_open"
    RETAKE_WITHDRAWN = "retake_withdrawn"
    REFUND_OWED = "refund_owed"
    CHARGE_CANCELLED = "charge_cancelled"
    CREDENTIAL_OWED = "credential_owed"
    CREDENTIAL_HELD_ALREADY = "credential_held_already"
    CREDENTIAL_IN_ERROR = "credential_in_error"
    AWARD_WITHDRAWN = "award_withdrawn"
    PASS_KEPT = "pass_kept"  # noqa: S105 - an examination is passed
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """One thing that follows. `about_id` is the authorization, charge, application, credential, award or attempt meant.

    `count` are attempts that count, `on` the first day on which another is possible, `amount_minor` in the currency's
    minor unit.
    """

    follow: Follow
    about_id: UUID
    count: int | None = None
    on: date | None = None
    amount_minor: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A score and its decision. `domain_raw` is empty where only a score came."""

    raw: int
    scaled: int
    passed: bool
    domain_raw: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescore(Entity):
    """A run over the scored attempts of a form, in one administration or in all.

    The counts are those of the newest list (`list_number`). `carried` attempts have the new result, `kept` stand as
    they were because their pass is kept, `moved` had changed since the list and were left alone.
    """

    form_id: UUID
    administration_id: UUID | None
    key_number: int
    conversion_number: int
    reason: str
    on_lost_pass: OnLostPass
    refunds: Refunds
    created_by: str
    created_at: datetime
    status: RescoreStatus = RescoreStatus.LISTING
    list_number: int = 1
    list_job_id: UUID | None = None
    attempts: int = 0
    gained: int = 0
    lost: int = 0
    score_only: int = 0
    unchanged: int = 0
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision_reason: str | None = None
    job_id: UUID | None = None
    carried: int = 0
    kept: int = 0
    moved: int = 0
    finished_at: datetime | None = None


class EntryStatus(StrEnum):
    """What became of an entry of a run's list."""

    PENDING = "pending"
    CARRIED = "carried"
    KEPT = "kept"
    MOVED = "moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class RescoreEntry(Entity):
    """One attempt in one list of a run: its result as it stood at `attempt_version`, and what it would become.

    The store allows one per run, list and attempt.
    """

    rescore_id: UUID
    list_number: int
    attempt_id: UUID
    candidate_id: UUID
    administration_id: UUID
    attempt_version: int
    released: bool
    direction: Direction
    old_key_number: int | None
    old_conversion_number: int | None
    old: Result
    new: Result
    consequences: tuple[Consequence, ...] = ()
    status: EntryStatus = EntryStatus.PENDING
    carried_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptResult(Entity):
    """A result that stood once, in order from 1 within its attempt; the one that stands is the attempt's own.

    The store allows one per attempt and run, so that no run replaces a result twice.
    """

    attempt_id: UUID
    candidate_id: UUID
    number: int
    key_number: int | None
    conversion_number: int | None
    raw: int
    scaled: int
    passed: bool
    domain_raw: tuple[int, ...]
    released_at: datetime | None
    replaced_at: datetime
    rescore_id: UUID
    reason: str
