"""The registry on each engine: what was written is read at once, turns by the clock, and survives the database."""

import asyncio
import random
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from adapters.db.engine import Database
from adapters.db.registry import ClosableReader, SqlRegistry, registry_reader
from domain.credentials.model import Standing
from domain.credentials.number import RANDOM_BYTES, new_number
from domain.credentials.public import public_entry
from domain.errors import Unavailable
from domain.ports import RegistryAnswer, RegistryEntry
from tests.builders_registry import NUMBER, public_facts, stood


def an_entry(number: str = NUMBER, **changes: Any) -> RegistryEntry:
    active = stood(Standing.ACTIVE, valid=True)
    expired = stood(Standing.EXPIRED, date(2029, 3, 2), valid=True)
    lapsed = stood(Standing.LAPSED, date(2029, 5, 31))
    return replace(public_entry(public_facts(number=number), active, expired, lapsed), **changes)


@asynccontextmanager
async def reading(url: str, *, connections: int = 2, behind_pooler: bool = False) -> AsyncIterator[ClosableReader]:
    reader = registry_reader(url, connections=connections, behind_pooler=behind_pooler)
    try:
        yield reader
    finally:
        await reader.close()


def read(url: str, number: str, at: int) -> RegistryAnswer | None:
    async def once() -> RegistryAnswer | None:
        async with reading(url) as reader:
            return await reader.read(number, at)

    return asyncio.run(once())


def put(database: Database, *entries: RegistryEntry) -> None:
    with database.transaction(write=True) as connection:
        SqlRegistry(connection).put_all(entries)


@pytest.mark.parametrize(
    ("seconds", "payload"),
    [
        pytest.param(-1, "payload_before", id="the last second of the last valid day"),
        pytest.param(0, "payload_after", id="midnight after it"),
        pytest.param(90 * 86_400 - 3_601, "payload_after", id="the last second of grace, a clock change later"),
        pytest.param(90 * 86_400 - 3_600, "payload_last", id="midnight after grace"),
    ],
)
def test_the_answer_turns_by_itself_at_midnight_in_the_policys_zone(
    database: Database, database_url: str, seconds: int, payload: str
) -> None:
    entry = an_entry()
    put(database, entry)

    answer = read(database_url, NUMBER, (entry.turns_at or 0) + seconds)

    assert answer == RegistryAnswer(getattr(entry, payload), "America/New_York", entry.tag)


def test_an_answer_that_nothing_turns_stays(database: Database, database_url: str) -> None:
    entry = an_entry(turns_at=None, payload_after=None, turns_again_at=None, payload_last=None)
    put(database, entry)

    answer = read(database_url, NUMBER, 2**40)

    assert answer is not None
    assert answer.payload == entry.payload_before


def test_a_later_entry_replaces_the_earlier_whole(database: Database, database_url: str) -> None:
    revoked = an_entry(
        turns_at=None,
        payload_before=b'"status":"revoked"}',
        payload_after=None,
        turns_again_at=None,
        payload_last=None,
        tag="f" * 16,
    )
    put(database, an_entry())

    with database.transaction(write=True) as connection:
        SqlRegistry(connection).put(revoked)

    assert read(database_url, NUMBER, 2**40) == RegistryAnswer(b'"status":"revoked"}', "America/New_York", "f" * 16)
    with database.transaction(write=False) as connection:
        assert len(connection.execute(text("SELECT 1 FROM registry")).all()) == 1


def test_an_erased_number_is_like_one_that_never_was(database: Database, database_url: str) -> None:
    put(database, an_entry())

    with database.transaction(write=True) as connection:
        SqlRegistry(connection).delete(NUMBER)
        SqlRegistry(connection).delete(NUMBER)

    assert read(database_url, NUMBER, 0) is None


def test_what_is_rolled_back_is_never_read(database: Database, database_url: str) -> None:
    def break_off() -> None:
        with database.transaction(write=True) as connection:
            SqlRegistry(connection).put(an_entry())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()

    assert read(database_url, NUMBER, 0) is None


def test_a_reader_sees_each_commit_at_once(database: Database, database_url: str) -> None:
    async def before_and_after() -> list[RegistryAnswer | None]:
        async with reading(database_url) as reader:
            before = await reader.read(NUMBER, 0)
            await asyncio.to_thread(put, database, an_entry())
            return [before, await reader.read(NUMBER, 0)]

    before, after = asyncio.run(before_and_after())

    assert before is None
    assert after is not None
    assert after.tag == an_entry().tag


