"""May staff decide so? Pure: the ruling's findings and the reviewer's decisions, clause by clause."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.applications.model import ClauseDecision, Outcome
from domain.errors import Fault
from domain.ruling import Finding, Ruling


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What staff decide: the outcome, the reason the candidate reads, and a decision on every clause of the pathway."""

    outcome: Outcome
    reason: str
    clauses: tuple[ClauseDecision, ...]


def faults(decisions: Sequence[ClauseDecision], findings: Sequence[Finding]) -> list[Fault]:
    """What is wrong with a list of decisions: every clause of the ruling is decided, once, and no other."""
    asked, seen, found = {finding.clause for finding in findings}, set[str](), list[Fault]()
    for index, one in enumerate(decisions):
        pointer = f"/decisions/{index}/clause"
        if one.clause not in asked:
            found.append(Fault(pointer, "unknown_clause", "The pathway has no such clause."))
        elif one.clause in seen:
            found.append(Fault(pointer, "decided_twice", "This clause is decided above."))
        seen.add(one.clause)
    found.extend(
        Fault("/decisions", "undecided_clause", f"{finding.clause} is not decided.")
        for finding in findings
        if finding.clause not in seen
    )
    return found


def may_decide(outcome: Outcome, findings: Sequence[Finding], decisions: Sequence[ClauseDecision]) -> Ruling:
    """May this be the outcome? `decisions` are free of `faults`.

    No clause is decided as met that the ruling finds unmet. An approval needs every clause met; a denial at least one
    that the reviewer, giving the reason, decides is not.
    """
    said = {one.clause: one.met for one in decisions}
    approving = outcome is Outcome.APPROVED
    judged = [_judged(finding, met=said[finding.clause], approving=approving) for finding in findings]
    return Ruling(tuple(judged if approving else [*judged, _grounds(decisions)]))


def _judged(finding: Finding, *, met: bool, approving: bool) -> Finding:
    if met:
        return finding
    found = "It was decided that this clause is not met."
    return replace(finding, met=not approving, code="decided_not_met", found=found)


def _grounds(decisions: Sequence[ClauseDecision]) -> Finding:
    unmet = [one.clause for one in decisions if not one.met]
    return Finding(
        clause="grounds",
        met=bool(unmet),
        code="met" if unmet else "no_grounds",
        asked="A denial names at least one clause that is not met.",
        found=f"{len(unmet)} are named." if unmet else "Every clause was decided as met.",
    )
