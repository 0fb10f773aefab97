"""Findings and rulings: why yes, why no, clause by clause.

A rule answers with a `Ruling`. It never says only no: every clause is listed, met or not, with what was asked,
what was found, which edition and paragraph asked it and which evidence answered.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

from domain.errors import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a clause is written: the policy edition and the paragraph within it."""

    edition: str
    paragraph: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One judged clause.

    `code` is a stable machine-readable reason (`licence_expired`); `asked` and `found` are sentences for people.
    `evidence` names the records that answered (ids as text). `parts` holds the judged alternatives of a
    combined clause, so that an any-of shows every branch that was tried.
    """

    clause: str
    met: bool
    code: str
    asked: str
    found: str
    source: Source | None = None
    evidence: tuple[str, ...] = ()
    parts: tuple["Finding", ...] = ()

    @classmethod
    def all_of(cls, clause: str, parts: Iterable[Self], *, asked: str, source: Source | None = None) -> "Finding":
        """Met when every part is met; a combination of nothing is not met."""
        parts = tuple(parts)
        unmet = [part for part in parts if not part.met]
        met = bool(parts) and not unmet
        code = "met" if met else (unmet[0].code if unmet else "nothing_asked")
        found = "Every part is met." if met else "; ".join(part.found for part in unmet) or "Nothing was asked."
        return Finding(clause=clause, met=met, code=code, asked=asked, found=found, source=source, parts=parts)

    @classmethod
    def any_of(cls, clause: str, parts: Iterable[Self], *, asked: str, source: Source | None = None) -> "Finding":
        """Met when at least one part is met; a choice among nothing is not met."""
        parts = tuple(parts)
        met = [part for part in parts if part.met]
        code = "met" if met else ("no_alternative_met" if parts else "nothing_asked")
        found = met[0].found if met else "; ".join(part.found for part in parts) or "Nothing was asked."
        return Finding(clause=clause, met=bool(met), code=code, asked=asked, found=found, source=source, parts=parts)


@dataclass(frozen=True, slots=True)
class Ruling:
    """The judged clauses of one question. An empty ruling grants nothing."""

    findings: tuple[Finding, ...]

    @property
    def granted(self) -> bool:
        """True when at least one clause was judged and every clause is met."""
        return bool(self.findings) and all(finding.met for finding in self.findings)

    @property
    def unmet(self) -> tuple[Finding, ...]:
        """The clauses that stand in the way, in the order they were asked."""
        return tuple(finding for finding in self.findings if not finding.met)

    def require(self) -> Self:
        """Return this ruling when it grants; raise `Refused`, which carries it, when it does not."""
        if not self.granted:
            raise Refused(self)
        return self

    def citing(self, source: Source) -> "Ruling":
        """The same ruling, with `source` on every finding that names none."""
        return Ruling(tuple(f if f.source else replace(f, source=source) for f in self.findings))
