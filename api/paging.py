"""Lists: opaque sealed keyset cursors, a bounded limit, sorts and filters from an allowlist.

    APPLICATIONS = Listing(
        Application, sorts=("id", "search_name"), filters={"status": ApplicationStatus}, prefixes=("search_name",)
    )

A cursor is the last row's place in the order, sealed together with the path, the sort and the filters it belongs to: it
serves no other list, and nobody can make one up. Nor can anybody read one: a cursor stands in addresses, and the place
may be a name. AES-SIV (RFC 5297) needs no nonce, so the same place of the same list always has the same cursor.
"""

import hmac
import inspect
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from hashlib import sha512
from typing import Annotated, Any, Literal, get_type_hints
from urllib.parse import urlencode

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from fastapi import Query, Request
from pydantic import TypeAdapter

from api.edge_errors import InvalidCursor
from api.fields import Line
from domain.errors import Fault
from domain.paging import Page, PageRequest

LONGEST = 1_024
_START = Annotated[Line | None, Query(description="The start of it; case and accents do not matter.")]


@dataclass(frozen=True)
class Listing:
    """What one list can be asked for. `sorts` are fields of `entity`, each also descending with `-` before it."""

    entity: type
    sorts: tuple[str, ...] = ("id",)
    default_sort: str = "id"
    filters: Mapping[str, Any] = field(default_factory=dict)
    prefixes: tuple[str, ...] = ()

    def parameters(self, name: str) -> list[inspect.Parameter]:
        """The query parameters, as FastAPI reads them from a signature; `name` is the route's `PageRequest`."""
        del name
        choices = tuple(sign + sort for sort in self.sorts for sign in ("", "-"))
        return [
            _optional("limit", Annotated[int, Query(ge=1, le=100, description="At most this many rows.")], 50),
            _optional("cursor", _text("Where the page before ended.", LONGEST), None),
            _optional("sort", Annotated[Literal[choices], Query(description="The order.")], self.default_sort),
            *(_optional(key, Annotated[kind | None, Query()], None) for key, kind in self.filters.items()),
            *(_optional(key, _START, None) for key in self.prefixes),
        ]

    def arguments(self, request: Request, arguments: dict[str, Any], name: str) -> dict[str, Any]:
        """The route's arguments, with the query's parameters gathered into the `PageRequest` called `name`.

        Raises InvalidCursor for a cursor that is not this list's.
        """
        rest = dict(arguments)
        limit, cursor, sort = rest.pop("limit"), rest.pop("cursor"), rest.pop("sort")
        equals = {key: value for key in self.filters if (value := rest.pop(key)) is not None}
        starts = {key: value for key in self.prefixes if (value := rest.pop(key)) is not None}
        after = None if cursor is None else self._opened(request, cursor, sort)
        wanted = PageRequest(limit=limit, sort=sort, after=after, equals=equals, starts_with=starts)
        return {**rest, name: wanted}

    def next_cursor(self, request: Request, page: Page[Any]) -> str | None:
        """The cursor for the page after this one, None at the end."""
        if page.after is None:
            return None
        value, last = page.after
        place = orjson.dumps([self._adapter(request).dump_python(value, mode="json"), str(last)])
        sealed = _cipher(request.app.state.cursor_secret).encrypt(place, [_belonging(request)])
        return urlsafe_b64encode(sealed).decode().rstrip("=")

    def link(self, request: Request, cursor: str | None) -> dict[str, str]:
        """The Link header that names the next page."""
        if cursor is None:
            return {}
        query = [(key, value) for key, value in request.query_params.multi_items() if key != "cursor"]
        return {"link": f'<{request.url.path}?{urlencode([*query, ("cursor", cursor)])}>; rel="next"'}

    def _opened(self, request: Request, cursor: str, sort: str) -> tuple[object, object]:
        try:
            sealed = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            place = _cipher(request.app.state.cursor_secret).decrypt(sealed, [_belonging(request)])
        except (ValueError, Base64Error, InvalidTag):
            raise _not_ours() from None
        value, last = orjson.loads(place)
        return self._adapters[sort.removeprefix("-")].validate_python(value), self._adapters["id"].validate_python(last)

    def _adapter(self, request: Request) -> TypeAdapter[Any]:
        return self._adapters[request.query_params.get("sort", self.default_sort).removeprefix("-")]

    @cached_property
    def _adapters(self) -> dict[str, TypeAdapter[Any]]:
        hints = get_type_hints(self.entity)
        return {sort: TypeAdapter(hints[sort]) for sort in {*self.sorts, "id"}}


@cache
def _cipher(secret: bytes) -> AESSIV:
    """Seals and opens cursors under a key of its own, derived from the secret."""
    return AESSIV(hmac.digest(secret, b"certificant cursors, AES-256-SIV", sha512))


def _belonging(request: Request) -> bytes:
    """The list that a place belongs to: the path, and every parameter but the cursor and the limit."""
    belongs = sorted(item for item in request.query_params.multi_items() if item[0] not in ("cursor", "limit"))
    return orjson.dumps([request.url.path, belongs])


def _not_ours() -> InvalidCursor:
    return InvalidCursor(Fault("/query/cursor", "invalid_cursor", "This cursor does not belong to this list."))


def _optional(name: str, annotation: Any, default: object) -> inspect.Parameter:  # noqa: ANN401 - a type expression
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _text(description: str, longest: int) -> Any:  # noqa: ANN401 - a type expression
    pattern = "^[A-Za-z0-9_-]+$"
    return Annotated[str | None, Query(max_length=longest, pattern=pattern, description=description)]
