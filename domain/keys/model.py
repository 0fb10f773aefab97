"""What is known of the body's keys beside the keys themselves: their states."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

KNOWN_AFTER: Final = timedelta(minutes=10)
"""So long after its publication everyone knows a key: twice the five minutes for which a key set may be kept."""


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

    @property
    def known_from(self) -> datetime:
        """From when on everyone knows a pending key, so that it may sign."""
        return datetime.fromisoformat(self.since) + KNOWN_AFTER
