"""The lane in front of the application: what programs and people are told, and what goes on to the application."""

import asyncio
import json
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, cast

import pytest
from starlette.types import Receive, Scope, Send

from adapters.db.engine import Database
from adapters.db.registry import SqlRegistry, registry_reader
from api.registry import RegistryLane, request_ids
from domain.credentials.model import Standing
from domain.credentials.number import RANDOM_BYTES, new_number
from domain.credentials.public import public_entry
from domain.errors import Unavailable
from domain.ports import RegistryAnswer, RegistryEntry
from tests.api.asgi import Answer, ask
from tests.builders_registry import NUMBER, public_facts, stood

UNKNOWN = new_number(bytes(RANDOM_BYTES))
SLIPPED = f"{NUMBER[:-1]}{'0' if NUMBER[-1] != '0' else '1'}"
NOON = datetime(2027, 5, 1, 16, tzinfo=UTC)


def an_entry(status: Standing = Standing.ACTIVE, name: str | None = "Łucja Dąbrowska") -> RegistryEntry:
    now = stood(status, valid=status is Standing.ACTIVE)
    return public_entry(public_facts(holder_name=name), now, stood(Standing.LAPSED, date(2029, 3, 2)))


@dataclass
class World:
    """The lane over a store of one credential, in front of an application that says it was reached."""

    database: Database
    now: datetime = NOON
    observed: list[tuple[str, str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lane = RegistryLane(
            says_it_was_reached,
            registry_reader(self.database.url),
            issuer="The Certifying Body",
            now=self.seconds,
            observe=lambda method, route, status, _: self.observed.append((method, route, status)),
        )

    def seconds(self) -> float:
        return self.now.timestamp()

    def put(self, entry: RegistryEntry) -> None:
        with self.database.transaction(write=True) as connection:
            SqlRegistry(connection).put(entry)

    def get(self, path: str, method: str = "GET", **more: Any) -> Answer:
        return ask(self.lane, method, path, **more)


async def says_it_was_reached(_: Scope, __: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b"the application"})


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    database = Database(sqlite_url)
    world = World(database)
    world.put(an_entry())
    yield world
    asyncio.run(cast("Any", world.lane._reader).close())
    database.close()


def test_a_program_gets_the_whole_answer_dated_in_the_policys_zone(world: World) -> None:
    world.now = datetime(2027, 5, 2, 3, 59, tzinfo=UTC)

    answer = world.get(f"/v1/registry/{NUMBER}")

    assert answer.status == 200
    assert answer.json() == {
        "as_of": "2027-05-01",
        "number": NUMBER,
        "status": "active",
        "valid": True,
        "status_since": "2026-03-01",
        "issuer": "The Certifying Body",
        "program": {"code": "CPOM", "title": "Certified Pharmacy Operations Manager"},
        "holder_name": "Łucja Dąbrowska",
        "awarded_on": "2026-03-01",
        "valid_from": "2026-03-01",
        "valid_until": "2029-03-01",
        "valid_until_instant": "2029-03-02T05:00:00Z",
        "zone": "America/New_York",
        "policy_edition": "cpom-2026",
    }


def test_the_answer_may_be_read_from_anywhere_and_kept_half_a_minute(world: World) -> None:
    headers = world.get(f"/v1/registry/{NUMBER}").headers

    assert headers["content-type"] == "application/json"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cache-control"] == "public, max-age=30"
    assert re.fullmatch(r'"[0-9a-f]{16}-2027-05-01"', headers["etag"])


def test_no_cache_keeps_an_answer_past_midnight(world: World) -> None:
    world.now = datetime(2029, 3, 2, 4, 59, 48, tzinfo=UTC)

    before = world.get(f"/v1/registry/{NUMBER}")
    world.now = datetime(2029, 3, 2, 5, tzinfo=UTC)
    after = world.get(f"/v1/registry/{NUMBER}")

    assert (before.json()["status"], before.headers["cache-control"]) == ("active", "public, max-age=12")
    assert (after.json()["status"], after.json()["as_of"]) == ("lapsed", "2029-03-02")


@pytest.mark.parametrize("written", [NUMBER.lower(), NUMBER.replace("-", ""), f"CPOM {NUMBER}"])
def test_a_number_may_be_written_as_people_write_it(world: World, written: str) -> None:
    answer = world.get(f"/v1/registry/{written}")

    assert (answer.status, answer.json()["number"]) == (200, NUMBER)


@pytest.mark.parametrize("said", ['"{tag}"', 'W/"{tag}"', '"other", "{tag}"', "*"])
def test_who_has_the_answer_already_is_told_so(world: World, said: str) -> None:
    tag = world.get(f"/v1/registry/{NUMBER}").headers["etag"].strip('"')

    answer = world.get(f"/v1/registry/{NUMBER}", headers={"if-none-match": said.format(tag=tag)})

    assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", f'"{tag}"')
    assert "content-length" not in answer.headers


def test_a_change_of_the_credential_or_of_the_day_changes_the_etag(world: World) -> None:
    first = world.get(f"/v1/registry/{NUMBER}").headers["etag"]
    world.put(an_entry(Standing.SUSPENDED))
    changed = world.get(f"/v1/registry/{NUMBER}").headers["etag"]
    world.now = datetime(2027, 5, 2, 16, tzinfo=UTC)
    next_day = world.get(f"/v1/registry/{NUMBER}").headers["etag"]

    assert len({first, changed, next_day}) == 3


def test_head_says_the_same_without_the_body(world: World) -> None:
    whole = world.get(f"/v1/registry/{NUMBER}")
    head = world.get(f"/v1/registry/{NUMBER}", "HEAD")

    assert head.body == b""
    assert head.headers | {"x-request-id": ""} == whole.headers | {"x-request-id": ""}
    assert head.headers["content-length"] == str(len(whole.body))


def test_unknown_and_erased_numbers_are_the_same_bytes_but_for_the_request_id(world: World) -> None:
    with world.database.transaction(write=True) as connection:
        SqlRegistry(connection).delete(NUMBER)

    erased, unknown = world.get(f"/v1/registry/{NUMBER}"), world.get(f"/v1/registry/{UNKNOWN}")

    assert erased.status == unknown.status == 404
    assert without_id(erased) == without_id(unknown)
    assert unknown.json()["code"] == "not_found"
    assert unknown.json()["request_id"] == unknown.headers["x-request-id"]


def without_id(answer: Answer) -> tuple[bytes, dict[str, str]]:
    id_ = answer.headers["x-request-id"]
    return answer.body.replace(id_.encode(), b""), {**answer.headers, "x-request-id": ""}


@dataclass
class Broken:
    """A reader whose database is away; it counts how often it was asked."""

    asked: int = 0

    async def read(self, number: str, at: int) -> RegistryAnswer | None:
        self.asked += 1
        raise Unavailable


@pytest.mark.parametrize("written", [SLIPPED, "U" * 16, "7K3M", "%00", "\ud800", "1" * 10_000])
@pytest.mark.parametrize("base", ["/v1/registry/", "/registry/"])
def test_a_number_with_a_slip_is_refused_before_any_look_up(base: str, written: str) -> None:
    reader = Broken()

    answer = ask(RegistryLane(says_it_was_reached, reader, issuer="The Body"), path=base + written, raw_path=b"/")

    assert (answer.status, reader.asked) == (422, 0)
    assert written.encode("utf-8", "replace") not in answer.body


def test_a_slip_is_a_problem_with_a_code_of_its_own(world: World) -> None:
    answer = world.get(f"/v1/registry/{SLIPPED}")

    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "malformed_number"
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", [f"/v1/registry/{NUMBER}", f"/registry/{NUMBER}"])
def test_a_database_that_is_away_is_a_503_that_says_when_to_come_back(path: str) -> None:
    answer = ask(RegistryLane(says_it_was_reached, Broken(), issuer="The Body"), path=path)

    assert answer.status == 503
    assert answer.headers["retry-after"] == "2"
    assert answer.headers["cache-control"] == "no-store"


class Faulty(Broken):
    """A reader with a fault of its own."""

    async def read(self, number: str, at: int) -> RegistryAnswer | None:
        raise ZeroDivisionError(number)


def test_a_fault_of_the_service_is_a_problem_that_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    answer = ask(RegistryLane(says_it_was_reached, Faulty(), issuer="The Body"), path=f"/v1/registry/{NUMBER}")

    assert (answer.status, answer.headers["content-type"]) == (500, "application/problem+json")
    assert json.loads(answer.body)["request_id"] == answer.headers["x-request-id"]
    assert [one.getMessage() for one in caplog.records] == ["registry_failed"]


@pytest.mark.parametrize(
    ("method", "path", "query"),
    [
        ("GET", f"/v1/registry/{NUMBER}", b"as_of=2027-01-01"),
        ("POST", f"/v1/registry/{NUMBER}", b""),
        ("GET", f"/v1/registry/{NUMBER}/badge", b""),
        ("GET", "/v1/registry", b""),
        ("GET", "/v1/applications", b""),
        ("POST", "/registry", b""),
        ("GET", "/registryx", b""),
    ],
)
def test_everything_else_goes_on_to_the_application(world: World, method: str, path: str, query: bytes) -> None:
    answer = world.get(path, method, query=query)

    assert (answer.status, answer.body) == (299, b"the application")


def test_what_is_not_http_goes_on_to_the_application() -> None:
    reached = []

    async def app(scope: Scope, _: Receive, __: Send) -> None:
        reached.append(scope["type"])

    asyncio.run(RegistryLane(app, Broken(), issuer="The Body")({"type": "lifespan"}, None, None))  # type: ignore[arg-type]

    assert reached == ["lifespan"]


def test_a_browser_may_ask_before_a_conditional_read(world: World) -> None:
    answer = world.get(f"/v1/registry/{NUMBER}", "OPTIONS", headers={"origin": "https://employer.example"})

    assert answer.status == 204
    assert answer.headers["access-control-allow-headers"] == "If-None-Match"


def test_each_answer_is_observed_by_its_route_never_its_number(world: World) -> None:
    world.get(f"/v1/registry/{NUMBER}")
    world.get(f"/v1/registry/{SLIPPED}", "HEAD")
    world.get(f"/registry/{UNKNOWN}")

    assert world.observed == [
        ("GET", "/v1/registry/{number}", 200),
        ("HEAD", "/v1/registry/{number}", 422),
        ("GET", "/registry/{number}", 404),
    ]


def test_request_ids_never_repeat_within_or_between_processes() -> None:
    one, other = request_ids(), request_ids()

    drawn = [source() for source in (one, other) for _ in range(1_000)]

    assert len(set(drawn)) == 2_000
    assert all(re.fullmatch(rb"[A-Za-z0-9-]{8,64}", id_) for id_ in drawn)


def test_a_person_sees_the_same_facts_in_words(world: World) -> None:
    page = world.get(f"/registry/{NUMBER.lower()}").body.decode()

    for words in ("Łucja Dąbrowska", "Certified Pharmacy Operations Manager", "good standing", NUMBER, "1 March 2029"):
        assert words in page
    assert '<time datetime="2029-03-02T05:00:00Z">1 March 2029</time>, end of day (America/New_York)' in page
    assert '<html lang="en">' in page


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (Standing.SUSPENDED, "suspended"),
        (Standing.REVOKED, "withdrawn by the certifying body"),
        (Standing.RETIRED, "given up by its holder"),
        (Standing.EXPIRED, "has not been renewed"),
        (Standing.LAPSED, "no longer in force"),
    ],
)
def test_a_person_is_told_in_words_what_is_wrong(world: World, status: Standing, sentence: str) -> None:
    world.put(an_entry(status))

    page = world.get(f"/registry/{NUMBER}").body.decode()

    assert sentence in page
    assert f"{status.value.capitalize()} since" in page
    assert "good standing" not in page


