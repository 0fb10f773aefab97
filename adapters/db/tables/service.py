"""What the service itself keeps: answers for replay, and the API keys of machine partners."""

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from adapters.db.tables.base import instant, json_column


class KeptAnswerRow(SQLModel, table=True):
    """One Idempotency-Key of one caller, method and path, by digest; swept when its time is over."""

    __tablename__ = "kept_answers"

    scope: str = Field(primary_key=True)
    fingerprint: str
    kept_until: datetime = instant(index=True)
    status: int | None
    headers: Any = json_column(nullable=True)
    body: bytes | None = Field(sa_type=LargeBinary)
