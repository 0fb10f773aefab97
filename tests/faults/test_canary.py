"""Canaries: what is a person's, planted through every operation, sings nowhere but in answers to who may read it.

Not in logs, metrics, problems, addresses, the journal or the parameters of tasks.
"""

import io
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from adapters.db.unit_of_work import SqlUnitOfWork
from api import edge, logs
from api.observability import Metrics
from api.settings import Settings
from domain.actors import Role
from domain.authorization import TABLE
from domain.badges.model import Badge
from domain.candidates.model import Candidate, Education, Identity, Licence, PersonName, PostalAddress
from domain.entity import Entity
from domain.files.model import StoredFile
from domain.paging import PageRequest
from domain.programs.model import PolicyEdition
from domain.test_centres.model import CentreFile
from tests.api.requests_of import FREE, NAMED, operations
from tests.builders_exams import stored_policy
from tests.samples import Samples
from tests.world import World, a_world

BORN = date(1977, 3, 19)
PERSONAL: dict[type[Entity], Mapping[str, object]] = {
    Candidate: {
        "legal_name": PersonName(family="Canary-Family", given="Canary-Given"),
        "search_name": "canary-family canary-given",
        "email": "canary-mail@example.org",
        "phone": "+1 555 canary-phone",
        "date_of_birth": BORN,
        "address": PostalAddress(lines=("1 Canary-Street",), city="Canary-City", country="US"),
    },
    Licence: {"number": "canary-licence"},
    Education: {"school": "Canary-School", "title": "Canary-Title", "certificate_number": "canary-certificate"},
    StoredFile: {"name": "canary-file"},
    Identity: {"subject": "owner", "ended_at": None},
    Badge: {"document": b"{}"},
    CentreFile: {"key": "kept", "name": "kept.dat"},
}
SHARED = {
    **{name: NAMED[name] for name in ("program", "edition")},
    **{name: f"canary-{name}" for name in ("reason", "grounds", "nature", "closed_reason", "decision_reason")},
}
SONGS = (b"canary", BORN.isoformat().encode())


@dataclass
class Cage:
    """A service behind its whole edge, with everything it lets out."""

    world: World
    client: TestClient
    log: io.BytesIO
    metrics: Metrics
    ids: Mapping[type[Entity], Any]
    heard: dict[str, bytes] = field(default_factory=dict)

    def ask(self, method: str, address: str, headers: dict[str, str], body: Mapping[str, Any]) -> int:
        """Ask, and keep what may not sing of the answer: a problem's body, and where anything else is to be found."""
        answer = self.client.request(method, address, headers=headers, **body)
        about = f"{method} {address} {answer.status_code}"
        for name in ("location", "link", "www-authenticate"):
            self.heard[f"{about}: {name}"] = answer.headers.get(name, "").encode()
        if answer.status_code >= 400:
            self.heard[f"{about}: problem"] = answer.content
        return answer.status_code

    def singing(self) -> dict[str, bytes]:
        """Everything that sings, with the neighbourhood of the song."""
        heard = {**self.heard, "log": self.log.getvalue(), "metrics": self.metrics.page(), **self._kept()}
        return {name: song for name, said in heard.items() if (song := _song(said))}

    def _kept(self) -> dict[str, bytes]:
        with self.world.database.transaction(write=False) as connection:
            journal = connection.exec_driver_sql("SELECT * FROM journal").all()
            jobs = connection.exec_driver_sql("SELECT * FROM jobs").all()
        tasks = [parameters for _, parameters in self.world.tasks.waiting]
        return {"journal": str(journal).encode(), "jobs": str(jobs).encode(), "tasks": orjson.dumps(tasks, default=str)}


@pytest.fixture
def cage(database_url: str, tmp_path: Path) -> Iterator[Cage]:
    """Each engine in turn, with a candidate all of whose particulars are canaries."""
    with a_world(database_url, tmp_path) as world, _logged() as stream:
        with world.unit() as uow:
            samples = _stored(uow)
        world.files.put("kept", b"The bytes of a file.")
        metrics = Metrics()
        settings = Settings(rate_limit="100000/second", address_rate_limit="100000/second")
        app = edge.surround(world.client.app, settings, log=logs.Log(stream), metrics=metrics)
        ids = {kind: thing.id for kind, thing in samples.by_kind.items()}
        # In one loop from first to last, as a server does: connections to the database live in it.
        with TestClient(app, raise_server_exceptions=False) as client:
            yield Cage(world, client, stream, metrics, ids)


