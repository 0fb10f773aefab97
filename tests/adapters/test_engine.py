"""What the engine promises: transactions whole or not at all, turns in order, and faults by their right names."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from queue import Queue
from typing import TypeVar

import psycopg
import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from adapters.db.engine import Contended, Database
from adapters.db.locks import FairLock
from domain.errors import Unavailable
from tests.adapters.jobs_world import eventually

T = TypeVar("T")
SOON = 20.0
BRIEFLY = 0.3


@pytest.fixture
def hasty(database_url: str) -> Iterator[Database]:
    """A database that waits for nobody long, with a table to write into."""
    opened = Database(database_url, patience_seconds=BRIEFLY)
    with opened.transaction(write=True) as connection:
        connection.exec_driver_sql("CREATE TABLE things (name VARCHAR(20) PRIMARY KEY, number INTEGER)")
        connection.exec_driver_sql("INSERT INTO things VALUES ('a', 0), ('b', 0)")
    yield opened
    opened.close()


def test_what_a_transaction_wrote_is_there_after_it_and_gone_when_it_failed(hasty: Database) -> None:
    with suppress(ZeroDivisionError), hasty.transaction(write=True) as connection:
        _set(connection, "a", 1)
        raise ZeroDivisionError
    with hasty.transaction(write=True) as connection:
        _set(connection, "b", 2)

    assert _numbers(hasty) == {"a": 0, "b": 2}


def test_a_fault_of_the_statement_itself_keeps_its_name_and_the_connection_works_on(hasty: Database) -> None:
    with pytest.raises(IntegrityError), hasty.transaction(write=True) as connection:
        connection.exec_driver_sql("INSERT INTO things VALUES ('a', 1)")

    assert _numbers(hasty) == {"a": 0, "b": 0}


def test_a_reader_sees_what_was_committed_while_a_writer_is_at_work(hasty: Database) -> None:
    with hasty.transaction(write=True) as connection:
        _set(connection, "a", 1)
        seen = _elsewhere(lambda: _numbers(hasty))

    assert seen == {"a": 0, "b": 0}
    assert _numbers(hasty) == {"a": 1, "b": 0}


def test_a_thread_keeps_its_connection_from_one_transaction_to_the_next(hasty: Database) -> None:
    with hasty.transaction(write=False) as first:
        pass
    with hasty.transaction(write=True) as second:
        pass

    assert first is second


def test_a_wait_for_another_writer_ends_in_unavailable_and_the_next_one_is_let_in(hasty: Database) -> None:
    with hasty.transaction(write=True) as connection:
        _set(connection, "a", 1)
        fault = _elsewhere(lambda: _fault_of(hasty, "a", 2))
    after = _elsewhere(lambda: _fault_of(hasty, "a", 3))

    assert isinstance(fault, Unavailable)
    assert after is None
    assert _numbers(hasty)["a"] == 3


def test_of_two_transactions_that_wait_for_each_other_one_is_told_to_try_again(postgres_url: str) -> None:
    with closing(Database(postgres_url)) as database:
        with database.transaction(write=True) as connection:
            connection.exec_driver_sql("CREATE TABLE things (name VARCHAR(20) PRIMARY KEY, number INTEGER)")
            connection.exec_driver_sql("INSERT INTO things VALUES ('a', 0), ('b', 0)")
        both_hold_one = threading.Barrier(2, timeout=SOON)

        def crosswise(first: str, second: str) -> BaseException | None:
            try:
                with database.transaction(write=True) as connection:
                    _set(connection, first, 1)
                    both_hold_one.wait()
                    _set(connection, second, 1)
            except Contended as fault:
                return fault
            return None

        with ThreadPoolExecutor(2) as threads:
            faults = list(threads.map(crosswise, ("a", "b"), ("b", "a")))

        assert [type(fault) for fault in faults if fault] == [Contended]
        assert _numbers(database) == {"a": 1, "b": 1}


def test_a_file_that_another_process_holds_is_unavailable_until_it_is_let_go(sqlite_url: str) -> None:
    path = sqlite_url.removeprefix("sqlite:///")
    with closing(Database(sqlite_url, patience_seconds=BRIEFLY)) as database, closing(_raw(path)) as other:
        assert database.reachable()
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable), database.transaction(write=True):
            pass
        while_held = database.reachable()

        other.execute("ROLLBACK")
        with database.transaction(write=True) as connection:
            connection.exec_driver_sql("CREATE TABLE made_after (n INTEGER)")

        assert while_held


def test_a_file_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{tmp_path}/no/such/folder.db")) as database:
        assert not database.reachable()
        with pytest.raises(Unavailable), database.transaction(write=True):
            pass


def test_a_commit_that_fails_leaves_nothing_behind_and_the_thread_works_on(sqlite_url: str) -> None:
    with closing(Database(sqlite_url)) as database:
        with database.transaction(write=True) as connection:
            connection.exec_driver_sql("CREATE TABLE parents (id INTEGER PRIMARY KEY)")
            connection.exec_driver_sql(
                "CREATE TABLE children (id INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)"
            )

        with pytest.raises(IntegrityError), database.transaction(write=True) as connection:
            connection.exec_driver_sql("INSERT INTO children VALUES (1)")
        with database.transaction(write=True) as connection:
            connection.exec_driver_sql("INSERT INTO parents VALUES (1)")
            left = connection.exec_driver_sql("SELECT count(*) FROM children").scalar_one()

        assert left == 0


def test_a_connection_that_the_server_drops_is_replaced_by_the_next_try(postgres_url: str) -> None:
    with closing(Database(postgres_url)) as database:
        with database.transaction(write=False) as connection:
            process = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        _terminate(postgres_url, process)

        with pytest.raises(Contended), database.transaction(write=False) as connection:
            connection.exec_driver_sql("SELECT 1")
        with database.transaction(write=False) as connection:
            replaced = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()

        assert replaced != process


def test_what_ended_one_connection_has_ended_those_made_before_it_too(postgres_url: str) -> None:
    def process(database: Database) -> int:
        with database.transaction(write=False) as connection:
            return int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())

    with closing(Database(postgres_url)) as database, ThreadPoolExecutor(1) as other:
        mine, theirs = process(database), other.submit(process, database).result()
        for one in (mine, theirs):
            _terminate(postgres_url, one)

        with pytest.raises(Contended):
            process(database)
        replaced = other.submit(process, database).result()
        kept = other.submit(process, database).result()

        assert replaced != theirs
        assert kept == replaced


def test_a_connection_dropped_in_the_middle_changes_nothing(postgres_url: str) -> None:
    with closing(Database(postgres_url)) as database:
        with database.transaction(write=True) as connection:
            connection.exec_driver_sql("CREATE TABLE things (name VARCHAR(20) PRIMARY KEY, number INTEGER)")

        with suppress(Contended), database.transaction(write=True) as connection:
            connection.exec_driver_sql("INSERT INTO things VALUES ('a', 1)")
            _terminate(postgres_url, connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
            connection.exec_driver_sql("INSERT INTO things VALUES ('b', 1)")

        assert _numbers(database) == {}


def test_a_connection_dropped_at_the_commit_is_unavailable_since_nobody_knows_what_became_of_it(
    postgres_url: str,
) -> None:
    with closing(Database(postgres_url)) as database:
        with pytest.raises(Unavailable), database.transaction(write=True) as connection:
            _terminate(postgres_url, connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())

        assert database.reachable()


def test_reachable_sees_through_a_dropped_connection(postgres_url: str) -> None:
    with closing(Database(postgres_url)) as database:
        with database.transaction(write=False) as connection:
            process = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        _terminate(postgres_url, process)

        assert database.reachable()


def test_a_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with closing(Database(f"postgresql://someone@/nothing?host={tmp_path}")) as database:
        assert not database.reachable()
        with pytest.raises(Unavailable), database.transaction(write=True):
            pass


def test_a_closed_database_opens_again_when_it_is_needed(hasty: Database) -> None:
    hasty.close()

    assert _numbers(hasty) == {"a": 0, "b": 0}


def test_sqlite_keeps_what_it_promised_through_a_loss_of_power(sqlite_url: str) -> None:
    with closing(Database(sqlite_url)) as database, database.transaction(write=True) as connection:
        pragmas = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]

    assert pragmas == ["wal", 2, 1, 15_000]


def test_postgresql_reads_what_is_committed_and_waits_for_nothing_without_end(postgres_url: str) -> None:
    with closing(Database(postgres_url)) as database, database.transaction(write=True) as connection:
        said = [
            connection.exec_driver_sql(f"SHOW {name}").scalar_one()
            for name in ("transaction_isolation", "lock_timeout", "statement_timeout")
        ]

    assert said == ["read committed", "15s", "30s"]


# --- the writers' queue


def test_whoever_waits_longest_goes_next() -> None:
    lock, order = FairLock(), Queue[int]()
    lock.acquire(SOON)

    def take_turn(number: int) -> None:
        assert lock.acquire(SOON)
        order.put(number)
        lock.release()

    with ExitStack() as stack:
        threads = stack.enter_context(ThreadPoolExecutor(8))
        for number in range(8):
            threads.submit(take_turn, number)
            assert eventually(lambda waiting=number + 1: len(lock._waiting) == waiting)  # type: ignore[misc]
        lock.release()

    assert [order.get(timeout=SOON) for _ in range(8)] == list(range(8))


def test_whoever_gives_up_leaves_the_queue_to_the_others() -> None:
    lock = FairLock()
    lock.acquire(SOON)

    gave_up = _elsewhere(lambda: lock.acquire(0.01))
    lock.release()

    assert gave_up is False
    assert lock.acquire(0.01)


def test_the_lock_is_free_again_after_a_crowd() -> None:
    lock, counted = FairLock(), [0]

    def count(_: int) -> None:
        for _ in range(50):
            assert lock.acquire(SOON)
            counted[0] += 1
            lock.release()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(count, range(8)))

    assert counted == [400]
    assert lock.acquire(0.01)


def _set(connection: Connection, name: str, number: int) -> None:
    connection.exec_driver_sql(f"UPDATE things SET number = {number} WHERE name = '{name}'")


def _numbers(database: Database) -> dict[str, int]:
    with database.transaction(write=False) as connection:
        return {row.name: row.number for row in connection.exec_driver_sql("SELECT name, number FROM things")}


def _fault_of(database: Database, name: str, number: int) -> BaseException | None:
    try:
        with database.transaction(write=True) as connection:
            _set(connection, name, number)
    except Unavailable as fault:
        return fault
    return None


def _elsewhere(work: Callable[[], T]) -> T:
    """What the work comes to in a thread of its own."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result(SOON)


def _raw(path: str) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, timeout=0)


def _terminate(url: str, process: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", (process,))
