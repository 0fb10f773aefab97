"""Rulings as answers: every clause, met or not, with its reason."""

from collections.abc import Iterable

from api.fields import Out
from domain.applications.rules import EligibilityRuling
from domain.ruling import Finding


class SourceOut(Out):
    """Where a clause is written: the edition and the paragraph within it."""

    edition: str
    paragraph: str


class FindingOut(Out):
    """One judged clause. `code` is for programs; `asked` and `found` are for people; `parts` are its alternatives."""

    clause: str
    met: bool
    code: str
    asked: str
    found: str
    source: SourceOut | None
    evidence: list[str]
    parts: list["FindingOut"]


def findings_of(findings: Iterable[Finding]) -> list[FindingOut]:
    """These findings, as they are answered."""
    return [FindingOut.model_validate(one) for one in findings]


class PathwayRulingOut(Out):
    """One pathway's ruling."""

    pathway: str
    title: str
    granted: bool
    findings: list[FindingOut]


def pathways_of(ruling: EligibilityRuling) -> list[PathwayRulingOut]:
    """Every pathway's ruling, in the order of the edition."""
    return [
        PathwayRulingOut(
            pathway=one.pathway,
            title=one.title,
            granted=one.granted,
            findings=findings_of(one.ruling.findings),
        )
        for one in ruling.pathways
    ]


class RulingOut(Out):
    """The answer to a question of the rules: yes only when every clause is met."""

    granted: bool
    findings: list[FindingOut]
