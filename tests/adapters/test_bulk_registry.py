"""Many look-ups at once, on both engines: what is answered is what each look-up answers alone."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from adapters.db.bulk_registry import PIECE, bulk_registry
from adapters.db.engine import Database
from adapters.db.registry import SqlRegistry, registry_reader
from domain.credentials.bulk import read
from domain.credentials.model import Standing
from domain.credentials.number import RANDOM_BYTES, new_number
from domain.credentials.public import dated, public_entry
from domain.dates import date_at
from domain.errors import Unavailable
from domain.ports import RegistryEntry
from tests.builders_registry import public_facts, stood

KNOWN = [new_number(bytes([index]) * RANDOM_BYTES) for index in range(1, 6)]
UNKNOWN = new_number(b"\xff" * RANDOM_BYTES)
ZONES = ("America/New_York", "America/New_York", "Pacific/Auckland", "Asia/Kolkata", "America/New_York")
# 1 March 2029 in New York, 2 March in Auckland.
LATE = datetime(2029, 3, 2, 3, 30, tzinfo=UTC)
EARLY = datetime(2026, 6, 1, 12, tzinfo=UTC)


def an_entry(number: str, zone: str) -> RegistryEntry:
    facts = public_facts(number=number, issuer='The "Certifying" Body', holder_name="Łucja D\\ąbrowska ’ 🎓", zone=zone)
    return public_entry(
        facts,
        stood(Standing.ACTIVE, valid=True),
        stood(Standing.EXPIRED, date(2029, 3, 2)),
        stood(Standing.LAPSED, date(2029, 5, 31)),
    )


@pytest.fixture
def filled(database: Database) -> Database:
    with database.transaction(write=True) as connection:
        SqlRegistry(connection).put_all(an_entry(number, zone) for number, zone in zip(KNOWN, ZONES, strict=True))
    return database


def asked(database: Database, body: bytes, at: datetime) -> list[dict[str, Any]]:
    """The answer's lines."""

    async def gathered() -> bytes:
        bulk = bulk_registry(database.url, "America/New_York")
        try:
            return b"".join([piece async for piece in bulk.answers(read(body), int(at.timestamp()))])
        finally:
            await bulk.close()

    return [json.loads(line) for line in asyncio.run(gathered()).decode().split("\n")[:-1]]


def alone(database: Database, number: str, at: datetime) -> dict[str, Any]:
    """What the fast lane answers for one number."""

    async def one() -> dict[str, Any]:
        reader = registry_reader(database.url)
        try:
            found = await reader.read(number, int(at.timestamp()))
            assert found is not None
            day = date_at(at, found.zone).isoformat().encode()
            answer: dict[str, Any] = json.loads(dated(found.payload, day))
            return answer
        finally:
            await reader.close()

    return asyncio.run(one())


@pytest.mark.parametrize("at", [EARLY, LATE, datetime(2029, 7, 1, tzinfo=UTC)], ids=["valid", "expiring", "lapsed"])
def test_each_line_is_what_a_look_up_answers_alone(filled: Database, at: datetime) -> None:
    body = b"".join(b'"%s"\n' % number.encode() for number in KNOWN)

    answers = asked(filled, body, at)

    assert answers == [
        {"line": place, "code": "found", **alone(filled, number, at)} for place, number in enumerate(KNOWN, 1)
    ]


def test_at_the_same_instant_each_zone_has_its_own_day(filled: Database) -> None:
    answers = asked(filled, b"".join(b'"%s"\n' % number.encode() for number in KNOWN[:3]), LATE)

    assert [(one["as_of"], one["status"]) for one in answers] == [
        ("2029-03-01", "active"),
        ("2029-03-01", "active"),
        ("2029-03-02", "expired"),
    ]


def test_lines_keep_their_order_whatever_they_are(filled: Database) -> None:
    written = [UNKNOWN, "no number", KNOWN[3], KNOWN[3], "", KNOWN[0], UNKNOWN]

    answers = asked(filled, b"".join(json.dumps(one).encode() + b"\n" for one in written), EARLY)

    assert [one["line"] for one in answers] == list(range(1, 8))
    assert [one["code"] for one in answers] == [
        "not_found", "malformed_number", "found", "found", "malformed_number", "found", "not_found",
    ]  # fmt: skip
    assert [one.get("number") for one in answers] == [UNKNOWN, None, KNOWN[3], KNOWN[3], None, KNOWN[0], UNKNOWN]


def test_pieces_are_counted_through(filled: Database) -> None:
    written = [KNOWN[0], UNKNOWN] * PIECE + ["x", KNOWN[1]]

    answers = asked(filled, b"".join(b'"%s"\n' % one.encode() for one in written), EARLY)

    assert [one["line"] for one in answers] == list(range(1, len(written) + 1))
    assert [one.get("number") for one in answers[:-2]] == written[:-2]
    assert [one["code"] for one in answers[-2:]] == ["malformed_number", "found"]


def test_an_erased_number_is_like_one_that_never_was(filled: Database) -> None:
    body = b'"%s"\n"%s"\n' % (KNOWN[0].encode(), UNKNOWN.encode())
    with filled.transaction(write=True) as connection:
        SqlRegistry(connection).delete(KNOWN[0])

    erased, unknown = asked(filled, body, EARLY)

    assert {**erased, "line": 0, "number": ""} == {**unknown, "line": 0, "number": ""}


def test_a_change_is_seen_by_the_next_answer_of_the_same_reader(filled: Database) -> None:
    body = read(b'"%s"\n' % KNOWN[0].encode())

    async def twice() -> list[bytes]:
        bulk = bulk_registry(filled.url, "America/New_York")
        found = []
        for holder in ("One", "Two"):
            with filled.transaction(write=True) as connection:
                entry = an_entry(KNOWN[0], ZONES[0])
                payload = entry.payload_before.replace("Łucja".encode(), holder.encode())
                SqlRegistry(connection).put(replace(entry, payload_before=payload))
            found += [piece async for piece in bulk.answers(body, int(EARLY.timestamp()))]
        await bulk.close()
        return found

    one, two = asyncio.run(twice())

    assert b'"One D' in one
    assert b'"Two D' in two


def test_a_database_that_is_away_is_said_to_be(tmp_path: Any) -> None:
    async def failing(url: str) -> None:
        bulk = bulk_registry(url, "America/New_York")
        async for _ in bulk.answers(read(b'"%s"\n' % UNKNOWN.encode()), 0):
            pass

    for url in (f"sqlite:///{tmp_path / 'no' / 'such.db'}", "postgresql://nobody@127.0.0.1:9/none"):
        with pytest.raises(Unavailable):
            asyncio.run(failing(url))
