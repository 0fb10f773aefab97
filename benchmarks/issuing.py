"""Issue 100,000 credentials on PostgreSQL, from passes to signed badges, against `@digitalbazaar/vc` alone.

Passes that are judged already become credentials as the product does it, batch by batch, each with its commit, by two
worker processes on two cores: the
credential, its history, the registry's answer, a random place in the status lists, the badge signed with
`eddsa-rdfc-2022`, the renewal cycle, the award, the letter and every line of the journal are stored. The whole release
job is told too, in which scores leave and eligibility is judged again.
Beside it `@digitalbazaar/vc` signs the same badges in one process of Node and stores nothing; both take turns, and what
is compared is wall time, because PostgreSQL works in processes of its own. What signing alone costs, `signing` says.

For the comparison with Node these packages must be there (`npm install @digitalbazaar/vc @digitalbazaar/data-integrity
@digitalbazaar/eddsa-rdfc-2022-cryptosuite @digitalbazaar/ed25519-multikey` in a folder that BENCHMARK_NODE_MODULES
names); it says so where they are not, and leaves that figure out. BENCHMARK_CREDENTIALS asks for another number of
credentials than 100,000.
"""

import json
import multiprocessing
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import Engine, create_engine, text

from adapters.badges.signer import KeyedBadgeSigner
from adapters.db.engine import Database
from adapters.db.schema import metadata
from adapters.db.unit_of_work import SqlUnitOfWork, SqlUnitsOfWork
from adapters.jobs import TaskQueue, prepare
from adapters.keys import FileKeyProvider
from adapters.policies import load_policy
from benchmarks.harness import ROOT, Figure, postgres, ratio
from benchmarks.published import published
from domain.actors import the_service
from domain.applications.model import Application, ApplicationStatus, Evidence, EvidenceKind, EvidenceStatus
from domain.badges.model import Publisher
from domain.candidates.model import Candidate, Education, Licence, PersonName, Verification
from domain.credentials.awarding import Judged, Pass, judge_all, settle_all
from domain.exams.model import Administration, Authorization, AuthorizationStatus
from domain.jobs.model import Job, JobStatus
from domain.programs.policy import Policy
from domain.scores import releasing
from domain.scores.model import Attempt, AttemptStatus, Form, ReleaseStatus, ScoreRelease

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

SETTINGS: Final = ("BENCHMARK_CREDENTIALS", "BENCHMARK_NODE_MODULES")
"""What of the environment its figures depend on."""
CREDENTIALS: Final = 100_000
FEWEST: Final = 100
WORKERS: Final = 2
BATCHES: Final = 4
"""Batches that a worker carries out at a stretch; what was judged for them is kept in memory until then."""
NODE_SIGNS: Final = 400
ROUNDS: Final = 5
CHUNK: Final = 5_000
AGAINST_NODE: Final = 10.0
RELEASED: Final = 5
"""One in so many is released besides."""
BASE: Final = "https://certifier.example"
NOW: Final = datetime(2026, 3, 2, 15, tzinfo=UTC)
SERVICE: Final = the_service("benchmark")
PACKAGES: Final = (
    "@digitalbazaar/vc",
    "@digitalbazaar/data-integrity",
    "@digitalbazaar/eddsa-rdfc-2022-cryptosuite",
    "@digitalbazaar/ed25519-multikey",
)


