"""Cursors serve the list they were made for, and no other."""

from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from starlette.requests import Request

from api.edge_errors import InvalidCursor
from api.paging import Listing
from domain.entity import Entity
from domain.paging import Page, PageRequest

LAST = UUID("0190f3c2-8a5e-7c11-9d2b-5f0e6a7b8c9d")


@dataclass(frozen=True, kw_only=True)
class Sitting(Entity):
    held_on: date | None
    site: str
    status: str


SITTINGS = Listing(Sitting, sorts=("id", "held_on", "site"), filters={"status": str}, prefixes=("site",))


def a_request(path: str = "/v1/sittings", secret: bytes = b"s" * 32, **query: str) -> Request:
    app = SimpleNamespace(state=SimpleNamespace(cursor_secret=secret))
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "server": ("testserver", 80),
        "path": path,
        "query_string": urlencode(query).encode(),
        "headers": [],
        "app": app,
    }
    return Request(scope)


def asked(request: Request, listing: Listing = SITTINGS) -> PageRequest:
    """What a route would be given for this request."""
    arguments: dict[str, Any] = dict.fromkeys(("cursor", *listing.filters, *listing.prefixes))
    arguments |= {"limit": 50, "sort": listing.default_sort, **request.query_params}
    wanted = listing.arguments(request, arguments, "page")["page"]
    assert isinstance(wanted, PageRequest)
    return wanted


def a_cursor(after: tuple[object, object], **query: Any) -> str:
    cursor = SITTINGS.next_cursor(a_request(**query), Page([], after))
    assert cursor is not None
    return cursor


@pytest.mark.parametrize(
    ("sort", "value"),
    [("id", LAST), ("held_on", date(2027, 2, 28)), ("-held_on", None), ("site", "Zürich / 3 – “west”")],
)
def test_the_next_page_begins_where_the_last_one_ended(sort: str, value: object) -> None:
    cursor = a_cursor((value, LAST), sort=sort)

    assert asked(a_request(sort=sort, cursor=cursor)).after == (value, LAST)


def test_a_cursor_survives_another_limit() -> None:
    cursor = a_cursor((LAST, LAST), limit="10")

    assert asked(a_request(limit="20", cursor=cursor)).after == (LAST, LAST)


@pytest.mark.parametrize(
    "other",
    [{"sort": "held_on"}, {"status": "open"}, {"path": "/v1/sessions"}, {"secret": b"t" * 32}],
    ids=["order", "filter", "list", "secret"],
)
def test_a_cursor_of_another_query_is_refused(other: dict[str, Any]) -> None:
    cursor = a_cursor((LAST, LAST))

    with pytest.raises(InvalidCursor) as refusal:
        asked(a_request(cursor=cursor, **other))

    assert refusal.value.faults[0].pointer == "/query/cursor"


@pytest.mark.parametrize("cursor", ["AAAA", "A", "-_-_", "QQ" * 200])
def test_a_made_up_cursor_is_refused(cursor: str) -> None:
    request = a_request(cursor=cursor)

    with pytest.raises(InvalidCursor):
        asked(request)


def test_no_symbol_of_a_cursor_can_be_changed() -> None:
    cursor = a_cursor((LAST, LAST))
    changed = [cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :] for at in range(len(cursor) - 1)]

    accepted = []
    for forged in changed:
        try:
            accepted.append(asked(a_request(cursor=forged)))
        except InvalidCursor:
            continue

    assert accepted == []


def test_a_cursor_tells_nobody_where_a_page_ended() -> None:
    cursor = a_cursor(("okafor adaeze", LAST), sort="site")

    content = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))

    assert b"okafor" not in content
    assert b"adaeze" not in content
    assert str(LAST).encode() not in content


def test_the_same_place_has_the_same_cursor_and_another_place_shares_nothing_with_it() -> None:
    same, again = (a_cursor(("okafor adaeze", LAST), sort="site") for _ in range(2))
    other = a_cursor(("okafor adaeza", LAST), sort="site")

    assert same == again
    assert same[:12] != other[:12]
    assert same[-12:] != other[-12:]


def test_filters_and_prefixes_are_kept_apart() -> None:
    wanted = asked(a_request(status="open", site="Zür"))

    assert (wanted.equals, wanted.starts_with) == ({"status": "open"}, {"site": "Zür"})


def test_the_link_header_repeats_the_query_with_the_new_cursor() -> None:
    link = SITTINGS.link(a_request(status="open", cursor="old"), "new")

    assert link == {"link": '</v1/sittings?status=open&cursor=new>; rel="next"'}


def test_the_last_page_names_no_next_one() -> None:
    request = a_request()

    assert SITTINGS.next_cursor(request, Page([], None)) is None
    assert SITTINGS.link(request, None) == {}
