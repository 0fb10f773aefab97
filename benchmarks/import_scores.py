"""Import and score 100,000 × 120 responses, from the CSV to stored scores, against a bare bulk load of the same rows.

The whole way is the product's own: the job's batches as a worker carries them out, each with its commit, the seats
looked up, bookings and authorizations closed, an event for each attempt and each booking in the journal. The bare load
puts what that leaves behind, the rows of attempts and of the journal, into the same empty tables in one transaction:
prepared beforehand, by COPY on PostgreSQL and one `executemany` on SQLite. Against the attempts alone it is told too.
All in seconds of CPU.
"""

import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from statistics import median
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import Connection

from adapters.db.engine import Database
from adapters.db.schema import metadata
from adapters.db.unit_of_work import SqlUnitsOfWork
from adapters.files import ObjectFiles, open_store
from adapters.policies import load_policy
from adapters.responses_csv import read_responses
from benchmarks.harness import ROOT, Figure, cpu_seconds, postgres, ratio, workshop
from benchmarks.published import published
from domain.actors import Actor, Role
from domain.jobs.actions import carry_on
from domain.scores import actions, importing
from domain.scores.importing import Handed
from domain.scores.model import FormItem

ITEMS = 120
CANDIDATES = 100_000
ROUNDS = 3
BOUND = 2.5
ADA = Actor(subject="ada", roles=frozenset({Role.PSYCHOMETRICIAN}))
BEN = Actor(subject="ben", roles=frozenset({Role.EXAM_MANAGER}))
NOW = "2026-03-02T15:00:00.000000+00:00"
SAT = datetime.fromisoformat(NOW)
"""The session begins; responses are taken from then on."""
PROGRAM = {"program": "CPOM", "edition": "cpom-2026"}
WINDOW = {"opens_on": "2026-03-01", "closes_on": "2026-05-29"}
ATTEMPTS = (
    "id, version, candidate_id, authorization_id, registration_id, administration_id, form_id, import_id, taken_on, "
    "responses, created_at, status, key_number, conversion_number, raw, scaled, passed, domain_raw, held, release_id, "
    "released_at"
)
EVENTS = "id, occurred_at, kind, subject_id, actor, request_id, data"


@dataclass
class Field:
    """A database with everyone seated, and the file of what they answered."""

    units: SqlUnitsOfWork
    administration_id: UUID
    form_id: UUID
    content: bytes
    size: int

    @property
    def database(self) -> Database:
        """The database."""
        return self.units.database


def run(*, quick: bool) -> list[Figure]:
    """Measure both engines."""
    size = CANDIDATES // 20 if quick else CANDIDATES
    place = workshop("import-scores")
    shutil.rmtree(place)
    place.mkdir()
    figures = measure("SQLite", f"sqlite:///{place / 'import.db'}", size)
    with postgres("import-scores-postgres") as url, _fresh(url) as fresh:
        figures += measure("PostgreSQL", fresh, size)
    return figures


def measure(engine: str, url: str, size: int) -> list[Figure]:
    """One engine: the whole way, and the two bare loads of what it left, in turn."""
    field = prepare(url, size)
    import_and_score(field)
    rows = Loaded.of(field.database)
    assert rows.count == size
    whole: list[float] = []
    both: list[float] = []
    alone: list[float] = []
    for _ in range(ROUNDS):
        for costs, work in (
            (whole, partial(import_and_score, field)),
            (both, partial(rows.load, field.database, events=True)),
            (alone, partial(rows.load, field.database, events=False)),
        ):
            empty(field.database)
            costs.append(_cost(field.database, work))
    field.database.close()
    named = f"import and score {size:,} x {ITEMS}, {engine}"
    return [
        Figure(what=f"{named}: of a bare load of the same rows", value=ratio(whole, both), unit="times", at_most=BOUND),
        Figure(what=f"{named}: of a bare load of the attempts alone", value=ratio(whole, alone), unit="times"),
        Figure(what=f"{named}: candidates per second of CPU", value=size / median(whole), unit="/s"),
    ]


def import_and_score(field: Field) -> None:
    """From the file handed in to the last score stored."""
    files = ObjectFiles(open_store("memory:///"))
    handed = Handed(administration_id=field.administration_id, form_id=field.form_id, content=field.content)
    with field.units.begin(ADA) as uow:
        _, job = importing.request(uow, ADA, files, handed)
    steps = {importing.IMPORT: importing.step(files, read_responses)}
    while carry_on(field.units, steps, job.id):
        pass
    with field.units.begin(ADA, write=False) as uow:
        figures = uow.attempts.figures(field.administration_id, field.form_id)
    assert figures.scored == field.size, figures


