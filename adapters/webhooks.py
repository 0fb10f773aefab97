"""Messages to endpoints that strangers name: signed by Standard Webhooks, sent where they can do no harm.

The name is resolved once. Where any of its addresses is not public, nothing is sent; else the first is connected to, by
TLS that asks for a certificate of the original name. There is no proxy, no redirect is followed, no cookie is kept, and
of the answer only its head is read: a bounded one, before a deadline that holds for the whole try.

The sockets are our own, because an HTTP client bounds each wait and not their sum: an endpoint that sends a byte now
and then would hold a worker for hours.
"""

import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

import h11
import orjson
from standardwebhooks import Webhook

from adapters.addresses import is_loopback, is_public
from domain.ports import SentMessage

Resolve = Callable[[str, int], Sequence[str]]
DEADLINE: Final = 15.0
LARGEST_HEAD: Final = 16 * 1024
_CHUNK: Final = 4_096
_HTTPS: Final = 443
_LONGEST_WAIT: Final = 86_400
_OK, _REDIRECTS, _REFUSALS = 200, 300, 400
DELIVERED: Final = "delivered"
AGENT: Final = "certificant-webhooks/1"


class _Why(StrEnum):
    """Why a try failed without an answer."""

    ADDRESS_REFUSED = "address_refused"
    UNKNOWN_HOST = "unknown_host"
    CONNECTION = "connection"
    TLS = "tls"
    TIMEOUT = "timeout"
    BAD_ANSWER = "bad_answer"


class _Refused(Exception):
    """Nothing was sent, or nothing sensible came back; `code` says why."""

    def __init__(self, code: _Why) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class _Head:
    """The head of an answer."""

    status: int
    retry_after: int | None


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
        self._resolve = resolve or _resolved
        self._trust = trust or ssl.create_default_context()
        self._loopback = loopback
        self._deadline = deadline
        self._clock = clock

    def send(self, url: str, *, message_id: str, secrets: Sequence[str], body: Mapping[str, object]) -> SentMessage:
        """One try, signed with every secret. Never raises for what the other side does."""
        content = orjson.dumps(body)
        begun = time.monotonic()
        try:
            head = self._answered(url, self._headers(message_id, secrets, content), content, begun + self._deadline)
        except _Refused as refusal:
            return SentMessage(taken=False, code=refusal.code.value, milliseconds=_since(begun))
        taken = _OK <= head.status < _REDIRECTS
        code = DELIVERED if taken else "redirected" if head.status < _REFUSALS else f"status_{head.status}"
        return SentMessage(
            taken=taken,
            code=code,
            milliseconds=_since(begun),
            status_code=head.status,
            retry_after=head.retry_after,
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

    def _answered(self, url: str, headers: list[tuple[str, str]], content: bytes, ends_at: float) -> _Head:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port or _HTTPS
        except ValueError:
            raise _Refused(_Why.ADDRESS_REFUSED) from None
        if parts.scheme != "https" or not host:
            raise _Refused(_Why.ADDRESS_REFUSED)
        address = self._address(host, port)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        named = host if port == _HTTPS else f"{host}:{port}"
        request = h11.Request(
            method="POST",
            target=target,
            headers=[
                ("host", named),
                ("content-length", str(len(content))),
                ("accept-encoding", "identity"),
                ("connection", "close"),
                *headers,
            ],
        )
        try:
            with self._connected(address, port, host, ends_at) as connection:
                return _spoken(connection, request, content, ends_at)
        except TimeoutError:
            raise _Refused(_Why.TIMEOUT) from None
        except ssl.SSLError:
            raise _Refused(_Why.TLS) from None
        except OSError:
            raise _Refused(_Why.CONNECTION) from None
        except h11.ProtocolError:
            raise _Refused(_Why.BAD_ANSWER) from None

    def _address(self, host: str, port: int) -> str:
        """The address to connect to; refused where the name stands for any that is not public."""
        try:
            found = list(self._resolve(host, port))
        except (OSError, UnicodeError):
            raise _Refused(_Why.UNKNOWN_HOST) from None
        if not found:
            raise _Refused(_Why.UNKNOWN_HOST)
        if not all(is_public(one) or (self._loopback and is_loopback(one)) for one in found):
            raise _Refused(_Why.ADDRESS_REFUSED)
        return found[0]

    def _connected(self, address: str, port: int, host: str, ends_at: float) -> ssl.SSLSocket:
        plain = socket.create_connection((address, port), timeout=_left(ends_at))
        try:
            plain.settimeout(_left(ends_at))
            # The handshake, too, ends before the deadline: the socket's timeout bounds it as a whole.
            return self._trust.wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise


def _spoken(connection: ssl.SSLSocket, request: h11.Request, content: bytes, ends_at: float) -> _Head:
    """Send the request and read the head of its answer; the rest is not read."""
    talk = h11.Connection(h11.CLIENT, max_incomplete_event_size=LARGEST_HEAD)
    sent = talk.send(request) + talk.send(h11.Data(data=content)) + talk.send(h11.EndOfMessage())
    connection.settimeout(_left(ends_at))
    connection.sendall(sent)
    read = 0
    while True:
        event = talk.next_event()
        if isinstance(event, h11.Response):
            return _Head(event.status_code, _wait(event.headers))
        if event is h11.NEED_DATA:
            connection.settimeout(_left(ends_at))
            chunk = connection.recv(_CHUNK)
            read += len(chunk)
            if read > LARGEST_HEAD:
                raise _Refused(_Why.BAD_ANSWER)
            talk.receive_data(chunk)
        elif not isinstance(event, h11.InformationalResponse):
            raise _Refused(_Why.BAD_ANSWER)


def _wait(headers: Sequence[tuple[bytes, bytes]]) -> int | None:
    """How many seconds Retry-After asks for; a date is not read."""
    for name, value in headers:
        if name == b"retry-after" and value.isdigit():
            return min(int(value[:9]), _LONGEST_WAIT)
    return None


def _left(ends_at: float) -> float:
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _since(begun: float) -> int:
    return int((time.monotonic() - begun) * 1_000)


def _resolved(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
