"""What the journal says of access."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event


@dataclass(frozen=True, kw_only=True)
class RoleGranted(Event, kind="access.role_granted", about="grant_id"):
    """An administrator gave a subject a role."""

    grant_id: UUID
    subject: str
    role: str


@dataclass(frozen=True, kw_only=True)
class RoleRevoked(Event, kind="access.role_revoked", about="grant_id"):
    """An administrator took a role back."""

    grant_id: UUID
    subject: str
    role: str


@dataclass(frozen=True, kw_only=True)
class ApiKeyCreated(Event, kind="access.api_key_created", about="api_key_id"):
    """A machine partner got a key."""

    api_key_id: UUID
    role: str


@dataclass(frozen=True, kw_only=True)
class ApiKeyRevoked(Event, kind="access.api_key_revoked", about="api_key_id"):
    """A key stopped working."""

    api_key_id: UUID
