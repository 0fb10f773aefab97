"""Published policy editions and recognised providers."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from adapters.db.tables.base import Row, instant, json_column, stores
from domain.programs.model import PolicyEdition, RecognisedProvider


@stores(PolicyEdition)
class PolicyEditionRow(Row, table=True):
    """An edition is published once, and no two of a program begin on the same day."""

    __tablename__ = "policy_editions"
    __table_args__ = (UniqueConstraint("program", "in_force_from"),)

    program: str
    edition: str = Field(unique=True)
    title: str
    in_force_from: date
    in_force_until: date | None
    document: Any = json_column()
    sha256: str
    published_by: str
    published_at: datetime = instant()


@stores(RecognisedProvider)
class RecognisedProviderRow(Row, table=True):
    """One entry per program, code and first day."""

    __tablename__ = "recognised_providers"
    __table_args__ = (UniqueConstraint("program", "code", "from_on"),)

    program: str
    code: str
    name: str
    from_on: date
    until_on: date | None
    recognised_by: str
    recognised_at: datetime = instant()
    reason: str
    ended_by: str | None
    ended_at: datetime | None = instant(nullable=True)
    ended_reason: str | None
