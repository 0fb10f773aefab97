"""Public verification: the fast lane in front of the application, and the pages for people.

`GET /v1/registry/{number}` is asked a thousand times for each change of a credential, so it does not go through the
application: the lane checks the number, looks its finished answer up, and sends it. `GET /registry/{number}` shows the
same answer as a page. All else, a question about another day (`as_of`) included, goes on to the application, whose
route also puts the contract into the OpenAPI document; a person's page of another day shows what that route answers.

A number that cannot be one (its check symbol does not fit) is 422, before any look-up: whoever mistyped should hear so.
Unknown and erased numbers are one and the same 404.
"""

import logging
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Final
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.edge_errors import MethodNotAllowed
from api.pages import POLICY, credential_page, refusal_page
from api.problems import PATIENCE, problem
from domain.credentials.number import MalformedNumber, parse
from domain.credentials.public import dated
from domain.dates import date_at, end_of, start_of
from domain.errors import DomainError, NotFound, Unavailable
from domain.ports import RegistryReader

_LOG = logging.getLogger(__name__)
Header = tuple[bytes, bytes]
Headers = list[Header]
Finished = tuple[int, Headers, bytes]
Observe = Callable[[str, str, int, float], None]

API: Final = "/v1/registry/"
ROUTE: Final = "/v1/registry/{number}"
PAGE: Final = "/registry"
PAGE_ROUTE: Final = "/registry/{number}"
FRESH_SECONDS: Final = 30

