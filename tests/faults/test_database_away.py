"""The database away: 503 with Retry-After from everything that needs it, and back by itself, in the same process."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx

from adapters.db.engine import Database
from adapters.db.unit_of_work import SqlUnitsOfWork
from adapters.jobs import TaskQueue
from domain.actors import the_service
from domain.files.actions import ERASE
from tests.faults.service import DEADLINE, PostgresServer, ServiceProcess, a_service, a_worker, until
from tests.world import a_world

TASKS = 24
NUMBER = "0000-0000-0000-0000"
ADA = {"legal_name": {"family": "Okafor"}, "email": "ada@example.org", "practises_in": "US"}


def test_postgresql_stopped_and_started_again(breakable_postgres: PostgresServer, tmp_path: Path) -> None:
    with a_service(breakable_postgres.url, tmp_path) as service:
        staff = service.token("reviewer")
        before = _statuses(service, staff)

        breakable_postgres.stop()
        until(lambda: not service.ready())
        away = _answers(service, staff)
        alive = httpx.get(f"{service.base}/livez", timeout=20).status_code
        breakable_postgres.start()
        until(service.ready)
        after = [_statuses(service, staff) for _ in range(10)]

        assert before == {"read": 200, "write": 201, "registry": 404}
        assert {name: answer.status_code for name, answer in away.items()} == dict.fromkeys(before, 503)
        for answer in away.values():
            assert answer.headers["content-type"] == "application/problem+json"
            assert int(answer.headers["retry-after"]) > 0
            assert answer.json()["code"] == "unavailable"
        assert alive == 200
        assert after == [before] * 10


def test_connections_that_postgresql_lost_while_nobody_asked_are_noticed_by_no_client(
    breakable_postgres: PostgresServer, tmp_path: Path
) -> None:
    with a_service(breakable_postgres.url, tmp_path) as service:
        staff = service.token("reviewer")
        # Enough to give every thread a connection.
        warm = [_statuses(service, staff) for _ in range(12)]

        breakable_postgres.crash()
        breakable_postgres.start()
        cold = [_statuses(service, staff) for _ in range(12)]

        assert cold == warm


def test_a_worker_goes_on_once_postgresql_is_back_and_need_put_no_task_off(
    breakable_postgres: PostgresServer, tmp_path: Path
) -> None:
    with a_worker(breakable_postgres.url, tmp_path) as log:
        # Enough to give every thread a connection.
        _carried_out(breakable_postgres.url, TASKS)

        breakable_postgres.stop()
        until(lambda: '"logger":"dbos"' in log.read_text())
        breakable_postgres.start()
        _carried_out(breakable_postgres.url, 2 * TASKS)

        assert f"({ERASE}), try" not in log.read_text()


def test_what_a_worker_says_of_an_outage_is_one_json_object_a_line(
    breakable_postgres: PostgresServer, tmp_path: Path
) -> None:
    with a_worker(breakable_postgres.url, tmp_path) as log:
        breakable_postgres.crash()
        until(lambda: '"logger":"dbos"' in log.read_text())
        breakable_postgres.start()
        _carried_out(breakable_postgres.url, 1)
    lines = [json.loads(line) for line in log.read_text().splitlines()]

    assert {"timestamp", "level", "event", "logger"} <= set.intersection(*(set(line) for line in lines))
    assert {"dbos", "adapters.jobs.worker"} <= {line["logger"] for line in lines}


def test_a_sqlite_file_that_another_process_holds(sqlite_url: str, tmp_path: Path) -> None:
    path = sqlite_url.removeprefix("sqlite:///")
    with a_world(sqlite_url, tmp_path, patience_seconds=0.3) as world:
        staff = world.token("reviewer")
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            write = world.client.post("/v1/candidates", json=ADA, headers=staff)
            read = world.client.get("/v1/candidates", headers=staff)
            other.execute("ROLLBACK")
        after = world.client.post("/v1/candidates", json=ADA, headers=staff)

        assert (write.status_code, write.json()["code"]) == (503, "unavailable")
        assert int(write.headers["retry-after"]) > 0
        assert read.status_code == 200
        assert after.status_code == 201


def test_a_sqlite_file_that_another_process_keeps_even_from_readers(sqlite_url: str, tmp_path: Path) -> None:
    path = sqlite_url.removeprefix("sqlite:///")
    with a_world(sqlite_url, tmp_path, patience_seconds=0.3) as world:
        staff = world.token("reviewer")
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("PRAGMA locking_mode=EXCLUSIVE")
            other.execute("BEGIN EXCLUSIVE")
            read = world.client.get("/v1/candidates", headers=staff)
            other.execute("ROLLBACK")
        after = world.client.get("/v1/candidates", headers=staff)

        assert (read.status_code, read.json()["code"]) == (503, "unavailable")
        assert after.status_code == 200


def _carried_out(url: str, count: int) -> None:
    """Queue as many tasks, each of which looks for a file that is not there, and wait until none is left."""
    with closing(Database(url)) as database:
        units = SqlUnitsOfWork(database, queue=TaskQueue(database.engine))
        for _ in range(count):
            with units.begin(the_service("test")) as uow:
                uow.enqueue(ERASE, {"file_id": str(uow.new_id())})

        def all_done() -> bool:
            with database.transaction(write=False) as connection:
                states = connection.exec_driver_sql(
                    "SELECT DISTINCT status FROM dbos.workflow_status WHERE name = 'certificant.run'"
                )
                return set(states.scalars()) == {"SUCCESS"}

        until(all_done, within=3 * DEADLINE)


def _answers(service: ServiceProcess, headers: dict[str, str]) -> dict[str, httpx.Response]:
    with httpx.Client(base_url=service.base, timeout=30) as client:
        return {
            "read": client.get("/v1/candidates?limit=1", headers=headers),
            "write": client.post("/v1/candidates", json=ADA, headers=headers),
            "registry": client.get(f"/v1/registry/{NUMBER}"),
        }


def _statuses(service: ServiceProcess, headers: dict[str, str]) -> dict[str, int]:
    return {name: answer.status_code for name, answer in _answers(service, headers).items()}
