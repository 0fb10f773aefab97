"""RFC 9457: every failure, from the guard's 400 to a 500, becomes one shape of answer here.

`STATUS` is the one table of which refusal is which status. A problem never repeats the input: pydantic's messages are
replaced by our own, chosen by the kind of fault, and pointers stop before keys that a client made up.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import orjson
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope, Send

from api import dialects, edge_errors as edge
from api.pointers import resolve
from domain import errors
from domain.errors import DomainError, Fault, Invalid, NotFound, Refused
from domain.ruling import Ruling

STATUS: dict[type[DomainError], int] = {
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Stale: 412,
    errors.TooLarge: 413,
    errors.Invalid: 422,
    errors.Contradiction: 409,
    errors.Unavailable: 503,
    edge.Unreadable: 400,
    edge.IdempotencyKeyRequired: 400,
    edge.MethodNotAllowed: 405,
    edge.NotAcceptable: 406,
    edge.UriTooLong: 414,
    edge.UnsupportedMediaType: 415,
    edge.IdempotencyKeyReused: 422,
    edge.PreconditionRequired: 428,
    edge.TooManyRequests: 429,
    edge.InternalError: 500,
}
METADATA_PATH = "/.well-known/oauth-protected-resource"
MEDIA_TYPE = b"application/problem+json"
# Seconds a client should wait when a part is away and nobody knows for how long.
PATIENCE = 2
# No refusal lists more faults than this: a body of a million faults is answered in one page.
MOST_FAULTS = 100
_SERVER_FAULT = 500
_PACKAGES = frozenset({"api", "domain", "adapters"})
_RULING = TypeAdapter(Ruling)

_PLACES: dict[type[DomainError], str] = {
    errors.TooLarge: "/body",
    edge.UnsupportedContentCoding: "/header/content-encoding",
    edge.UnsupportedMediaType: "/header/content-type",
    edge.UriTooLong: "/path",
}
"""Where in the request the fault is, for refusals that are about one place by themselves."""

_BY_HTTP: dict[int, type[DomainError]] = {
    401: errors.Unauthenticated,
    403: errors.Forbidden,
    404: edge.NoSuchRoute,
    413: errors.TooLarge,
    415: edge.UnsupportedMediaType,
    503: errors.Unavailable,
}

# By pydantic's kind of fault. The braces are filled from the schema's own bounds, never from the input.
_SENTENCES = {
    "missing": "This is required.",
    "extra_forbidden": "There is no such member.",
    "form": "This is not text of the stated form.",
    "string_type": "Text is expected.",
    "string_too_short": "At least {min_length} characters.",
    "string_too_long": "At most {max_length} characters.",
    "string_pattern_mismatch": "This text does not have the stated form.",
    "too_short": "At least {min_length} entries.",
    "too_long": "At most {max_length} entries.",
    "int_type": "A whole number is expected.",
    "int_parsing": "A whole number is expected.",
    "int_from_float": "A whole number is expected.",
    "float_type": "A number is expected.",
    "float_parsing": "A number is expected.",
    "decimal_type": "A number is expected.",
    "decimal_parsing": "A number is expected.",
    "finite_number": "A finite number is expected.",
    "bool_type": "True or false is expected.",
    "bool_parsing": "True or false is expected.",
    "greater_than": "More than {gt}.",
    "greater_than_equal": "At least {ge}.",
    "less_than": "Less than {lt}.",
    "less_than_equal": "At most {le}.",
    "multiple_of": "A multiple of {multiple_of}.",
    "enum": "One of {expected}.",
    "literal_error": "One of {expected}.",
    "uuid_type": "An id (UUID) is expected.",
    "uuid_parsing": "An id (UUID) is expected.",
    "date_type": "A date (YYYY-MM-DD) is expected.",
    "date_parsing": "A date (YYYY-MM-DD) is expected.",
    "date_from_datetime_parsing": "A date (YYYY-MM-DD) is expected.",
    "date_from_datetime_inexact": "A date without a time is expected.",
    "datetime_type": "An instant (RFC 3339) is expected.",
    "datetime_parsing": "An instant (RFC 3339) is expected.",
    "datetime_from_date_parsing": "An instant (RFC 3339) is expected.",
    "timezone_aware": "An instant with its offset is expected.",
    "dict_type": "An object is expected.",
    "model_type": "An object is expected.",
    "model_attributes_type": "An object is expected.",
    "dataclass_type": "An object is expected.",
    "list_type": "A list is expected.",
    "tuple_type": "A list is expected.",
    "set_type": "A list is expected.",
    "frozen_set_type": "A list is expected.",
    "none_required": "Null is expected.",
    "union_tag_not_found": "The member that names the kind is missing.",
    "union_tag_invalid": "The member that names the kind does not name a known one.",
    "url_parsing": "A web address is expected.",
    "url_scheme": "A web address of an allowed scheme is expected.",
    "json_invalid": "The body is not valid JSON.",
}
_ANY = "This value is not valid."
_BROKEN = Fault("/body", "broken", "The body cannot be read as what its Content-Type says it is.")
"""What the framework's parsers of forms stumble over."""
_SCHEMA_BOUNDS = frozenset({"min_length", "max_length", "gt", "ge", "lt", "le", "multiple_of", "expected"})


