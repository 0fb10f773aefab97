"""Candidates, approved applications, sessions and money in the store, for the tests of exams and payments."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.applications.model import Application, ApplicationStatus, Evidence, EvidenceKind, EvidenceStatus
from domain.candidates.model import Candidate, Education, Licence, PersonName, Verification
from domain.exams.model import Administration, AdministrationStatus, Session
from domain.numbers import reference
from domain.payments.model import Charge
from domain.ports import UnitOfWork
from domain.programs.model import PolicyEdition
from domain.programs.policy import Policy
from domain.programs.reading import policy_digest, policy_document
from tests.builders import a_policy


def stored_policy(uow: UnitOfWork, changes: Mapping[str, object] | None = None) -> Policy:
    """CPOM's edition with these values changed, published in the store; again for nothing when it stands already."""
    policy = a_policy(changes)
    if uow.policies.first(edition=policy.edition) is None:
        uow.policies.add(
            PolicyEdition(
                id=uow.new_id(),
                program=policy.program,
                edition=policy.edition,
                title=policy.title,
                in_force_from=policy.in_force_from,
                in_force_until=policy.in_force_until,
                document=policy_document(policy),
                sha256=policy_digest(policy),
                published_by="test",
                published_at=datetime(2025, 12, 1, tzinfo=UTC),
            )
        )
    return policy


def stored_candidate(uow: UnitOfWork, **fields: Any) -> Candidate:
    """A candidate in the store."""
    good = Candidate(
        id=uow.new_id(),
        number=reference("C", uow.random(8)),
        legal_name=PersonName(family="Okafor", given="Adaeze"),
        search_name="okafor adaeze",
        email="adaeze@example.org",
        practises_in="US",
        date_of_birth=date(1990, 2, 3),
        created_at=uow.now,
    )
    return uow.candidates.add(replace(good, **fields))


def stored_charge(uow: UnitOfWork, candidate_id: UUID, **fields: Any) -> Charge:
    """An open charge of 100 dollars in the store."""
    good = Charge(
        id=uow.new_id(),
        candidate_id=candidate_id,
        fee="application",
        about_id=uow.new_id(),
        amount_minor=10_000,
        currency="USD",
        edition="cpom-2026",
        created_at=uow.now,
    )
    return uow.charges.add(replace(good, **fields))


def eligible_candidate(
    uow: UnitOfWork, candidate_id: UUID, licence: Mapping[str, object] | None = None, **fields: Any
) -> Application:
    """An approved application by Pathway 1: a licence (with these fields changed), a degree and work, all verified."""
    uow.licences.add(replace(_a_licence(uow, candidate_id), **(licence or {})))  # type: ignore[arg-type]
    uow.educations.add(
        Education(
            id=uow.new_id(),
            candidate_id=candidate_id,
            kind="degree",
            title="PharmD",
            school="A school of pharmacy",
            country="US",
            completed_on=date(2015, 5, 1),
            acpe_accredited=True,
            verification=Verification.VERIFIED,
        )
    )
    good = Application(
        id=uow.new_id(),
        candidate_id=candidate_id,
        program="CPOM",
        edition="cpom-2026",
        number=reference("A", uow.random(8)),
        search_name="okafor adaeze",
        created_at=uow.now,
        status=ApplicationStatus.APPROVED,
        pathway="us-licensed",
        expires_on=date(2030, 12, 31),
    )
    application = uow.applications.add(replace(good, **fields))
    uow.evidence.add(
        Evidence(
            id=uow.new_id(),
            application_id=application.id,
            candidate_id=candidate_id,
            kind=EvidenceKind.EXPERIENCE,
            claim={"setting": "health_system", "starts_on": "2020-01-01", "role": "Pharmacy Manager"},
            status=EvidenceStatus.ACCEPTED,
        )
    )
    return application


def _a_licence(uow: UnitOfWork, candidate_id: UUID) -> Licence:
    return Licence(
        id=uow.new_id(),
        candidate_id=candidate_id,
        jurisdiction="US-NC",
        number="12345",
        status="active",
        restricted=False,
        language="en",
        issued_on=date(2015, 6, 1),
        expires_on=date(2035, 12, 31),
        verification=Verification.VERIFIED,
    )


def stored_administration(uow: UnitOfWork, **fields: Any) -> Administration:
    """An open administration of the whole of 2026 in the store."""
    good = Administration(
        id=uow.new_id(),
        program="CPOM",
        exam_code="POM-001",
        code=f"test-{uow.random(4).hex()}",
        title="A test",
        opens_on=date(2026, 1, 1),
        closes_on=date(2026, 12, 31),
        zone="America/New_York",
        status=AdministrationStatus.OPEN,
    )
    return uow.administrations.add(replace(good, **fields))


def stored_session(uow: UnitOfWork, administration_id: UUID, day: date, **fields: Any) -> Session:
    """An open session of ten seats, at nine in the morning of a day in Raleigh, in the store."""
    good = Session(
        id=uow.new_id(),
        administration_id=administration_id,
        site="Raleigh",
        address="1 Main Street, Raleigh",
        starts_at=datetime.combine(day, time(9), ZoneInfo("America/New_York")).astimezone(UTC),
        zone="America/New_York",
        seats=10,
    )
    return uow.sessions.add(replace(good, **fields))
