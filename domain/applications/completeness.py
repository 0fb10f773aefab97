"""Is an application complete in form? Pure: what a submission, an appeal or a return for information needs."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from domain.applications.model import Appeal, AppealStatus, Application, Evidence, EvidenceKind, EvidenceStatus
from domain.applications.rules import EligibilityRuling, every_finding
from domain.programs.clauses import (
    AccreditedEducation,
    AllOf,
    AnyOf,
    CertificateHeld,
    Clause,
    DegreeEquivalent,
    Experience,
    Licence,
    Translation,
    Waiver,
)
from domain.programs.policy import Policy
from domain.programs.upkeep_terms import Attestation
from domain.ruling import Finding, Ruling, Source

MOST_EVIDENCE = 100
"""How many pieces of evidence one application holds."""


def may_submit(
    policy: Policy,
    application: Application,
    evidence: Iterable[Evidence],
    claimed: EligibilityRuling,
    fee: Finding | None,
    on: date,
) -> Ruling:
    """May it be submitted, or come back, on this day?

    Asked is form alone: a pathway, each statement affirmed in its current version, something to show for every clause,
    the fee (None where it was asked for before). Whether the clauses are met is for the reviewer. `claimed` is the
    ruling on the applicant's own word.
    """
    return Ruling(
        (
            _in_time(application, on),
            _pathway(policy, application),
            *(_affirmed(one, application) for one in attestations_for(policy, application.pathway)),
            *_shown(policy, application, evidence, claimed),
            *([fee] if fee else []),
        )
    ).citing(Source(edition=policy.edition, paragraph="applications"))


def attestations_for(policy: Policy, pathway: str | None) -> tuple[Attestation, ...]:
    """The statements that an applicant by this pathway makes, in their current versions."""
    return tuple(one for one in policy.current_attestations() if not one.pathways or pathway in one.pathways)


def may_return(policy: Policy, application: Application, due_on: date, on: date) -> Ruling:
    """May a reviewer send it back for information, due on this day?"""
    times, most = len(application.requests), policy.applications.max_returns
    latest = on + timedelta(days=4 * policy.applications.information_due_days)
    in_time = on < due_on <= latest
    return Ruling(
        (
            Finding(
                clause="returns",
                met=times < most,
                code="met" if times < most else "too_many_returns",
                asked=f"An application is returned for information at most {most} times.",
                found=f"It was returned {times} times.",
            ),
            Finding(
                clause="information_due",
                met=in_time,
                code="met" if in_time else "due_day_out_of_range",
                asked=f"The answer is due after today, by {latest} at the latest.",
                found=f"It would be due on {due_on}.",
            ),
        )
    ).citing(Source(edition=policy.edition, paragraph="applications"))


def may_appeal(
    policy: Policy, decided_on: date, earlier: Iterable[Appeal], on: date, *, another: bool = False
) -> Ruling:
    """May a denial of that day be appealed against on this day?

    `another` says that another application of the program is under way or approved: with the appeal won there were two.
    """
    last = decided_on + timedelta(days=policy.appeals.window_days)
    heard = any(one.status is not AppealStatus.WITHDRAWN for one in earlier)
    return Ruling(
        (
            Finding(
                clause="appeal_window",
                met=on <= last,
                code="met" if on <= last else "appeal_too_late",
                asked=f"An appeal is filed within {policy.appeals.window_days} days of the decision.",
                found=f"The last day is {last}." if on <= last else f"The last day was {last}.",
            ),
            Finding(
                clause="appealed_once",
                met=not heard,
                code="already_appealed" if heard else "met",
                asked="A denial is appealed against once.",
                found="An appeal was filed before." if heard else "No appeal was filed before.",
            ),
            Finding(
                clause="no_other_application",
                met=not another,
                code="application_under_way" if another else "met",
                asked="No other application for this program is under way or approved.",
                found="There is one." if another else "There is none.",
            ),
        )
    ).citing(Source(edition=policy.edition, paragraph="appeals"))


def _in_time(application: Application, on: date) -> Finding:
    last = application.due_on
    met = last is None or on <= last
    return Finding(
        clause="in_time",
        met=met,
        code="met" if met else "too_late",
        asked="It is submitted by its last day.",
        found="There is no last day." if last is None else f"Its last day is {last}.",
    )


def _pathway(policy: Policy, application: Application) -> Finding:
    met = application.pathway is not None and policy.pathway(application.pathway) is not None
    return Finding(
        clause="pathway",
        met=met,
        code="met" if met else "pathway_missing",
        asked="One of the edition's pathways is chosen.",
        found=f"The pathway is {application.pathway}." if met else "No pathway of this edition was chosen.",
    )


def _affirmed(statement: Attestation, application: Application) -> Finding:
    versions = {one.version for one in application.attestations if one.code == statement.code}
    if str(statement.version) in versions:
        code, found = "met", "It was affirmed."
    elif versions:
        code, found = "attestation_outdated", "An earlier version was affirmed."
    else:
        code, found = "attestation_missing", "It was not affirmed."
    return Finding(
        clause=f"attestation_{statement.code}",
        met=code == "met",
        code=code,
        asked=f"{statement.title} (version {statement.version}) is affirmed.",
        found=found,
    )


def _shown(
    policy: Policy, application: Application, evidence: Iterable[Evidence], claimed: EligibilityRuling
) -> list[Finding]:
    chosen = policy.pathway(application.pathway) if application.pathway else None
    if chosen is None:
        return []
    held = [one for one in evidence if one.status is not EvidenceStatus.REJECTED]
    ruling = claimed.pathway(chosen.code)
    codes = {finding.clause: finding.code for finding in every_finding(ruling.ruling.findings)} if ruling else {}
    clauses = [*chosen.clauses, *policy.eligibility.of_everyone]
    return [_evidenced(clause, policy, held, codes) for clause in clauses]


def _evidenced(clause: Clause, policy: Policy, held: list[Evidence], codes: Mapping[str, str]) -> Finding:
    met = _has(clause, {one.kind for one in held}, codes)
    return Finding(
        clause=clause.code,
        met=met,
        code="met" if met else "evidence_missing",
        asked=f"There is something to show for: {clause.title}.",
        found="There is, or the clause needs nothing." if met else "There is no evidence for it.",
        source=Source(edition=policy.edition, paragraph=clause.paragraph),
    )


def _has(clause: Clause, kinds: set[EvidenceKind], codes: Mapping[str, str]) -> bool:  # noqa: PLR0911 - an arm per kind
    match clause:
        case AllOf():
            return all(_has(part, kinds, codes) for part in clause.parts)
        case AnyOf():
            return any(_has(part, kinds, codes) for part in clause.parts)
        case Licence():
            return EvidenceKind.LICENCE in kinds
        case AccreditedEducation() | CertificateHeld() | DegreeEquivalent():
            return EvidenceKind.EDUCATION in kinds
        case Experience():
            return EvidenceKind.EXPERIENCE in kinds
        case Waiver():
            return EvidenceKind.TRAINING in kinds
        case Translation():
            return codes.get(clause.code) not in ("translation_missing", "language_unstated")
        case _:
            return True
