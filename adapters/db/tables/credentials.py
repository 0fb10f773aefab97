"""Credentials, their history, and awards."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from adapters.db.tables.base import Row, index_where, instant, json_column, search_text, stores
from domain.credentials.model import Award, Credential, StandingChange


@stores(Credential)
class CredentialRow(Row, table=True):
    """One credential per attempt; what the nightly sweep expires or lapses is found by partial indexes."""

    __tablename__ = "credentials"
    __table_args__ = (
        index_where("ix_credentials_expiring", "edition", "valid_until", where="status = 'active'"),
        index_where("ix_credentials_lapsing", "edition", "valid_until", where="status = 'expired'"),
        Index("ix_credentials_candidate_id", "candidate_id"),
        Index("ix_credentials_search_name_id", "search_name", "id"),
    )

    candidate_id: UUID = Field(foreign_key="candidates.id")
    application_id: UUID = Field(foreign_key="applications.id")
    attempt_id: UUID | None = Field(foreign_key="attempts.id", unique=True)
    program: str
    edition: str
    number: str = Field(unique=True)
    name: str
    awarded_on: date
    valid_from: date
    valid_until: date
    status: str
    status_reason: str | None
    status_since: datetime | None = instant(nullable=True)
    created_at: datetime | None = instant(nullable=True)
    search_name: str = search_text()


@stores(StandingChange)
class StandingChangeRow(Row, table=True):
    """Numbered from 1 within a credential."""

    __tablename__ = "standing_changes"
    __table_args__ = (UniqueConstraint("credential_id", "number"),)

    credential_id: UUID = Field(foreign_key="credentials.id")
    candidate_id: UUID = Field(foreign_key="candidates.id")
    number: int
    standing: str
    effective_on: date
    at: datetime = instant()
    by: str
    reason: str
    valid_until: date
    edition: str
    name: str


@stores(Award)
class AwardRow(Row, table=True):
    """One award per attempt."""

    __tablename__ = "awards"

    candidate_id: UUID = Field(foreign_key="candidates.id", index=True)
    application_id: UUID = Field(foreign_key="applications.id")
    attempt_id: UUID = Field(foreign_key="attempts.id", unique=True)
    judged_on: date
    findings: Any = json_column()
    facts: Any = json_column()
    created_at: datetime = instant()
    status: str = Field(index=True)
    credential_id: UUID | None = Field(foreign_key="credentials.id")
    resolved_by: str | None
    resolved_at: datetime | None = instant(nullable=True)
    reason: str | None
