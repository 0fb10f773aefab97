"""Screenings, flags, reviews, and files of response times."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from adapters.db.tables.append_only import AppendOnly
from adapters.db.tables.base import Row, instant, json_column, stores
from domain.security.model import Flag, Review, Screening, TimesFile


@stores(TimesFile)
class TimesFileRow(Row, table=True):
    """The same bytes for a form and administration are one file."""

    __tablename__ = "response_times"
    __table_args__ = (UniqueConstraint("administration_id", "form_id", "sha256"),)

    administration_id: UUID = Field(foreign_key="administrations.id")
    form_id: UUID = Field(foreign_key="forms.id")
    sha256: str
    size: int
    key: str
    uploaded_by: str
    uploaded_at: datetime = instant()


@stores(Screening)
class ScreeningRow(Row, table=True):
    """Listed by administration."""

    __tablename__ = "irregularity_screenings"

    administration_id: UUID = Field(foreign_key="administrations.id", index=True)
    form_id: UUID = Field(foreign_key="forms.id")
    key_number: int
    methods: Any = json_column()
    holds_for: Any = json_column()
    rate: float
    dependent: bool
    requested_by: str
    created_at: datetime = instant()
    times_id: UUID | None = Field(foreign_key="response_times.id")
    job_id: UUID | None
    status: str
    software: str
    people: int
    inputs_sha256: str | None
    figures: Any = json_column()
    flags: int
    held: int
    reviews: int
    error_code: str | None
    finished_at: datetime | None = instant(nullable=True)


@stores(Flag)
class FlagRow(Row, table=True):
    """Written once, which the triggers below see to; read by screening and by attempt."""

    __tablename__ = "irregularity_flags"

    screening_id: UUID = Field(foreign_key="irregularity_screenings.id", index=True)
    administration_id: UUID = Field(foreign_key="administrations.id")
    form_id: UUID = Field(foreign_key="forms.id")
    method: str
    attempt_id: UUID = Field(foreign_key="attempts.id", index=True)
    candidate_id: UUID = Field(foreign_key="candidates.id")
    other_attempt_id: UUID | None = Field(foreign_key="attempts.id")
    other_candidate_id: UUID | None = Field(foreign_key="candidates.id")
    statistic: float
    p: float
    adjusted: float
    rate: float
    evidence: Any = json_column()
    created_at: datetime = instant()


@stores(Review)
class ReviewRow(Row, table=True):
    """One per screening and attempt."""

    __tablename__ = "irregularity_reviews"
    __table_args__ = (UniqueConstraint("screening_id", "attempt_id"),)

    screening_id: UUID = Field(foreign_key="irregularity_screenings.id")
    attempt_id: UUID = Field(foreign_key="attempts.id", index=True)
    candidate_id: UUID = Field(foreign_key="candidates.id")
    administration_id: UUID = Field(foreign_key="administrations.id")
    form_id: UUID = Field(foreign_key="forms.id")
    methods: Any = json_column()
    flag_ids: Any = json_column()
    released: bool
    created_at: datetime = instant()
    hold_id: UUID | None = Field(foreign_key="holds.id")
    status: str
    decided_by: str | None
    decided_at: datetime | None = instant(nullable=True)
    reason: str | None


_GUARDS = AppendOnly(
    keys={"irregularity_flags": ("id",)},
    said="flags are append-only",
    function="flags_are_append_only",
)
_GUARDS.attach(FlagRow.__table__)  # type: ignore[attr-defined]


def guard_statements(dialect: str) -> tuple[str, ...]:
    """Every statement that guards the flags, in order, for `sqlite` or `postgresql`."""
    return _GUARDS.statements(dialect)