def _stored(uow: SqlUnitOfWork) -> Samples:
    policy = stored_policy(uow)
    samples = Samples("full", given=PERSONAL, shared=SHARED)
    samples.by_kind[PolicyEdition] = uow.policies.find(edition=policy.edition)[0]
    for thing in samples.in_order():
        if not isinstance(thing, PolicyEdition):
            uow.store(type(thing)).add(thing)
    return samples


@contextmanager
def _logged() -> Iterator[io.BytesIO]:
    """What the service and its libraries log, down to the least of it; the suite's own logging is put back."""
    root, asking = logging.getLogger(), logging.getLogger("httpx2")
    before = (root.handlers[:], root.level)
    stream = io.BytesIO()
    logs.configure("DEBUG", stream)
    asking.disabled = True  # The test's own client says what it asks for.
    yield stream
    root.handlers[:], root.level, asking.disabled = *before, False


def _song(said: bytes) -> bytes:
    for song in SONGS:
        if (found := said.lower().find(song)) >= 0:
            return said[max(0, found - 150) : found + 60]
    return b""


def test_no_canary_sings_wherever_it_is_planted(cage: Cage) -> None:
    owner: dict[str, str] = cage.world.token(subject="owner")
    answered: dict[str, int] = {}
    for operation in operations():
        judges = sorted(TABLE[operation.action].roles - {Role.CANDIDATE})[:1]
        for number, caller in enumerate([*(cage.world.token(role) for role in judges), owner, {}]):
            headers = {**caller, "if-match": "*", "idempotency-key": f"{number}"}
            body = operation.body(cage.ids)
            headers |= body.pop("headers", {})
            status = cage.ask(operation.method, operation.address(cage.ids), headers, body)
            answered[f"{operation.name}, caller {number}"] = status

    assert cage.singing() == {}
    # The canaries were planted, and refused in every way.
    assert {200, 201, 401, 403, 404, 409} <= set(answered.values())
    assert [name for name, status in answered.items() if status == 500] == []
    with cage.world.unit() as uow:
        assert len(uow.journal_page(PageRequest()).items) > 10


def test_no_canary_sings_when_what_they_are_planted_in_is_malformed(cage: Cage) -> None:
    staff = cage.world.token(Role.REVIEWER)
    bodies: list[object] = [
        {"email": "canary-mail@example.org", "legal_name": "Canary-Family"},
        {"legal_name": {"family": 1, "Canary-Member": "x"}, "email": "canary mail", "practises_in": "Canary"},
        {"Canary-Member": {"Canary-Family": ["Canary-Given"]}},
        ["Canary-Family"],
        "Canary-Family",
    ]
    for body in bodies:
        cage.ask("POST", "/v1/candidates", staff, {"json": body})
    for content in (
        b'{"Canary-Family": NaN',
        b'{"Canary": 1, "Canary": 2}',
        b'{"legal_name": "Canary\\u0000"}',
        b"Canary",
    ):
        cage.ask("POST", "/v1/candidates", {**staff, "content-type": "application/json"}, {"content": content})
    for address in (
        "/v1/candidates/Canary-Family",
        "/v1/Canary-Family",
        "/v1/candidates?status=Canary&sort=Canary&cursor=Canary",
    ):
        cage.ask("GET", address, staff, {})
        cage.ask("GET", address, {"authorization": "Bearer Canary.Canary.Canary"}, {})

    assert cage.singing() == {}


def test_no_canary_sings_when_the_store_itself_fails_with_it_in_hand(cage: Cage) -> None:
    staff = cage.world.token(Role.REVIEWER)
    with cage.world.database.transaction(write=True) as connection:
        connection.exec_driver_sql("ALTER TABLE licences RENAME TO licences_elsewhere")

    failed = cage.ask(
        "POST",
        f"/v1/candidates/{cage.ids[Candidate]}/licences",
        staff,
        {"json": {"jurisdiction": "US-NC", "number": "canary-licence"}},
    )

    assert failed == 500
    assert b"request_failed" in cage.log.getvalue()
    assert cage.singing() == {}


def test_no_canary_sings_when_there_is_one_already(cage: Cage) -> None:
    staff = cage.world.token(Role.REVIEWER)
    twin = {"jurisdiction": "US-NC", "number": "canary-licence"}
    address = f"/v1/candidates/{cage.ids[Candidate]}/licences"

    statuses = [cage.ask("POST", address, staff, {"json": twin}) for _ in range(2)]

    assert statuses[-1] == 409
    assert cage.singing() == {}


def test_the_cage_would_hear_a_song(cage: Cage) -> None:
    cage.log.write(b'{"event": "a canary sings"}')

    assert list(cage.singing()) == ["log"]
    assert FREE.lower().startswith("canary")