def test_a_name_is_shown_as_text_whatever_it_holds(world: World) -> None:
    world.put(an_entry(name='<script>alert("x")</script> O’Brien & Söhne'))

    page = world.get(f"/registry/{NUMBER}").body.decode()

    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_name_that_is_kept_out_is_not_shown(world: World) -> None:
    world.put(an_entry(name=None))

    page = world.get(f"/registry/{NUMBER}").body.decode()

    assert "not published" in page
    assert "None" not in page


def test_the_page_runs_nothing_and_loads_nothing_and_its_style_is_the_one_its_policy_names(world: World) -> None:
    answer = world.get(f"/registry/{NUMBER}")
    page = answer.body.decode()

    style = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = b64encode(sha256(style[0].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert re.findall(r"<script|<link|<img|style=|\son[a-z]+=|https?://", page) == []
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("number", "status", "heading"),
    [(UNKNOWN, 404, "No such credential"), (SLIPPED, 422, "This number has a slip in it")],
)
def test_a_person_who_asks_for_none_is_told_so_and_may_ask_again(
    world: World, number: str, status: int, heading: str
) -> None:
    answer = world.get(f"/registry/{number}")
    page = answer.body.decode()

    assert answer.status == status
    assert f"<h1>{heading}</h1>" in page
    assert '<form action="/registry"' in page
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/registry", "/registry/"])
def test_the_form_leads_to_the_credentials_own_page(world: World, path: str) -> None:
    empty = world.get(path)
    filled = world.get(path, query=f"number=+{NUMBER.lower().replace('-', '+')}".encode())
    slipped = world.get(path, query=f"number={SLIPPED}".encode())

    assert (empty.status, filled.status, slipped.status) == (200, 303, 422)
    assert filled.headers["location"] == f"/registry/{NUMBER}"


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2.2: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        ("ink", "paper", 4.5),
        ("quiet", "paper", 4.5),
        ("link", "paper", 4.5),
        ("good", "good-paper", 4.5),
        ("bad", "bad-paper", 4.5),
        ("ink", "good-paper", 4.5),
        ("ink", "bad-paper", 4.5),
        ("edge", "paper", 3.0),
    ],
)
def test_every_pair_of_colours_can_be_told_apart_in_light_dark_and_print(
    world: World, front: str, back: str, least: float
) -> None:
    style = world.get("/registry").body.decode()
    schemes = [dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{[^}]*", style)]
    light = schemes[0]

    assert len(schemes) == 3
    assert [contrast({**light, **s}[front], {**light, **s}[back]) >= least for s in schemes] == [True] * 3


@pytest.mark.parametrize("word", ["check", "verify"])
def test_a_word_that_is_posted_to_is_no_number(world: World, word: str) -> None:
    answer = world.get(f"/v1/registry/{word}")

    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert world.get(f"/v1/registry/{word}", "POST").status == 299
