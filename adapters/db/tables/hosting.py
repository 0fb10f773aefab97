"""Badges of other issuers that are kept for their holders, and what holders state of themselves."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlmodel import Field

from adapters.db.tables.base import Row, instant, json_column, stores
from domain.hosting.model import HolderProfile, HostedBadge


@stores(HostedBadge)
class HostedBadgeRow(Row, table=True):
    """A badge is kept once for a holder."""

    __tablename__ = "hosted_badges"
    __table_args__ = (UniqueConstraint("candidate_id", "digest"),)

    candidate_id: UUID = Field(foreign_key="candidates.id")
    digest: str
    issued_at: datetime = instant()
    document: bytes = Field(sa_type=LargeBinary)
    compact: bool
    size: int
    kept_at: datetime = instant()


@stores(HolderProfile)
class HolderProfileRow(Row, table=True):
    """One per holder."""

    __tablename__ = "holder_profiles"

    candidate_id: UUID = Field(foreign_key="candidates.id", unique=True)
    stated: Any = json_column()
    stated_at: datetime = instant()
