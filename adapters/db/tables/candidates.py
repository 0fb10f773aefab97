"""Candidates, their records, and whose token is theirs."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from adapters.db.tables.base import Row, index_where, instant, json_column, search_text, stores
from domain.candidates.model import Candidate, Education, Identity, Invitation, Licence

_STANDS = "ended_at IS NULL"


@stores(Candidate)
class CandidateRow(Row, table=True):
    """Staff search by the start of the name and by e-mail address."""

    __tablename__ = "candidates"
    __table_args__ = (Index("ix_candidates_search_name_id", "search_name", "id"),)

    number: str = Field(unique=True)
    legal_name: Any = json_column()
    search_name: str = search_text()
    email: str = Field(index=True)
    practises_in: str
    created_at: datetime = instant()
    status: str
    past_names: Any = json_column()
    date_of_birth: date | None
    phone: str | None
    address: Any = json_column(nullable=True)
    merged_into: UUID | None = Field(foreign_key="candidates.id")


@stores(Identity)
class IdentityRow(Row, table=True):
    """Of those that stand, a subject has one candidate, and a candidate one subject."""

    __tablename__ = "identities"
    __table_args__ = (
        index_where("uq_identities_subject", "subject", where=_STANDS, unique=True),
        index_where("uq_identities_candidate_id", "candidate_id", where=_STANDS, unique=True),
    )

    subject: str = Field(index=True)
    candidate_id: UUID = Field(foreign_key="candidates.id", index=True)
    linked_at: datetime = instant()
    how: str
    ended_at: datetime | None = instant(nullable=True)
    ended_by: str | None
    ended_reason: str | None


@stores(Invitation)
class InvitationRow(Row, table=True):
    """Found by the digest of its token."""

    __tablename__ = "invitations"

    candidate_id: UUID = Field(foreign_key="candidates.id", index=True)
    token_digest: str = Field(unique=True)
    created_by: str
    created_at: datetime = instant()
    expires_at: datetime = instant()
    used_at: datetime | None = instant(nullable=True)
    used_by: str | None


@stores(Licence)
class LicenceRow(Row, table=True):
    """A licence number is unique within its jurisdiction for one candidate."""

    __tablename__ = "licences"
    __table_args__ = (Index("uq_licences_one", "candidate_id", "jurisdiction", "number", unique=True),)

    candidate_id: UUID = Field(foreign_key="candidates.id")
    jurisdiction: str
    number: str
    status: str
    restricted: bool
    language: str | None
    issued_on: date | None
    expires_on: date | None
    verification: str
    verified_at: datetime | None = instant(nullable=True)
    verified_by: str | None
    verified_with: str | None


@stores(Education)
class EducationRow(Row, table=True):
    """Degrees and FPGEC certificates."""

    __tablename__ = "educations"

    candidate_id: UUID = Field(foreign_key="candidates.id", index=True)
    kind: str
    title: str
    school: str
    country: str
    completed_on: date | None
    acpe_accredited: bool
    certificate_number: str | None
    e_profile_id: str | None
    equivalent: bool | None
    verification: str
    verified_at: datetime | None = instant(nullable=True)
    verified_by: str | None
