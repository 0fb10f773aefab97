"""The staff list over 1,000,000 applications: as dear at depth 900,000 as at its start, and found by name.

The product's own repository in this process: a page of 50, as the route asks for it. Each figure is the time of a
question in turns with the one it is compared with, over many different places or names. PostgreSQL's own work is in
it, so it is the wall's clock that counts.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import cycle
from statistics import median
from string import Template
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from adapters.db.engine import Database
from adapters.db.schema import metadata
from adapters.db.unit_of_work import SqlUnitsOfWork
from benchmarks.harness import Figure, built, interleave, postgres, ratio
from domain.actors import the_service
from domain.applications.model import Application
from domain.paging import Page, PageRequest

APPLICATIONS = 1_000_000
DEPTH = 0.9
ROUNDS = 15
ASKED = 60
PLACES = 40
DEEP_AT_MOST = 1.2
SEARCH_AT_MOST = 3.0
SORTS = ("id", "submitted_at", "search_name")


def run(*, quick: bool) -> list[Figure]:
    """Measure both engines."""
    size = APPLICATIONS // 20 if quick else APPLICATIONS
    rounds = 3 if quick else ROUNDS
    with built(f"lists-sqlite-{size}", lambda place: _fill(f"sqlite:///{place / 'lists.db'}", size)) as place:
        figures = _measure("SQLite", f"sqlite:///{place / 'lists.db'}", size, rounds)
    with postgres(f"lists-postgres-{size}") as url:
        _fill(url, size)
        return figures + _measure("PostgreSQL", url, size, rounds)


def _measure(engine: str, url: str, size: int, rounds: int) -> list[Figure]:
    with closing(Database(url)) as database:
        lists = _Lists(SqlUnitsOfWork(database), size)
        figures = []
        for sort in SORTS:
            cases: dict[str, Callable[[], object]] = {
                "first": lists.pages([PageRequest(limit=50, sort=sort)]),
                "deep": lists.pages([PageRequest(limit=50, sort=sort, after=at) for at in lists.places(sort)]),
            }
            taken = interleave(cases, rounds=rounds)
            figures += [
                Figure(what=f"{engine}: page 1 by {sort}", value=_each(taken["first"]), unit="ms"),
                Figure(
                    what=f"{engine}: depth {round(size * DEPTH):,} by {sort}",
                    value=ratio(taken["deep"], taken["first"]),
                    unit="times page 1",
                    at_most=DEEP_AT_MOST,
                ),
            ]
        return figures + _searched(engine, lists, rounds)


def _searched(engine: str, lists: "_Lists", rounds: int) -> list[Figure]:
    """The start of a name against the key: both find one application."""
    names, keys = lists.names_and_keys()
    starts = [PageRequest(limit=50, sort="search_name", starts_with={"search_name": name}) for name in names]
    taken = interleave({"key": lists.look_ups(keys), "search": lists.pages(starts, rows=1)}, rounds=rounds)
    return [
        Figure(what=f"{engine}: look-up by key", value=_each(taken["key"]), unit="ms"),
        Figure(
            what=f"{engine}: search by the start of a name",
            value=ratio(taken["search"], taken["key"]),
            unit="times a look-up by key",
            at_most=SEARCH_AT_MOST,
        ),
    ]


def _each(seconds: Sequence[float]) -> float:
    return median(seconds) / ASKED * 1e3


class _Lists:
    """Questions to the store, `ASKED` at a time, each in a reading transaction of its own."""

    def __init__(self, units: SqlUnitsOfWork, size: int) -> None:
        self._units, self._size = units, size

    def pages(self, requests: Sequence[PageRequest], rows: int = 50) -> Callable[[], None]:
        """Ask for these pages in turn."""
        turns = cycle(requests)

        def ask() -> None:
            for _ in range(ASKED):
                found = self._page(next(turns))
                assert len(found.items) == rows, f"{len(found.items)} rows"

        return ask

    def look_ups(self, keys: Sequence[UUID]) -> Callable[[], None]:
        """Ask for these applications in turn."""
        turns = cycle(keys)

        def ask() -> None:
            for _ in range(ASKED):
                with self._units.begin(the_service("benchmark"), write=False) as uow:
                    uow.applications.get(next(turns))

        return ask

    def places(self, sort: str) -> list[tuple[object, object]]:
        """Where pages around the depth begin."""
        with self._units.begin(the_service("benchmark"), write=False) as uow:
            statement = text(
                f"SELECT id FROM applications ORDER BY {sort}, id LIMIT {PLACES} OFFSET {round(self._size * DEPTH)}"
            )
            found = [_id(row.id) for row in uow.connection.execute(statement)]
            applications = [uow.applications.get(id_) for id_ in found]
        return [(getattr(one, sort), one.id) for one in applications]

    def names_and_keys(self) -> tuple[list[str], list[UUID]]:
        """Starts of names that one application has, and as many keys; drawn from all of them."""
        chance = random.Random(29)  # noqa: S311 - the same each time
        with self._units.begin(the_service("benchmark"), write=False) as uow:
            drawn = [_number_of(uow.connection, chance.randrange(self._size)) for _ in range(2 * PLACES)]
        return [name[:-2] for name, _ in drawn[:PLACES]], [id_ for _, id_ in drawn[PLACES:]]

    def _page(self, request: PageRequest) -> Page[Application]:
        with self._units.begin(the_service("benchmark"), write=False) as uow:
            return uow.applications.page(request)


def _number_of(connection: Connection, number: int) -> tuple[str, UUID]:
    row = connection.execute(
        text("SELECT search_name, id FROM applications WHERE number = :n"), {"n": f"A{number:09}"}
    ).one()
    return row.search_name, _id(row.id)


def _id(value: object) -> UUID:
    return value if isinstance(value, UUID) else UUID(str(value))


# --- the population: made by the engines themselves

_WORDS: Mapping[str, Mapping[str, str]] = {
    "sqlite": {
        "series": "WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n + 1 < :size)",
        "id": "printf('0190f3c28a5e72008%015x', $mixed)",
        "candidate": "'0190f3c28a5e7a008000000000000000'",
        "number": "printf('A%09d', n)",
        "at": "strftime('%Y-%m-%dT%H:%M:%S.000000+00:00', 1767225600 + $mixed * 7, 'unixepoch')",
        "name": "printf('%s%06x %s', $family, $mixed, $given)",
        "none": "'{}'",
        "empty": "'[]'",
        "false": "0",
    },
    "postgresql": {
        "series": "WITH s(n) AS (SELECT * FROM generate_series(0, :size - 1))",
        "id": "CAST('0190f3c28a5e72008' || lpad(to_hex($mixed), 15, '0') AS uuid)",
        "candidate": "CAST('0190f3c28a5e7a008000000000000000' AS uuid)",
        "number": "'A' || lpad(CAST(n AS text), 9, '0')",
        "at": "to_timestamp(1767225600 + $mixed * 7)",
        "name": "$family || lpad(to_hex($mixed), 6, '0') || ' ' || $given",
        "none": "CAST('{}' AS jsonb)",
        "empty": "CAST('[]' AS jsonb)",
        "false": "false",
    },
}
# Rows are not written in the order of any list: 7,919 is prime to the number of them.
_MIXED = "((n * CAST(7919 AS bigint)) % :size)"
_FAMILY = (
    "CASE n % 5 WHEN 0 THEN 'adeyemi' WHEN 1 THEN 'brown' WHEN 2 THEN 'castillo' WHEN 3 THEN 'huang' ELSE 'johnson' END"
)
_GIVEN = "CASE n % 3 WHEN 0 THEN 'ada' WHEN 1 THEN 'hiro' ELSE 'dolores' END"
_CANDIDATE = """
INSERT INTO candidates (id, version, number, status, legal_name, search_name, past_names, email, practises_in,
    created_at)