_OK: Final = 200
_UNAVAILABLE: Final = 503
_POSTED: Final = frozenset({"check", "verify"})
_READS: Final = frozenset({"GET", "HEAD"})
_FRESH: Final[Header] = (b"cache-control", b"public, max-age=%d" % FRESH_SECONDS)
# Each header costs the server a microsecond: an answer carries those that change what a client does, and no more.
_JSON: Final = (b"content-type", b"application/json")
_ANYONE: Final = (b"access-control-allow-origin", b"*")
_PREFLIGHT: Final[Headers] = [
    _ANYONE,
    (b"access-control-allow-methods", b"GET, HEAD"),
    (b"access-control-allow-headers", b"If-None-Match"),
    (b"access-control-max-age", b"86400"),
]
_HTML: Final[Headers] = [
    (b"content-type", b"text/html; charset=utf-8"),
    (b"content-security-policy", POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-robots-tag", b"noindex"),
    (b"x-content-type-options", b"nosniff"),
]
_INVITATION: Final = "Type the number that stands on the certificate. Spaces, hyphens and small letters do not matter."
_REFUSALS: Final[dict[type[DomainError], tuple[int, str, str]]] = {
    MalformedNumber: (
        422,
        "This number has a slip in it",
        "No credential ever had this number. Please compare it with the certificate, symbol by symbol.",
    ),
    NotFound: (
        404,
        "No such credential",
        "The registry holds no credential with this number. Please compare it with the certificate once more.",
    ),
    Unavailable: (503, "The registry cannot answer just now", "Please try again in a minute."),
}
_OF_A_DAY: Final[dict[int, tuple[int, str, str]]] = {
    404: (
        404,
        "No such credential on that day",
        "On the day you ask about, the registry held no credential with this number.",
    ),
    409: (409, "That day is still to come", "The registry says how a credential stands or stood, not how it will."),
    422: (
        422,
        "This question cannot be read",
        "A page is asked about a day in one way, by its number and as_of=2026-03-02, and about nothing else.",
    ),
}


class RegistryLane:
    """The ASGI application that answers registry look-ups itself and passes everything else on to `app`."""

    def __init__(
        self,
        app: ASGIApp,
        reader: RegistryReader,
        *,
        issuer: str,
        now: Callable[[], float] = time.time,
        request_id: Callable[[], bytes] | None = None,
        observe: Observe | None = None,
    ) -> None:
        """Stand in front of `app`.

        `issuer` is the certifying body, for pages that show no credential. `now` gives epoch seconds, `request_id` a
        fresh id. `observe` is told of each answer: method, route, status, seconds.
        """
        self._app = app
        self._reader = reader
        self._issuer = issuer
        self._now = now
        self._request_id = request_id or request_ids()
        self._observe = observe
        self._days = Days()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        if scope["type"] == "http":
            path: str = scope["path"]
            method: str = scope["method"]
            if path.startswith(API):
                written = path[len(API) :]
                if method in _READS and not scope["query_string"] and "/" not in written:
                    return await self._program(scope, send, written)
                if method == "OPTIONS":
                    return await _send(scope, send, (204, _PREFLIGHT, b""))
            elif path.startswith(PAGE) and method in _READS and path[len(PAGE) :][:1] in {"", "/"}:
                return await self._person(scope, send, path[len(PAGE) + 1 :])
        return await self._app(scope, receive, send)

    async def _program(self, scope: Scope, send: Send, written: str) -> None:
        """Send the answer for programs: the stored bytes, dated; or a problem.

        All in one frame and with nothing made twice: this is the hottest path of the service.
        """
        begun = time.perf_counter()
        request_id = self._request_id()
        try:
            now = int(self._now())
            found = await self._reader.read(parse(written), now)
            if found is None:
                raise NotFound  # noqa: TRY301 - answered a few lines below, and a frame more costs each look-up
            payload, zone, tag = found
            day, fresh = self._days.at(zone, now)
            etag = b'"%b-%b"' % (tag.encode(), day)
            status, body = 200, dated(payload, day)
            headers: Headers = [_JSON, (b"etag", etag), fresh, (b"x-request-id", request_id), _ANYONE]
            for name, value in scope["headers"]:
                if name == b"if-none-match" and (etag in value or value == b"*"):
                    status, body = 304, b""
            if status == _OK:
                headers.append((b"content-length", b"%d" % len(body)))
        except Exception as error:  # noqa: BLE001 - the lane's edge: whatever it is, it is logged and answered
            if not isinstance(error, DomainError):
                _LOG.error("registry_failed", exc_info=error)
            # These are no numbers but words, which are posted to.
            fault = MethodNotAllowed("POST") if written in _POSTED else error
            status, headers, body = problem(fault, request_id.decode())
            headers += [(b"x-request-id", request_id), _ANYONE]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
        if self._observe is not None:
            self._observe(scope["method"], ROUTE, status, time.perf_counter() - begun)

    async def _person(self, scope: Scope, send: Send, written: str) -> None:
        """Send the page for people."""
        begun = time.perf_counter()
        request_id = self._request_id()
        status, more, body = await self._page(scope, written)
        headers = [*_HTML, *more, (b"content-length", b"%d" % len(body)), (b"x-request-id", request_id)]
        await _send(scope, send, (status, headers, body))
        if self._observe is not None:
            self._observe(scope["method"], PAGE_ROUTE, status, time.perf_counter() - begun)

    async def _page(self, scope: Scope, written: str) -> Finished:
        """A credential, the form, or why there is nothing to show."""
        try:
            if not written:
                return self._form(scope)
            number = parse(written)
            if scope["query_string"]:
                return await self._of_a_day(scope, number)
            now = int(self._now())
            found = await self._reader.read(number, now)
            if found is None:
                raise NotFound
        except DomainError as refusal:
            return self._refused(*_REFUSALS[type(refusal)])
        day, fresh = self._days.at(found.zone, now)
        return 200, [fresh], credential_page(dated(found.payload, day))

    async def _of_a_day(self, scope: Scope, number: str) -> Finished:
        """A credential on the day that `as_of` names, as the application answers programs."""
        asked = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        if list(asked) != ["as_of"]:
            return self._refused(*_OF_A_DAY[422])
        path = API + number
        inner = {**scope, "method": "GET", "path": path, "raw_path": path.encode("latin-1"), "headers": []}
        status, body = await _answer_of(self._app, inner)
        if status == _OK:
            return 200, [_FRESH], credential_page(body)
        return self._refused(*_OF_A_DAY.get(status, _REFUSALS[Unavailable]))

    def _refused(self, status: int, heading: str, sentence: str) -> Finished:
        """The page that says why there is nothing to show."""
        more = [(b"cache-control", b"no-store")]
        if status == _UNAVAILABLE:
            more.append((b"retry-after", b"%d" % PATIENCE))
        return status, more, refusal_page(self._issuer, heading, sentence)

    def _form(self, scope: Scope) -> Finished:
        """The empty form; or, once it is filled in, the way to the credential's own page."""
        typed = parse_qs(scope["query_string"].decode("latin-1")).get("number")
        if typed:
            return 303, [(b"location", f"{PAGE}/{parse(typed[0])}".encode())], b""
        return 200, [], refusal_page(self._issuer, "Is this certification genuine?", _INVITATION)


class Days:
    """Which day it is in each zone; the calendar is asked once a day, not once a look-up."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._known: dict[str, tuple[bytes, int, int]] = {}

    def at(self, zone: str, now: int) -> tuple[bytes, Header]:
        """The ISO date in an IANA zone at `now` (epoch seconds), and how long its answers keep: never past midnight."""
        known = self._known.get(zone)
        if known is None or not known[1] <= now < known[2]:
            day = date_at(datetime.fromtimestamp(now, UTC), zone)
            bounds = (int(start_of(day, zone).timestamp()), int(end_of(day, zone).timestamp()))
            known = self._known[zone] = (day.isoformat().encode(), *bounds)
        left = known[2] - now
        return known[0], _FRESH if left >= FRESH_SECONDS else (b"cache-control", b"public, max-age=%d" % left)


def request_ids() -> Callable[[], bytes]:
    """A source of request ids: what this process drew at its start, and a count. Never twice the same."""
    form = secrets.token_hex(8).encode() + b"-%012x"
    return map(form.__mod__, count(1)).__next__


async def _send(scope: Scope, send: Send, finished: Finished) -> None:
    status, headers, body = finished
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


async def _answer_of(app: ASGIApp, scope: Scope) -> tuple[int, bytes]:
    """The status and the body that an application answers a request without a body with."""
    status, parts = 500, list[bytes]()

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    await app(scope, receive, send)
    return status, b"".join(parts)
