"""What the journal says of badges and status lists: ids, codes and numbers only, never where a badge is found."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event


@dataclass(frozen=True, kw_only=True)
class BadgeIssued(Event, kind="badge.issued", about="credential_id"):
    """A version of a credential's badge was signed; `key_id` names the key."""

    credential_id: UUID
    candidate_id: UUID
    number: int
    key_id: str


@dataclass(frozen=True, kw_only=True)
class StatusListChanged(Event, kind="status_list.changed", about="list_id"):
    """Bits of a list changed, and it was signed anew; `changes` says how many: none where it is for the key alone."""

    list_id: UUID
    shard: int
    purpose: str
    changes: int