VALUES ($candidate, 1, 'C1', 'active', $none, 'okafor', $empty, 'a@example.org', 'US',
    '2026-01-01T00:00:00.000000+00:00')
"""
_APPLICATIONS = """
$series INSERT INTO applications (id, version, candidate_id, program, edition, number, search_name, created_at, status,
    pathway, attestations, requests, submitted_at, audited)
SELECT $id, 1, $candidate, 'CPOM', 'cpom-2026', $number, $name, $at, 'denied', 'us-licensed', $empty, $empty, $at,
    $false
FROM s
"""


def _fill(url: str, size: int) -> None:
    """The whole schema and the applications, unless a run before this one made them."""
    with closing(Database(url, statement_timeout_seconds=3_600)) as database:
        metadata.create_all(database.engine)
        with database.transaction(write=True) as connection:
            if connection.execute(text("SELECT count(*) FROM candidates")).scalar_one():
                return
            for statement, known in _population(connection.dialect.name, size):
                connection.execute(text(statement), known)
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE" if connection.dialect.name == "postgresql" else "ANALYZE")


def _population(engine: str, size: int) -> Iterator[tuple[str, dict[str, Any]]]:
    mixed = {"mixed": _MIXED, "family": _FAMILY, "given": _GIVEN}
    words = {name: Template(word).substitute(mixed) for name, word in _WORDS[engine].items()}
    yield Template(_CANDIDATE).substitute(words), {}
    yield Template(_APPLICATIONS).substitute(words), {"size": size}
