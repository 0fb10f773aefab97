"""A policy: one immutable, dated edition of a program's rules, as data.

`lint` in `domain/programs/lint.py` says what the types alone cannot: weights that do not sum, dates that overlap.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from domain.programs.clauses import Clause, Eligibility, Pathway, Provider, walk
from domain.programs.exam_terms import Authorization, Exam, Report, Retakes, Scale, Scheduling, Scoring
from domain.programs.learning import About, CompetencyPillars, Curriculum, Diagnostics, Practice, Roadmap, Study
from domain.programs.model import RecognisedProvider
from domain.programs.upkeep_terms import (
    Appeals,
    Applications,
    Attestation,
    Audit,
    Badges,
    Currency,
    Fee,
    FeeDue,
    InFlight,
    Renewal,
    Retention,
    Validity,
)
from domain.programs.values import Basis, Code, Day, Line, Terms

_BADGES = Badges(basis=Basis.BODY_TO_DECIDE)


class Policy(Terms):
    """One edition. In force from and until are inclusive days in `zone`; without an end, until a later edition.

    `basis` and `to_decide` are about its own fields; each block says the same of itself.
    """

    basis: Basis = Basis.PAGE
    policy_format: Literal[1]
    program: Code
    program_title: Line
    edition: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
    title: Line
    in_force_from: Day
    in_force_until: Day | None = None
    zone: Line
    currency: Currency
    eligibility: Eligibility
    exam: Exam
    scale: Scale
    scoring: Scoring
    report: Report
    retakes: Retakes
    authorization: Authorization
    scheduling: Scheduling
    fees: tuple[Fee, ...]
    validity: Validity
    renewal: Renewal
    audit: Audit
    badges: Badges = _BADGES
    retention: Retention
    applications: Applications
    appeals: Appeals
    in_flight: InFlight
    attestations: tuple[Attestation, ...]
    curriculum: Curriculum
    roadmap: Roadmap
    pillars: CompetencyPillars
    diagnostics: Diagnostics
    study: Study
    about: About
    practice: Practice | None = None

    def in_force(self, on: date) -> bool:
        """Whether this edition is in force on that day."""
        return self.in_force_from <= on <= (self.in_force_until or date.max)

    def fee(self, code: str) -> Fee | None:
        """The fee of this code, if there is one."""
        return next((fee for fee in self.fees if fee.code == code), None)

    def fee_due(self, due: FeeDue) -> Fee | None:
        """The first fee that is due for this step, if any."""
        return next((fee for fee in self.fees if fee.due == due), None)

    def pathway(self, code: str) -> Pathway | None:
        """The pathway of this code, if there is one."""
        return next((pathway for pathway in self.eligibility.pathways if pathway.code == code), None)

    def clauses(self) -> list[Clause]:
        """Every clause of every pathway and those asked of everyone, combinations before their parts."""
        roots = [clause for pathway in self.eligibility.pathways for clause in pathway.clauses]
        return [inner for root in (*roots, *self.eligibility.of_everyone) for inner in walk(root)]

    def current_attestations(self) -> tuple[Attestation, ...]:
        """The newest version of each attestation, in the order of the edition."""
        newest = {a.code: a for a in sorted(self.attestations, key=lambda a: a.version)}
        return tuple(newest[code] for code in dict.fromkeys(a.code for a in self.attestations))


def providers_from(recognised: Iterable[RecognisedProvider]) -> tuple[Provider, ...]:
    """The providers that staff recognised, as eligibility rules read them (`Facts.providers`).

    They were judged when they were written. What is stored is taken as it is: a row of another making is no reason to
    refuse everybody a ruling.
    """
    return tuple(
        Provider.model_construct(code=one.code, name=one.name, effective_from=one.from_on, effective_until=one.until_on)
        for one in recognised
    )


def to_decide(policy: Policy) -> list[str]:
    """JSON Pointers of every block or value that the certifying body has still to decide, in the edition's order."""
    return [
        pointer if terms.basis is Basis.BODY_TO_DECIDE else f"{pointer}/{name}"
        for pointer, terms in blocks(policy)
        for name in (("",) if terms.basis is Basis.BODY_TO_DECIDE else terms.to_decide)
    ]


def blocks(part: object, pointer: str = "") -> Iterator[tuple[str, Terms]]:
    """Every block of decided values in a policy, with its JSON Pointer, outermost first."""
    if isinstance(part, Terms):
        yield pointer, part
    if isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from blocks(getattr(part, name), f"{pointer}/{name}")
    elif isinstance(part, tuple):
        for index, inner in enumerate(part):
            yield from blocks(inner, f"{pointer}/{index}")
