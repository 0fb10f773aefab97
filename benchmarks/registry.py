"""The registry's answer among 1,000,000 credentials, against bare ASGI and the tutorial's route.

The lane is the product's own, in front of an application that is never reached. The tutorial's route gives the same
facts from a SQLModel table of one column per fact.
"""

import os
import random
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from sqlalchemy import create_engine
from sqlmodel import SQLModel
from starlette.types import ASGIApp

from adapters.db.registry import registry_reader
from adapters.db.tables.registry import RegistryRow
from api.observability import Metrics
from api.registry import RegistryLane
from benchmarks.baselines import PlainCredential, hello
from benchmarks.harness import Figure, Server, Target, built, cpu_per_request, get, postgres, ratio, serve
from domain.credentials.model import Standing
from domain.credentials.number import RANDOM_BYTES, new_number
from domain.credentials.public import PublicFacts, PublicStanding, public_entry
from domain.ports import RegistryEntry

COLUMNS = [column.name for column in RegistryRow.__table__.columns]  # type: ignore[attr-defined]
CREDENTIALS = 1_000_000
EDITION = "2"  # of the data set: a new one when what is stored changes
ASKED = 20_000
ISSUER = "The Certifying Body"
TABLES: list[Any] = [RegistryRow.__table__, PlainCredential.__table__]  # type: ignore[attr-defined]
ROUNDS = 7
AGAINST = {"SQLite": 0.55, "PostgreSQL": 0.4}
OF_THE_TUTORIAL = 20.0

FACTS = PublicFacts(
    number="<number>",
    issuer=ISSUER,
    program_code="CPOM",
    program_title="Certified Pharmacy Operations Manager",
    holder_name="<name>",
    awarded_on=date(2026, 3, 1),
    valid_from=date(2026, 3, 1),
    valid_until=date(2029, 3, 1),
    edition="cpom-2026",
    zone="America/New_York",
)


def lane() -> ASGIApp:
    """What uvicorn runs: the registry lane on the database that BENCH_URL names."""
    return RegistryLane(hello, registry_reader(os.environ["BENCH_URL"]), issuer=ISSUER, observe=Metrics().observe)


def run(*, quick: bool) -> list[Figure]:
    """Measure both engines."""
    size = CREDENTIALS // 50 if quick else CREDENTIALS
    figures = []
    with built(f"registry-sqlite-{size}-{EDITION}", lambda place: fill_sqlite(place / "registry.db", size)) as place:
        figures += measure("SQLite", f"sqlite:///{place / 'registry.db'}", size, quick=quick)
    with postgres(f"registry-postgres-{size}-{EDITION}") as url:
        fill_postgres(url, size)
        figures += measure("PostgreSQL", url, size, quick=quick)
    return figures


def measure(engine: str, url: str, size: int, *, quick: bool) -> list[Figure]:
    """The lane and the tutorial's route on one engine, beside a bare hello."""
    asked = [get(f"/v1/registry/{number}") for number in sample(size)]
    env = {"BENCH_URL": url}
    with ExitStack() as up:
        servers: Mapping[str, Server] = {
            "bare": up.enter_context(serve("benchmarks.baselines:hello")),
            "lane": up.enter_context(serve("benchmarks.registry:lane", factory=True, env=env)),
            "tutorial": up.enter_context(serve("benchmarks.baselines:tutorial", factory=True, env=env)),
        }
        targets = {name: Target(server, asked) for name, server in servers.items()}
        cost = cpu_per_request(targets, rounds=2 if quick else ROUNDS, seconds=0.2 if quick else 1.0)
    return [
        Figure(what=f"{engine}: bare ASGI", value=median(cost["bare"]), unit="µs a request"),
        Figure(what=f"{engine}: lane", value=median(cost["lane"]), unit="µs a request"),
        Figure(what=f"{engine}: tutorial", value=median(cost["tutorial"]), unit="µs a request"),
        Figure(what=f"{engine}: lane", value=ratio(cost["bare"], cost["lane"]), at_least=AGAINST[engine]),
        Figure(
            what=f"{engine}: lane",
            value=ratio(cost["tutorial"], cost["lane"]),
            unit="times the tutorial's route",
            at_least=OF_THE_TUTORIAL,
        ),
    ]


