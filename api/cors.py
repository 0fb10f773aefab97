"""Cross-origin requests: browsers' consoles on an allowlist of origins. Pure ASGI.

Callers authenticate with a bearer header, never with a cookie, so credentials are not allowed, whatever the origin.
What is for any page to call (wallets in a browser, verification) is open to every origin.
"""

from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.edge_errors import OriginRefused
from api.problems import send_problem

_METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE"
_REQUEST_HEADERS = b"Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id"
_SHOWN = (
    b"Deprecation, ETag, Idempotent-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, Sunset, "
    b"WWW-Authenticate, X-Request-Id"
)
_DAY = b"86400"
_EVERY = b"*"
OPEN = ("/v1/wallets/", "/v1/registry/verify")
"""How the paths begin that pages of every origin may call."""


class Cors:
    """ASGI middleware that answers preflights and says which pages may read an answer. `*` allows every origin."""

    def __init__(self, app: ASGIApp, origins: Iterable[str] = ()) -> None:
        self._app = app
        self._origins = frozenset(origin.encode() for origin in origins)
        self._all = b"*" in self._origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a preflight, or hand on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        origin = _header(scope, b"origin")
        if origin is None:
            await self._app(scope, receive, send if self._all else _varying(send, ()))
        elif scope["method"] == "OPTIONS" and _header(scope, b"access-control-request-method") is not None:
            await self._preflight(scope, send, origin)
        else:
            await self._app(scope, receive, _varying(send, self._shown_to(scope, origin)))

    async def _preflight(self, scope: Scope, send: Send, origin: bytes) -> None:
        allowed = self._allowed(scope, origin)
        if allowed is None:
            await send_problem(OriginRefused(), scope, send, extra=[(b"vary", b"Origin")])
            return
        headers = [
            (b"access-control-allow-origin", allowed),
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", _REQUEST_HEADERS),
            (b"access-control-max-age", _DAY),
            (b"vary", b"Origin"),
        ]
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    def _allowed(self, scope: Scope, origin: bytes) -> bytes | None:
        if self._all or scope["path"].startswith(OPEN):
            return _EVERY
        return origin if origin in self._origins else None

    def _shown_to(self, scope: Scope, origin: bytes) -> tuple[tuple[bytes, bytes], ...]:
        allowed = self._allowed(scope, origin)
        if allowed is None:
            return ()
        return ((b"access-control-allow-origin", allowed), (b"access-control-expose-headers", _SHOWN))


def _header(scope: Scope, wanted: bytes) -> bytes | None:
    value: bytes
    for name, value in scope["headers"]:
        if name == wanted:
            return value
    return None


def _varying(send: Send, headers: tuple[tuple[bytes, bytes], ...]) -> Send:
    async def shown(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = list(message.get("headers", ()))
            # What is open to every page says so itself.
            more = () if any(name == b"access-control-allow-origin" for name, _ in given) else headers
            message = {**message, "headers": [*given, *more, (b"vary", b"Origin")]}
        await send(message)

    return shown
