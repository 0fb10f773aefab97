"""Requests to addresses that strangers name, sent where they can do no harm.

The name is resolved once. Where any of its addresses is not public, nothing is sent; else the first is connected to, by
TLS that asks for a certificate of the original name. There is no proxy, no redirect is followed, no cookie is kept, and
of the answer a bounded part is read, before a deadline that holds for the whole try.

The sockets are our own, because an HTTP client bounds each wait and not their sum: an endpoint that sends a byte now
and then would hold a worker for hours.
"""

import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final
from urllib.parse import urlsplit

import h11

from adapters.addresses import is_loopback, is_public

Resolve = Callable[[str, int], Sequence[str]]
Headers = Sequence[tuple[bytes, bytes]]
LARGEST_HEAD: Final = 16 * 1024
_CHUNK: Final = 4_096
_HTTPS: Final = 443


class Why(StrEnum):
    """Why a try failed without an answer."""

    ADDRESS_REFUSED = "address_refused"
    UNKNOWN_HOST = "unknown_host"
    CONNECTION = "connection"
    TLS = "tls"
    TIMEOUT = "timeout"
    BAD_ANSWER = "bad_answer"


class Failed(Exception):
    """Nothing was sent, or nothing sensible came back; `code` says why."""

    def __init__(self, code: Why) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One request. `ends_at` is its deadline by the monotonic clock, in seconds."""

    method: str
    url: str
    ends_at: float
    headers: Sequence[tuple[str, str]] = ()
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back; `body` is empty where none was asked for."""

    status: int
    headers: Headers
    body: bytes = b""


class HttpsDoor:
    """The way out, by https alone. Safe to share between threads."""

    def __init__(
        self, *, resolve: Resolve | None = None, trust: ssl.SSLContext | None = None, loopback: bool = False
    ) -> None:
        """Go out from here.

        `resolve` gives the addresses of a name; `trust` holds the authorities whose certificates count; `loopback`
        lets this machine's own addresses be spoken to, which is for a sandbox.
        """
        self._resolve = resolve or _resolved
        self._given = trust
        self._loopback = loopback

    def answer(self, request: Outgoing, *, largest: int | None = None) -> Answered:
        """The answer to a request, its body read where `largest` says how many bytes it may have; raises Failed."""
        try:
            parts = urlsplit(request.url)
            host, port = parts.hostname or "", parts.port or _HTTPS
        except ValueError:
            raise Failed(Why.ADDRESS_REFUSED) from None
        if parts.scheme != "https" or not host:
            raise Failed(Why.ADDRESS_REFUSED)
        address = self._address(host, port)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        named = host if port == _HTTPS else f"{host}:{port}"
        try:
            head = _head(request, target, named)
            with self._connected(address, port, host, request.ends_at) as connection:
                return _spoken(connection, head, request, largest)
        except TimeoutError:
            raise Failed(Why.TIMEOUT) from None
        except ssl.SSLError:
            raise Failed(Why.TLS) from None
        except OSError:
            raise Failed(Why.CONNECTION) from None
        except h11.ProtocolError:
            raise Failed(Why.BAD_ANSWER) from None

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        """The authorities, read when first needed: most processes never go out."""
        return self._given or ssl.create_default_context()

    def _address(self, host: str, port: int) -> str:
        """The address to connect to; refused where the name stands for any that is not public."""
        try:
            found = list(self._resolve(host, port))
        except (OSError, UnicodeError):
            raise Failed(Why.UNKNOWN_HOST) from None
        if not found:
            raise Failed(Why.UNKNOWN_HOST)
        if not all(is_public(one) or (self._loopback and is_loopback(one)) for one in found):
            raise Failed(Why.ADDRESS_REFUSED)
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


def _head(request: Outgoing, target: str, named: str) -> h11.Request:
    length = [("content-length", str(len(request.content)))] if request.content else []
    headers = [("host", named), *length, ("accept-encoding", "identity"), ("connection", "close"), *request.headers]
    return h11.Request(method=request.method, target=target, headers=headers)


def _spoken(connection: ssl.SSLSocket, head: h11.Request, request: Outgoing, largest: int | None) -> Answered:
    """Send the request, and read as much of its answer as was asked for."""
    talk = h11.Connection(h11.CLIENT, max_incomplete_event_size=LARGEST_HEAD)
    sent = talk.send(head) + (talk.send(h11.Data(data=request.content)) if request.content else b"")
    connection.settimeout(_left(request.ends_at))
    connection.sendall(sent + talk.send(h11.EndOfMessage()))
    answer, body, read = None, bytearray(), 0
    while True:
        event = talk.next_event()
        if event is h11.NEED_DATA:
            connection.settimeout(_left(request.ends_at))
            chunk = connection.recv(_CHUNK)
            read += len(chunk)
            if read > LARGEST_HEAD + (largest or 0):
                raise Failed(Why.BAD_ANSWER)
            talk.receive_data(chunk)
        elif isinstance(event, h11.Response):
            answer = Answered(event.status_code, list(event.headers))
            if largest is None:
                return answer
        elif isinstance(event, h11.Data) and len(body) + len(event.data) <= (largest or 0):
            body += event.data
        elif isinstance(event, h11.EndOfMessage) and answer is not None:
            return Answered(answer.status, answer.headers, bytes(body))
        elif not isinstance(event, h11.InformationalResponse):
            raise Failed(Why.BAD_ANSWER)


def _left(ends_at: float) -> float:
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _resolved(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
