"""Renewal cycles, the ledger of continuing education, and pre-approved activities."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from adapters.db.tables.base import Row, index_where, instant, json_column, stores
from domain.renewals.model import Activity, ApprovedActivity, Cycle


@stores(Cycle)
class CycleRow(Row, table=True):
    """One open cycle per credential; numbered from 1."""

    __tablename__ = "cycles"
    __table_args__ = (
        UniqueConstraint("credential_id", "number"),
        index_where("uq_cycles_open", "credential_id", where="status = 'open'", unique=True),
        index_where("ix_cycles_remind_on", "remind_on", where="status = 'open'"),
    )

    credential_id: UUID = Field(foreign_key="credentials.id")
    candidate_id: UUID = Field(foreign_key="candidates.id", index=True)
    program: str
    edition: str
    number: int
    starts_on: date
    ends_on: date
    status: str
    extended_until: date | None
    extension_reason: str | None
    extensions: Any = json_column()
    audited: bool
    audit_cleared_at: datetime | None = instant(nullable=True)
    audit_cleared_by: str | None
    renewed_on: date | None
    reminders: Any = json_column()
    remind_on: date | None


@stores(Activity)
class ActivityRow(Row, table=True):
    """Read by cycle."""

    __tablename__ = "activities"
    __table_args__ = (
        CheckConstraint("minutes > 0", name="minutes"),
        index_where("ix_activities_claimed_stem", "uan_stem", where="status = 'claimed'"),
        index_where("ix_activities_claimed", "id", where="status = 'claimed'"),
    )

    credential_id: UUID = Field(foreign_key="credentials.id", index=True)
    cycle_id: UUID = Field(foreign_key="cycles.id", index=True)
    candidate_id: UUID = Field(foreign_key="candidates.id")
    title: str
    provider: str
    category: str
    minutes: int
    completed_on: date
    recorded_at: datetime = instant()
    uan: str | None
    uan_stem: str | None
    file_ids: Any = json_column()
    status: str
    proof: str | None
    judged_by: str | None
    judged_at: datetime | None = instant(nullable=True)
    reason: str | None


@stores(ApprovedActivity)
class ApprovedActivityRow(Row, table=True):
    """One entry per program, stem and first day."""

    __tablename__ = "approved_activities"
    __table_args__ = (UniqueConstraint("program", "uan_stem", "from_on"),)

    program: str
    uan_stem: str
    title: str
    category: str
    from_on: date
    until_on: date | None
    approved_by: str
    approved_at: datetime = instant()
