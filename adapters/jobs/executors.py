"""Which workers are alive, and giving back what the dead left unfinished.

dbos marks a task PENDING for the worker that took it and, without its paid overseer, leaves it so when that worker
dies. Each worker therefore writes a heartbeat. Whoever sees one stop claims the dead worker, so that of several only
one acts, and resumes its tasks on the queue they came from.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta

from dbos import DBOSClient, WorkflowStatus
from sqlalchemy import ColumnElement, Float, Table, bindparam, delete, func, insert, literal_column, or_, select, update
from sqlalchemy.exc import IntegrityError

from adapters.db.engine import Database
from adapters.db.tables.jobs import JobExecutorRow
from adapters.jobs.store import APPLICATION

log = logging.getLogger(__name__)

MOST_LIVES = 10
"""A task that has outlived so many workers is taken to kill them, and is not given to another."""

CLAIM_SECONDS = 60.0

EXECUTORS: Table = JobExecutorRow.__table__  # type: ignore[attr-defined]


class Executors:
    """The heartbeats of all workers, seen from the one called `me`."""

    def __init__(
        self,
        database: Database,
        client: DBOSClient,
        me: str,
        *,
        silence: timedelta,
        give_up: Callable[[WorkflowStatus], None],
    ) -> None:
        """A worker unheard of for longer than `silence` counts as dead; keep it many heartbeats long.

        `give_up` is told of a task that brought down too many workers, before it is cancelled.
        """
        self._give_up = give_up
        self._database = database
        self._client = client
        self._me = me
        self._silence = silence.total_seconds()
        now = _now(database)
        self._beat = (
            update(EXECUTORS).where(EXECUTORS.c.id == me).values(beat_at=now, claimed_by=None, claimed_until=None)
        )
        self._first_beat = insert(EXECUTORS).values(id=bindparam("id"), beat_at=now)
        self._alive = select(EXECUTORS.c.id).where(EXECUTORS.c.beat_at >= now - self._silence)
        self._claim = (
            update(EXECUTORS)
            .where(EXECUTORS.c.id == bindparam("dead"), EXECUTORS.c.beat_at < now - self._silence)
            .where(or_(EXECUTORS.c.claimed_until.is_(None), EXECUTORS.c.claimed_until < now))
            .values(claimed_by=me, claimed_until=now + CLAIM_SECONDS)
        )

    def beat(self) -> None:
        """Say that this worker is alive."""
        with self._database.transaction(write=True) as connection:
            if connection.execute(self._beat).rowcount == 0:
                connection.execute(self._first_beat, {"id": self._me})

    def take_over(self) -> None:
        """Resume what dead workers left unfinished."""
        for dead in self._dead():
            if self._claimed(dead):
                log.warning("worker %s is dead; its tasks are resumed", dead)
                self._resume(self._unfinished(dead))
                self._forget(dead)

    def leave(self) -> None:
        """Hand back what this worker has not finished, and be no more."""
        self._resume(self._unfinished(self._me), counted=False)
        self._forget(self._me)

    def _dead(self) -> list[str]:
        with self._database.transaction(write=False) as connection:
            alive = set(connection.execute(self._alive).scalars())
            known = set(connection.execute(select(EXECUTORS.c.id)).scalars())
        holders = {task.executor_id for task in self._unfinished(None) if task.executor_id}
        return sorted((known | holders) - alive - {self._me})

    def _unfinished(self, executor: str | None) -> list[WorkflowStatus]:
        """The tasks that this worker, or any, has taken and not finished."""
        return self._client.list_workflows(
            status="PENDING",
            executor_id=executor,
            application_name=APPLICATION,
            load_output=False,
            load_input=executor is not None,
        )

    def _claimed(self, dead: str) -> bool:
        """Whether it is ours to act for this dead worker: of all who try, one wins for a minute."""
        try:
            with self._database.transaction(write=True) as connection:
                if connection.execute(select(EXECUTORS.c.id).where(EXECUTORS.c.id == dead)).first() is None:
                    connection.execute(insert(EXECUTORS).values(id=dead, beat_at=0.0))
                return connection.execute(self._claim, {"dead": dead}).rowcount == 1
        except IntegrityError:
            return False

    def _resume(self, tasks: Iterable[WorkflowStatus], *, counted: bool = True) -> None:
        for task in tasks:
            lives = int((task.attributes or {}).get("lives", 0)) + counted
            if lives > MOST_LIVES:
                log.error("task %s brought down %d workers and is given up", task.workflow_id, MOST_LIVES)
                self._give_up(task)
                self._client.cancel_workflow(task.workflow_id)
                continue
            if counted:
                self._client.update_workflow_attributes(task.workflow_id, {**(task.attributes or {}), "lives": lives})
            self._client.resume_workflow(task.workflow_id, queue_name=task.queue_name)

    def _forget(self, executor: str) -> None:
        with self._database.transaction(write=True) as connection:
            connection.execute(delete(EXECUTORS).where(EXECUTORS.c.id == executor))


def _now(database: Database) -> ColumnElement[float]:
    """Seconds since 1970 by the database's clock."""
    if database.is_sqlite:
        return literal_column("((julianday('now') - 2440587.5) * 86400.0)", Float)
    return func.extract("epoch", func.clock_timestamp()).cast(Float)
