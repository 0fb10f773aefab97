"""Facts and policies for tests: each builder gives a good one, and takes what should be otherwise."""

import copy
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from adapters.policies import load_policy
from domain.applications.facts import (
    CertificateFact,
    EducationFact,
    ExperienceFact,
    Facts,
    LicenceFact,
    TrainingFact,
)
from domain.programs.clauses import LicenceStatus
from domain.programs.policy import Policy
from domain.programs.reading import policy_document, read_policy

CPOM_FILE = Path(__file__).parent.parent / "policies" / "cpom-2026.yaml"

# --- policies


@cache
def cpom() -> Policy:
    """The shipped first edition of CPOM."""
    return load_policy(CPOM_FILE)


def a_policy(changes: Mapping[str, object] | None = None) -> Policy:
    """CPOM's edition, with the values at these JSON Pointers changed."""
    return read_policy(a_policy_document(changes)) if changes else cpom()


def a_policy_document(changes: Mapping[str, object] | None = None) -> dict[str, object]:
    """The edition's document, with the values at these JSON Pointers changed (or added to a mapping)."""
    document = copy.deepcopy(policy_document(cpom()))
    for pointer, value in (changes or {}).items():
        *path, last = [int(step) if step.isdigit() else step for step in pointer.split("/")[1:]]
        here: Any = document
        for step in path:
            here = here[step]
        here[last] = value
    return document


# --- facts


def a_licence(**fields: Any) -> LicenceFact:
    """An active, unrestricted, verified licence of North Carolina."""
    good = LicenceFact(
        ref="licence-1",
        jurisdiction="US-NC",
        number="12345",
        status=LicenceStatus.ACTIVE,
        issued_on=date(2015, 6, 1),
        expires_on=date(2027, 12, 31),
        language="en",
        verified=True,
    )
    return replace(good, **fields)


def a_foreign_licence(**fields: Any) -> LicenceFact:
    """An active, unrestricted, verified licence of Great Britain."""
    return a_licence(**{"ref": "licence-2", "jurisdiction": "GB", **fields})


def a_degree(**fields: Any) -> EducationFact:
    """A verified PharmD of an ACPE-accredited school."""
    good = EducationFact(
        ref="degree-1",
        degree="PharmD",
        school="A school of pharmacy",
        country="US",
        acpe_accredited=True,
        completed_on=date(2015, 5, 1),
        verified=True,
    )
    return replace(good, **fields)


def an_fpgec(**fields: Any) -> CertificateFact:
    """A verified FPGEC certificate, known by its number."""
    good = CertificateFact(ref="fpgec-1", kind="FPGEC", number="F-1", issued_on=date(2014, 3, 1), verified=True)
    return replace(good, **fields)


def a_job(**fields: Any) -> ExperienceFact:
    """Verified full-time work in a health system, still going on."""
    good = ExperienceFact(
        ref="job-1", setting="health_system", starts_on=date(2020, 1, 1), role="Pharmacy Manager", verified=True
    )
    return replace(good, **fields)


def a_training(**fields: Any) -> TrainingFact:
    """A verified, completed PGY residency of ASHP in pharmacy administration."""
    good = TrainingFact(
        ref="training-1",
        kind="pgy_residency",
        provider="ASHP",
        subject="pharmacy_administration",
        completed_on=date(2018, 6, 30),
        verified=True,
    )
    return replace(good, **fields)


def facts(**fields: Any) -> Facts:
    """The facts of someone whom Pathway 1 finds eligible in 2026."""
    good = Facts(practises_in="US", licences=(a_licence(),), education=(a_degree(),), experience=(a_job(),))
    return replace(good, **fields)


def facts_abroad(**fields: Any) -> Facts:
    """The facts of someone whom Pathway 2 finds eligible in 2026."""
    degree = a_degree(degree="MPharm", country="GB", acpe_accredited=False)
    good = Facts(practises_in="GB", licences=(a_foreign_licence(),), education=(degree,), experience=(a_job(),))
    return replace(good, **fields)