class Problem(NamedTuple):
    """A finished answer: status, headers as ASGI wants them, body."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class ListedCode(NamedTuple):
    """One entry of the catalogue of codes."""

    code: str
    status: int
    title: str
    description: str

    @property
    def type(self) -> str:
        """The problem type: a path on this service that answers with this entry."""
        return type_of(self.code)


def type_of(code: str) -> str:
    """The problem type of a code, as it stands in `type`."""
    return f"/problems/{code}"


def status_of(kind: type[DomainError]) -> int:
    """The HTTP status of a class of refusal: its own row of `STATUS`, or its nearest ancestor's; 500 for none."""
    return next((STATUS[base] for base in kind.__mro__ if base in STATUS), _SERVER_FAULT)


def problem(error: Exception, request_id: str, *, base_url: str = "") -> Problem:
    """The answer that `error` becomes.

    `base_url` is the service's public address without a slash at its end; a 401 names its metadata (RFC 9728) there.
    What is no refusal we know becomes a 500 that says nothing but the request id.
    """
    refusal = as_refusal(error)
    status = status_of(type(refusal))
    if status == _SERVER_FAULT:
        refusal = edge.InternalError()
    body = orjson.dumps(_document(refusal, status, request_id))
    return Problem(status, _headers(refusal, status, len(body), base_url), body)


def as_refusal(error: Exception) -> DomainError:
    """The domain's or the edge's own error that stands for `error`."""
    match error:
        case DomainError():
            return error
        case RequestValidationError():
            return _validation(error)
        case HTTPException():
            return _from_http(error)
        case _:
            return edge.InternalError()


def request_id_of(scope: Scope) -> str:
    """The id that `api.observability` gave this request."""
    said = scope.get("request_id")
    return said if isinstance(said, str) else "none"


async def send_problem(
    error: Exception, scope: Scope, send: Send, *, base_url: str = "", extra: Sequence[tuple[bytes, bytes]] = ()
) -> None:
    """Answer a request with the problem that `error` becomes, for middleware that refuses before any route."""
    status, headers, body = _in_the_paths_words(scope, problem(error, request_id_of(scope), base_url=base_url))
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *extra]})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def refused(refusal: DomainError, request_id: str | None) -> Response:
    """The problem that a refusal becomes, as the answer of a route that did something beside refusing: it commits."""
    status, headers, body = problem(refusal, request_id or "none")
    response = Response(body, status_code=status)
    response.raw_headers = headers
    return response


def install(app: FastAPI, *, base_url: str = "") -> None:
    """Make every exception that reaches `app`'s edge a problem, those of the framework too."""

    async def answer(request: Request, error: Exception) -> Response:
        said = problem(error, request_id_of(request.scope), base_url=base_url)
        status, headers, body = _in_the_paths_words(request.scope, said)
        response = Response(body, status_code=status)
        response.raw_headers = headers
        return response

    for kind in (DomainError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, answer)


def _in_the_paths_words(scope: Scope, said: Problem) -> Problem:
    return Problem(*dialects.spoken(scope["path"], said.status, said.headers, said.body))


def catalogue(packages: frozenset[str] = _PACKAGES) -> list[ListedCode]:
    """Every code a client may meet, by code: all refusals that the loaded modules of these packages declare.

    Raises ValueError when two refusals share a code but differ in status. What becomes a 500 is listed once.
    """
    listed: dict[str, ListedCode] = {}
    for kind in _descendants(DomainError):
        if kind.__module__.partition(".")[0] not in packages:
            continue
        entry = ListedCode(kind.code, status_of(kind), kind.title, _first_paragraph(kind.__doc__))
        if entry.status == _SERVER_FAULT and kind is not edge.InternalError:
            continue
        known = listed.setdefault(entry.code, entry)
        if known.status != entry.status:
            message = f"the code {entry.code} stands for {known.status} and for {entry.status}"
            raise ValueError(message)
    return [listed[code] for code in sorted(listed)]


def _descendants(root: type[DomainError]) -> Iterable[type[DomainError]]:
    for kind in root.__subclasses__():
        yield kind
        # Whatever kind of thing is missing, the answer is one and the same: see `_said`.
        if kind is NotFound:
            yield edge.NoSuchRoute
        else:
            yield from _descendants(kind)


