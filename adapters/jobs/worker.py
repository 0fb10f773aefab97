"""One worker process: it takes tasks from the queues, carries them out, and keeps the schedules.

A task that could not be done because something was away is queued again with a growing delay. A job stands in its own
row: a batch is one transaction that moves the job's cursor, and whoever carries the job on reads that cursor first.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, ScheduleInput, WorkflowStatus

from adapters.db.engine import Contended, Database
from adapters.jobs import store
from adapters.jobs.executors import Executors
from adapters.jobs.queue import RUN, TaskQueue
from domain.errors import AlreadyExists, DomainError, Stale, Unavailable
from domain.jobs.actions import CARRY_ON, Handler, Step, carry_on, give_up
from domain.jobs.lanes import Lane
from domain.jobs.model import Retries, Schedule
from domain.ports import UnitsOfWork

log = logging.getLogger(__name__)
T = TypeVar("T")

TICK = "certificant.tick"
FORGET = "tasks.forget"
FORGETTING = Schedule(name="forget-finished-tasks", cron="17 3 * * *", kind=FORGET)
FORGOTTEN_AFTER = timedelta(days=100)
"""How long a finished task, and with it its unique key, is remembered."""

TRIES_AT_ONCE = 3
"""How often something is run that lost to another, or lost its connection, before its task is queued again."""

LOST_WORKERS = "worker_lost"
FAULT = "internal_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often things happen. `silence` is how long a worker may go unheard before its tasks go to another."""

    poll: timedelta = timedelta(seconds=1)
    beat: timedelta = timedelta(seconds=5)
    silence: timedelta = timedelta(seconds=30)
    drain: timedelta = timedelta(seconds=20)
    away: timedelta = timedelta(seconds=2)


class TaskFailed(Exception):
    """A small task was given up. Says its kind and a code, and never what the fault said: that may be personal."""


class _HandedBack(BaseException):
    """Leaves a task unfinished, for another worker. Not an `Exception`: dbos would store it as the task's outcome."""


@dataclass(frozen=True, slots=True)
class _Task:
    id: str
    kind: str
    parameters: Mapping[str, Any]
    tried: int


