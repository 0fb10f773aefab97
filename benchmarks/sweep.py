"""The nightly sweep over 1,000,000 credentials with 3 % due, against the bare UPDATE of as many rows.

The sweep is the product's own: batches, each with its commit, and for each credential an entry of its history, one of
the journal and a letter, with one task for each batch's letters. The bare UPDATE sets the same columns by the same
index in one statement and one transaction, and writes nothing else. Row by row is told in three readings: an action
each, as staff would do it (lock, save, record, tell, one transaction each); that by a worker with a durable task for
each row, which looks for tasks fifty times a second; and the tutorial's loop, a session of SQLModel for each row. What
an action each takes of the bare UPDATE is told too: no sweep can be quicker than that. Each turn meets 30,000 rows that
became due since the turn before, scattered over the table.
"""

import shutil
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from string import Template
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine, create_engine, text
from sqlmodel import Session, select

from adapters.db.engine import Database
from adapters.db.schema import metadata
from adapters.db.tables.credentials import CredentialRow, StandingChangeRow
from adapters.db.tables.journal import JournalRow
from adapters.db.unit_of_work import SqlUnitsOfWork
from adapters.jobs import TaskQueue, prepare
from adapters.policies import load_policy
from benchmarks.harness import ROOT, Figure, built, postgres, ratio
from benchmarks.published import published
from domain.actors import the_service
from domain.credentials.actions_standing import recorded, tell
from domain.credentials.events import CredentialExpired
from domain.credentials.model import Standing
from domain.notices.actions import SEND
from domain.notices.model import NoticeKind
from domain.sweep.actions import NIGHTLY, STEPS, nightly
from domain.sweep.letters import SEND_MANY, TELL

CREDENTIALS = 1_000_000
DUE_EACH_DAY = 33
"""One in so many falls due on a day: 3 %, and they lie scattered over the table."""
EDITION = "4"  # of the data set: a new one when its schema changes
ROUNDS = 5
ONE_BY_ONE = 500
LONGEST = 300
AGAINST_BARE = 3.5
AGAINST_ROWS = 50
FIRST = date(2028, 12, 31)
EXPIRE = STEPS[:1]


