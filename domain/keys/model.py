"""What is known of the body's keys beside the keys themselves: their states."""

from dataclasses import dataclass
from enum import StrEnum


class KeyState(StrEnum):
    """The life of a key: published, then signing, then only verifying; or withdrawn, and good for nothing."""

    PENDING = "pending"
    ACTIVE = "active"
    RETIRED = "retired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRecord:
    """One line of a ring: `since` is when the state began (RFC 3339, UTC)."""

    kid: str
    state: KeyState
    since: str
