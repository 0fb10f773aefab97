"""Items, sets and tests as they leave the house and come in: a document that no format shows through.

The adapter behind `ItemExchange` speaks QTI 3.0. Every refusal of it is Invalid with faults at `/file`, each of which
names the file in the package, the line and the element.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from domain.items.model import ItemContent
from domain.scores.model import FormItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something stood: the file within the package, the line from 1, and the path of the element."""

    file: str
    line: int = 1
    path: str = "/"

    def __str__(self) -> str:
        """As people read it, of bounded length."""
        return f"{self.file[:200]}, line {self.line}, {self.path[:300]}"


NOWHERE = Place(file="")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRecord:
    """An item with its classification. `domain` is None where the package does not say.

    `set_code` names the set whose case it shares, `enemies` the codes of items it may not stand beside, `status` what
    the package says of its standing, which an import does not take over.
    """

    code: str
    content: ItemContent
    domain: str | None = None
    objective: str | None = None
    set_code: str | None = None
    status: str | None = None
    enemies: tuple[str, ...] = ()
    where: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRecord:
    """A case that items share."""

    code: str
    title: str
    stimulus: str
    language: str = "en"
    where: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TestPlace:
    """A place of a test: the item's code, and whether it scores."""

    __test__ = False

    code: str
    scored: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TestSection:
    """Places that follow each other under one heading; a form's are cut where the exam domain changes."""

    __test__ = False

    title: str
    places: tuple[TestPlace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRecord:
    """A test: a form's sections in order, and how many minutes it takes where the package says."""

    __test__ = False

    code: str
    title: str
    sections: tuple[TestSection, ...]
    minutes: int | None = None
    where: Place = field(default=NOWHERE, compare=False)

    @property
    def places(self) -> tuple[TestPlace, ...]:
        """Every place, in order."""
        return tuple(place for section in self.sections for place in section.places)


@dataclass(frozen=True, slots=True, kw_only=True)
class BankDocument:
    """What a package holds, in its order."""

    items: tuple[ItemRecord, ...] = ()
    sets: tuple[SetRecord, ...] = ()
    tests: tuple[TestRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedResponses:
    """One candidate's answers to a form, in the form's order: the option from 1, None where there is none."""

    candidate: str
    answers: tuple[int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRecord:
    """A scored attempt as it is reported: whose, of which form, when, the answers, their points and the scores.

    `answers` has 0 for omitted and 255 for not reached; `points` is None for an item that does not count.
    """

    candidate: str
    attempt: str
    form_code: str
    taken_at: datetime
    codes: tuple[str, ...]
    answers: tuple[int, ...]
    correct: tuple[tuple[int, ...], ...]
    points: tuple[int | None, ...]
    raw: int
    raw_max: int
    scaled: int
    passed: bool
    domains: tuple[tuple[str, int], ...] = ()


class ItemExchange(Protocol):
    """Reads and writes packages of items, and reports of results."""

    def read(self, content: bytes) -> BankDocument:
        """What a package (or a single item) holds; raises Invalid with the place of each fault, or TooLarge."""
        ...

    def write(self, document: BankDocument) -> bytes:
        """A package; the same document gives the same bytes."""
        ...

    def read_result(self, content: bytes, items: Sequence[FormItem], form_code: str) -> ReportedResponses:
        """The answers that a result reports for a form; raises Invalid with the place of each fault."""
        ...

    def write_result(self, record: ResultRecord) -> bytes:
        """A result report."""
        ...
