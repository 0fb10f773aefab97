"""How the eligibility tests ask about one clause."""

from datetime import date

from domain.applications.facts import Facts
from domain.applications.rules import Mode, assess, every_finding
from domain.programs.policy import Policy
from domain.ruling import Finding
from tests.builders import cpom

TODAY = date(2026, 7, 1)


def found(
    clause: str, about: Facts, *, policy: Policy | None = None, on: date = TODAY, mode: Mode = Mode.CLAIMED
) -> Finding:
    """The finding of one clause of the edition."""
    ruling = assess(policy or cpom(), about, on, mode)
    findings = [f for pathway in ruling.pathways for f in every_finding(pathway.ruling.findings)]
    return next(finding for finding in findings if finding.clause == clause)
