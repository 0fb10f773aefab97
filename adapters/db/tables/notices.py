"""Letters to candidates."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from adapters.db.tables.base import Row, instant, json_column, stores
from domain.notices.model import Notice


@stores(Notice)
class NoticeRow(Row, table=True):
    """Listed by candidate; staff look for those that were given up."""

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint("(sent_at IS NOT NULL) = (status = 'sent')", name="sent"),
        CheckConstraint("attempts >= 0", name="attempts"),
    )

    candidate_id: UUID = Field(foreign_key="candidates.id", index=True)
    kind: str
    about_id: UUID
    created_at: datetime = instant()
    parameters: Any = json_column()
    unmet: Any = json_column()
    status: str = Field(index=True)
    attempts: int
    sent_at: datetime | None = instant(nullable=True)
    last_error_code: str | None
