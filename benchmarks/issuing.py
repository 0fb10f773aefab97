"""Issue 100,000 credentials on PostgreSQL, from scored passes to signed badges, against `@digitalbazaar/vc` alone.

The whole way is the product's own release job, batch by batch, each with its commit: the score leaves, eligibility is
judged again, and the credential, its history, the registry's answer, a random place in the status lists, the badge
signed with `eddsa-rdfc-2022`, the renewal cycle, the award, the letters and every line of the journal are stored.
Beside it `@digitalbazaar/vc` signs the same badges in one process of Node and stores nothing; both take turns, and what
is compared is wall time, because PostgreSQL works in processes of its own. Signing alone is compared with one bare
Ed25519 signature of `cryptography`.

For the comparison with Node these packages must be there (`npm install @digitalbazaar/vc @digitalbazaar/data-integrity
@digitalbazaar/eddsa-rdfc-2022-cryptosuite @digitalbazaar/ed25519-multikey` in a folder that BENCHMARK_NODE_MODULES
names); it says so where they are not, and leaves that figure out.
"""

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, create_engine, text

from adapters.badges.signer import KeyedBadgeSigner
from adapters.db.engine import Database
from adapters.db.tables import metadata
from adapters.db.unit_of_work import SqlUnitOfWork, SqlUnitsOfWork
from adapters.jobs import TaskQueue, prepare
from adapters.keys import FileKeyProvider
from adapters.policies import load_policy
from benchmarks.harness import ROOT, Figure, interleave, postgres, ratio
from domain.actors import the_service
from domain.applications.model import Application, ApplicationStatus, Evidence, EvidenceKind, EvidenceStatus
from domain.badges.facts import MASTER, BadgeFacts
from domain.badges.model import Publisher
from domain.candidates.model import Candidate, Education, Licence, PersonName, Verification
from domain.exams.model import Administration, Authorization, AuthorizationStatus
from domain.jobs.model import Job, JobStatus
from domain.programs.model import PolicyEdition
from domain.programs.policy import Policy
from domain.programs.reading import policy_digest, policy_document
from domain.scores import releasing
from domain.scores.model import Attempt, AttemptStatus, Form, ReleaseStatus, ScoreRelease

CREDENTIALS: Final = 100_000
NODE_SIGNS: Final = 400
ROUNDS: Final = 5
CHUNK: Final = 5_000
AGAINST_NODE: Final = 10.0
AGAINST_BARE: Final = 6.0
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
    """Measure the release on PostgreSQL, Node beside it, and signing alone."""
    size = CREDENTIALS // 50 if quick else CREDENTIALS
    with tempfile.TemporaryDirectory() as folder, postgres("issuing-postgres") as url:
        publisher = Publisher(signer=KeyedBadgeSigner(FileKeyProvider(Path(folder)), BASE), name="CPS", base_url=BASE)
        with closing(Database(_fresh(url), statement_timeout_seconds=600)) as database:
            units = SqlUnitsOfWork(database, clock=lambda: NOW, queue=TaskQueue(database.engine), publisher=publisher)
            release_id = _fill(units, size)
            node, ours = _in_turns(units, release_id, size)
            with units.begin(SERVICE) as uow:
                _check(uow, size)
                (badge,) = uow.badges.find(number=1, id=[_any_badge(uow)])
    return [*_against_node(node, ours, size), *_signing(publisher, badge.facts)]


