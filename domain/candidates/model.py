"""Candidates and the records they keep with the body."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from domain.entity import Entity


class CandidateStatus(StrEnum):
    """Whether the record is in use. An erased or merged candidate keeps an id and nothing personal."""

    ACTIVE = "active"
    MERGED = "merged"
    ERASED = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonName:
    """A legal name as the person writes it. A person with one name has it as `family`."""

    family: str
    given: str = ""
    middle: str = ""
    suffix: str = ""

    @property
    def full(self) -> str:
        """The parts in Western order, single-spaced."""
        return " ".join(part for part in (self.given, self.middle, self.family, self.suffix) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastName:
    """A name that was the legal one until `until`, why it changed, and the file that shows it."""

    name: PersonName
    until: datetime
    reason: str
    changed_by: str
    file_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostalAddress:
    """Where post reaches a person; `country` is ISO 3166 alpha-2."""

    lines: tuple[str, ...]
    city: str
    country: str
    region: str = ""
    postal_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate(Entity):
    """A person who may apply. `number` is the human reference (`C` and nine digits with a check digit).

    `search_name` is the folded `family given middle`, for staff lists. `practises_in` is ISO 3166 alpha-2.
    """

    number: str
    legal_name: PersonName
    search_name: str
    email: str
    practises_in: str
    created_at: datetime
    status: CandidateStatus = CandidateStatus.ACTIVE
    past_names: tuple[PastName, ...] = ()
    date_of_birth: date | None = None
    phone: str | None = None
    address: PostalAddress | None = None
    merged_into: UUID | None = None

    @property
    def candidate_id(self) -> UUID:
        """A candidate is their own."""
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity(Entity):
    """A token's subject, tied once to one candidate: by `invitation`, `verified_email`, or their own `registration`.

    A candidate has one that stands. An administrator may end it (`ended_at`, by whom and why), and it stays on record.
    """

    subject: str
    candidate_id: UUID
    linked_at: datetime
    how: str
    ended_at: datetime | None = None
    ended_by: str | None = None
    ended_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation(Entity):
    """A one-time link that ties whoever follows it to a candidate. Only the token's SHA-256 is kept."""

    candidate_id: UUID
    token_digest: str
    created_by: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    used_by: str | None = None


class Verification(StrEnum):
    """Whether staff or a primary source confirmed a record."""

    UNVERIFIED = "unverified"
    VERIFIED = "verified"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence(Entity):
    """A licence to practise. `jurisdiction` is `US-NC` or a country (`GB`); `status` a `LicenceStatus` value.

    `expires_on` is inclusive. `language` is the BCP 47 tag of the original document, None where nobody said it.
    """

    candidate_id: UUID
    jurisdiction: str
    number: str
    status: str
    restricted: bool
    language: str | None
    issued_on: date | None
    expires_on: date | None
    verification: Verification = Verification.UNVERIFIED
    verified_at: datetime | None = None
    verified_by: str | None = None
    verified_with: str | None = None


class EducationKind(StrEnum):
    """What a record of education is. Which certificate it is, its title says (`FPGEC`)."""

    DEGREE = "degree"
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Education(Entity):
    """A degree or an FPGEC certificate, by `kind` an `EducationKind` value.

    `equivalent` is the staff's judgement of a foreign degree, None until made.
    """

    candidate_id: UUID
    kind: str
    title: str
    school: str
    country: str
    completed_on: date | None
    acpe_accredited: bool = False
    certificate_number: str | None = None
    e_profile_id: str | None = None
    equivalent: bool | None = None
    verification: Verification = Verification.UNVERIFIED
    verified_at: datetime | None = None
    verified_by: str | None = None
