"""Standard-setting studies and what their judges said."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from adapters.db.tables.base import Row, instant, json_column, stores
from domain.standards.model import JudgeRating, StandardSetting


@stores(StandardSetting)
class StandardSettingRow(Row, table=True):
    """Studies of a form are numbered from 1."""

    __tablename__ = "standard_settings"
    __table_args__ = (UniqueConstraint("form_id", "number"),)

    program: str
    form_id: UUID = Field(foreign_key="forms.id")
    number: int
    key_number: int
    method: str
    title: str
    borderline: str
    rounding: str
    judges: Any = json_column()
    panel: str
    items: Any = json_column()
    booklet: Any = json_column()
    probability: float | None
    centre: str | None
    scale: str
    analysis_id: UUID | None = Field(foreign_key="analyses.id")
    counts: Any = json_column()
    round: int
    rounds: Any = json_column()
    status: str
    result: Any = json_column()
    cut: float | None
    cut_error: float | None
    cut_raw: int | None
    conversion_id: UUID | None = Field(foreign_key="conversions.id")
    opened_by: str
    opened_at: datetime = instant()
    closed_by: str | None
    closed_at: datetime | None = instant(nullable=True)
    decided_by: str | None
    decided_at: datetime | None = instant(nullable=True)
    reason: str | None


@stores(JudgeRating)
class JudgeRatingRow(Row, table=True):
    """A judge speaks once in each round."""

    __tablename__ = "judge_ratings"
    __table_args__ = (UniqueConstraint("study_id", "round", "judge"),)

    study_id: UUID = Field(foreign_key="standard_settings.id")
    judge: str
    round: int
    values: Any = json_column()
    recorded_by: str
    recorded_at: datetime = instant()
