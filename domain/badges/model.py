"""What is kept of a badge: its signed versions, its place in the status lists, the lists; and who publishes them."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from domain.badges.facts import BadgeFacts, IssuerFacts, StatusPurpose
from domain.entity import Entity

if TYPE_CHECKING:
    from domain.doors import BadgeSigner

SHARD_SIZE: Final = 131_072
"""Places in a shard: the smallest list that the specification allows, so that one holder hides among very many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Who signs badges and lists, in whose name, and where they are found.

    `base_url` is the service's public address without a slash at its end; `shard_size` a multiple of eight.
    """

    signer: "BadgeSigner"
    name: str
    base_url: str
    email: str | None = None
    shard_size: int = SHARD_SIZE

    @property
    def issuer(self) -> IssuerFacts:
        """The certifying body, as every document names it."""
        return IssuerFacts(did=self.signer.did, name=self.name, url=self.base_url, email=self.email)


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge(Entity):
    """One version of a credential's badge, numbered from 1; the newest says what is so today.

    The id is random throughout: who knows it was given it. `document` is the signed master (Data Integrity,
    `eddsa-rdfc-2022`), as it was handed out; `facts` are what it states, from which other securings are signed.
    `key_id` names the key that signed.
    """

    credential_id: UUID
    candidate_id: UUID
    number: int
    facts: BadgeFacts
    document: bytes
    key_id: str
    issued_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusPlace(Entity):
    """Where a credential's bits stand in the lists of its shard, for as long as the lists are kept.

    `salt` hides the holder's identity in the badge; an erasure takes it away, and the place stays taken. `revoked` and
    `suspended` say what the bits say.
    """

    credential_id: UUID
    candidate_id: UUID
    shard: int
    place: int
    salt: bytes | None
    revoked: bool = False
    suspended: bool = False

    def says(self, purpose: StatusPurpose) -> bool:
        """Whether this credential's bit is set in the list of a purpose."""
        return self.revoked if purpose is StatusPurpose.REVOCATION else self.suspended


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusList(Entity):
    """One list of a shard, as it was last signed: its bits, and both finished answers made of them.

    `document` is secured by Data Integrity, `token` is a JWT. They are made when a bit changes, never when they are
    read; a credential that is given a place leaves them as they are.
    """

    shard: int
    purpose: StatusPurpose
    bits: bytes
    document: bytes
    token: bytes
    signed_at: datetime
