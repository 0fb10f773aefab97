"""Granted roles and API keys."""

from datetime import datetime

from sqlmodel import Field

from adapters.db.tables.base import Row, index_where, instant, stores
from domain.access.model import ApiKey, RoleGrant


@stores(RoleGrant)
class RoleGrantRow(Row, table=True):
    """At most one standing grant of a role to a subject."""

    __tablename__ = "role_grants"
    __table_args__ = (
        index_where("uq_role_grants_standing", "subject", "role", where="revoked_at IS NULL", unique=True),
    )

    subject: str
    role: str
    granted_by: str
    granted_at: datetime = instant()
    revoked_at: datetime | None = instant(nullable=True)
    revoked_by: str | None


@stores(ApiKey)
class ApiKeyRow(Row, table=True):
    """Found by the part of the key that may be shown."""

    __tablename__ = "api_keys"

    key_id: str = Field(unique=True)
    digest: str
    name: str
    organisation: str = Field(index=True)
    role: str
    created_by: str
    created_at: datetime = instant()
    expires_at: datetime | None = instant(nullable=True)
    revoked_at: datetime | None = instant(nullable=True)
    revoked_by: str | None
