"""What the registry publishes of a credential, for tests of who writes, keeps and answers it."""

from dataclasses import replace
from datetime import date
from typing import Any, Final

from domain.credentials.model import Standing
from domain.credentials.number import RANDOM_BYTES, new_number
from domain.credentials.public import PublicFacts, PublicStanding

NUMBER: Final = new_number(bytes(range(RANDOM_BYTES)))
_FACTS: Final = PublicFacts(
    number=NUMBER,
    issuer="The Certifying Body",
    program_code="CPOM",
    program_title="Certified Pharmacy Operations Manager",
    holder_name="Łucja Dąbrowska",
    awarded_on=date(2026, 3, 1),
    valid_from=date(2026, 3, 1),
    valid_until=date(2029, 3, 1),
    edition="cpom-2026",
    zone="America/New_York",
)


def public_facts(**changes: Any) -> PublicFacts:
    """Those of a credential of three years, awarded on 1 March 2026."""
    return replace(_FACTS, **changes)


def stood(status: Standing, since: date = _FACTS.awarded_on, *, valid: bool = False) -> PublicStanding:
    """How it stands from a day on."""
    return PublicStanding(status=status, valid=valid, since=since)
