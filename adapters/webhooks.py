"""Messages to endpoints that strangers name: signed by Standard Webhooks, sent where they can do no harm.

`adapters.outgoing` says where that is. Of the answer only its head is read, before a deadline that holds for the whole
try.
"""

import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import orjson
from standardwebhooks import Webhook

from adapters.outgoing import Failed, Headers, HttpsDoor, Outgoing, Resolve
from domain.ports import SentMessage

DEADLINE: Final = 15.0
_LONGEST_WAIT: Final = 86_400
_OK, _REDIRECTS, _REFUSALS = 200, 300, 400
DELIVERED: Final = "delivered"
AGENT: Final = "certificant-webhooks/1"


class HttpsWebhookSender:
    """The port `WebhookSender`."""

    def __init__(
        self,
        *,
        resolve: Resolve | None = None,
        trust: ssl.SSLContext | None = None,
        loopback: bool = False,
        deadline: float = DEADLINE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Send from here.

        `resolve` gives the addresses of a name; `trust` holds the authorities whose certificates count; `loopback`
        lets this machine's own addresses be spoken to, which is for a sandbox; `deadline` is in seconds; `clock` is
        the real time in epoch seconds, which receivers compare with theirs.
        """
        self._door = HttpsDoor(resolve=resolve, trust=trust, loopback=loopback)
        self._deadline = deadline
        self._clock = clock

    def send(self, url: str, *, message_id: str, secrets: Sequence[str], body: Mapping[str, object]) -> SentMessage:
        """One try, signed with every secret. Never raises for what the other side does."""
        content = orjson.dumps(body)
        begun = time.monotonic()
        headers = self._headers(message_id, secrets, content)
        asked = Outgoing(method="POST", url=url, headers=headers, content=content, ends_at=begun + self._deadline)
        try:
            head = self._door.answer(asked)
        except Failed as refusal:
            return SentMessage(taken=False, code=refusal.code.value, milliseconds=_since(begun))
        taken = _OK <= head.status < _REDIRECTS
        code = DELIVERED if taken else "redirected" if head.status < _REFUSALS else f"status_{head.status}"
        return SentMessage(
            taken=taken,
            code=code,
            milliseconds=_since(begun),
            status_code=head.status,
            retry_after=_wait(head.headers),
        )

    def _headers(self, message_id: str, secrets: Sequence[str], content: bytes) -> list[tuple[str, str]]:
        at = datetime.fromtimestamp(int(self._clock()), UTC)
        text = content.decode()
        signatures = " ".join(Webhook(secret).sign(message_id, at, text) for secret in secrets)
        return [
            ("webhook-id", message_id),
            ("webhook-timestamp", str(int(at.timestamp()))),
            ("webhook-signature", signatures),
            ("content-type", "application/json"),
            ("user-agent", AGENT),
        ]


def _wait(headers: Headers) -> int | None:
    """How many seconds Retry-After asks for; a date is not read."""
    for name, value in headers:
        if name == b"retry-after" and value.isdigit():
            return min(int(value[:9]), _LONGEST_WAIT)
    return None


def _since(begun: float) -> int:
    return int((time.monotonic() - begun) * 1_000)
