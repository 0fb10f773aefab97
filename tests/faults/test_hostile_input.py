"""Input that no database can hold, and input that nobody should send: the same 4xx on both engines, never a 500."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pytest
from starlette.types import ASGIApp

from api import edge
from api.logs import Log
from api.observability import Metrics
from api.settings import Settings
from domain.actors import Role
from tests.api.asgi import Answer, ask
from tests.builders_exams import stored_candidate
from tests.faults.both import both_urls
from tests.world import World, a_world

GOOD = b'{"legal_name": {"family": "%s"}, "email": "ada@example.org", "practises_in": "US"}'
SOMEBODY = "00000000-0000-7000-8000-000000000000"


def _named(family: bytes) -> bytes:
    return GOOD % family


BODIES: Mapping[str, tuple[bytes, int]] = {
    "NUL, escaped": (_named(rb"a\u0000b"), 422),
    "NUL, raw": (_named(b"a\x00b"), 400),
    "other control characters": (_named(rb"a\u0001b"), 422),
    "half a surrogate pair": (_named(rb"\ud800"), 422),
    "the other half": (_named(rb"\udc00x"), 422),
    "a pair the wrong way round": (_named(rb"\udc00\ud800"), 422),
    "half a pair as a member": (rb'{"\ud800": 1}', 422),
    "NUL in a member": (rb'{"a\u0000": 1}', 422),
    "no UTF-8": (_named(b"\xff\xfe"), 400),
    "a surrogate in UTF-8": (_named(b"\xed\xa0\x80"), 400),
    "an overlong NUL": (_named(b"\xc0\x80"), 400),
    "cut off in the middle of a sign": (_named(b"x")[:-2] + b"\xe2\x82", 400),
    "UTF-16": (_named(b"x").decode().encode("utf-16"), 400),
    "a byte order mark": (b"\xef\xbb\xbf" + _named(b"x"), 400),
    "NaN": (b'{"legal_name": NaN}', 400),
    "Infinity": (b'{"legal_name": -Infinity}', 400),
    "a float beyond all": (b'{"legal_name": 1e999}', 400),
    "five thousand digits": (b'{"legal_name": ' + b"9" * 5_000 + b"}", 422),
    "a hundred thousand digits": (b'{"legal_name": ' + b"9" * 100_000 + b"}", 422),
    "one beyond 64 bits": (b'{"legal_name": 9223372036854775808}', 422),
    "a hundred thousand lists": (b"[" * 100_000, 400),
    "a hundred thousand lists, closed": (b"[" * 100_000 + b"]" * 100_000, 400),
    "a hundred thousand objects": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 400),
    "a hundred thousand members": (b"{" + b",".join(b'"m%d":1' % n for n in range(50_000)) + b"}", 422),
    "a member twice": (b'{"email": "a@example.org", "email": "b@example.org"}', 400),
    "a member twice, once escaped": (rb'{"email": "a@example.org", "e\u006dail": "b@example.org"}', 400),
    "a very long name": (_named(b"x" * 100_000), 422),
    "very long signs": (_named("\U0001f600".encode() * 201), 422),
    "more than a mebibyte": (_named(b"x" * 1_100_000), 413),
    "nothing": (b"", 422),
    "blanks": (b"   ", 400),
    "cut off": (_named(b"x")[:-1], 400),
    "more after the end": (_named(b"x") + b"{}", 400),
    "a list": (b"[]", 422),
    "null": (b"null", 422),
    "a text": (b'"x"', 422),
    "no JSON": (b"family=x", 400),
    "a comment": (b"{} // none", 400),
    "a date that never was": (
        (
            b'{"legal_name": {"family": "x"}, "email": "a@example.org", "practises_in": "US", '
            b'"date_of_birth": "2023-02-30"}'
        ),
        422,
    ),
    "a date beyond the calendar": (
        (
            b'{"legal_name": {"family": "x"}, "email": "a@example.org", "practises_in": "US", '
            b'"date_of_birth": "9999-12-31"}'
        ),
        422,
    ),
    "a number for a text": (b'{"legal_name": {"family": 1}, "email": "a@example.org", "practises_in": "US"}', 422),
    "a right-to-left override in a code": (
        '{"legal_name": {"family": "x"}, "email": "a@example.org", "practises_in": "\u202eS"}'.encode(),
        422,
    ),
}

ADDRESSES: Mapping[str, tuple[bytes, bytes, int]] = {
    "NUL in the path": (b"/v1/candidates/%00", b"", 400),
    "no UTF-8 in the path": (b"/v1/candidates/%ff", b"", 400),
    "half an escape in the path": (b"/v1/candidates/%4", b"", 400),
    "no id": (b"/v1/candidates/1", b"", 422),
    "a path out of the folder": (b"/v1/candidates/..%2f..%2fetc", b"", 404),
    "an id in other digits": ("/v1/candidates/\u0661".encode(), b"", 422),
    "a very long path": (b"/v1/candidates/" + b"a" * 9_000, b"", 414),
    "a very long query": (b"/v1/candidates", b"search_name=" + b"a" * 9_000, 414),
    "NUL in the query": (b"/v1/candidates", b"search_name=%00", 400),
    "no UTF-8 in the query": (b"/v1/candidates", b"search_name=%ff", 400),
    "a surrogate in the query": (b"/v1/candidates", b"search_name=%ed%a0%80", 400),
    "a control character in the query": (b"/v1/candidates", b"search_name=%01", 422),
    "a limit of nothing": (b"/v1/candidates", b"limit=0", 422),
    "a limit of five thousand digits": (b"/v1/candidates", b"limit=" + b"9" * 5_000, 422),
    "a limit that is no number": (b"/v1/candidates", b"limit=NaN", 422),
    "a limit in other digits": (b"/v1/candidates", "limit=\u0665".encode(), 422),
    "a sort by anything": (b"/v1/candidates", b"sort=email;drop", 422),
    "a cursor made up": (b"/v1/candidates", b"cursor=AAAA", 422),
    "a cursor that is no base64": (b"/v1/candidates", b"cursor=A", 422),
    "an unknown status": (b"/v1/candidates", b"status=%27%20OR%201=1", 422),
}

HEADERS: Mapping[str, tuple[dict[str, str], int]] = {
    "a length that is none": ({"content-length": "12x"}, 400),
    "a length below nothing": ({"content-length": "-1"}, 400),
    "a length beyond all": ({"content-length": "9" * 5_000}, 413),
    "another charset": ({"content-type": "application/json; charset=utf-16"}, 415),
    "another media type": ({"content-type": "text/xml"}, 415),
    "no media type": ({"content-type": ""}, 415),
    "a form": ({"content-type": "application/x-www-form-urlencoded"}, 415),
    "a multipart without a boundary": ({"content-type": "multipart/form-data"}, 422),
    "a key with a blank": ({"idempotency-key": "a b"}, 422),
    "a key that is too long": ({"idempotency-key": "k" * 5_000}, 422),
    "a key of other signs": ({"idempotency-key": "\xe9"}, 422),
    "no token": ({"authorization": "Bearer x"}, 401),
    "a token of other signs": ({"authorization": "Bearer \xff\xfe"}, 401),
    "a very long token": ({"authorization": "Bearer " + "a.b.c" * 20_000}, 401),
    "no bearer": ({"authorization": "Basic YTpi"}, 401),
}

TAGS: Mapping[str, tuple[str, int]] = {
    "nothing": ("", 428),
    "a weak tag": ('W/"1"', 412),
    "a number": ("1", 412),
    "zero": ('"0"', 412),
    "five thousand digits": ('"' + "9" * 5_000 + '"', 412),
    "a list of others": ('"0", "2"', 412),
    "other signs": ('"\xff"', 412),
}


@dataclass(frozen=True)
class Asked:
    """Both engines' services behind the whole edge."""

    apps: Mapping[str, tuple[World, ASGIApp]]

    def ask(self, method: str, path: str = "/v1/candidates", **more: Any) -> Answer:
        """The answer to one request, which must be the same on both engines but for the request's id."""
        answers = {}
        headers = more.pop("headers", {})
        for name, (world, app) in self.apps.items():
            said = {"x-request-id": "hostile-input", **world.token(Role.REVIEWER), **headers}
            answers[name] = ask(app, method, path, headers=said, **more)
        sqlite, postgresql = answers["sqlite"], answers["postgresql"]
        assert (sqlite.status, sqlite.body) == (postgresql.status, postgresql.body)
        return sqlite

    def left(self) -> list[int]:
        """How many candidates of these requests each engine holds."""
        counts = []
        for world, _ in self.apps.values():
            with world.unit() as uow:
                counts.append(uow.candidates.count(email="ada@example.org"))
        return counts


