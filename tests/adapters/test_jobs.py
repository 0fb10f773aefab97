"""One worker in this process, on either engine: tasks in transactions, retries, jobs to their end."""

from collections.abc import Iterator

import pytest
from sqlalchemy import inspect

from adapters.db.engine import Database
from adapters.db.schema import metadata
from adapters.jobs import DBOS_SCHEMA, DBOS_TABLES
from domain.actors import Actor, Role
from domain.errors import AlreadyExists, Unavailable
from domain.jobs import actions
from domain.jobs.model import Batch, Job, JobStatus
from domain.ports import UnitOfWork
from tests.adapters.jobs_world import IMPATIENT, MANAGER, ROWS_A_BATCH, World, count, eventually, worker

ADMINISTRATOR = Actor(subject="administrator", roles=frozenset({Role.ADMINISTRATOR}))


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


@pytest.fixture
def working(world: World) -> Iterator[World]:
    with worker(world.database):
        yield world


def test_a_task_is_queued_with_its_transaction_or_not_at_all(world: World) -> None:
    world.enqueue("mark", "kept")

    def rolled_back() -> None:
        with world.units.begin(MANAGER) as uow:
            uow.enqueue("mark", {"about": "rolled back"})
            raise Unavailable

    with pytest.raises(Unavailable):
        rolled_back()

    assert world.task_states() == ["ENQUEUED"]


def test_a_unique_key_is_queued_once_in_one_transaction_and_in_another(world: World) -> None:
    with world.units.begin(MANAGER) as uow:
        uow.enqueue("mark", {"about": "first"}, unique_key="once")
        uow.enqueue("mark", {"about": "second"}, unique_key="once")
    world.enqueue("mark", "third", unique_key="once")

    assert world.task_states() == ["ENQUEUED"]


def test_the_same_key_of_another_kind_is_another_task(world: World) -> None:
    world.enqueue("mark", "one", unique_key="key")
    world.enqueue("away", "two", unique_key="key")

    assert len(world.task_states()) == 2


def test_small_tasks_run_once_each_and_are_retried_or_given_up(working: World) -> None:
    for about in ("first", "second"):
        working.enqueue("mark", about, unique_key="only one of us")
    for number in range(20):
        working.enqueue("mark", f"number {number}")
    for kind in ("away", "refused", "faulty"):
        working.enqueue(kind, kind)
    working.enqueue("a kind of a newer version", "unknown")

    # 21 marks, away's three tries, four of the unknown kind, two of the faulty one, one refused
    settled = eventually(lambda: sorted(set(working.task_states())) == ["ERROR", "SUCCESS"])

    assert settled
    assert working.marks("first") == [0]
    assert working.marks("second") == []
    assert [len(working.marks(f"number {number}")) for number in range(20)] == [1] * 20
    assert len(working.marks("away")) == IMPATIENT.away - 1
    assert len(working.marks("refused")) == 1
    assert len(working.marks("faulty")) == IMPATIENT.fault
    assert working.task_states().count("ERROR") == 3


def test_jobs_come_to_their_ends(working: World) -> None:
    whole = working.request(rows=22)
    rehearsal = working.request(rows=22, dry_run=True)
    faltering = working.request("away", rows=12)
    broken = working.request("broken", rows=20)

    assert eventually(lambda: all(working.job(one).finished for one in (whole, rehearsal, faltering, broken)))

    job = working.job(whole)
    assert (job.status, job.done, job.failed_rows, job.result) == (JobStatus.SUCCEEDED, 22, 5, {"marked": 22})
    assert working.marks(whole) == list(range(1, 23))
    assert [one.row for one in working.outcomes(whole)] == [4, 8, 12, 16, 20]
    assert working.events(whole) == ["job.requested", "job.finished"]

    dry = working.job(rehearsal)
    assert (dry.status, dry.done, dry.failed_rows) == (JobStatus.SUCCEEDED, 22, 5)
    assert working.marks(rehearsal) == []
    assert [one.row for one in working.outcomes(rehearsal)] == [4, 8, 12, 16, 20]

    assert working.job(faltering).status is JobStatus.SUCCEEDED
    assert working.marks(faltering) == list(range(1, 13))

    given_up = working.job(broken)
    assert (given_up.status, given_up.error_code, given_up.done) == (JobStatus.FAILED, "internal_error", ROWS_A_BATCH)
    assert working.marks(broken) == list(range(1, ROWS_A_BATCH + 1))