def _first_paragraph(text: str | None) -> str:
    return " ".join((text or "").split("\n\n", 1)[0].split())


def _document(refusal: DomainError, status: int, request_id: str) -> dict[str, Any]:
    code, title, detail = _said(refusal)
    document: dict[str, Any] = {"type": type_of(code), "title": title, "status": status, "code": code}
    if detail != title:
        document["detail"] = detail
    if isinstance(refusal, Invalid) and refusal.faults:
        document["errors"] = [_fault(fault, refusal) for fault in refusal.faults[:MOST_FAULTS]]
    elif where := _place(refusal):
        document["errors"] = [{"pointer": where, "code": code, "detail": detail}]
    document["request_id"] = request_id
    if isinstance(refusal, Refused):
        document["ruling"] = ruling_document(refusal.ruling)
    return document


def ruling_document(ruling: Ruling) -> dict[str, Any]:
    """A ruling as JSON-ready values: `granted` and every finding."""
    return {"granted": ruling.granted, **_RULING.dump_python(ruling, mode="json")}


def _place(refusal: DomainError) -> str | None:
    return next((_PLACES[kind] for kind in type(refusal).__mro__ if kind in _PLACES), None)


def _said(refusal: DomainError) -> tuple[str, str, str]:
    # A stranger's object must look like a missing one, so no NotFound may say more than another.
    if isinstance(refusal, NotFound) and not isinstance(refusal, edge.NoSuchRoute):
        return NotFound.code, NotFound.title, NotFound.title
    return refusal.code, refusal.title, refusal.detail


def _fault(fault: Fault, refusal: Invalid) -> dict[str, str]:
    # The domain points into what it was given, which is the body unless it names the path or the query.
    whole = isinstance(refusal, edge.InvalidRequest) or fault.pointer.startswith(("/path/", "/query/"))
    where = fault.pointer if whole else f"/body{fault.pointer}"
    return {"pointer": where, "code": fault.code, "detail": fault.detail}


def _headers(refusal: DomainError, status: int, length: int, base_url: str) -> list[tuple[bytes, bytes]]:
    headers = [
        (b"content-type", MEDIA_TYPE),
        (b"content-length", str(length).encode()),
        (b"cache-control", b"no-store"),
    ]
    if status == status_of(errors.Unauthenticated):
        challenge = f'Bearer realm="certificant", resource_metadata="{base_url}{METADATA_PATH}"'
        headers.append((b"www-authenticate", challenge.encode()))
    if isinstance(refusal, edge.InsufficientScope):
        challenge = f'Bearer error="insufficient_scope", scope="{refusal.scope}"'
        headers.append((b"www-authenticate", challenge.encode()))
    wait = getattr(refusal, "retry_after", PATIENCE if isinstance(refusal, errors.Unavailable) else None)
    if wait is not None:
        headers.append((b"retry-after", str(wait).encode()))
    if isinstance(refusal, edge.MethodNotAllowed) and refusal.allow:
        headers.append((b"allow", refusal.allow.encode()))
    return headers


def _validation(error: RequestValidationError) -> DomainError:
    faults = [_pydantic_fault(said, error.body) for said in _true(error.errors())[:MOST_FAULTS]]
    if any(fault.code == "json_invalid" for fault in faults):
        return edge.Unreadable(Fault("/body", "json_invalid", _SENTENCES["json_invalid"]))
    return edge.InvalidRequest(*faults)


def _true(said: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What pydantic found, but for lists that it calls too short because it does not count their faulty entries."""
    places = [tuple(one["loc"]) for one in said]

    def miscounted(one: dict[str, Any]) -> bool:
        sent, place = one.get("input"), tuple(one["loc"])
        if one["type"] != "too_short" or not isinstance(sent, list) or len(sent) < one["ctx"]["min_length"]:
            return False
        return any(len(other) > len(place) and other[: len(place)] == place for other in places)

    return [one for one in said if not miscounted(one)]


def _pydantic_fault(said: dict[str, Any], body: object) -> Fault:
    kind = str(said["type"])
    bounds = {key: value for key, value in (said.get("ctx") or {}).items() if key in _SCHEMA_BOUNDS}
    try:
        detail = _SENTENCES.get(kind, _ANY).format_map(bounds)
    except KeyError:
        detail = _ANY
    return Fault(resolve(said["loc"], body), kind, detail)


def _from_http(error: HTTPException) -> DomainError:
    status = error.status_code
    if status == status_of(edge.MethodNotAllowed):
        return edge.MethodNotAllowed((error.headers or {}).get("Allow", ""))
    if status in _BY_HTTP:
        return _BY_HTTP[status]()
    return edge.InternalError() if status >= _SERVER_FAULT else edge.Unreadable(_BROKEN)
