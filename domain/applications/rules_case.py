"""What every judge of a clause works with: the case, and how a finding is written down.

The sentences name no number, name or other personal value and echo no free text: a ruling travels in letters,
problem bodies and screens.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from domain.applications.facts import Facts
from domain.countries import country
from domain.programs.clauses import Asked, Eligibility
from domain.ruling import Finding, Source

MET = "met"
AWAITS_STAFF = "awaits_staff_judgement"
AWAITS_VERIFICATION = "awaits_verification"
AWAITING = frozenset({AWAITS_STAFF, AWAITS_VERIFICATION})

UNITED_STATES = "US"


class Claimed(Protocol):
    """Anything that staff may verify."""

    @property
    def verified(self) -> bool:
        """Whether it was confirmed."""
        ...


C = TypeVar("C", bound=Claimed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question: these facts under these rules on this day; with `verified_only`, on confirmed facts alone."""

    edition: str
    eligibility: Eligibility
    facts: Facts
    on: date
    verified_only: bool = False

    def counting(self, claims: Iterable[C]) -> list[C]:
        """The claims that count: all of them, or the verified ones."""
        return [claim for claim in claims if claim.verified or not self.verified_only]

    def place(self, code: str) -> str | None:
        """The country that a jurisdiction or country code lies in, `US` for every US jurisdiction; None if unknown."""
        if self.eligibility.us_jurisdiction(code, self.on) is not None:
            return UNITED_STATES
        return country(code.partition("-")[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one claim comes to under a clause."""

    code: str
    found: str
    ref: str = ""


def finding(clause: Asked, case: Case, verdict: Verdict, evidence: Iterable[str] = ()) -> Finding:
    """The verdict as a finding of this clause, citing the edition and paragraph."""
    refs = tuple(dict.fromkeys(ref for ref in (verdict.ref, *evidence) if ref))
    return Finding(
        clause=clause.code,
        met=verdict.code == MET,
        code=verdict.code,
        asked=clause.text,
        found=verdict.found,
        source=Source(edition=case.edition, paragraph=clause.paragraph),
        evidence=refs,
    )


def nearest(clause: Asked, case: Case, verdicts: Sequence[Verdict], none: Verdict) -> Finding:
    """The finding of the claim that comes nearest: a met one, one that waits for someone, else the first.

    An unmet finding names every claim that was considered; `none` is the verdict when there was not one.
    """
    if not verdicts:
        return finding(clause, case, none)
    best = min(verdicts, key=lambda verdict: (verdict.code != MET, verdict.code not in AWAITING))
    considered = () if best.code == MET else tuple(verdict.ref for verdict in verdicts)
    return finding(clause, case, best, considered)