def test_a_job_that_was_overtaken_goes_on_and_one_that_no_try_would_mend_fails_without_another(working: World) -> None:
    overtaken = working.request("overtaken", rows=10)
    clashing = working.request("clashing", rows=20)
    told_twice = working.request("tells twice", rows=20)
    jobs = (overtaken, clashing, told_twice)

    assert eventually(lambda: all(working.job(one).finished for one in jobs))

    ends = [(job.status, job.error_code, job.done) for job in map(working.job, jobs)]
    assert ends == [
        (JobStatus.SUCCEEDED, None, 10),
        (JobStatus.FAILED, "already_exists", 0),
        (JobStatus.FAILED, "row_told_twice", ROWS_A_BATCH),
    ]
    assert working.marks(overtaken) == list(range(1, 11))
    assert working.marks(clashing) == []
    assert [(one.row, one.fault) for one in working.outcomes(told_twice)] == [(1, 1)]
    assert len(working.task_states()) == len(jobs)


def test_a_batch_that_another_worker_did_meanwhile_is_let_go_of(postgres_url: str) -> None:
    world, other = World(Database(postgres_url)), World(Database(postgres_url))
    job_id = world.request(rows=15)
    assert actions.carry_on(world.units, {"count": count}, job_id)

    def overtaken(uow: UnitOfWork, job: Job) -> Batch:
        batch = count(uow, job)
        assert actions.carry_on(other.units, {"count": count}, job_id)
        return batch

    assert actions.carry_on(world.units, {"count": overtaken}, job_id)

    assert world.job(job_id).done == ROWS_A_BATCH
    assert world.marks(job_id) == [1, 2, 3, 4, 5]
    assert [one.row for one in world.outcomes(job_id)] == [4]
    world.database.close()
    other.database.close()


def test_a_fault_on_the_way_counts_for_nothing_once_the_job_is_cancelled(postgres_url: str) -> None:
    world, other = World(Database(postgres_url)), World(Database(postgres_url))
    job_id = world.request(rows=15)
    assert actions.carry_on(world.units, {"count": count}, job_id)

    def cancelled_meanwhile(uow: UnitOfWork, job: Job) -> Batch:
        with other.units.begin(ADMINISTRATOR) as another:
            actions.cancel(another, ADMINISTRATOR, job_id)
        raise AlreadyExists

    assert actions.carry_on(world.units, {"count": cancelled_meanwhile}, job_id)

    assert world.job(job_id).status is JobStatus.CANCELLED
    assert not actions.carry_on(world.units, {"count": count}, job_id)
    world.database.close()
    other.database.close()


def test_long_finished_tasks_are_forgotten(working: World) -> None:
    working.enqueue("mark", "long ago", unique_key="long ago")
    assert eventually(lambda: working.task_states() == ["SUCCESS"])
    working.age_tasks()

    working.enqueue("tasks.forget", "")

    assert eventually(lambda: working.task_ids("mark:") == [])


def test_a_cancelled_job_stops_where_it_is_and_is_resumed_from_there(world: World) -> None:
    job_id = world.request(rows=15)
    assert actions.carry_on(world.units, {}, job_id)
    assert actions.carry_on(world.units, {"count": count}, job_id)
    with world.units.begin(ADMINISTRATOR) as uow:
        actions.cancel(uow, ADMINISTRATOR, job_id)
    with worker(world.database):
        assert eventually(lambda: world.task_states() == ["SUCCESS"])
        assert world.marks(job_id) == [1, 2, 3, 4, 5]

        with world.units.begin(ADMINISTRATOR) as uow:
            actions.resume(uow, ADMINISTRATOR, job_id)

        assert eventually(lambda: world.job(job_id).finished)
    assert world.job(job_id).status is JobStatus.SUCCEEDED
    assert world.marks(job_id) == list(range(1, 16))
    assert world.events(job_id) == ["job.requested", "job.finished", "job.requested", "job.finished"]


def test_what_a_fault_says_is_written_nowhere(
    working: World, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    job_id = working.request("broken")
    working.enqueue("faulty", "faulty")

    assert eventually(lambda: working.job(job_id).finished and "ERROR" in working.task_states())

    told = capfd.readouterr()
    assert "Lovelace" not in told.out + told.err + caplog.text + working.stored_by_dbos()
    assert "ValueError" in caplog.text


def test_on_sqlite_the_tables_that_are_not_ours_are_all_named(sqlite_url: str) -> None:
    database = Database(sqlite_url)

    theirs = set(inspect(database.engine).get_table_names()) - set(metadata.tables)

    assert theirs == DBOS_TABLES
    assert not DBOS_TABLES & set(metadata.tables)
    database.close()


def test_on_postgresql_every_table_that_is_not_ours_is_in_a_schema_of_its_own(postgres_url: str) -> None:
    database = Database(postgres_url)
    inspector = inspect(database.engine)

    assert set(inspector.get_table_names()) <= set(metadata.tables)
    assert set(inspector.get_table_names(schema=DBOS_SCHEMA)) >= DBOS_TABLES
    database.close()
