"""Tasks and long work made for the tests, and a worker process that carries them out.

Each leaves its mark in a table of its own in the transaction that did it, and nothing forbids two equal marks: a thing
done twice shows.
"""

import argparse
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from sqlalchemy import text

from adapters.db.engine import Contended, Database
from adapters.db.unit_of_work import SqlUnitOfWork, SqlUnitsOfWork
from adapters.jobs import TaskQueue
from adapters.jobs.worker import Pace, Worker
from domain.actors import Actor, Role, the_service
from domain.errors import AlreadyExists, Conflict, Unavailable
from domain.jobs import actions
from domain.jobs.actions import Handler
from domain.jobs.model import Batch, Job, JobOutcome, JobRequest, OutcomeStatus, Retries, Schedule
from domain.ports import UnitOfWork, UnitsOfWork

MANAGER = Actor(subject="manager", roles=frozenset({Role.EXAM_MANAGER}))
ROWS_A_BATCH = 5
EVERY_SECOND = Schedule(name="every-second", cron="* * * * * *", kind="mark", parameters={"about": "tick"})
QUICK = Pace(
    poll=timedelta(seconds=0.1),
    beat=timedelta(seconds=0.2),
    silence=timedelta(seconds=2),
    drain=timedelta(seconds=1),
    away=timedelta(seconds=0.1),
)
IMPATIENT = Retries(away=4, fault=2, first=timedelta(milliseconds=50), factor=1.0)


class World:
    """The database with its marks, seen from a test."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.queue = TaskQueue(database.engine)
        self.units = SqlUnitsOfWork(database, queue=self.queue)
        with database.transaction(write=True) as connection:
            connection.execute(
                text("CREATE TABLE IF NOT EXISTS marks (about VARCHAR(200), number INTEGER, due VARCHAR(50))")
            )

    def enqueue(self, kind: str, about: str, unique_key: str | None = None) -> None:
        with self.units.begin(MANAGER) as uow:
            uow.enqueue(kind, {"about": about}, unique_key=unique_key)

    def request(self, kind: str = "count", *, rows: int = 20, dry_run: bool = False) -> UUID:
        with self.units.begin(MANAGER) as uow:
            return actions.request(uow, MANAGER, JobRequest(kind=kind, total=rows, dry_run=dry_run)).id

    def job(self, job_id: UUID) -> Job:
        with self.units.begin(MANAGER, write=False) as uow:
            return uow.jobs.get(job_id)

    def outcomes(self, job_id: UUID) -> list[JobOutcome]:
        with self.units.begin(MANAGER, write=False) as uow:
            return sorted(uow.job_outcomes.find(job_id=job_id), key=lambda one: (one.row, one.fault))

    def marks(self, about: object) -> list[int]:
        with self.database.transaction(write=False) as connection:
            found = connection.execute(text("SELECT number FROM marks WHERE about = :a"), {"a": str(about)})
            return sorted(found.scalars())

    def dues(self, about: str) -> list[str]:
        with self.database.transaction(write=False) as connection:
            return sorted(connection.execute(text("SELECT due FROM marks WHERE about = :a"), {"a": about}).scalars())

    def events(self, job_id: UUID) -> list[str]:
        with self.database.transaction(write=False) as connection:
            rows = connection.exec_driver_sql("SELECT kind, subject_id FROM journal ORDER BY seq")
            return [kind for kind, subject in rows if UUID(str(subject)) == job_id]

    def task_states(self) -> list[str]:
        return self._of_tasks("SELECT status FROM {}workflow_status WHERE name = 'certificant.run'")

    def lanes_of(self, workflow: str) -> list[str]:
        return self._of_tasks(f"SELECT queue_name FROM {{}}workflow_status WHERE name = '{workflow}'")

    def task_ids(self, beginning: str) -> list[str]:
        ids = self._of_tasks("SELECT workflow_uuid FROM {}workflow_status")
        return [id_ for id_ in ids if id_.startswith(beginning)]

    def age_tasks(self) -> None:
        """Pretend that every finished task finished in 1970."""
        self._to_tasks("UPDATE {}workflow_status SET completed_at = 1 WHERE completed_at IS NOT NULL")

    def set_task(self, id_: str, values: str) -> None:
        """Pretend that a task came otherwise: `values` are SQL."""
        self._to_tasks(f"UPDATE {{}}workflow_status SET {values} WHERE workflow_uuid = '{id_}'")

    def leave_tasks_to(self, executor: str) -> None:
        """Pretend that a worker took every task that is queued, and said no more."""
        self._to_tasks(f"UPDATE {{}}workflow_status SET status = 'PENDING', executor_id = '{executor}'")

    def _of_tasks(self, query: str) -> list[str]:
        with self.database.transaction(write=False) as connection:
            return sorted(connection.exec_driver_sql(query.format(self._schema)).scalars())

    def _to_tasks(self, statement: str) -> None:
        with self.database.transaction(write=True) as connection:
            connection.exec_driver_sql(statement.format(self._schema))

    @property
    def _schema(self) -> str:
        return "" if self.database.is_sqlite else "dbos."

    def stored_by_dbos(self) -> str:
        with self.database.transaction(write=False) as connection:
            return str(connection.exec_driver_sql(f"SELECT * FROM {self._schema}workflow_output").all())

    def workers(self) -> list[str]:
        with self.database.transaction(write=False) as connection:
            return sorted(connection.exec_driver_sql("SELECT id FROM job_executors").scalars())


def worker(
    database: Database,
    *,
    schedules: tuple[Schedule, ...] = (),
    steps: Mapping[str, Any] | None = None,
    handlers: Mapping[str, Handler] | None = None,
) -> Worker:
    """A worker that knows every kind of these tests."""
    return Worker(
        database,
        SqlUnitsOfWork(database, queue=TaskQueue(database.engine)),
        handlers={"mark": mark, "away": away, "refused": refused, "faulty": faulty, **(handlers or {})},
        steps={
            "count": count,
            "away": away_once,
            "broken": broken,
            "overtaken": overtaken_once,
            "clashing": clashing,
            "tells twice": tells_twice,
            **(steps or {}),
        },
        schedules=schedules,
        retries=IMPATIENT,
        pace=QUICK,
    )


def eventually(holds: Callable[[], bool], within: float = 45.0) -> bool:
    """Whether it comes to hold before the deadline."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            if holds():
                return True
        except (Unavailable, Contended):
            pass
        time.sleep(0.05)
    return False


