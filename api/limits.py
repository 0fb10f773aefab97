"""How often one caller may ask: fixed windows, counted in this process. Pure ASGI.

The `limits` library was looked at and left: importing it takes a quarter of a second, and its memory store starts a
thread at every hit. A window is a number and a time.
"""

import re
import time
from collections.abc import Callable
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import Any, NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.edge_errors import TooManyRequests
from api.problems import send_problem

_SWEEP_EVERY = 4096
_UNLIMITED = frozenset({"/livez", "/readyz", "/metrics"})
_QUOTA = re.compile(r"([1-9][0-9]{0,8})/(second|minute|hour|day)\Z")
_SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
Key = Callable[[Scope], str]


class Quota(NamedTuple):
    """So many requests in each window of so many seconds."""

    amount: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> "Quota":
        """The quota that `600/minute` says (second, minute, hour or day); raises ValueError for anything else."""
        found = _QUOTA.match(text)
        if found is None:
            message = "no quota"
            raise ValueError(message)
        return cls(int(found[1]), _SECONDS[found[2]])


class Windows:
    """Counters of fixed windows in a dict; used from one event loop, so no lock is held.

    Expired counters are swept out every few thousand hits: the memory is bounded by the callers of one window.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: dict[str, list[float]] = {}
        self._hits = 0

    def hit(self, key: str, lasts: float) -> tuple[int, float]:
        """Count one more in the window of `key`, which lasts so many seconds; the count, and the seconds left."""
        now = self._clock()
        self._hits += 1
        if self._hits % _SWEEP_EVERY == 0:
            self._sweep(now)
        window = self._counts.get(key)
        if window is None or window[1] <= now:
            self._counts[key] = [1, now + lasts]
            return 1, lasts
        window[0] += 1
        return int(window[0]), window[1] - now

    def __len__(self) -> int:
        return len(self._counts)

    def _sweep(self, now: float) -> None:
        for key in [key for key, (_, ends) in self._counts.items() if ends <= now]:
            del self._counts[key]


def caller(scope: Scope) -> str:
    """Who is asking, before anyone checked it: the credential presented (as a digest), else the address.

    A caller who makes up credentials gets a fresh quota with each, which is why an outer limit counts by `address`.
    """
    for name, value in scope["headers"]:
        if name == b"authorization":
            return blake2b(value, digest_size=12).hexdigest()
    return address(scope)


def address(scope: Scope) -> str:
    """The client's address; of IPv6 the /64, which is one customer's."""
    client = scope.get("client")
    host: str = client[0] if client else "unknown"
    return _network(host) if ":" in host else host


class RateLimit:
    """ASGI middleware that answers 429 with Retry-After once a caller's quota of the window is used up.

    `name` is the quota's name in the RateLimit headers. Two of these stand behind each other: the outer one
    counts by `address`, generously and with `announce=False`, so that only its refusals bear its headers; the inner one
    counts by `caller`.
    """

    def __init__(
        self,
        app: ASGIApp,
        limit: str,
        *,
        name: str = "default",
        key: Key = caller,
        announce: bool = True,
        windows: Windows | None = None,
    ) -> None:
        self._app = app
        self._quota = Quota.parse(limit)
        self._name, self._key, self._announce = name, key, announce
        self._windows = Windows() if windows is None else windows
        self._policy = (b"ratelimit-policy", f'"{name}";q={self._quota.amount};w={self._quota.seconds}'.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count, then hand on or refuse."""
        if scope["type"] != "http" or scope["path"] in _UNLIMITED:
            await self._app(scope, receive, send)
            return
        count, left = self._windows.hit(self._key(scope), self._quota.seconds)
        if count > self._quota.amount:
            headers = self._headers(count, left)
            await send_problem(TooManyRequests(max(1, ceil(left))), scope, send, extra=headers)
        elif self._announce:
            await self._app(scope, receive, _with(self._headers(count, left), send))
        else:
            await self._app(scope, receive, send)

    def _headers(self, count: int, left: float) -> list[tuple[bytes, bytes]]:
        remaining = max(0, self._quota.amount - count)
        return [(b"ratelimit", f'"{self._name}";r={remaining};t={ceil(left)}'.encode()), self._policy]


class RateLimitAt:
    """ASGI middleware with a quota of its own for one path, counted by address; only its refusals bear its headers."""

    def __init__(self, path: str, app: ASGIApp, limit: str, *, name: str) -> None:
        self._path = path
        self._app = app
        self._limited = RateLimit(app, limit, name=name, key=address, announce=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what is asked there; hand all else on."""
        there = scope["type"] == "http" and scope["path"] == self._path
        await (self._limited if there else self._app)(scope, receive, send)


def _with(headers: list[tuple[bytes, bytes]], send: Send) -> Send:
    def limited(message: Message) -> Any:  # noqa: ANN401 - the awaitable of `send`, untouched
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *headers]
        return send(message)

    return limited


def _network(host: str) -> str:
    try:
        whole = ip_address(host)
    except ValueError:
        return host
    if isinstance(whole, IPv6Address) and whole.ipv4_mapped is None:
        return f"{IPv6Address(int(whole) >> 64 << 64)}/64"
    return str(whole)
