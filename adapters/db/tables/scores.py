"""Forms, keys, conversions, attempts, holds and releases."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from adapters.db.tables.base import Row, index_where, instant, json_column, stores
from domain.scores.model import Attempt, Conversion, Form, FormKey, Hold, ResponseImport, ScoreRelease


@stores(Form)
class FormRow(Row, table=True):
    """A code is unique within its exam."""

    __tablename__ = "forms"
    __table_args__ = (UniqueConstraint("exam_code", "code"),)

    program: str
    exam_code: str
    code: str
    edition: str
    items: Any = json_column()
    created_by: str
    created_at: datetime = instant()
    status: str


@stores(FormKey)
class FormKeyRow(Row, table=True):
    """Versions are numbered from 1 within a form."""

    __tablename__ = "form_keys"
    __table_args__ = (UniqueConstraint("form_id", "number"),)

    form_id: UUID = Field(foreign_key="forms.id")
    number: int
    correct: Any = json_column()
    created_by: str
    created_at: datetime = instant()
    status: str
    approved_by: str | None
    approved_at: datetime | None = instant(nullable=True)


@stores(Conversion)
class ConversionRow(Row, table=True):
    """Versions are numbered from 1 within a form."""

    __tablename__ = "conversions"
    __table_args__ = (UniqueConstraint("form_id", "number"),)

    form_id: UUID = Field(foreign_key="forms.id")
    number: int
    cut_raw: int
    scaled: Any = json_column()
    created_by: str
    created_at: datetime = instant()
    status: str
    approved_by: str | None
    approved_at: datetime | None = instant(nullable=True)
    equated: Any = json_column()
    equating_run_id: UUID | None = Field(foreign_key="equating_runs.id")
    base_cut: float | None
    base_max: int | None
    by_lines: bool


@stores(ResponseImport)
class ResponseImportRow(Row, table=True):
    """The same bytes for the same form and administration are one import."""

    __tablename__ = "response_imports"
    __table_args__ = (UniqueConstraint("form_id", "administration_id", "sha256"),)

    form_id: UUID = Field(foreign_key="forms.id")
    administration_id: UUID = Field(foreign_key="administrations.id")
    sha256: str
    requested_by: str
    created_at: datetime = instant()
    job_id: UUID | None
    status: str
    rows: int
    accepted: int
    repeated: int
    rejected: int


@stores(Attempt)
class AttemptRow(Row, table=True):
    """One attempt per candidate, form and administration."""

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("candidate_id", "form_id", "administration_id"),
        Index("ix_attempts_administration_id_form_id", "administration_id", "form_id", "id"),
    )

    candidate_id: UUID = Field(foreign_key="candidates.id")
    authorization_id: UUID | None = Field(foreign_key="authorizations.id")
    registration_id: UUID | None = Field(foreign_key="registrations.id")
    administration_id: UUID = Field(foreign_key="administrations.id")
    form_id: UUID = Field(foreign_key="forms.id")
    import_id: UUID | None = Field(foreign_key="response_imports.id")
    taken_on: date
    responses: bytes
    created_at: datetime = instant()
    status: str
    key_number: int | None
    conversion_number: int | None
    raw: int | None
    scaled: int | None
    passed: bool | None
    domain_raw: Any = json_column()
    held: bool
    release_id: UUID | None = Field(foreign_key="score_releases.id", index=True)
    released_at: datetime | None = instant(nullable=True)


@stores(Hold)
class HoldRow(Row, table=True):
    """Read by attempt."""

    __tablename__ = "holds"

    attempt_id: UUID = Field(foreign_key="attempts.id", index=True)
    candidate_id: UUID = Field(foreign_key="candidates.id")
    kind: str
    reason: str
    placed_by: str
    placed_at: datetime = instant()
    lifted_by: str | None
    lifted_at: datetime | None = instant(nullable=True)
    lifted_reason: str | None


@stores(ScoreRelease)
class ScoreReleaseRow(Row, table=True):
    """One release under way per administration and form."""

    __tablename__ = "score_releases"
    __table_args__ = (
        index_where(
            "uq_score_releases_under_way",
            "administration_id",
            "form_id",
            where="status IN ('proposed', 'approved')",
            unique=True,
        ),
    )

    administration_id: UUID = Field(foreign_key="administrations.id")
    form_id: UUID = Field(foreign_key="forms.id")
    key_number: int
    conversion_number: int
    attempts: int
    proposed_by: str
    proposed_at: datetime = instant()
    status: str
    approved_by: str | None
    approved_at: datetime | None = instant(nullable=True)
    reason: str | None
    job_id: UUID | None
