"""Whether a pass becomes a credential, and for how long. Pure."""

from collections.abc import Iterable
from datetime import date

from domain.applications.rules import EligibilityRuling
from domain.credentials.model import Credential, Standing
from domain.dates import add_years
from domain.payments.model import Charge, ChargeStatus
from domain.programs.policy import Policy
from domain.programs.upkeep_terms import FeeDue
from domain.ruling import Finding, Ruling, Source

HOLDING = frozenset({Standing.ACTIVE, Standing.SUSPENDED, Standing.EXPIRED})
"""Standings beside which no second credential of the program is issued."""
_FOR_EXAM = frozenset({FeeDue.AUTHORIZATION, FeeDue.RETAKE})


def may_award(
    eligibility: EligibilityRuling,
    pathway: str | None,
    charges: Iterable[Charge],
    others: Iterable[Credential],
    policy: Policy,
    exam: int | None = None,
) -> Ruling:
    """Does this pass become a credential on the day of this eligibility ruling?

    Asked are the clauses of the pathway that was approved (of the best one where none was), the fees, and that no
    credential of the program stands in the way. `charges` are those about the application and the exam, and `exam` the
    instance of the fee that this exam was sat on (None: none is known); `others` the candidate's credentials of the
    program as they stand on that day.
    """
    approved = eligibility.pathway(pathway) if pathway else None
    clauses = approved.ruling if approved else eligibility.ruling
    source = Source(edition=policy.edition, paragraph="award")
    if not clauses.findings:
        return clauses
    return Ruling((*clauses.findings, fees_settled(charges, policy, exam), no_other(others))).citing(source)


def fees_settled(charges: Iterable[Charge], policy: Policy, exam: int | None = None) -> Finding:
    """Is nothing owed any more for the way here, and the fee of this exam kept, but for what the policy lets wait?"""
    waiting = [one for one in charges if not _may_wait(one, policy)]
    owed = [one for one in waiting if one.status is ChargeStatus.OPEN]
    back = [one for one in waiting if one.status is ChargeStatus.REFUNDED and _is_of_exam(one, policy, exam)]
    code, found = "met", "Nothing stands open."
    if owed:
        code, found = "fee_open", f"{len(owed)} still stand open."
    elif back:
        code, found = "fee_refunded", "The fee of this examination went back to its payer."
    return Finding(
        clause="fees_settled",
        met=not (owed or back),
        code=code,
        asked="Every fee for the application and the examination is settled.",
        found=found,
        evidence=tuple(str(one.id) for one in (*owed, *back)),
    )


def no_other(others: Iterable[Credential]) -> Finding:
    """Does no credential of the same program stand beside this one, nor was one withdrawn?"""
    others = tuple(others)
    revoked = any(one.status is Standing.REVOKED for one in others)
    held = any(one.status in HOLDING for one in others)
    code, found = "met", "None stands in the way."
    if revoked:
        code, found = "revoked_before", "A credential of this program was revoked; none is issued again."
    elif held:
        code, found = "held_already", "The candidate holds one of this program already."
    return Finding(
        clause="no_other_credential",
        met=not (revoked or held),
        code=code,
        asked="A candidate holds one credential of a program.",
        found=found,
        evidence=tuple(str(one.id) for one in others if one.status is Standing.REVOKED or one.status in HOLDING),
    )


def ends(policy: Policy, begins: date) -> date:
    """The last valid day, inclusive, of a term that begins on a day: the same day some years later (Feb 29: Feb 28)."""
    return add_years(begins, policy.validity.years)


def _may_wait(charge: Charge, policy: Policy) -> bool:
    fee = policy.fee(charge.fee)
    return fee is not None and fee.proceed_unpaid


def _is_of_exam(charge: Charge, policy: Policy, exam: int | None) -> bool:
    fee = policy.fee(charge.fee)
    return fee is not None and fee.due in _FOR_EXAM and charge.instance == exam