@pytest.fixture(scope="module")
def asked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """The two services."""
    with both_urls(request, tmp_path_factory) as (folder, sqlite, postgresql):
        (folder / "s").mkdir()
        (folder / "p").mkdir()
        with a_world(sqlite, folder / "s") as one, a_world(postgresql, folder / "p") as other:
            for world in (one, other):
                with world.unit() as uow:
                    stored_candidate(uow, id=UUID(SOMEBODY))
            yield Asked({"sqlite": (one, _edged(one)), "postgresql": (other, _edged(other))})


def _edged(world: World) -> ASGIApp:
    settings = Settings(rate_limit="100000/second", address_rate_limit="100000/second")
    return edge.surround(world.client.app, settings, log=Log(io.BytesIO()), metrics=Metrics())


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_cannot_be_meant_is_refused_alike(asked: Asked, name: str) -> None:
    body, status = BODIES[name]

    answer = asked.ask("POST", body=body, headers={"content-type": "application/json"})

    assert answer.status == status, answer.body[:500]
    _is_a_problem(answer)
    assert asked.left() == [0, 0]


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_address_that_cannot_be_meant_is_refused_alike(asked: Asked, name: str) -> None:
    raw, query, status = ADDRESSES[name]
    answer = asked.ask("GET", unquote(raw.decode("utf-8"), errors="replace"), raw_path=raw, query=query)

    assert answer.status == status, answer.body[:500]
    _is_a_problem(answer)


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_that_cannot_be_meant_is_refused_alike(asked: Asked, name: str) -> None:
    headers, status = HEADERS[name]

    answer = asked.ask("POST", body=_named(b"x"), headers={"content-type": "application/json", **headers})

    assert answer.status == status, answer.body[:500]
    _is_a_problem(answer)
    assert asked.left() == [0, 0]


