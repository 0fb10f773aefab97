"""Candidates, letters and a post office for tests."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from adapters.db.engine import Database
from adapters.db.unit_of_work import SqlUnitOfWork, SqlUnitsOfWork
from domain.actors import the_service
from domain.candidates.model import Candidate, PersonName
from domain.notices.model import TERMS, NoticeKind, UnmetClause
from domain.ports import Mail
from tests.world import Clock, Tasks

SAMPLES: Mapping[str, object] = {
    "program": "Certified Pharmacy Operations Manager (CPOM)",
    "number": "A-1234-5",
    "token": "one-time-code",
    "site": "Raleigh",
    "starts_at": datetime(2026, 3, 2, 15, 0, tzinfo=UTC).isoformat(),
    "zone": "America/New_York",
    "amount_minor": 45_000,
    "currency": "USD",
    "fee": "application",
    "reference": "INV-1",
    "outcome": "approved",
    "extra_minutes": 30,
    "days_left": 30,
    "grounds": "identity",
    "by_body": True,
}

AN_UNMET_CLAUSE = UnmetClause(
    clause="licence",
    code="licence_expired",
    asked="An active licence is asked for.",
    edition="cpom-2026",
    paragraph="2.1",
)


def parameters_for(kind: NoticeKind, *, optional: bool) -> dict[str, Any]:
    """All that a kind of letter needs, and perhaps all that it takes; every day is 1 April 2029."""
    names = TERMS[kind].needs | (TERMS[kind].takes if optional else frozenset())
    return {name: SAMPLES.get(name, "2029-04-01") for name in sorted(names)}


def a_candidate(**changes: Any) -> Candidate:
    """Ana Núñez, active."""
    id_ = uuid4()
    fields: dict[str, Any] = {
        "id": id_,
        "number": f"C{id_.hex[:9]}",
        "legal_name": PersonName(given="Ana", family="Núñez"),
        "search_name": "núñez ana",
        "email": "ana@candidate.example",
        "practises_in": "US",
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return Candidate(**(fields | changes))


class Postbox:
    """A mailer that keeps what it was given, or refuses with `fault`."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.fault: Exception | None = None

    def send(self, mail: Mail) -> None:
        """Keep it, or raise."""
        if self.fault is not None:
            raise self.fault
        self.mails.append(mail)


class Desk:
    """A store with a candidate in it, a clock, and the tasks that were started."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.clock, self.tasks = Clock(), Tasks()
        self.tasks.attach(self.database)
        self.units = SqlUnitsOfWork(self.database, clock=self.clock, queue=self.tasks)
        self.candidate = a_candidate()
        with self.unit() as uow:
            uow.candidates.add(self.candidate)

    @property
    def candidate_id(self) -> UUID:
        """Whose desk this is."""
        return self.candidate.id

    def unit(self) -> AbstractContextManager[SqlUnitOfWork]:
        """A writing unit of work, as the service."""
        return self.units.begin(the_service("test"))

    def recorded(self) -> list[str]:
        """The kinds of the journal's entries, in order."""
        with self.database.transaction(write=False) as connection:
            return [row[0] for row in connection.exec_driver_sql("SELECT kind FROM journal ORDER BY id")]


@contextmanager
def a_desk(url: str) -> Iterator[Desk]:
    """A desk over the database at `url`, whose schema exists already."""
    desk = Desk(url)
    try:
        yield desk
    finally:
        desk.database.close()
