"""What no request may be: too large, too long, or holding what no store can keep. Pure ASGI, in front of the routes.

A JSON body is read here, judged, kept in the scope under `json`, and handed on as it came. Other bodies are only
counted while they stream, and so is one for a route that goes by what a body is and not by what it is called.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import strict_json
from api.edge_errors import Unreadable, UnsupportedContentCoding, UnsupportedMediaType, UriTooLong
from api.problems import send_problem
from domain.errors import DomainError, Fault, TooLarge

MEBIBYTE = 1024 * 1024
JSON = "application/json"
FORM, SMALL_FORM = "application/x-www-form-urlencoded", 16 * 1024
"""Forms that are no uploads: what OAuth's token endpoints take."""
_UNCODED = frozenset({b"", b"identity"})
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})|%00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How large a request may be, in bytes.

    `media_types` are those accepted at all, each with the bound of its bodies; `application/*+json` counts as
    `application/json`. `uploads` maps path prefixes to the bound of any body below them, of any media type. `unjudged`
    are paths among those whose route reads its body by itself, as strictly, also where it is called JSON.
    """

    url: int = 8 * 1024
    media_types: Mapping[str, int] = field(
        default_factory=lambda: {
            JSON: MEBIBYTE,
            "multipart/form-data": 25 * MEBIBYTE,
            "text/csv": 25 * MEBIBYTE,
        }
    )
    uploads: Mapping[str, int] = field(default_factory=dict)
    unjudged: frozenset[str] = frozenset()


class Guard:
    """ASGI middleware that answers 400, 413, 414, 415 or 422 before any route sees the request."""

    def __init__(self, app: ASGIApp, bounds: Bounds | None = None) -> None:
        self._app = app
        self._bounds = bounds or Bounds()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge, then hand on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            _judge_address(scope, self._bounds.url)
            receive = await self._judged_body(scope, receive)
        except TooLarge as refusal:
            # What is still on its way is not read, so the connection cannot be used again.
            await send_problem(refusal, scope, send, extra=[(b"connection", b"close")])
        except UnsupportedContentCoding as refusal:
            # RFC 9110, 12.5.3: beside a 415 it says which codings would have been read.
            await send_problem(refusal, scope, send, extra=[(b"accept-encoding", b"identity")])
        except DomainError as refusal:
            await send_problem(refusal, scope, send)
        else:
            await self._app(scope, receive, send)

    async def _judged_body(self, scope: Scope, receive: Receive) -> Receive:
        announced, media_type, charset, coded = _body_headers(scope)
        if announced == 0:
            return receive
        if coded:
            raise UnsupportedContentCoding
        bound = self._bound(scope["path"], media_type)
        if announced is not None and announced > bound:
            raise TooLarge
        if media_type != JSON or scope["path"] in self._bounds.unjudged:
            return _counted(receive, bound)
        if charset not in {"", "utf-8"}:
            raise UnsupportedMediaType
        return await _judged_json(scope, receive, bound)

    def _bound(self, path: str, media_type: str) -> int:
        for prefix, bound in self._bounds.uploads.items():
            if path.startswith(prefix):
                return bound
        try:
            return self._bounds.media_types[media_type]
        except KeyError:
            raise UnsupportedMediaType from None


def _judge_address(scope: Scope, longest: int) -> None:
    path, query = scope.get("raw_path") or scope["path"].encode(), scope["query_string"]
    if len(path) + len(query) > longest:
        raise UriTooLong
    if not path.isascii() or b"%" in path:
        _judge_escapes(path, "/path")
    if not query.isascii() or b"%" in query:
        _judge_escapes(query, "/query")


def _judge_escapes(text: bytes, where: str) -> None:
    if _BAD_ESCAPE.search(text):
        raise Unreadable(Fault(where, "percent_encoding", "The percent-encoding is broken, or spells NUL."))
    try:
        unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable(Fault(where, "not_utf8", "Percent-encoded text is UTF-8; this is not.")) from None


def _body_headers(scope: Scope) -> tuple[int | None, str, str, bool]:
    """The announced length (0 for no body, None for a chunked one), media type, charset, and whether it is encoded."""
    length: int | None = 0
    content_type, coded = "", False
    for name, value in scope["headers"]:
        if name == b"content-length":
            length = _length(value)
        elif name == b"transfer-encoding":
            length = None
        elif name == b"content-type":
            content_type = value.decode("latin-1").lower()
        elif name == b"content-encoding":
            coded = coded or any(one.strip().lower() not in _UNCODED for one in value.split(b","))
    if content_type == JSON:
        return length, JSON, "", coded
    media_type, *parameters = (part.strip() for part in content_type.split(";"))
    if media_type.startswith("application/") and media_type.endswith("+json"):
        media_type = JSON
    charset = next((part[8:].strip('"') for part in parameters if part.startswith("charset=")), "")
    return length, media_type, charset, coded


def _length(value: bytes) -> int:
    if not value.isdigit():
        raise Unreadable(Fault("/header/content-length", "length", "The length of the body is no number."))
    return int(value[:20])


async def _judged_json(scope: Scope, receive: Receive, bound: int) -> Receive:
    body = await _collect(receive, bound)
    if body is None:
        return receive
    if body:
        scope["json"] = strict_json.read(body)
    return _replay(body, receive)


async def _collect(receive: Receive, bound: int) -> bytes | None:
    """The whole body; None when the client went away. Raises TooLarge."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > bound:
            raise TooLarge
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def _replay(body: bytes, receive: Receive) -> Receive:
    handed_on = False

    async def replay() -> Message:
        nonlocal handed_on
        if handed_on:
            return await receive()
        handed_on = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _counted(receive: Receive, bound: int) -> Receive:
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        if message["type"] == "http.request":
            size += len(message.get("body", b""))
            if size > bound:
                # FastAPI lets this class alone pass through its form parser; the handlers make it a problem.
                raise HTTPException(413, headers={"Connection": "close"})
        return message

    return counted
