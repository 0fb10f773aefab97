"""Granted roles and API keys."""

from dataclasses import dataclass
from datetime import datetime

from domain.entity import Entity


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGrant(Entity):
    """A staff role given inside the service by an administrator. `revoked_at` ends it."""

    subject: str
    role: str
    granted_by: str
    granted_at: datetime
    revoked_at: datetime | None = None
    revoked_by: str | None = None

    @property
    def status(self) -> str:
        """`standing`, or `revoked`."""
        return "standing" if self.revoked_at is None else "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey(Entity):
    """A machine partner's key: shown once, kept as a digest. `key_id` may be shown; `role` is `partner` or `sponsor`.

    `organisation` names whom it belongs to; every key of one organisation acts as the same subject.
    """

    key_id: str
    digest: str
    name: str
    organisation: str
    role: str
    created_by: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by: str | None = None

    @property
    def status(self) -> str:
        """`standing`, or `revoked`."""
        return "standing" if self.revoked_at is None else "revoked"
