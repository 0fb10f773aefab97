"""Applications, evidence, determinations, appeals and declared conflicts."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from adapters.db.tables.base import Row, index_where, instant, json_column, search_text, stores
from domain.applications.model import Appeal, Application, AuditDraw, ConflictOfInterest, Determination, Evidence

_UNDER_WAY = "status IN ('draft', 'submitted', 'in_review', 'returned')"


@stores(Application)
class ApplicationRow(Row, table=True):
    """One application under way per candidate and program; lists by status, name, number and time."""

    __tablename__ = "applications"
    __table_args__ = (
        index_where("uq_applications_under_way", "candidate_id", "program", where=_UNDER_WAY, unique=True),
        Index("ix_applications_candidate_id", "candidate_id"),
        Index("ix_applications_search_name_id", "search_name", "id"),
        Index("ix_applications_status_id", "status", "id"),
        Index("ix_applications_submitted_at_id", "submitted_at", "id"),
        Index("ix_applications_status_submitted_at_id", "status", "submitted_at", "id"),
        Index("ix_applications_status_search_name_id", "status", "search_name", "id"),
        index_where("ix_applications_reviewer_id", "reviewer", "id", where="reviewer IS NOT NULL"),
        index_where("ix_applications_edition_status_id", "edition", "status", "id", where=_UNDER_WAY),
        index_where("ix_applications_due_on", "due_on", where="due_on IS NOT NULL"),
    )

    candidate_id: UUID = Field(foreign_key="candidates.id")
    program: str
    edition: str
    number: str = Field(unique=True)
    search_name: str = search_text()
    created_at: datetime = instant()
    status: str
    pathway: str | None
    attestations: Any = json_column()
    requests: Any = json_column()
    submitted_at: datetime | None = instant(nullable=True)
    reviewer: str | None
    due_on: date | None
    decided_at: datetime | None = instant(nullable=True)
    decided_by: str | None
    determination_id: UUID | None
    expires_on: date | None
    audited: bool
    closed_reason: str | None


@stores(Evidence)
class EvidenceRow(Row, table=True):
    """Read by application."""

    __tablename__ = "evidence"

    application_id: UUID = Field(foreign_key="applications.id", index=True)
    candidate_id: UUID = Field(foreign_key="candidates.id", index=True)
    kind: str
    record_id: UUID | None
    claim: Any = json_column()
    file_ids: Any = json_column()
    status: str
    judged_by: str | None
    judged_at: datetime | None = instant(nullable=True)
    reason: str | None
    added_at: datetime | None = instant(nullable=True)


@stores(Determination)
class DeterminationRow(Row, table=True):
    """Every decision is kept, the first as well as the one on appeal."""

    __tablename__ = "determinations"

    application_id: UUID = Field(foreign_key="applications.id", index=True)
    candidate_id: UUID = Field(foreign_key="candidates.id", index=True)
    outcome: str
    pathway: str | None
    edition: str
    judged_on: date
    facts: Any = json_column()
    findings: Any = json_column()
    decisions: Any = json_column()
    reason: str
    decided_by: str
    decided_at: datetime = instant()
    on_appeal: UUID | None


@stores(Appeal)
class AppealRow(Row, table=True):
    """One appeal under way per application; lists by status and by when the decision is due."""

    __tablename__ = "appeals"
    __table_args__ = (
        index_where("uq_appeals_filed", "application_id", where="status = 'filed'", unique=True),
        Index("ix_appeals_status_due_on_id", "status", "due_on", "id"),
    )

    application_id: UUID = Field(foreign_key="applications.id")
    candidate_id: UUID = Field(foreign_key="candidates.id", index=True)
    grounds: str
    filed_at: datetime = instant()
    due_on: date
    first_decided_by: str
    status: str
    decided_by: str | None
    decided_at: datetime | None = instant(nullable=True)
    reason: str | None


@stores(ConflictOfInterest)
class ConflictOfInterestRow(Row, table=True):
    """One declaration per member of staff and candidate."""

    __tablename__ = "conflicts_of_interest"
    __table_args__ = (Index("uq_conflicts_of_interest_one", "subject", "candidate_id", unique=True),)

    subject: str
    candidate_id: UUID = Field(foreign_key="candidates.id", index=True)
    nature: str
    declared_at: datetime = instant()


@stores(AuditDraw)
class AuditDrawRow(Row, table=True):
    """Read by program."""

    __tablename__ = "audit_draws"

    program: str = Field(index=True)
    edition: str
    from_on: date
    until_on: date
    seed: str
    seed_source: str
    rate: float
    population: Any = json_column()
    population_sha256: str
    chosen: Any = json_column()
    drawn_at: datetime = instant()
    drawn_by: str