def entries(size: int) -> Iterator[tuple[RegistryEntry, str]]:
    """`size` entries, the same at each call, each with its holder's name."""
    template = public_entry(
        FACTS,
        PublicStanding(status=Standing.ACTIVE, valid=True, since=FACTS.awarded_on),
        PublicStanding(status=Standing.EXPIRED, valid=False, since=date(2029, 3, 2)),
        PublicStanding(status=Standing.LAPSED, valid=False, since=date(2029, 5, 31)),
    )
    before, after, last = template.payload_before, template.payload_after or b"", template.payload_last or b""
    names = [f"{given} {family}" for given, family in product(GIVEN, FAMILY)]
    chance = random.Random(17)  # noqa: S311 - the same million each time
    for index in range(size):
        number, name = new_number(chance.randbytes(RANDOM_BYTES)), names[index % len(names)]
        filled = replace(
            template,
            number=number,
            tag=f"{index:016x}",
            payload_before=_filled(before, number, name),
            payload_after=_filled(after, number, name),
            payload_last=_filled(last, number, name),
        )
        yield filled, name


def _filled(payload: bytes, number: str, name: str) -> bytes:
    return payload.replace(b"<number>", number.encode()).replace(b"<name>", name.encode())


def sample(size: int) -> list[str]:
    """The numbers that are asked about: drawn from all, in no order."""
    numbers = [entry.number for entry, _ in entries(size)]
    return random.Random(29).sample(numbers, min(ASKED, size))  # noqa: S311 - the same sample each time


def _rows(size: int) -> Iterator[tuple[tuple[object, ...], tuple[object, ...]]]:
    """A row of the registry's table and one of the tutorial's, for each credential."""
    for entry, name in entries(size):
        registry = tuple(getattr(entry, column) for column in COLUMNS)
        plain = (entry.number, "active", ISSUER, FACTS.program_code, FACTS.program_title, name)
        yield registry, (*plain, FACTS.awarded_on, FACTS.valid_from, FACTS.valid_until, FACTS.edition, FACTS.zone)


def fill_sqlite(path: Path, size: int) -> None:
    """Make both tables, as the product's own migrations would leave them: in WAL."""
    engine = create_engine(f"sqlite:///{path}")
    SQLModel.metadata.create_all(engine, TABLES)
    engine.dispose()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA cache_size=-500000")
        connection.executemany("INSERT INTO registry VALUES (?,?,?,?,?,?,?,?)", (row for row, _ in _rows(size)))
        plain = ((*row[:6], *map(str, row[6:])) for _, row in _rows(size))
        connection.executemany("INSERT INTO plain_credential VALUES (?,?,?,?,?,?,?,?,?,?,?)", plain)
        connection.commit()
        connection.execute("PRAGMA journal_mode=WAL")
    connection.close()


def fill_postgres(url: str, size: int) -> None:
    """Make both tables, unless a run before this one did."""
    engine = create_engine(url)
    with psycopg.connect(url, autocommit=True) as connection:
        if connection.execute("SELECT to_regclass('filled')").fetchone() != (None,):
            return
        SQLModel.metadata.drop_all(engine, TABLES)
        SQLModel.metadata.create_all(engine, TABLES)
        _copy(connection, "registry", (row for row, _ in _rows(size)))
        _copy(connection, "plain_credential", (row for _, row in _rows(size)))
        connection.execute("VACUUM ANALYZE")
        connection.execute("CREATE TABLE filled ()")
    engine.dispose()


def _copy(connection: psycopg.Connection[Any], table: str, rows: Iterator[tuple[object, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


GIVEN = (
    "Ada",
    "Ama",
    "Björn",
    "Chidi",
    "Dolores",
    "Eun-ji",
    "Farah",
    "Giulia",
    "Hiro",
    "Inés",
    "José",
    "Kwame",
    "Łucja",
)
FAMILY = (
    "Adeyemi",
    "Brown",
    "Castillo",
    "Dąbrowska",
    "Eriksson",
    "Fernández",
    "Goldberg",
    "Huang",
    "Ibrahim",
    "Johnson",
)
