"""What a host keeps for a holder: badges that others signed, and what the holder states of themselves."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from pydantic import JsonValue

from domain.entity import Entity

LARGEST: Final = 256 * 1024
"""Bytes of one badge."""
MOST: Final = 200
"""Badges that are kept for one holder."""
MOST_BYTES: Final = 4 * 1024 * 1024
"""Bytes of all badges that are kept for one holder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedBadge(Entity):
    """A badge of another issuer, kept for its holder alone, as it was given: JSON with its proof, or a compact JWS.

    `digest` stands for issuer and id, by which two badges are the same one (SHA-256, hex). `issued_at` is the badge's
    own `validFrom`, `size` the document's bytes.
    """

    candidate_id: UUID
    digest: str
    issued_at: datetime
    document: bytes
    compact: bool
    size: int
    kept_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderProfile(Entity):
    """What a holder states of themselves: members of the specification's Profile, bounded and checked by nobody."""

    candidate_id: UUID
    stated: dict[str, JsonValue]
    stated_at: datetime


class Heading(NamedTuple):
    """A kept badge without its document."""

    id: UUID
    digest: str
    issued_at: datetime
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A badge that a holder's program gives to be kept, read and its signature found to hold.

    `own` says that it names this certifying body as its issuer: its signature was not looked at yet.
    """

    content: bytes
    compact: bool
    issuer: str
    named: str
    valid_from: datetime
    valid_until: datetime | None
    own: bool = False


class Outcome(StrEnum):
    """What became of a badge that was given."""

    KEPT = "kept"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostTerms:
    """Where this host's authorization server is, and on which terms badges are kept; None for what nobody said.

    `issuer` is the OpenID provider whose tokens are taken. All are absolute addresses.
    """

    issuer: str
    terms_url: str | None = None
    privacy_url: str | None = None
    image_url: str | None = None
    authorization_url: str | None = None
    token_url: str | None = None
    refresh_url: str | None = None
    registration_url: str | None = None