@dataclass(frozen=True, slots=True)
class Loaded:
    """What an import left behind, as a driver takes it: the rows of attempts, and those of the journal."""

    count: int
    attempts: Any
    events: Any

    @classmethod
    def of(cls, database: Database) -> "Loaded":
        """Read it back."""
        events = f"SELECT {EVENTS} FROM journal ORDER BY seq"
        attempts = f"SELECT {ATTEMPTS} FROM attempts ORDER BY id"
        with database.transaction(write=False) as connection:
            if database.is_sqlite:
                first, second = (list(_driver(connection).execute(one)) for one in (attempts, events))
                return cls(len(first), first, second)
            with _driver(connection).cursor() as cursor:
                taken = [_copied(cursor, f"COPY ({one}) TO STDOUT") for one in (attempts, events)]
        return cls(taken[0].count(b"\n"), *taken)

    def load(self, database: Database, *, events: bool) -> None:
        """Put it into the empty tables, in one transaction."""
        wanted = [("attempts", ATTEMPTS, self.attempts), *([("journal", EVENTS, self.events)] if events else [])]
        with database.transaction(write=True) as connection:
            driver = _driver(connection)
            for table, columns, rows in wanted:
                if database.is_sqlite:
                    marks = ", ".join("?" * (columns.count(",") + 1))
                    driver.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)
                else:
                    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                        copy.write(rows)


_TAKEN_AWAY = {
    True: ("DROP TRIGGER IF EXISTS journal_refuses_delete", "DELETE FROM journal"),
    # For this transaction no guard stands: what is written once goes here, as a whole.
    False: ("SET LOCAL session_replication_role = replica", "TRUNCATE attempts, journal CASCADE"),
}


def empty(database: Database) -> None:
    """Undo an import: no attempts, no journal, every booking and authorization open again."""
    with database.transaction(write=True) as connection:
        driver = _driver(connection)
        for statement in _TAKEN_AWAY[database.is_sqlite]:
            driver.execute(statement)
        for statement in (
            "DELETE FROM attempts",
            "UPDATE registrations SET status = 'booked', closed_at = NULL WHERE status <> 'booked'",
            "UPDATE authorizations SET status = 'active' WHERE status <> 'active'",
            "DELETE FROM job_outcomes",
            "UPDATE response_imports SET job_id = NULL",
            "DELETE FROM jobs",
        ):
            driver.execute(statement)
    _settle(database)


