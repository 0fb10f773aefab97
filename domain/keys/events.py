"""What the journal says of keys: which one, for what, and since when it is so; nothing that a key could be made of.

`key_id` stands for the purpose and the `kid` together, so that everything about one key is found under one subject.
`since` (RFC 3339, UTC) is the instant that the key ring names. It lies before the entry's own where the command that
changed the ring was broken off before it could enter the change.
"""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event


@dataclass(frozen=True, kw_only=True)
class KeyCreated(Event, kind="key.created", about="key_id"):
    """The first key of a purpose was made; it signs (or, for a secret, wraps) from then on."""

    key_id: UUID
    purpose: str
    kid: str
    since: str


@dataclass(frozen=True, kw_only=True)
class KeyPrepared(Event, kind="key.prepared", about="key_id"):
    """The next key of a purpose was made and published; it does not sign yet."""

    key_id: UUID
    purpose: str
    kid: str
    since: str


@dataclass(frozen=True, kw_only=True)
class KeyRotated(Event, kind="key.rotated", about="key_id"):
    """A key took the place of another, and signs from then on; the other one has retired, or was revoked."""

    key_id: UUID
    purpose: str
    kid: str
    since: str


@dataclass(frozen=True, kw_only=True)
class KeyRevoked(Event, kind="key.revoked", about="key_id"):
    """A key was withdrawn for good: it is published no more, and what it signed verifies nowhere."""

    key_id: UUID
    purpose: str
    kid: str
    since: str


@dataclass(frozen=True, kw_only=True)
class KeysReissued(Event, kind="key.reissued", about="key_id"):
    """So many badges and status lists that a key had signed were signed anew; one entry for each batch."""

    key_id: UUID
    purpose: str
    kid: str
    badges: int
    lists: int
