"""A service with applicants in it, for the benchmarks that speak to the whole of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from api.settings import Settings
from api.wiring import Service
from benchmarks.harness import ROOT
from domain.actors import the_service
from domain.applications.model import Application, ApplicationStatus, Attestation
from domain.candidates.model import Candidate, Identity, PersonName
from domain.errors import NotFound
from domain.ports import UnitOfWork

POLICY = ROOT / "policies" / "cpom-2026.yaml"
EDITION = "cpom-2026"
STATEMENTS = ("truthful", "verify", "report-changes", "confidential")
NEVER_TOO_OFTEN = "1000000/second"


@dataclass(frozen=True, slots=True)
class Applicant:
    """One applicant: who signs in, the candidate that is theirs, and their application."""

    subject: str
    candidate_id: UUID
    application_id: UUID


def environment(data: Path, url: str | None = None) -> dict[str, str]:
    """What a process of this service is told: its data, its database, and that nobody asks too often."""
    said = {
        "CERTIFICANT_DATA_DIR": str(data),
        "CERTIFICANT_RATE_LIMIT": NEVER_TOO_OFTEN,
        "CERTIFICANT_ADDRESS_RATE_LIMIT": NEVER_TOO_OFTEN,
    }
    return said if url is None else {**said, "CERTIFICANT_DATABASE_URL": url}


def service(told: Mapping[str, str]) -> Service:
    """The service behind these settings, migrated, with CPOM published."""
    made = Service(Settings.from_environment(told))
    made.migrations.upgrade()
    with made.units.begin(the_service("benchmark"), write=False) as uow:
        try:
            uow.policies.named(EDITION)
        except NotFound:
            published = False
        else:
            published = True
    if not published:
        made.publish_file(POLICY)
    return made


def applicants(made: Service, count: int) -> list[Applicant]:
    """That many applicants, each with a submitted application; made at the first call, found at the next."""
    with made.units.begin(the_service("benchmark")) as uow:
        have = uow.identities.count()
        for number in range(have, count):
            _apply(uow, number)
    with made.units.begin(the_service("benchmark"), write=False) as uow:
        return list(_found(uow, count))


def _apply(uow: UnitOfWork, number: int) -> None:
    now = datetime(2026, 3, 2, 15, 0, tzinfo=UTC) + timedelta(minutes=number)
    candidate = Candidate(
        id=uow.new_id(),
        number=f"C{number:09}",
        legal_name=PersonName(family=f"Okafor{number}", given="Adaeze"),
        search_name=f"okafor{number} adaeze",
        email=f"adaeze{number}@example.org",
        practises_in="US",
        created_at=now,
    )
    uow.candidates.add(candidate)
    uow.identities.add(
        Identity(id=uow.new_id(), subject=subject(number), candidate_id=candidate.id, linked_at=now, how="registration")
    )
    uow.applications.add(
        Application(
            id=uow.new_id(),
            candidate_id=candidate.id,
            program="CPOM",
            edition=EDITION,
            number=f"A{number:09}",
            search_name=candidate.search_name,
            created_at=now,
            status=ApplicationStatus.SUBMITTED,
            pathway="us-licensed",
            attestations=tuple(Attestation(code=code, version="1", affirmed_at=now) for code in STATEMENTS),
            submitted_at=now,
        )
    )


def subject(number: int) -> str:
    """Who signs in as the applicant of this number."""
    return f"applicant-{number}"


def _found(uow: UnitOfWork, count: int) -> Iterator[Applicant]:
    for number in range(count):
        identity = uow.identities.first(subject=subject(number))
        assert identity is not None
        application = uow.applications.first(candidate_id=identity.candidate_id)
        assert application is not None
        yield Applicant(identity.subject, identity.candidate_id, application.id)


def token(made: Service, applicant: Applicant) -> str:
    """The Authorization header of an applicant, good for a day."""
    return f"Bearer {made.issuer.mint(applicant.subject, lifetime=timedelta(days=1))}"
