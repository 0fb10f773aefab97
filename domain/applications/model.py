"""Applications, their evidence, the decisions on them and the appeals against those."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from domain.entity import Entity
from domain.ruling import Finding


class ApplicationStatus(StrEnum):
    """Where an application stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    APPROVED = "approved"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """A statement that the candidate affirmed, by its code and version, and when."""

    code: str
    version: str
    affirmed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationRequest:
    """What staff asked for when they returned the application, and until when (inclusive)."""

    asked_by: str
    asked_at: datetime
    due_on: date
    message: str
    clauses: tuple[str, ...] = ()
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Application(Entity):
    """One candidate's request to be found eligible for a program, under the edition it began under.

    `number` is the human reference. `search_name` is copied from the candidate for staff lists. `expires_on` is the
    last day on which a draft may still be submitted, or an approval may still be used; inclusive. `due_on` is the day
    by which the candidate has to take the next step, whatever it is; the nightly sweep looks at those whose day passed.
    `reviewer` is who has claimed it. `audited` says that it was drawn for audit.
    """

    candidate_id: UUID
    program: str
    edition: str
    number: str
    search_name: str
    created_at: datetime
    status: ApplicationStatus = ApplicationStatus.DRAFT
    pathway: str | None = None
    attestations: tuple[Attestation, ...] = ()
    requests: tuple[InformationRequest, ...] = ()
    submitted_at: datetime | None = None
    reviewer: str | None = None
    due_on: date | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    determination_id: UUID | None = None
    expires_on: date | None = None
    audited: bool = False
    closed_reason: str | None = None


class EvidenceKind(StrEnum):
    """What a piece of evidence claims."""

    LICENCE = "licence"
    TRANSLATION = "translation"
    EDUCATION = "education"
    EXPERIENCE = "experience"
    TRAINING = "training"
    OTHER = "other"


class EvidenceStatus(StrEnum):
    """The reviewer's word on it."""

    UNVERIFIED = "unverified"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(Entity):
    """A claim made in an application, and the files that show it.

    A `licence`, `translation` or `education` points at the candidate's record (`record_id`), so that the record's
    present state is judged again later; `experience` and `training` carry their facts in `claim` (the fields of
    `ExperienceFact` or `TrainingFact` in JSON form).
    """

    application_id: UUID
    candidate_id: UUID
    kind: EvidenceKind
    record_id: UUID | None = None
    claim: dict[str, object] = field(default_factory=dict)
    file_ids: tuple[UUID, ...] = ()
    status: EvidenceStatus = EvidenceStatus.UNVERIFIED
    judged_by: str | None = None
    judged_at: datetime | None = None
    reason: str | None = None
    added_at: datetime | None = None


class Outcome(StrEnum):
    """What a determination decides."""

    APPROVED = "approved"
    DENIED = "denied"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseDecision:
    """The reviewer's decision on one clause, with the reason given to the candidate."""

    clause: str
    met: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Determination(Entity):
    """The staff decision, with everything needed to replay it: the facts, the day, the edition and the ruling."""

    application_id: UUID
    candidate_id: UUID
    outcome: Outcome
    pathway: str | None
    edition: str
    judged_on: date
    facts: dict[str, object]
    findings: tuple[Finding, ...]
    decisions: tuple[ClauseDecision, ...]
    reason: str
    decided_by: str
    decided_at: datetime
    on_appeal: UUID | None = None


class AppealStatus(StrEnum):
    """Where an appeal stands."""

    FILED = "filed"
    UPHELD = "upheld"
    OVERTURNED = "overturned"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal(Entity):
    """A candidate's appeal against a denial. `first_decided_by` may not decide it.

    `due_on` is the last day on which the edition lets the decision come; one that is filed after it is overdue.
    """

    application_id: UUID
    candidate_id: UUID
    grounds: str
    filed_at: datetime
    due_on: date
    first_decided_by: str
    status: AppealStatus = AppealStatus.FILED
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictOfInterest(Entity):
    """A member of staff declares that they trained, examined or otherwise know a candidate (ISO/IEC 17024, 5.2, 9)."""

    subject: str
    candidate_id: UUID
    nature: str
    declared_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditDraw(Entity):
    """A draw of applications for audit, with all that anyone needs to do it again.

    Drawn from are the applications of a program that were submitted from `from_on` until `until_on`, both inclusive,
    and still stood: `population`, ids in order, and their digest. `seed_source` says where the seed can be looked up.
    """

    program: str
    edition: str
    from_on: date
    until_on: date
    seed: str
    seed_source: str
    rate: float
    population: tuple[UUID, ...]
    population_sha256: str
    chosen: tuple[UUID, ...]
    drawn_at: datetime
    drawn_by: str