def _in_turns(units: SqlUnitsOfWork, release_id: UUID, size: int) -> tuple[list[float], list[float]]:
    """Badges a second: of Node, and of the release; a share of the release after each turn of Node."""
    release, order = units_release(units, release_id), None
    node: list[float] = []
    ours: list[float] = []
    batches = release.batches(size // ROUNDS)
    for begun, done in batches:
        ours.append(done / begun)
        order = order or _node_order(units)
        if order is not None:
            node.append(_node(order))
    return node, ours


@dataclass
class Release:
    """A release under way, carried out batch by batch as a worker does it."""

    units: SqlUnitsOfWork
    job: Job

    def batches(self, share: int) -> Iterator[tuple[float, int]]:
        """Carry it out; after every `share` of it the seconds it took and how many there were."""
        step, seconds, done = releasing.step(), 0.0, 0
        while True:
            begun = time.perf_counter()
            with self.units.begin(SERVICE) as uow:
                moved = step(uow, self.job).job
                self.job = uow.jobs.save(moved)
            seconds += time.perf_counter() - begun
            rows = self.job.done - done
            if rows >= share or (self.job.cursor.get("telling") and rows):
                yield seconds, rows
                seconds, done = 0.0, self.job.done
            if self.job.cursor.get("telling"):
                return


def units_release(units: SqlUnitsOfWork, release_id: UUID) -> Release:
    """The release of this id, with a job to carry it out."""
    with units.begin(SERVICE) as uow:
        job = uow.jobs.add(
            Job(
                id=uow.new_id(),
                kind=releasing.RELEASE,
                requested_by="benchmark",
                parameters={"release_id": str(release_id)},
                dry_run=False,
                total=0,
                created_at=uow.now,
                status=JobStatus.RUNNING,
                started_at=uow.now,
            )
        )
    return Release(units, job)


def _against_node(node: list[float], ours: list[float], size: int) -> list[Figure]:
    rate = sorted(ours)[len(ours) // 2]
    figures = [Figure(what=f"issued of {size}: the whole release", value=rate, unit="credentials a second")]
    if node:
        figures += [
            Figure(what="@digitalbazaar/vc signs in process", value=sorted(node)[len(node) // 2], unit="a second"),
            Figure(
                what="the whole release",
                value=ratio(ours[: len(node)], node),
                unit="times what @digitalbazaar/vc signs",
                at_least=AGAINST_NODE,
            ),
        ]
    return figures


def _signing(publisher: Publisher, facts: BadgeFacts) -> list[Figure]:
    """One badge signed, against one bare signature; both a thousand times a round."""
    key, message = Ed25519PrivateKey.generate(), bytes(64)
    taken = interleave(
        {
            "badge": lambda: [publisher.signer.sign(facts, MASTER) for _ in range(1_000)],
            "bare": lambda: [key.sign(message) for _ in range(1_000)],
        },
        clock=time.process_time,
    )
    return [
        Figure(
            what="signing a badge alone",
            value=ratio(taken["badge"], taken["bare"]),
            unit="times one bare Ed25519 signature",
            at_most=AGAINST_BARE,
        )
    ]


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


def _fill(units: SqlUnitsOfWork, size: int) -> UUID:
    """So many candidates with an approved application and a scored pass; the id of the release that is approved."""
    policy = load_policy(ROOT / "policies" / "cpom-2026.yaml")
    with units.begin(SERVICE) as uow:
        _publish(uow, policy)
        administration, form = _sitting(uow, policy)
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
            _people(uow, policy, administration.id, form.id, range(begin, min(begin + CHUNK, size)))
    with units.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return release.id


def _publish(uow: SqlUnitOfWork, policy: Policy) -> None:
    uow.policies.add(
        PolicyEdition(
            id=uow.new_id(),
            program=policy.program,
            edition=policy.edition,
            title=policy.title,
            in_force_from=policy.in_force_from,
            in_force_until=None,
            document=policy_document(policy),
            sha256=policy_digest(policy),
            published_by="benchmark",
            published_at=uow.now,
        )
    )


def _sitting(uow: SqlUnitOfWork, policy: Policy) -> tuple[Administration, Form]:
    administration = Administration(
        id=uow.new_id(),
        program=policy.program,
        exam_code=policy.exam.code,
        code="2026-A",
        title="A window",
        opens_on=date(2026, 1, 1),
        closes_on=date(2026, 12, 31),
        zone=policy.zone,
    )
    form = Form(
        id=uow.new_id(),
        program=policy.program,
        exam_code=policy.exam.code,
        code="A",
        edition=policy.edition,
        items=(),
        created_by="ada",
        created_at=uow.now,
    )
    return uow.administrations.add(administration), uow.forms.add(form)


def _people(uow: SqlUnitOfWork, policy: Policy, administration_id: UUID, form_id: UUID, numbers: range) -> None:
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


def _candidate(uow: SqlUnitOfWork, number: int) -> Candidate:
    return Candidate(
        id=uow.new_id(),
        number=f"C{number:09d}",
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
