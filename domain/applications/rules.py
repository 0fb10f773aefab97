"""Who is eligible, by which pathway, and why. Pure: a policy, facts and a day in, a ruling out.

The same assessment serves the self-check (`Mode.CLAIMED`) and the determination (`Mode.VERIFIED`, in which only what
staff or a primary source confirmed counts), and replays years later from the stored facts.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import assert_never

from domain.applications.facts import Facts
from domain.applications.rules_case import AWAITING, AWAITS_VERIFICATION, MET, Case
from domain.applications.rules_education import accredited_education, certificate_held, degree_equivalent
from domain.applications.rules_experience import experience, waiver
from domain.applications.rules_licence import licence, not_us_licensed, practises_outside_us, translation
from domain.programs.clauses import (
    AccreditedEducation,
    AllOf,
    AnyOf,
    CertificateHeld,
    Clause,
    DegreeEquivalent,
    Experience,
    Licence,
    NotUsLicensed,
    Pathway,
    PractisesOutsideUs,
    Translation,
    Waiver,
)
from domain.programs.policy import Policy
from domain.ruling import Finding, Ruling, Source


class OutcomeChange(StrEnum):
    """What another edition means for an application."""

    GAINS = "becomes_eligible"
    LOSES = "no_longer_eligible"
    PATHWAY_MISSING = "pathway_missing"


class Mode(StrEnum):
    """Whether an applicant's word counts, or only what was verified."""

    CLAIMED = "claimed"
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True, kw_only=True)
class PathwayRuling:
    """One pathway's ruling: a finding for each of its clauses, then for those asked of everyone."""

    pathway: str
    title: str
    ruling: Ruling

    @property
    def granted(self) -> bool:
        """Whether every clause of this pathway is met."""
        return self.ruling.granted


