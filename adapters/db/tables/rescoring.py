"""Rescores, their lists, and the results that they replaced."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from adapters.db.tables.base import Row, index_where, instant, json_column, stores
from domain.rescoring.model import AttemptResult, Rescore, RescoreEntry


@stores(Rescore)
class RescoreRow(Row, table=True):
    """One run under way per form."""

    __tablename__ = "rescores"
    __table_args__ = (index_where("uq_rescores_under_way", "form_id", where="status = 'approved'", unique=True),)

    form_id: UUID = Field(foreign_key="forms.id", index=True)
    administration_id: UUID | None = Field(foreign_key="administrations.id")
    key_number: int
    conversion_number: int
    reason: str
    on_lost_pass: str
    refunds: str
    created_by: str
    created_at: datetime = instant()
    status: str
    list_number: int
    list_job_id: UUID | None
    attempts: int
    gained: int
    lost: int
    score_only: int
    unchanged: int
    decided_by: str | None
    decided_at: datetime | None = instant(nullable=True)
    decision_reason: str | None
    job_id: UUID | None
    carried: int
    kept: int
    moved: int
    finished_at: datetime | None = instant(nullable=True)


@stores(RescoreEntry)
class RescoreEntryRow(Row, table=True):
    """One per run, list and attempt."""

    __tablename__ = "rescore_entries"
    __table_args__ = (
        UniqueConstraint("rescore_id", "list_number", "attempt_id"),
        Index("ix_rescore_entries_rescore_id_list_number", "rescore_id", "list_number", "id"),
    )

    rescore_id: UUID = Field(foreign_key="rescores.id")
    list_number: int
    attempt_id: UUID = Field(foreign_key="attempts.id", index=True)
    candidate_id: UUID = Field(foreign_key="candidates.id")
    administration_id: UUID = Field(foreign_key="administrations.id")
    attempt_version: int
    released: bool
    direction: str
    old_key_number: int | None
    old_conversion_number: int | None
    old: Any = json_column()
    new: Any = json_column()
    consequences: Any = json_column()
    status: str
    carried_at: datetime | None = instant(nullable=True)


@stores(AttemptResult)
class AttemptResultRow(Row, table=True):
    """Numbered from 1 within an attempt; a run replaces an attempt's result once."""

    __tablename__ = "attempt_results"
    __table_args__ = (UniqueConstraint("attempt_id", "number"), UniqueConstraint("attempt_id", "rescore_id"))

    attempt_id: UUID = Field(foreign_key="attempts.id")
    candidate_id: UUID = Field(foreign_key="candidates.id")
    number: int
    key_number: int | None
    conversion_number: int | None
    raw: int
    scaled: int
    passed: bool
    domain_raw: Any = json_column()
    released_at: datetime | None = instant(nullable=True)
    replaced_at: datetime = instant()
    rescore_id: UUID = Field(foreign_key="rescores.id")
    reason: str
