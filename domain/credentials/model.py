"""Credentials, how they stand, and awards that wait."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from domain.entity import Entity
from domain.ruling import Finding


class Standing(StrEnum):
    """How a credential stands. `expired` may still be renewed late (grace); `lapsed` needs a reinstatement.

    `revoked` and `retired` are final.
    """

    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    LAPSED = "lapsed"
    REVOKED = "revoked"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential(Entity):
    """A certification that a candidate holds. `number` is canonical; `name` is the name as on the certificate.

    `awarded_on` is kept across renewals. `valid_from` begins the present stretch of validity: it moves only when a
    renewal or reinstatement ends an interruption. `valid_until` is inclusive and ends at 24:00 in the policy's zone.
    `search_name` is copied from the candidate for staff lists. `status` is how it stood when it was last written:
    `standing.as_it_stands` says how it stands on a day.
    """

    candidate_id: UUID
    application_id: UUID
    attempt_id: UUID | None
    program: str
    edition: str
    number: str
    name: str
    awarded_on: date
    valid_from: date
    valid_until: date
    status: Standing = Standing.ACTIVE
    status_reason: str | None = None
    status_since: datetime | None = None
    created_at: datetime | None = None
    search_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingChange(Entity):
    """One entry of a credential's history, in order; `standing` holds from `effective_on`, recorded at `at`.

    A later entry supersedes the earlier ones for every day from its `effective_on`, so that an entry made late can put
    right what was recorded before.
    """

    credential_id: UUID
    candidate_id: UUID
    number: int
    standing: Standing
    effective_on: date
    at: datetime
    by: str
    reason: str
    valid_until: date
    edition: str
    name: str


class AwardStatus(StrEnum):
    """What became of a passed attempt."""

    ISSUED = "issued"
    HELD = "held"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Award(Entity):
    """The judgement made when a pass was released: a credential, or held with the ruling that says why.

    The store allows one award per attempt.
    """

    candidate_id: UUID
    application_id: UUID
    attempt_id: UUID
    judged_on: date
    findings: tuple[Finding, ...]
    facts: dict[str, object]
    created_at: datetime
    status: AwardStatus
    credential_id: UUID | None = None
    resolved_by: str | None = None
    resolved_at: datetime | None = None
    reason: str | None = None