def run(*, quick: bool) -> list[Figure]:
    """Measure both engines."""
    size, rounds = (CREDENTIALS // 20, 2) if quick else (CREDENTIALS, ROUNDS)
    with built(f"sweep-sqlite-{size}-{EDITION}", lambda place: _fill(f"sqlite:///{place / 'sweep.db'}", size)) as place:
        figures = _measure("SQLite", f"sqlite:///{_copy(place)}", size, rounds)
    with postgres(f"sweep-postgres-{size}-{EDITION}") as url:
        figures += _measure("PostgreSQL", _filled_postgres(url, size), size, rounds)
    return figures


def _measure(engine: str, url: str, size: int, rounds: int) -> list[Figure]:
    due = size // DUE_EACH_DAY
    with _opened(url) as (database, units, clock):
        cases: dict[str, Callable[[], int]] = {
            "bare": lambda: _bare(database, clock.day),
            "batches": lambda: _bare_in_batches(database, clock.day),
            "sweep": lambda: nightly(units, steps=EXPIRE)["credentials.expire"],
        }
        seconds = _timed(cases, clock, due, rounds)
        clock.day += timedelta(days=1)
        each = {"orm": _by_the_orm(url, units), "action": _row_by_row(units), "task": _a_task_each(database, units)}
    return [*_of_sets(engine, due, seconds), *_of_rows(engine, due, seconds, each)]


def _timed(cases: Mapping[str, Callable[[], int]], clock: "_Clock", due: int, rounds: int) -> dict[str, list[float]]:
    """The seconds that each case takes for a day of its own, round by round after a first that does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds + 1):
        for name, work in cases.items():
            clock.day += timedelta(days=1)
            begun = time.perf_counter()
            done = work()
            seconds[name].append(time.perf_counter() - begun)
            assert done - due in (0, 1), f"{name} turned {done}"
    return {name: found[1:] for name, found in seconds.items()}


def _of_sets(engine: str, due: int, seconds: Mapping[str, list[float]]) -> list[Figure]:
    """The sweep beside statements without it."""
    sweep, bare, batches = (seconds[name] for name in ("sweep", "bare", "batches"))
    return [
        Figure(what=f"{engine}: bare UPDATE of {due} rows", value=median(bare), unit="s"),
        Figure(what=f"{engine}: the same in batches of 500", value=median(batches), unit="s"),
        Figure(what=f"{engine}: sweep of as many", value=median(sweep), unit="s"),
        Figure(
            what=f"{engine}: sweep",
            value=ratio(sweep, batches),
            unit="times the bare UPDATE in batches",
        ),
        Figure(
            what=f"{engine}: sweep",
            value=ratio(sweep, bare),
            unit="times the bare UPDATE in one statement",
            at_most=AGAINST_BARE,
        ),
    ]


def _of_rows(engine: str, due: int, seconds: Mapping[str, list[float]], each: Mapping[str, float]) -> list[Figure]:
    """The sweep beside ways that take row after row, `each` the seconds of one row."""
    sweep, bare = median(seconds["sweep"]), median(seconds["bare"])
    return [
        Figure(
            what=f"{engine}: row by row, an action each",
            value=each["action"] * due / bare,
            unit="times the bare UPDATE in one statement",
        ),
        Figure(
            what=f"{engine}: row by row, an action each",
            value=each["action"] * due / sweep,
            unit="times the sweep",
            at_least=AGAINST_ROWS,
        ),
        Figure(
            what=f"{engine}: row by row, a session of SQLModel each",
            value=each["orm"] * due / sweep,
            unit="times the sweep",
        ),
        Figure(
            what=f"{engine}: row by row, a task each",
            value=each["task"] * due / sweep,
            unit="times the sweep",
            at_least=AGAINST_ROWS,
        ),
    ]


class _Clock:
    """Noon of a day in the policy's zone."""

    def __init__(self, day: date) -> None:
        self.day = day

    def __call__(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 17, tzinfo=UTC)


@contextmanager
def _opened(url: str) -> Any:  # noqa: ANN401 - a generator of three
    database, clock = Database(url), _Clock(FIRST)
    try:
        yield database, SqlUnitsOfWork(database, clock=clock, queue=TaskQueue(database.engine)), clock
    finally:
        database.close()


_BARE = text(
    "UPDATE credentials SET status = 'expired', status_reason = 'due', status_since = :now, version = version + 1 "
    "WHERE status = 'active' AND edition = 'cpom-2026' AND valid_until < :day"
)


def _bare(database: Database, day: date) -> int:
    with database.transaction(write=True) as connection:
        return int(connection.execute(_BARE, {"now": _instant(connection), "day": _day(connection, day)}).rowcount)


_BATCH = {
    "sqlite": "rowid IN (SELECT rowid FROM credentials WHERE $due LIMIT 500)",
    "postgresql": "id = ANY (ARRAY(SELECT id FROM credentials WHERE $due LIMIT 500 FOR UPDATE))",
}


def _bare_in_batches(database: Database, day: date) -> int:
    """The same, in the batches that give the writer back."""
    done, more = 0, 500
    while more == 500:  # noqa: PLR2004 - a full batch
        with database.transaction(write=True) as connection:
            due = "status = 'active' AND edition = 'cpom-2026' AND valid_until < :day"
            which = Template(_BATCH[connection.dialect.name]).substitute(due=due)
            statement = text(
                "UPDATE credentials SET status = 'expired', status_reason = 'due', status_since = :now, "
                f"version = version + 1 WHERE {which}"
            )
            values = {"now": _instant(connection), "day": _day(connection, day)}
            more = int(connection.execute(statement, values).rowcount)
        done += more
    return done


def _instant(connection: Connection) -> object:
    now = datetime.now(UTC)
    return now if connection.dialect.name == "postgresql" else now.isoformat(timespec="microseconds")


def _day(connection: Connection, day: date) -> object:
    return day if connection.dialect.name == "postgresql" else day.isoformat()


def _row_by_row(units: SqlUnitsOfWork) -> float:
    """Seconds that an action takes to expire one credential."""
    ids = _still_active(units)
    begun = time.perf_counter()
    for id_ in ids:
        _expire_one(units, id_)
    return (time.perf_counter() - begun) / len(ids)


def _by_the_orm(url: str, units: SqlUnitsOfWork) -> float:
    """Seconds that a loop takes for a row as the tutorial teaches it: the credential read, its history and journal."""
    ids = _still_active(units)
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    try:
        begun = time.perf_counter()
        for id_ in ids:
            _expire_by_session(engine, UUID(id_))
        return (time.perf_counter() - begun) / len(ids)
    finally:
        engine.dispose()


def _expire_by_session(engine: Engine, id_: UUID) -> None:
    now = datetime.now(UTC)
    with Session(engine) as session:
        row = session.exec(select(CredentialRow).where(CredentialRow.id == id_).with_for_update()).one()
        known = session.exec(select(StandingChangeRow).where(StandingChangeRow.credential_id == id_)).all()
        on = row.valid_until + timedelta(days=1)
        row.status, row.status_reason, row.status_since, row.version = "expired", "due", now, row.version + 1
        kept = row.model_dump(include={"candidate_id", "valid_until", "edition", "name"})
        change: dict[str, Any] = {"number": len(known) + 1, "standing": "expired", "effective_on": on, "at": now}
        session.add(
            StandingChangeRow(id=uuid4(), version=1, credential_id=id_, by="loop", reason="due", **change, **kept)
        )
        told: dict[str, Any] = {"kind": "credential.expired", "subject_id": id_, "data": {"on": on.isoformat()}}
        session.add(JournalRow(id=uuid4(), occurred_at=now, actor="loop", **told))
        session.commit()


def _a_task_each(database: Database, units: SqlUnitsOfWork) -> float:
    """Seconds that a worker with its usual threads takes for a task, of which each expires one credential."""
    from adapters.jobs.worker import Pace, Worker  # noqa: PLC0415 - dbos is for this one figure

    ids, ends, last = _still_active(units), list[float](), threading.Event()

    def expire(units: Any, parameters: Mapping[str, Any]) -> None:  # noqa: ANN401 - the port's UnitsOfWork
        _expire_one(units, parameters["credential_id"])
        ends.append(time.perf_counter())
        if len(ends) == len(ids):
            last.set()

    with units.begin(the_service(NIGHTLY)) as uow:
        for id_ in ids:
            uow.enqueue("benchmark.expire", {"credential_id": id_})
    letters = dict.fromkeys((SEND, SEND_MANY, TELL), _left_unsent)
    pace = Pace(poll=timedelta(seconds=0.02))
    with Worker(database, units, handlers={"benchmark.expire": expire, **letters}, steps={}, pace=pace):
        if not last.wait(LONGEST):
            message = f"{len(ends)} of {len(ids)} tasks were done in {LONGEST} s"
            raise RuntimeError(message)
    return (ends[-1] - ends[0]) / (len(ids) - 1)


def _left_unsent(units: Any, parameters: Mapping[str, Any]) -> None:  # noqa: ANN401 - as above
    """Letters wait in the same queue, and are not what is measured."""
    del units, parameters


def _still_active(units: SqlUnitsOfWork) -> list[str]:
    with units.begin(the_service(NIGHTLY), write=False) as uow:
        rows = uow.connection.execute(
            text("SELECT id FROM credentials WHERE status = 'active' ORDER BY edition, valid_until LIMIT :n"),
            {"n": ONE_BY_ONE},
        )
        return [str(row.id) for row in rows]


def _expire_one(units: SqlUnitsOfWork, id_: str) -> None:
    actor = the_service(NIGHTLY)
    with units.begin(actor) as uow:
        credential = uow.credentials.lock(UUID(id_))
        on = credential.valid_until + timedelta(days=1)
        expired = recorded(uow, actor, replace(credential, status=Standing.EXPIRED), on, "due")
        uow.record(
            CredentialExpired(
                credential_id=expired.id,
                candidate_id=expired.candidate_id,
                effective_on=on,
                valid_until=expired.valid_until,
            )
        )
        tell(uow, NoticeKind.CREDENTIAL_LAPSED, expired, effective_on=on)


# --- the population: made by the engines themselves, as each writes its ids, days and JSON

_WORDS = {
    "sqlite": {
        "series": "WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n + 1 < :size)",
        "until": "date('2028-12-31', (n - n / 33 * 33) || ' days')",
        "none": "'{}'",
        "named": '\'{"family": "Okafor", "given": "Adaeze"}\'',
        "empty": "'[]'",
        "false": "0",
        **{f"id_{kind}": f"printf('0190f3c28a5e7{kind}008%015x', n)" for kind in "abcdef12"},
        **{f"no_{kind}": f"printf('{kind}-%016x', n)" for kind in "CN"},
    },
    "postgresql": {
        "series": "WITH s(n) AS (SELECT * FROM generate_series(0, :size - 1))",
        "until": "CAST('2028-12-31' AS date) + (n - n / 33 * 33)",
        "none": "CAST('{}' AS jsonb)",
        "named": 'CAST(\'{"family": "Okafor", "given": "Adaeze"}\' AS jsonb)',
        "empty": "CAST('[]' AS jsonb)",
        "false": "false",
        **{f"id_{kind}": f"CAST('0190f3c28a5e7{kind}008' || lpad(to_hex(n), 15, '0') AS uuid)" for kind in "abcdef12"},
        **{f"no_{kind}": f"'{kind}-' || lpad(to_hex(n), 16, '0')" for kind in "CN"},
    },
}
_AT = "'2026-03-02T15:00:00.000000+00:00'"
_POPULATION = (
    """
$series INSERT INTO candidates (id, version, number, status, legal_name, search_name, past_names, email, practises_in,
    created_at)
SELECT $id_a, 1, $no_C, 'active', $named, $no_C, $empty, $no_C, 'US', $at FROM s
""",
    """
WITH s(n) AS (SELECT 0) INSERT INTO applications (id, version, candidate_id, program, edition, number, search_name,
    created_at, status, attestations, requests, audited)
SELECT $id_2, 1, $id_a, 'CPOM', 'cpom-2026', 'A1', 'okafor', $at, 'approved', $empty, $empty, $false FROM s
""",
    """
$series INSERT INTO credentials (id, version, candidate_id, application_id, program, edition, number, name, awarded_on,
    valid_from, valid_until, status, status_reason, status_since, created_at, search_name)
SELECT $id_b, 1, $id_a, (SELECT id FROM applications), 'CPOM', 'cpom-2026', $no_N, 'Adaeze Okafor', '2026-03-02',
    '2026-03-02', $until, 'active', 'issued', $at, $at, $no_C FROM s
""",
    """
$series INSERT INTO cycles (id, version, credential_id, candidate_id, program, edition, number, starts_on, ends_on,
    status, extensions, audited, reminders)
SELECT $id_c, 1, $id_b, $id_a, 'CPOM', 'cpom-2026', 1, '2026-03-02', $until, 'open', $empty, $false, $empty FROM s
""",
    """
$series INSERT INTO standing_changes (id, version, credential_id, candidate_id, number, standing, effective_on, at,
    "by", reason, valid_until, edition, name)
SELECT $id_d, 1, $id_b, $id_a, 1, 'active', '2026-03-02', $at, 'system:release', 'issued', $until, 'cpom-2026',
    'Adaeze Okafor' FROM s
""",
    """
$series INSERT INTO notices (id, version, candidate_id, kind, about_id, created_at, parameters, unmet, status, attempts,
    sent_at)
SELECT $id_e, 1, $id_a, 'credential_issued', $id_b, $at, $none, $empty, 'sent', 1, $at FROM s
""",
    """
$series INSERT INTO journal (id, occurred_at, kind, subject_id, actor, data)
SELECT $id_f, $at, 'credential.issued', $id_b, 'system:release', $none FROM s
""",
    """
$series INSERT INTO journal (id, occurred_at, kind, subject_id, actor, data)
SELECT $id_1, $at, 'cycle.opened', $id_c, 'system:release', $none FROM s
""",
)


def _fill(url: str, size: int) -> None:
    """The whole schema, and holders in it, each with a cycle, a history, a letter and two lines of the journal."""
    database = Database(url, statement_timeout_seconds=3_600)
    metadata.create_all(database.engine)
    prepare(database.url)
    with SqlUnitsOfWork(database).begin(the_service("benchmark")) as uow:
        policy = load_policy(ROOT / "policies" / "cpom-2026.yaml")
        published(uow, policy)
    with database.transaction(write=True) as connection:
        words = _WORDS[connection.dialect.name] | {"at": _AT}
        for template in _POPULATION:
            statement = Template(template).substitute(words)
            connection.execute(text(statement), {"size": size} if ":size" in statement else {})
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    database.close()


def _copy(place: Path) -> Path:
    """A copy to work on: what a run turned must be due again in the next."""
    for leftover in place.glob("run.db*"):
        leftover.unlink()
    shutil.copyfile(place / "sweep.db", place / "run.db")
    return place / "run.db"


def _filled_postgres(url: str, size: int) -> str:
    """A database copied from one that was filled once."""
    base, _, options = url.partition("?")
    head = base.rsplit("/", 1)[0]
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")

    def named(name: str) -> str:
        return f"{head}/{name}?{options}" if options else f"{head}/{name}"

    with engine.connect() as connection:
        known = set(connection.execute(text("SELECT datname FROM pg_database")).scalars())
        if "filled" not in known:
            connection.exec_driver_sql("DROP DATABASE IF EXISTS filling")
            connection.exec_driver_sql("CREATE DATABASE filling")
            _fill(named("filling"), size)
            connection.exec_driver_sql("ALTER DATABASE filling RENAME TO filled")
        connection.exec_driver_sql("DROP DATABASE IF EXISTS run")
        connection.exec_driver_sql("CREATE DATABASE run TEMPLATE filled")
    engine.dispose()
    return named("run")
