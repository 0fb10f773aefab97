"""Practice exams."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from adapters.db.tables.base import Row, index_where, instant, json_column, stores
from domain.practice.model import PracticeExam


@stores(PracticeExam)
class PracticeExamRow(Row, table=True):
    """One practice exam of a program is under way per candidate."""

    __tablename__ = "practice_exams"
    __table_args__ = (
        index_where(
            "uq_practice_exams_under_way",
            "candidate_id",
            "program",
            where="status = 'in_progress'",
            unique=True,
        ),
        Index("ix_practice_exams_candidate_id_started_at", "candidate_id", "started_at", "id"),
    )

    candidate_id: UUID = Field(foreign_key="candidates.id")
    program: str
    edition: str
    items: Any = json_column()
    answers: Any = json_column()
    started_at: datetime = instant()
    ends_at: datetime = instant()
    status: str
    finished_at: datetime | None = instant(nullable=True)
    correct: int | None
    domains: Any = json_column()
