"""Badges, the places of credentials in the status lists, and the lists."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlmodel import Field

from adapters.db.tables.base import Row, instant, json_column, stores
from domain.badges.model import Badge, StatusList, StatusPlace


@stores(Badge)
class BadgeRow(Row, table=True):
    """Numbered from 1 within a credential; of two changes at once, one cannot store its version beside the other's."""

    __tablename__ = "badges"
    __table_args__ = (UniqueConstraint("credential_id", "number"),)

    credential_id: UUID = Field(foreign_key="credentials.id")
    candidate_id: UUID = Field(foreign_key="candidates.id")
    number: int
    facts: Any = json_column()
    document: bytes = Field(sa_type=LargeBinary)
    key_id: str = Field(index=True)
    issued_at: datetime = instant()


@stores(StatusPlace)
class StatusPlaceRow(Row, table=True):
    """One place per credential, and one credential per place: what is drawn twice, the store refuses."""

    __tablename__ = "status_places"
    __table_args__ = (UniqueConstraint("shard", "place"),)

    credential_id: UUID = Field(foreign_key="credentials.id", unique=True)
    candidate_id: UUID = Field(foreign_key="candidates.id")
    shard: int
    place: int
    salt: bytes | None = Field(sa_type=LargeBinary)
    revoked: bool
    suspended: bool


@stores(StatusList)
class StatusListRow(Row, table=True):
    """Two per shard: one for each purpose."""

    __tablename__ = "status_lists"
    __table_args__ = (UniqueConstraint("shard", "purpose"),)

    shard: int
    purpose: str
    bits: bytes = Field(sa_type=LargeBinary)
    document: bytes = Field(sa_type=LargeBinary)
    token: bytes = Field(sa_type=LargeBinary)
    signed_at: datetime = instant()