@pytest.mark.parametrize("name", TAGS)
def test_a_tag_that_is_none_of_ours_is_refused_alike(asked: Asked, name: str) -> None:
    tag, status = TAGS[name]
    headers = {"if-match": tag, "content-type": "application/json"}

    answer = asked.ask("PATCH", f"/v1/candidates/{SOMEBODY}", body=b'{"phone": "1"}', headers=headers)

    assert answer.status == status, answer.body
    _is_a_problem(answer)


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "x" * 2_000])
def test_a_method_that_nobody_knows_is_refused_alike(asked: Asked, method: str) -> None:
    answer = asked.ask(method)

    assert answer.status == 405


def _is_a_problem(answer: Answer) -> None:
    said = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert said["status"] == answer.status
    assert said["request_id"] == "hostile-input"
    assert answer.status != 422 or said["code"] == "unavailable" or said.get("errors"), said
    assert len(answer.body) < 50_000


def test_the_same_names_are_kept_and_found_alike_whatever_their_script(asked: Asked) -> None:
    names = [
        "Ünïcode",
        "Žluťoučký",
        "王小明",
        "محمد",
        "O’Brien",
        "Ỷ",
        "👩🏽‍⚕️",
        "i\u0307",
        "a\u200bb",
        "e\u0301",
    ]

    kept = {kind: [_kept(world, app, name) for name in names] for kind, (world, app) in asked.apps.items()}

    assert kept == {"sqlite": names, "postgresql": names}


@pytest.mark.parametrize("family", ["\u200bx", "\ufeffx", "\u00a0x", "x\u200b"])
def test_a_name_that_begins_or_ends_with_what_nobody_sees_is_refused_by_both(asked: Asked, family: str) -> None:
    body = _named(family.encode()).replace(b"ada@", b"unseen@")

    for world, app in asked.apps.values():
        headers = {"content-type": "application/json", **world.token(Role.REVIEWER)}
        answer = ask(app, "POST", "/v1/candidates", body=body, headers=headers)

        assert (answer.status, answer.pointers) == (422, ["/body/legal_name/family"])


def _kept(world: World, app: ASGIApp, family: str) -> str:
    """The name as it is read back after it was given."""
    headers = {"content-type": "application/json", **world.token(Role.REVIEWER)}
    body = _named(family.encode()).replace(b"ada@", b"other@")
    made = ask(app, "POST", "/v1/candidates", body=body, headers=headers)
    return str(ask(app, "GET", made.headers["location"], headers=headers).json()["legal_name"]["family"])