def run(*, quick: bool) -> list[Figure]:
    """Measure on PostgreSQL, and Node beside it."""
    size = _wanted() // 50 if quick else _wanted()
    with tempfile.TemporaryDirectory() as folder, postgres("issuing-postgres") as server:
        url, keys = _fresh(server), Path(folder)
        with _opened(url, keys) as units:
            with units.begin(SERVICE) as uow:
                published(uow, load_policy(ROOT / "policies" / "cpom-2026.yaml"))
            halves = [_fill(units, size // WORKERS, f"W{worker}") for worker in range(WORKERS)]
            last = _fill(units, size // RELEASED, "R")
            issued = _issued_by_workers(units, url, keys, halves)
            released = _in_turns(units, _released(units, last), size // RELEASED)
            with units.begin(SERVICE) as uow:
                _check(uow, size // WORKERS * WORKERS + size // RELEASED)
    return [
        *_against_node(f"issued by {WORKERS} workers", issued, at_least=AGAINST_NODE),
        *_against_node("released by one worker, from scores that leave to letters", released),
    ]


def _wanted() -> int:
    """How many credentials: enough for each worker and round to have some, when `--quick` takes a fiftieth."""
    wanted = int(os.environ.get("BENCHMARK_CREDENTIALS", CREDENTIALS))
    if wanted < FEWEST * 50:
        message = f"BENCHMARK_CREDENTIALS must be {FEWEST * 50} at least"
        raise ValueError(message)
    return wanted


@dataclass
class Turns:
    """Credentials a second of ours and signatures a second of Node's, turn by turn."""

    ours: list[float] = field(default_factory=list)
    node: list[float] = field(default_factory=list)


@contextmanager
def _opened(url: str, keys: Path) -> Iterator[SqlUnitsOfWork]:
    """Units of work on the database, whose badges are signed with these keys."""
    publisher = Publisher(signer=KeyedBadgeSigner(FileKeyProvider(keys), BASE), name="CPS", base_url=BASE)
    with closing(Database(url, statement_timeout_seconds=600)) as database:
        yield SqlUnitsOfWork(database, clock=lambda: NOW, queue=TaskQueue(database.engine), publisher=publisher)


def _in_turns(units: SqlUnitsOfWork, batches: Iterator[tuple[float, int]], size: int) -> Turns:
    """After every `ROUNDS`th part of the work Node has its turn. A batch says its seconds and how many it issued."""
    turns, order, seconds, done = Turns(), None, 0.0, 0
    for took, count in batches:
        seconds, done = seconds + took, done + count
        if done >= size // ROUNDS:
            turns.ours.append(done / seconds)
            seconds, done = 0.0, 0
            order = order or _node_order(units)
            if order is not None:
                turns.node.append(_node(order))
    return turns


def _issued_by_workers(units: SqlUnitsOfWork, url: str, keys: Path, halves: list[ScoreRelease]) -> Turns:
    """Judged passes become credentials, by a process for each of the halves: there are as many cores."""
    spawn = multiprocessing.get_context("spawn")
    pipes = [spawn.Pipe() for _ in halves]
    workers = [
        spawn.Process(target=_worker, args=(url, keys, half, theirs), daemon=True)
        for half, (_, theirs) in zip(halves, pipes, strict=True)
    ]
    for worker in workers:
        worker.start()
    ours = [mine for mine, _ in pipes]
    turns = _in_turns(units, _rounds(ours), sum(half.attempts for half in halves))
    for worker in workers:
        worker.join()
    return turns


def _rounds(workers: list["Connection[Any, Any]"]) -> Iterator[tuple[float, int]]:
    """One batch of each worker after the other; the seconds from the first one's start to the last one's end."""
    while all(worker.recv() for worker in workers):
        begun = time.perf_counter()
        for worker in workers:
            worker.send("go")
        done = sum(worker.recv() for worker in workers)
        yield time.perf_counter() - begun, done


def _worker(url: str, keys: Path, release: ScoreRelease, boss: "Connection[Any, Any]") -> None:
    """Judge the next passes, say so, and issue them when told to; each share in batches with a commit of their own."""
    with _opened(url, keys) as units:
        after: UUID | None = None
        while True:
            share: list[list[Judged]] = []
            for _ in range(BATCHES):
                judged, after = _judged(units, release, after)
                share += [judged] if judged else []
            boss.send(bool(share))
            if not share:
                return
            boss.recv()
            for judged in share:
                with units.begin(SERVICE) as uow:
                    settle_all(uow, judged, uow.today)
            boss.send(sum(map(len, share)))


def _judged(units: SqlUnitsOfWork, release: ScoreRelease, after: UUID | None) -> tuple[list[Judged], UUID | None]:
    """The next batch of a release, judged, and its last attempt."""
    with units.begin(SERVICE) as uow:
        found = uow.attempts.releasable(release, after=after, limit=releasing.ROWS)
        of = {one.candidate_id: one for one in uow.applications.find(candidate_id=[a.candidate_id for a in found])}
        passes = [Pass(attempt=one, application=of[one.candidate_id]) for one in found]
        return judge_all(uow, passes, uow.today), found[-1].id if found else after


def _released(units: SqlUnitsOfWork, release: ScoreRelease) -> Iterator[tuple[float, int]]:
    """A release as a worker carries it out: of each batch the seconds it took, and its rows."""
    step = releasing.step()
    with units.begin(SERVICE) as uow:
        job = uow.jobs.add(
            Job(
                id=uow.new_id(),
                kind=releasing.RELEASE,
                requested_by="benchmark",
                parameters={"release_id": str(release.id)},
                dry_run=False,
                total=release.attempts,
                created_at=uow.now,
                status=JobStatus.RUNNING,
                started_at=uow.now,
            )
        )
    while not job.cursor.get("telling"):
        begun, before = time.perf_counter(), job.done
        with units.begin(SERVICE) as uow:
            job = uow.jobs.save(step(uow, job).job)
        yield time.perf_counter() - begun, job.done - before


def _against_node(what: str, turns: Turns, at_least: float | None = None) -> list[Figure]:
    figures = [Figure(what=what, value=median(turns.ours), unit="credentials a second")]
    if turns.node:
        times = ratio(turns.ours, turns.node)
        figures += [
            Figure(what="beside it @digitalbazaar/vc", value=median(turns.node), unit="signatures a second"),
            Figure(what=what, value=times, unit="times what @digitalbazaar/vc signs", at_least=at_least),
            Figure(
                what=f"{what}: the least of the rounds",
                value=min(ours / node for ours, node in zip(turns.ours, turns.node, strict=True)),
                unit="times what @digitalbazaar/vc signs",
            ),
        ]
    return figures


# --- Node


def _node_order(units: SqlUnitsOfWork) -> bytes | None:
    """What Node is given to sign: a badge of ours without its proof; None where it cannot be asked, which is told."""
    modules = os.environ.get("BENCHMARK_NODE_MODULES")
    missing = [one for one in PACKAGES if modules is None or not (Path(modules) / "node_modules" / one).is_dir()]
    if shutil.which("node") is None or missing:
        print("  Node is not asked: it is not there, or lacks", ", ".join(missing) or "nothing")
        return None
    with units.begin(SERVICE) as uow:
        badge = json.loads(uow.badges.get(_any_badge(uow)).document)
    badge.pop("proof")
    from openbadgeslib.ob3.contexts import document_loader  # noqa: PLC0415 - a development dependency has the contexts

    loader = document_loader()
    contexts = {url: loader(url, {})["document"] for url in badge["@context"]}
    return json.dumps({"badge": badge, "contexts": contexts, "count": NODE_SIGNS}).encode()


def _node(order: bytes) -> float:
    """How many badges a second Node signs."""
    done = subprocess.run(
        ["node", str(ROOT / "benchmarks" / "node" / "sign.mjs")],  # noqa: S607 - whichever is in the path
        input=order,
        stdout=subprocess.PIPE,
        check=True,
        timeout=300,
    )
    return NODE_SIGNS / float(json.loads(done.stdout)["seconds"])


# --- the population


def _fresh(url: str) -> str:
    """An empty database with the whole schema."""
    admin: Engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS issuing WITH (FORCE)")
        connection.exec_driver_sql("CREATE DATABASE issuing")
    admin.dispose()
    head, _, tail = url.partition("?")
    fresh = f"{head.rsplit('/', 1)[0]}/issuing" + (f"?{tail}" if tail else "")
    with closing(Database(fresh)) as database:
        metadata.create_all(database.engine)
        prepare(database.url)
    return fresh


def _fill(units: SqlUnitsOfWork, size: int, code: str) -> ScoreRelease:
    """So many candidates with an approved application and a scored pass, and the release that is approved."""
    policy = load_policy(ROOT / "policies" / "cpom-2026.yaml")
    with units.begin(SERVICE) as uow:
        administration, form = _sitting(uow, policy, code)
        release = uow.score_releases.add(
            ScoreRelease(
                id=uow.new_id(),
                administration_id=administration.id,
                form_id=form.id,
                key_number=1,
                conversion_number=1,
                attempts=size,
                proposed_by="ada",
                proposed_at=uow.now,
                status=ReleaseStatus.APPROVED,
            )
        )
    for begin in range(0, size, CHUNK):
        with units.begin(SERVICE) as uow:
            _people(
                uow,
                policy,
                administration.id,
                form.id,
                [f"{code}{n:08d}" for n in range(begin, min(begin + CHUNK, size))],
            )
    with units.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return release


def _sitting(uow: SqlUnitOfWork, policy: Policy, code: str) -> tuple[Administration, Form]:
    administration = Administration(
        id=uow.new_id(),
        program=policy.program,
        exam_code=policy.exam.code,
        code=f"2026-{code}",
        title="A window",
        opens_on=date(2026, 1, 1),
        closes_on=date(2026, 12, 31),
        zone=policy.zone,
    )
    form = Form(
        id=uow.new_id(),
        program=policy.program,
        exam_code=policy.exam.code,
        code=code,
        edition=policy.edition,
        items=(),
        created_by="ada",
        created_at=uow.now,
    )
    return uow.administrations.add(administration), uow.forms.add(form)


def _people(uow: SqlUnitOfWork, policy: Policy, administration_id: UUID, form_id: UUID, numbers: list[str]) -> None:
    candidates = [_candidate(uow, number) for number in numbers]
    applications = [_application(uow, policy, one) for one in candidates]
    authorizations = [_authorization(uow, policy, one) for one in applications]
    blank = _attempt(uow, administration_id, form_id)
    uow.candidates.add_all(candidates)
    uow.licences.add_all(_licence(uow, one.id) for one in candidates)
    uow.educations.add_all(_education(uow, one.id) for one in candidates)
    uow.applications.add_all(applications)
    uow.evidence.add_all(_evidence(uow, one) for one in applications)
    uow.authorizations.add_all(authorizations)
    uow.attempts.add_all(
        replace(blank, id=uow.new_id(), candidate_id=one.candidate_id, authorization_id=one.id)
        for one in authorizations
    )


def _candidate(uow: SqlUnitOfWork, number: str) -> Candidate:
    return Candidate(
        id=uow.new_id(),
        number=f"C{number}",
        legal_name=PersonName(family=f"Okafor-{number}", given="Adaeze"),
        search_name=f"okafor-{number} adaeze",
        email=f"adaeze.{number}@example.org",
        practises_in="US",
        created_at=uow.now,
    )


def _licence(uow: SqlUnitOfWork, whose: UUID) -> Licence:
    return Licence(
        id=uow.new_id(),
        candidate_id=whose,
        jurisdiction="US-NC",
        number="12345",
        status="active",
        restricted=False,
        language="en",
        issued_on=date(2015, 6, 1),
        expires_on=date(2040, 12, 31),
        verification=Verification.VERIFIED,
    )


def _education(uow: SqlUnitOfWork, whose: UUID) -> Education:
    return Education(
        id=uow.new_id(),
        candidate_id=whose,
        kind="degree",
        title="PharmD",
        school="A school",
        country="US",
        completed_on=date(2015, 5, 1),
        acpe_accredited=True,
        verification=Verification.VERIFIED,
    )


def _application(uow: SqlUnitOfWork, policy: Policy, candidate: Candidate) -> Application:
    return Application(
        id=uow.new_id(),
        candidate_id=candidate.id,
        program=policy.program,
        edition=policy.edition,
        number=f"A{candidate.number}",
        search_name=candidate.search_name,
        created_at=uow.now,
        status=ApplicationStatus.APPROVED,
        pathway="us-licensed",
    )


def _evidence(uow: SqlUnitOfWork, application: Application) -> Evidence:
    return Evidence(
        id=uow.new_id(),
        application_id=application.id,
        candidate_id=application.candidate_id,
        kind=EvidenceKind.EXPERIENCE,
        claim={"setting": "health_system", "starts_on": "2020-01-01", "role": "Pharmacy Manager"},
        status=EvidenceStatus.ACCEPTED,
    )


def _authorization(uow: SqlUnitOfWork, policy: Policy, application: Application) -> Authorization:
    return Authorization(
        id=uow.new_id(),
        candidate_id=application.candidate_id,
        application_id=application.id,
        program=policy.program,
        edition=policy.edition,
        number=f"T{application.number}",
        attempt_number=1,
        opens_on=date(2026, 1, 1),
        closes_on=date(2026, 12, 31),
        findings=(),
        created_at=uow.now,
        status=AuthorizationStatus.USED,
    )


def _attempt(uow: SqlUnitOfWork, administration_id: UUID, form_id: UUID) -> Attempt:
    return Attempt(
        id=uow.new_id(),
        candidate_id=uow.new_id(),
        authorization_id=None,
        registration_id=None,
        administration_id=administration_id,
        form_id=form_id,
        import_id=None,
        taken_on=date(2026, 2, 20),
        responses=bytes(120),
        created_at=uow.now,
        status=AttemptStatus.SCORED,
        key_number=1,
        conversion_number=1,
        raw=90,
        scaled=760,
        passed=True,
    )


def _any_badge(uow: SqlUnitOfWork) -> UUID:
    found: Any = uow.connection.execute(text("SELECT id FROM badges LIMIT 1")).scalar_one()
    return UUID(str(found))


def _check(uow: SqlUnitOfWork, size: int) -> None:
    """Nothing was left out."""
    for table in ("credentials", "registry", "badges", "status_places", "awards", "standing_changes", "cycles"):
        count = uow.connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
        assert count == size, f"{table} holds {count}"