class Worker:
    """Carries out tasks, jobs and schedules until it is stopped. One per process: dbos keeps its state in the process.

    `handlers` carry out small tasks by kind, `steps` do one batch of a job by kind.
    """

    def __init__(
        self,
        database: Database,
        units: UnitsOfWork,
        *,
        handlers: Mapping[str, Handler],
        steps: Mapping[str, Step],
        schedules: Sequence[Schedule] = (),
        retries: Retries | None = None,
        pace: Pace | None = None,
        threads: int = 4,
    ) -> None:
        """Begin nothing yet. `threads` tasks of each lane run beside each other, and one job."""
        self.id = f"{socket.gethostname()[:24]}:{os.getpid()}:{uuid4().hex[:12]}"
        self._database = database
        self._units = units
        self._handlers: dict[str, Handler] = {FORGET: self._forget_finished, **handlers}
        self._steps = steps
        self._schedules = (FORGETTING, *schedules)
        self._scheduled = frozenset(schedule.kind for schedule in self._schedules)
        self._retries = retries or Retries()
        self._pace = pace or Pace()
        self._threads = threads
        self._queue = TaskQueue(database.engine)
        self._client = store.client(database.url)
        self._executors = Executors(
            database, self._client, self.id, silence=self._pace.silence, give_up=self._give_up_fallen
        )
        self._stopping = threading.Event()
        self._gone = threading.Event()
        self._watch = threading.Thread(target=self._watching, name="worker-heartbeat", daemon=True)

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def start(self) -> None:
        """Say that this worker is alive, and begin to take tasks. dbos's tables must be there already (`prepare`)."""
        self._executors.beat()
        DBOS(config=self._config())
        run = DBOS.workflow(name=RUN)(self._workflow())
        tick = DBOS.workflow(name=TICK)(self._tick())
        del run
        DBOS.launch()
        poll = self._pace.poll.total_seconds()
        for lane in Lane:
            at_once = 1 if lane is Lane.BULK else self._threads
            DBOS.register_queue(lane.value, worker_concurrency=at_once, polling_interval_sec=poll)
        self._keep_schedules(tick)
        self._watch.start()
        log.info("worker %s has started", self.id)

    def stop(self) -> None:
        """Finish what can be finished soon, hand the rest back to the queues, and be gone."""
        self._stopping.set()
        drain = max(1, int(self._pace.drain.total_seconds()))
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=drain)
        self._gone.set()
        self._watch.join()
        try:
            self._executors.leave()
        except (Unavailable, Contended):
            log.warning("worker %s could not take its leave; another will find it gone", self.id)
        self._client.destroy()
        log.info("worker %s has stopped", self.id)

    def _config(self) -> DBOSConfig:
        return DBOSConfig(
            name=store.APPLICATION,
            system_database_url=store.system_url(self._database.url),
            dbos_system_schema=store.DBOS_SCHEMA,
            application_version=store.APPLICATION_VERSION,
            executor_id=self.id,
            # JSON, not the default pickle: whoever can write to the database must not run code in the worker.
            serializer=DBOSPortableJSONSerializer(),
            run_migrations=False,
            sys_db_pool_size=self._threads + 4 + len(Lane),
            scheduler_polling_interval_sec=30.0,
            enable_otlp=False,
            log_level="WARNING",
        )

    def _workflow(self) -> Callable[[str, dict[str, Any], int], None]:
        def run(kind: str, parameters: dict[str, Any], tried: int) -> None:
            self._carry_out(_Task(str(DBOS.workflow_id), kind, parameters, tried))

        return run

    def _tick(self) -> Callable[[Any, Any], None]:
        def tick(due: Any, context: Any) -> None:  # noqa: ANN401 - dbos's own signature
            parameters = {**context["parameters"], "due": str(due)}
            self._carry_out(_Task(str(DBOS.workflow_id), context["kind"], parameters, 0))

        return tick

    def _keep_schedules(self, tick: Callable[[Any, Any], None]) -> None:
        """Declare our schedules, and let go of those that are no longer ours."""
        DBOS.apply_schedules(
            [
                ScheduleInput(
                    schedule_name=schedule.name,
                    workflow_fn=tick,
                    schedule=schedule.cron,
                    context={"kind": schedule.kind, "parameters": dict(schedule.parameters)},
                    automatic_backfill=schedule.catch_up,
                    cron_timezone=schedule.zone,
                    queue_name=Lane.SCHEDULES.value,
                )
                for schedule in self._schedules
            ]
        )
        ours = {schedule.name for schedule in self._schedules}
        for stored in DBOS.list_schedules():
            if stored["schedule_name"] not in ours:
                DBOS.delete_schedule(stored["schedule_name"])

    # --- tasks

    def _carry_out(self, task: _Task) -> None:
        if task.kind == CARRY_ON:
            self._carry_on(task)
            return
        try:
            _at_once(lambda: self._handler(task.kind)(self._units, task.parameters), Contended)
        except Exception as fault:  # noqa: BLE001 - whatever it was, it is settled here
            self._settle(task, fault)

    def _handler(self, kind: str) -> Handler:
        """The kind's handler; a worker older than the kind waits for a newer one."""
        if kind not in self._handlers:
            raise Unavailable
        return self._handlers[kind]

    def _carry_on(self, task: _Task) -> None:
        tried = task.tried
        try:
            job_id = UUID(task.parameters["job_id"])
            while _at_once(lambda: carry_on(self._units, self._steps, job_id), Contended, Stale, AlreadyExists):
                tried = 0
                self._leave_if_stopping()
        except Exception as fault:  # noqa: BLE001 - likewise
            self._settle(_Task(task.id, task.kind, task.parameters, tried), fault)

    def _leave_if_stopping(self) -> None:
        if self._stopping.is_set():
            raise _HandedBack

    def _settle(self, task: _Task, fault: Exception) -> None:
        """Queue the task again later, or give it up for good."""
        most, code = self._verdict(task, fault)
        log.warning("task %s (%s), try %d: %s", task.id, task.kind, task.tried + 1, _told(fault))
        if task.tried + 1 < most:
            self._insist(lambda: self._again(task))
        elif task.kind == CARRY_ON:
            self._insist(lambda: give_up(self._units, UUID(task.parameters["job_id"]), code))
        else:
            message = f"{task.kind}: {code}"
            raise TaskFailed(message) from None

    def _verdict(self, task: _Task, fault: Exception) -> tuple[int, str]:
        """How many tries such a fault is worth, and the code it is given up with."""
        match fault:
            case Unavailable():
                return self._retries.away, fault.code
            case Contended():
                return self._retries.away, Unavailable.code
            case AlreadyExists() if task.kind == CARRY_ON:
                # Each try at once has seen what others had stored: it is the batch that clashes with itself.
                return 1, fault.code
            case Stale() | AlreadyExists():
                # Somebody else was quicker: the next try sees what they did.
                return self._retries.fault, fault.code
            case DomainError():
                return 1, fault.code
            case _:
                return self._retries.fault, FAULT

    def _again(self, task: _Task) -> None:
        """Queue the next try. Its id follows from this one's, so that doing it twice queues it once."""
        id_ = str(uuid5(NAMESPACE_URL, task.id))
        delay = self._retries.wait(task.tried)
        with self._database.transaction(write=True) as connection:
            self._queue.put(
                connection,
                id_,
                task.kind,
                task.parameters,
                tried=task.tried + 1,
                delay=delay,
                lane=Lane.SCHEDULES if task.kind in self._scheduled else None,
            )

    def _insist(self, action: Callable[[], None]) -> None:
        """Do it as soon as the database lets us: a task must not be lost because the database was away."""
        while True:
            try:
                action()
            except (Unavailable, Contended):
                if self._stopping.wait(self._pace.away.total_seconds()):
                    raise _HandedBack from None
            else:
                return

    # --- the living and the dead

    def _watching(self) -> None:
        silence = self._pace.silence.total_seconds()
        heard, calm_from = time.monotonic(), 0.0
        while not self._gone.wait(self._pace.beat.total_seconds()):
            try:
                self._executors.beat()
                # Where our own heart stopped, the database may have been away for all: let the others be heard first.
                now = time.monotonic()
                calm_from = now + silence if now - heard > silence else calm_from
                heard = now
                if now >= calm_from and not self._stopping.is_set():
                    self._executors.take_over()
            except Exception as fault:  # noqa: BLE001 - the next beat tries again
                log.warning("worker %s missed a heartbeat: %s", self.id, _told(fault))

    def _give_up_fallen(self, task: WorkflowStatus) -> None:
        arguments = task.input["args"] if task.input else ()
        if task.name == RUN and arguments and arguments[0] == CARRY_ON:
            give_up(self._units, UUID(arguments[1]["job_id"]), LOST_WORKERS)

    def _forget_finished(self, _: UnitsOfWork, __: Mapping[str, Any]) -> None:
        """Delete what dbos keeps of tasks long finished."""
        before = (datetime.now(UTC) - FORGOTTEN_AFTER).isoformat()
        while finished := self._client.list_workflows(
            completed_before=before, application_name=store.APPLICATION, limit=500, load_input=False, load_output=False
        ):
            self._client.delete_workflows([task.workflow_id for task in finished])


def _at_once(action: Callable[[], T], *again: type[Exception]) -> T:
    """What the action returns. After any of these it is run again from the start: it finds what another has done."""
    for _ in range(TRIES_AT_ONCE - 1):
        try:
            return action()
        except again as fault:
            log.info("tried again at once: %s", _told(fault))
    return action()


def _told(fault: BaseException) -> str:
    """A fault's type and place, never its words: those may be personal."""
    place = fault.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    if place is None:
        return type(fault).__name__
    return f"{type(fault).__name__} at {place.tb_frame.f_code.co_filename}:{place.tb_lineno}"
