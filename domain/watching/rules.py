"""What a change of a credential is called, and what endpoints are told. Pure."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from domain.credentials.model import Standing
from domain.watching.model import Change, WatchEvent, WebhookDelivery, WebhookEndpoint

_FINAL: Final = {
    Standing.SUSPENDED: Change.SUSPENDED,
    Standing.REVOKED: Change.REVOKED,
    Standing.RETIRED: Change.RETIRED,
    Standing.EXPIRED: Change.EXPIRED,
    Standing.LAPSED: Change.LAPSED,
}
MOST_IN_A_DIGEST: Final = 500


def change_of(before: Standing, after: Standing, *, renamed: bool) -> Change:
    """What a change is called: by the standing it left and the one it led to, or by the name that was corrected.

    An active credential that stays active is valid for longer: renewed, or its last day moved on. What changes neither
    standing nor name nor validity for the better is a correction.
    """
    if renamed:
        return Change.NAME_CORRECTED
    if before is Standing.SUSPENDED and after is not Standing.SUSPENDED and after not in _ENDINGS:
        return Change.LIFTED
    if after is Standing.ACTIVE:
        return Change.REINSTATED if before is Standing.LAPSED else Change.RENEWED
    return Change.CORRECTED if before is after else _FINAL[after]


_ENDINGS: Final = frozenset({Standing.REVOKED, Standing.RETIRED})


def secret_of(master: bytes, endpoint_id: UUID, generation: int) -> str:
    """An endpoint's secret of one generation, as `whsec_…` (Standard Webhooks): 32 bytes, HMAC-SHA256 of the master.

    Nothing needs to be stored that could leak with the database.
    """
    message = b"webhook endpoint " + endpoint_id.bytes + generation.to_bytes(8, "big")
    return "whsec_" + base64.b64encode(hmac.digest(master, message, hashlib.sha256)).decode()


def secrets_of(master: bytes, endpoint: WebhookEndpoint, now: datetime) -> list[str]:
    """Every secret that signs for an endpoint now, the present one first."""
    return [secret_of(master, endpoint.id, generation) for generation in endpoint.generations(now)]


def envelope(
    delivery: WebhookDelivery, source: str, at: datetime, data: Mapping[str, object], subject: str | None = None
) -> dict[str, object]:
    """The body of a message: a CloudEvents 1.0 event, which holds Standard Webhooks' `type`, `timestamp` and `data`."""
    instant = at.isoformat()
    said: dict[str, object] = {
        "specversion": "1.0",
        "id": delivery.message_id,
        "source": f"{source}/v1/events",
        "type": delivery.type,
        "time": instant,
        "timestamp": instant,
    }
    return said | ({} if subject is None else {"subject": subject}) | {"data": dict(data)}


def event_data(event: WatchEvent) -> dict[str, object]:
    """What is told of a change: ids, the number and the partner's own reference, nothing of the person."""
    return {
        "event_id": str(event.id),
        "sequence": event.sequence,
        "watch_id": str(event.watch_id),
        "number": event.number,
        "reference": event.reference,
    }


def digest_data(delivery: WebhookDelivery, events: Sequence[WatchEvent]) -> dict[str, object]:
    """What a digest tells: the changes of a stretch, at most `MOST_IN_A_DIGEST`; `more` points to the rest."""
    listed = events[:MOST_IN_A_DIGEST]
    return {
        "from_sequence": delivery.from_sequence,
        "to_sequence": delivery.to_sequence,
        "changes": [{"type": event.type, **event_data(event)} for event in listed],
        "more": len(events) > len(listed),
    }


def may_be_told_at(url: str) -> bool:
    """Whether an address can be an endpoint's: https, a host with a name, no user, no fragment.

    Whether the name stands for public addresses is judged at each delivery, when it is resolved.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    named = "." in host and not host.replace(".", "").isdigit() and not host.startswith("[") and ":" not in host
    plain = parts.username is None and parts.password is None and not parts.fragment and host.isascii()
    return parts.scheme == "https" and named and plain and port != 0