def put_mark(uow: UnitOfWork, about: object, number: int = 0, due: str | None = None) -> None:
    connection = cast("SqlUnitOfWork", uow).connection
    connection.execute(
        text("INSERT INTO marks (about, number, due) VALUES (:about, :number, :due)"),
        {"about": str(about), "number": number, "due": due},
    )


# --- small tasks


def mark(units: UnitsOfWork, parameters: Mapping[str, Any]) -> None:
    with units.begin(the_service("mark")) as uow:
        put_mark(uow, parameters["about"], due=parameters.get("due"))


def away(units: UnitsOfWork, parameters: Mapping[str, Any]) -> None:
    mark(units, parameters)
    with units.begin(the_service("away"), write=False) as uow:
        found = cast("SqlUnitOfWork", uow).connection.execute(
            text("SELECT count(*) FROM marks WHERE about = :about"), {"about": parameters["about"]}
        )
        tries = found.scalar_one()
    if tries < IMPATIENT.away - 1:
        raise Unavailable


def refused(units: UnitsOfWork, parameters: Mapping[str, Any]) -> None:
    mark(units, parameters)
    raise Conflict


def faulty(units: UnitsOfWork, parameters: Mapping[str, Any]) -> None:
    mark(units, parameters)
    message = "a secret of Ada Lovelace"
    raise ValueError(message)


# --- long work


def count(uow: UnitOfWork, job: Job) -> Batch:
    """Mark each row; every fourth cannot be used."""
    first = int(cast("int", job.cursor.get("row", 0)))
    rows = range(first + 1, min(first + ROWS_A_BATCH, job.total or 0) + 1)
    for row in rows:
        put_mark(uow, job.id, row)
    unusable = [row for row in rows if row % 4 == 0]
    outcomes = tuple(
        JobOutcome(
            id=uow.new_id(),
            job_id=job.id,
            row=row,
            status=OutcomeStatus.ERROR,
            code="fourth",
            detail="Every fourth row is unusable.",
            values={"row_id": f"r{row}"},
        )
        for row in unusable
    )
    job = job.advanced(rows=len(rows), failed=len(unusable), cursor={"row": first + len(rows)})
    done = job.done >= (job.total or 0)
    return Batch(job.succeeded(uow.now, {"marked": job.done}) if done else job, outcomes)


def broken(uow: UnitOfWork, job: Job) -> Batch:
    batch = count(uow, job)
    if batch.job.done > ROWS_A_BATCH:
        message = "a secret of Ada Lovelace"
        raise ValueError(message)
    return batch


_seen_away: set[UUID] = set()


def away_once(uow: UnitOfWork, job: Job) -> Batch:
    batch = count(uow, job)
    if job.done == ROWS_A_BATCH and job.id not in _seen_away:
        _seen_away.add(job.id)
        raise Unavailable
    return batch


_seen_overtaken: set[UUID] = set()


def overtaken_once(uow: UnitOfWork, job: Job) -> Batch:
    batch = count(uow, job)
    if job.id not in _seen_overtaken:
        _seen_overtaken.add(job.id)
        raise AlreadyExists
    return batch


def clashing(uow: UnitOfWork, job: Job) -> Batch:
    count(uow, job)
    raise AlreadyExists


def tells_twice(uow: UnitOfWork, job: Job) -> Batch:
    batch = count(uow, job)
    return replace(batch, outcomes=tuple(replace(one, row=1) for one in batch.outcomes))


def stalling(at: int, marker: Path) -> Callable[[UnitOfWork, Job], Batch]:
    """`count`, but with its rows written and nothing committed it stops for ever at a batch, and says so by a file."""

    def step(uow: UnitOfWork, job: Job) -> Batch:
        batch = count(uow, job)
        if batch.job.done >= at:
            marker.touch()
            threading.Event().wait()
        return batch

    return step


def unhurried(marker: Path) -> Callable[[UnitOfWork, Job], Batch]:
    """`count`, a batch every tenth of a second; says by a file that it has begun."""

    def step(uow: UnitOfWork, job: Job) -> Batch:
        time.sleep(0.1)
        marker.touch()
        return count(uow, job)

    return step


def main() -> None:
    """Work until told to stop."""
    wanted = argparse.ArgumentParser()
    wanted.add_argument("url")
    wanted.add_argument("--stall-at", type=int)
    wanted.add_argument("--unhurried", action="store_true")
    wanted.add_argument("--marker", type=Path)
    wanted.add_argument("--ticking", action="store_true")
    told = wanted.parse_args()
    steps = {}
    if told.stall_at:
        steps["count"] = stalling(told.stall_at, told.marker)
    if told.unhurried:
        steps["count"] = unhurried(told.marker)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    database = Database(told.url)
    with worker(database, schedules=(EVERY_SECOND,) if told.ticking else (), steps=steps):
        print("working", flush=True)  # noqa: T201 - the test waits for this line
        stop.wait()
    database.close()


if __name__ == "__main__":
    main()