@pytest.mark.parametrize("behind_pooler", [False, True])
def test_a_thousand_at_once_each_get_their_own_answer(
    database: Database, database_url: str, *, behind_pooler: bool
) -> None:
    chance = random.Random(5)  # noqa: S311 - the same draw each time
    numbers = [new_number(chance.randbytes(RANDOM_BYTES)) for _ in range(500)]
    put(database, *(an_entry(number, tag=f"{index:016x}") for index, number in enumerate(numbers)))
    asked = chance.choices([*numbers, NUMBER], k=1_000)

    async def all_at_once() -> list[RegistryAnswer | None]:
        async with reading(database_url, behind_pooler=behind_pooler) as reader:
            return await asyncio.gather(*(reader.read(number, 0) for number in asked))

    answers = asyncio.run(all_at_once())

    expected = [None if number == NUMBER else f"{numbers.index(number):016x}" for number in asked]
    assert [answer and answer.tag for answer in answers] == expected


def test_a_client_that_goes_away_takes_no_other_with_it(database: Database, database_url: str) -> None:
    put(database, an_entry())

    async def one_leaves() -> RegistryAnswer | None:
        async with reading(database_url, connections=1) as reader:
            leaving = asyncio.ensure_future(reader.read(NUMBER, 0))
            staying = asyncio.ensure_future(reader.read(NUMBER, 0))
            await asyncio.sleep(0)
            leaving.cancel()
            return await staying

    answer = asyncio.run(one_leaves())

    assert answer is not None


def test_reading_never_writes(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    put(database, an_entry())

    async def then_checkpoint() -> Any:
        async with reading(sqlite_url) as reader:
            await asyncio.gather(*(reader.read(NUMBER, 0) for _ in range(3)))
            await asyncio.sleep(0)
            with database.engine.connect() as connection:
                return connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()

    busy, left, _ = asyncio.run(then_checkpoint())
    database.close()

    assert (busy, left) == (0, 0)


def test_a_missing_sqlite_file_is_unavailable_until_it_is_there(tmp_path: Path, sqlite_template: Path) -> None:
    path = tmp_path / "later 100%#?.db"

    async def away_and_back() -> RegistryAnswer | None:
        async with reading(f"sqlite:///{str(path).replace('%', '%25').replace('?', '%3F')}") as reader:
            with pytest.raises(Unavailable):
                await reader.read(NUMBER, 0)
            await asyncio.to_thread(shutil.copyfile, sqlite_template, path)
            return await reader.read(NUMBER, 0)

    assert asyncio.run(away_and_back()) is None


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "torn.db"
    path.write_bytes(b"not a database at all" * 400)

    with pytest.raises(Unavailable):
        read(f"sqlite:///{path}", NUMBER, 0)


@contextmanager
def closed_to_all(url: str) -> Iterator[None]:
    """The database refuses connections, and those it had are cut."""
    name = url.partition("?")[0].rsplit("/", 1)[1]
    admin = psycopg.connect(url.replace(f"/{name}", "/postgres"), autocommit=True)
    try:
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'.encode())
        cut_all(admin, name)
        yield
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'.encode())
    finally:
        admin.close()


def cut_all(admin: psycopg.Connection, name: str) -> None:
    admin.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", (name,))


def test_postgresql_away_is_unavailable_and_comes_back_by_itself(postgres_url: str) -> None:
    async def away_and_back() -> RegistryAnswer | None:
        async with reading(postgres_url) as reader:
            await reader.read(NUMBER, 0)
            with closed_to_all(postgres_url):
                for _ in range(3):
                    with pytest.raises(Unavailable):
                        await reader.read(NUMBER, 0)
            return await reader.read(NUMBER, 0)

    assert asyncio.run(away_and_back()) is None


def test_a_connection_cut_while_idle_costs_nobody_an_answer(postgres_url: str) -> None:
    database = Database(postgres_url)
    put(database, an_entry())
    database.close()
    name = postgres_url.partition("?")[0].rsplit("/", 1)[1]

    async def cut_between() -> list[RegistryAnswer | None]:
        async with reading(postgres_url, connections=1) as reader:
            first = await reader.read(NUMBER, 0)
            with psycopg.connect(postgres_url.replace(f"/{name}", "/postgres"), autocommit=True) as admin:
                cut_all(admin, name)
            return [first, await reader.read(NUMBER, 0)]

    first, second = asyncio.run(cut_between())

    assert first is not None
    assert second == first