def _settle(database: Database) -> None:
    """Let no case pay for the tidying up after another."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if database.is_sqlite:
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
        else:
            for statement in ("VACUUM ANALYZE registrations", "VACUUM ANALYZE authorizations", "CHECKPOINT"):
                connection.exec_driver_sql(statement)


def prepare(url: str, size: int) -> Field:
    """A fresh schema, an approved form, and everyone with an authorization and a seat."""
    units = SqlUnitsOfWork(Database(url), clock=lambda: SAT + timedelta(hours=1))
    metadata.create_all(units.database.engine)
    policy = load_policy(ROOT / "policies" / "cpom-2026.yaml")
    domains = [domain.code for domain in policy.exam.domains]
    items = [FormItem(code=f"I{number:03}", domain=domains[number % len(domains)]) for number in range(ITEMS)]
    with units.begin(ADA) as uow:
        published(uow, policy)
        form = actions.create_form(uow, ADA, policy.program, "Speed", items)
        key = actions.draft_key(uow, ADA, form.id, [[number % 4 + 1] for number in range(ITEMS)])
        conversion = actions.draft_conversion(uow, ADA, form.id, Decimal(40))
    with units.begin(BEN) as uow:
        actions.approve_key(uow, BEN, key.id)
        actions.approve_conversion(uow, BEN, conversion.id)
        administration_id = uow.new_id()
        _seat_everyone(uow.connection, administration_id, size, uow.new_id)
    return Field(units, administration_id, form.id, a_file(size), size)


def a_file(size: int) -> bytes:
    """Random answers, one to four, of candidates C0, C1 and so on."""
    matrix = np.random.default_rng(7).integers(1, 5, size=(size, ITEMS), dtype=np.uint8)
    cells = np.full((size, 2 * ITEMS), ord(","), dtype=np.uint8)
    cells[:, 1::2] = matrix + ord("0")
    lines = (f"C{number}".encode() + row.tobytes() for number, row in enumerate(cells))
    heading = ",".join(["candidate", *(f"I{number:03}" for number in range(ITEMS))]).encode()
    return b"\n".join([heading, *lines, b""])


def _seat_everyone(connection: Connection, administration_id: UUID, size: int, new_id: Callable[[], UUID]) -> None:
    """Candidates, applications, authorizations and registrations, as many as asked for."""
    spell: Callable[[UUID], str] = (lambda one: one.hex) if connection.dialect.name == "sqlite" else str
    administration, session = spell(administration_id), spell(new_id())
    _hold(connection, administration, session, size)
    ids = [[spell(new_id()) for _ in range(size)] for _ in range(4)]
    people, applications, authorizations, registrations = ids
    _admit(connection, people, applications)
    given = {**PROGRAM, "attempt_number": 1, **WINDOW, "findings": "[]", "created_at": NOW, "status": "active"}
    authorized = {**given, "extensions": 0}
    _insert(
        connection,
        "authorizations",
        (
            {"id": one, "version": 1, "candidate_id": who, "application_id": what, "number": f"T{n}", **authorized}
            for n, (one, who, what) in enumerate(zip(authorizations, people, applications, strict=True))
        ),
    )
    where = {"administration_id": administration, "session_id": session, "booked_at": NOW, "status": "booked"}
    booked = {**where, "reschedules": 0, "minutes": 180, "excused": False}
    _insert(
        connection,
        "registrations",
        (
            {"id": one, "version": 1, "candidate_id": who, "authorization_id": what, "number": f"R{n}", **booked}
            for n, (one, who, what) in enumerate(zip(registrations, people, authorizations, strict=True))
        ),
    )


def _hold(connection: Connection, administration: str, session: str, size: int) -> None:
    """An administration with one session, which has a seat for everyone."""
    held = {"version": 1, "id": administration, "program": "CPOM", "exam_code": "POM-001", "code": "speed"}
    place = {"zone": "America/New_York", "status": "open"}
    seats = {"site": "Here", "address": "There", "starts_at": NOW, "seats": size, "seats_taken": size}
    _insert(connection, "administrations", [{**held, "title": "Speed", **WINDOW, **place}])
    _insert(
        connection,
        "sessions",
        [{"id": session, "version": 1, "administration_id": administration, **seats, **place}],
    )


def _admit(connection: Connection, people: Sequence[str], applications: Sequence[str]) -> None:
    """Candidates, each with an approved application."""
    person = {"status": "active", "legal_name": "{}", "search_name": "x", "past_names": "[]"}
    reached = {"email": "x@example.org", "practises_in": "US", "created_at": NOW}
    _insert(
        connection,
        "candidates",
        ({"id": one, "version": 1, "number": f"C{n}", **person, **reached} for n, one in enumerate(people)),
    )
    asked = {"search_name": "x", "created_at": NOW, "status": "approved", "attestations": "[]", "requests": "[]"}
    _insert(
        connection,
        "applications",
        (
            {"id": one, "version": 1, "candidate_id": who, **PROGRAM, "number": f"A{n}", **asked, "audited": False}
            for n, (one, who) in enumerate(zip(applications, people, strict=True))
        ),
    )


def _insert(connection: Connection, table: str, made: Iterable[Mapping[str, object]]) -> None:
    rows = list(made)
    names = ", ".join(rows[0])
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(rows[0]))
        values = [tuple(row.values()) for row in rows]
        _driver(connection).executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)
        return
    with _driver(connection).cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(tuple(row.values()))


def _driver(connection: Connection) -> Any:  # noqa: ANN401 - either driver's own connection
    return connection.connection.driver_connection


def _copied(cursor: Any, statement: str) -> bytes:  # noqa: ANN401 - the driver's own cursor
    with cursor.copy(statement) as copy:
        return b"".join(bytes(block) for block in copy)


@contextmanager
def _fresh(url: str) -> Iterator[str]:
    """An empty database beside the server's own."""
    import psycopg  # noqa: PLC0415 - where it is used

    name = "import_scores"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    head, _, tail = url.partition("?")
    yield f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{tail}" if tail else "")


def _cost(database: Database, work: Callable[[], object]) -> float:
    """Seconds of CPU of a piece of work: this process's, and on PostgreSQL its connection's server process's too."""
    begun = time.process_time() + _of_the_server(database)
    work()
    return time.process_time() + _of_the_server(database) - begun


def _of_the_server(database: Database) -> float:
    if database.is_sqlite:
        return 0.0
    with database.transaction(write=False) as connection:
        return cpu_seconds(int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()))
