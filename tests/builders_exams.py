"""Candidates, approved applications, sessions and money in the store, for the tests of exams and payments."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from domain.candidates.model import Candidate, PersonName
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
