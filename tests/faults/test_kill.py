"""kill -9 under load: what was acknowledged is there, exactly once, with one line in the journal; the seal holds."""

from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

from adapters.db.engine import Database
from adapters.db.tables.journal import JOURNAL
from adapters.db.unit_of_work import SqlUnitsOfWork
from domain.actors import the_service
from tests.faults.service import Clients, PostgresServer, ServiceProcess, a_service, until

WRITERS = 16
KILLS = 2
BETWEEN_KILLS = 40


def test_the_api_killed_under_sixteen_writers_loses_and_doubles_nothing(database_url: str, tmp_path: Path) -> None:
    with a_service(database_url, tmp_path) as service:
        clients = Clients(service.base, service.token("reviewer"), WRITERS)
        clients.start()
        for _ in range(KILLS):
            until(clients.wrote(at_least=BETWEEN_KILLS))
            service.kill()
            service.start()
        until(clients.wrote(at_least=BETWEEN_KILLS))
        clients.finish()

        _every_acknowledged_write_happened_once(clients, database_url)
        _the_journal_is_sealed_and_whole(service)


def test_postgresql_crashed_under_sixteen_writers_loses_and_doubles_nothing(
    breakable_postgres: PostgresServer, tmp_path: Path
) -> None:
    with a_service(breakable_postgres.url, tmp_path) as service:
        clients = Clients(service.base, service.token("reviewer"), WRITERS)
        clients.start()
        for _ in range(KILLS):
            until(clients.wrote(at_least=BETWEEN_KILLS))
            breakable_postgres.crash()
            breakable_postgres.start()
        until(clients.wrote(at_least=BETWEEN_KILLS))
        clients.finish()

        _every_acknowledged_write_happened_once(clients, breakable_postgres.url)
        _the_journal_is_sealed_and_whole(service)


def _every_acknowledged_write_happened_once(clients: Clients, url: str) -> None:
    assert clients.refused == []
    with closing(Database(url)) as database:
        with SqlUnitsOfWork(database).begin(the_service("test"), write=False) as uow:
            candidates = {str(candidate.id): candidate for candidate in uow.candidates.find()}
            licences = [str(licence.id) for licence in uow.licences.find()]
        told = _journal(database)

    said: dict[str, list[dict[str, Any]]] = {"candidate": [], "licence": [], "phone": []}
    for kind, answer in clients.acknowledged:
        said[kind].append(answer)
    assert {answer["id"] for answer in said["candidate"]} == candidates.keys()
    assert sorted(answer["id"] for answer in said["licence"]) == sorted(licences)
    assert all(candidates[answer["id"]].phone == answer["phone"] for answer in said["phone"])
    assert len({candidate.email for candidate in candidates.values()}) == len(candidates)
    # One line for each effect, and none for what did not happen.
    assert told == Counter(
        {
            **{("candidate.registered", UUID(id_)): 1 for id_ in candidates},
            **{("candidate.licence_recorded", UUID(answer["candidate_id"])): 1 for answer in said["licence"]},
            **{("candidate.updated", UUID(answer["id"])): 1 for answer in said["phone"]},
        }
    )


def _journal(database: Database) -> "Counter[tuple[str, UUID]]":
    with database.transaction(write=False) as connection:
        return Counter((row.kind, row.subject_id) for row in connection.execute(JOURNAL.select()))


def _the_journal_is_sealed_and_whole(service: ServiceProcess) -> None:
    sealed = service.run("audit", "seal")
    verified = service.run("audit", "verify")

    assert sealed.returncode == 0, sealed.stderr
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "intact" in verified.stdout