@dataclass(frozen=True, slots=True, kw_only=True)
class EligibilityRuling:
    """The ruling of every pathway of an edition on a day.

    `best` is the code of the pathway that is granted, or comes nearest; None when the edition has none. `advice` are
    sentences that help an applicant on who is not eligible by the best pathway.
    """

    edition: str
    on: date
    mode: Mode
    pathways: tuple[PathwayRuling, ...]
    best: str | None
    advice: tuple[str, ...] = ()

    @property
    def granted(self) -> bool:
        """Whether some pathway is granted."""
        return any(pathway.granted for pathway in self.pathways)

    @property
    def ruling(self) -> Ruling:
        """The ruling of the best pathway; an empty one, which grants nothing, when the edition has no pathway."""
        best = self.pathway(self.best) if self.best else None
        return best.ruling if best else Ruling(())

    def pathway(self, code: str) -> PathwayRuling | None:
        """The ruling of the pathway of this code, if the edition has it."""
        return next((pathway for pathway in self.pathways if pathway.pathway == code), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedClause:
    """A clause that is judged otherwise under the new edition.

    A code is None where the edition has no such clause. Where an edition lacks the whole pathway, `clause` is the
    pathway's own code, and its code is `pathway_missing`.
    """

    pathway: str
    clause: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """A case to compare: a reference, the facts, and the pathway that was chosen; without one, any would do."""

    ref: str
    facts: Facts
    pathway: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedOutcome:
    """A case whose outcome is not the same under the two editions, and the clauses that make the difference."""

    ref: str
    code: OutcomeChange
    eligible_before: bool
    eligible_after: bool
    clauses: tuple[ChangedClause, ...]


def assess(
    policy: Policy, facts: Facts, on: date, mode: Mode = Mode.CLAIMED, *, pathway: str | None = None
) -> EligibilityRuling:
    """Is someone with these facts eligible on this day, by which pathway, and if not, why not?

    Where a `pathway` of the edition is named, no other is judged.
    """
    case = Case(
        edition=policy.edition, eligibility=policy.eligibility, facts=facts, on=on, verified_only=mode is Mode.VERIFIED
    )
    asked = [one for one in policy.eligibility.pathways if one.code == pathway] or policy.eligibility.pathways
    pathways = tuple(_pathway(one, case) for one in asked)
    best = min(pathways, key=_distance, default=None)
    return EligibilityRuling(
        edition=policy.edition,
        on=on,
        mode=mode,
        pathways=pathways,
        best=best.pathway if best else None,
        advice=_advice(policy, best) if best else (),
    )


def compare(
    old: Policy, new: Policy, cases: Iterable[Applicant], on: date, mode: Mode = Mode.CLAIMED
) -> list[ChangedOutcome]:
    """Whose outcome changes from the old edition to the new one on this day, and by which clauses.

    A case is judged along the pathway that was chosen, as a decision would judge it. Where the new edition lacks that
    pathway, nothing could be decided, and the case is told whatever its facts are. Cases with the same outcome under
    both are left out.
    """
    compared = (_compared(old, new, one, on, mode) for one in cases)
    return [changed for changed in compared if changed is not None]


def judge(clause: Clause, case: Case) -> Finding:
    """Is this clause met? A combination lists its parts; a clause that only wants verifying says so."""
    source = Source(edition=case.edition, paragraph=clause.paragraph)
    if isinstance(clause, AllOf):
        return Finding.all_of(
            clause.code, [judge(part, case) for part in clause.parts], asked=clause.text, source=source
        )
    if isinstance(clause, AnyOf):
        return Finding.any_of(
            clause.code, [judge(part, case) for part in clause.parts], asked=clause.text, source=source
        )
    found = _judge(clause, case)
    if found.met or not case.verified_only:
        return found
    claimed = _judge(clause, replace(case, verified_only=False))
    if not claimed.met:
        return found if found.code in AWAITING else claimed
    waits = f"{claimed.found} This has still to be verified."
    return replace(claimed, met=False, code=AWAITS_VERIFICATION, found=waits)


def every_finding(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings and all their parts, outermost first."""
    for finding in findings:
        yield finding
        yield from every_finding(finding.parts)


def _judge(clause: Clause, case: Case) -> Finding:  # noqa: C901, PLR0911 - one arm per clause kind
    match clause:
        case Licence():
            return licence(clause, case)
        case NotUsLicensed():
            return not_us_licensed(clause, case)
        case PractisesOutsideUs():
            return practises_outside_us(clause, case)
        case AccreditedEducation():
            return accredited_education(clause, case)
        case CertificateHeld():
            return certificate_held(clause, case)
        case Translation():
            return translation(clause, case)
        case DegreeEquivalent():
            return degree_equivalent(clause, case)
        case Experience():
            return experience(clause, case)
        case Waiver():
            return waiver(clause, case)
        case AllOf() | AnyOf():
            return judge(clause, case)
        case _:
            assert_never(clause)


def _pathway(pathway: Pathway, case: Case) -> PathwayRuling:
    clauses = (*pathway.clauses, *case.eligibility.of_everyone) if pathway.clauses else ()
    return PathwayRuling(
        pathway=pathway.code, title=pathway.title, ruling=Ruling(tuple(judge(clause, case) for clause in clauses))
    )


def _distance(pathway: PathwayRuling) -> tuple[bool, int, int]:
    unmet = pathway.ruling.unmet
    waiting = sum(any(part.code in AWAITING for part in every_finding([finding])) for finding in unmet)
    return not pathway.granted, len(unmet) - waiting, waiting


def _advice(policy: Policy, pathway: PathwayRuling) -> tuple[str, ...]:
    advice = {clause.code: clause.advice for clause in policy.clauses()}
    unmet = (part for finding in pathway.ruling.unmet for part in every_finding([finding]) if not part.met)
    sentences = (advice.get(part.clause, {}).get(part.code) for part in unmet)
    return tuple(dict.fromkeys(sentence for sentence in sentences if sentence))


def _compared(old: Policy, new: Policy, case: Applicant, on: date, mode: Mode) -> ChangedOutcome | None:
    before, after = (_along(policy, case, on, mode) for policy in (old, new))
    was, becomes = (any(one.granted for one in judged) for judged in (before, after))
    clauses = tuple(_differences(before, after) if was else _differences(after, before, lost=False))
    code = OutcomeChange.GAINS if becomes else OutcomeChange.LOSES
    if case.pathway is not None and not after:
        found = MET if was else "not_met"
        clauses = (_changed(case.pathway, case.pathway, found, OutcomeChange.PATHWAY_MISSING, lost=True),)
        code = OutcomeChange.PATHWAY_MISSING
    elif was == becomes:
        return None
    return ChangedOutcome(ref=case.ref, code=code, eligible_before=was, eligible_after=becomes, clauses=clauses)


def _along(policy: Policy, case: Applicant, on: date, mode: Mode) -> tuple[PathwayRuling, ...]:
    """The rulings by which an application is decided: of the chosen pathway, if the edition has it, or of every one."""
    if case.pathway is not None and policy.pathway(case.pathway) is None:
        return ()
    return assess(policy, case.facts, on, mode, pathway=case.pathway).pathways


def _differences(
    granting: Iterable[PathwayRuling], refusing: Iterable[PathwayRuling], *, lost: bool = True
) -> Iterator[ChangedClause]:
    """The clauses that stand in the way on one side only, along each pathway that is granted on the other."""
    refused = {one.pathway: one for one in refusing}
    for pathway in granting:
        if pathway.granted:
            yield from _obstacles(pathway, refused.get(pathway.pathway), lost=lost)


def _obstacles(granted: PathwayRuling, refused: PathwayRuling | None, *, lost: bool) -> Iterator[ChangedClause]:
    if refused is None:
        yield _changed(granted.pathway, granted.pathway, MET, OutcomeChange.PATHWAY_MISSING, lost=lost)
        return
    met = {finding.clause: finding for finding in every_finding(granted.ruling.findings)}
    for finding in every_finding(refused.ruling.unmet):
        other = met.get(finding.clause)
        if not finding.met and (other is None or other.met):
            code = other.code if other else None
            yield _changed(granted.pathway, finding.clause, code, finding.code, lost=lost)


def _changed(pathway: str, clause: str, granting: str | None, refusing: str, *, lost: bool) -> ChangedClause:
    before, after = (granting, refusing) if lost else (refusing, granting)
    return ChangedClause(pathway=pathway, clause=clause, before=before, after=after)
