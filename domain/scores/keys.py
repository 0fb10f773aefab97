"""What a form's key scores: several right options for an item, items dropped after the event, pretest items."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.errors import Contradiction, Fault
from domain.scores.model import FormItem

MOST_OPTIONS = 26
"""Options are numbered from 1; a letter may stand for one in a file (A is 1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerKey:
    """A form's items as scoring sees them, in the form's order.

    `correct` holds the options that score one point; empty for an item that does not count (unscored, or dropped).
    `domain_of` is each item's place in `domains`, which follow the blueprint's order; `domain_items` counts the items
    that score in each. Raw scores run from 0 to `raw_max`.
    """

    correct: tuple[tuple[int, ...], ...]
    domain_of: tuple[int, ...]
    domains: tuple[str, ...]
    domain_items: tuple[int, ...]

    @property
    def items(self) -> int:
        """How many items the form has, scored or not."""
        return len(self.correct)

    @property
    def raw_max(self) -> int:
        """The highest raw score: how many items score."""
        return sum(self.domain_items)


def answer_key(items: Sequence[FormItem], correct: Sequence[Sequence[int]], domains: Sequence[str]) -> AnswerKey:
    """Lay a version of the key (for each item the options that score, none where it is dropped) over a form's items.

    A pretest item has its options in the key, for its statistics, and scores nothing.

    Raises:
        Contradiction: naming every fault; pointers are into the items and the key.

    """
    faults = tuple(_faults(items, correct, domains))
    if faults:
        raise Contradiction(*faults)
    scoring = tuple(tuple(options) if item.scored else () for item, options in zip(items, correct, strict=True))
    domain_of = tuple(domains.index(item.domain) for item in items)
    counted = [place for place, options in zip(domain_of, scoring, strict=True) if options]
    return AnswerKey(
        correct=scoring,
        domain_of=domain_of,
        domains=tuple(domains),
        domain_items=tuple(counted.count(place) for place in range(len(domains))),
    )


def _faults(items: Sequence[FormItem], correct: Sequence[Sequence[int]], domains: Sequence[str]) -> Iterator[Fault]:
    if len(items) != len(correct):
        yield Fault("/correct", "wrong_length", "The key must have one entry for each item of the form.")
        return
    codes: set[str] = set()
    for place, item in enumerate(items):
        if item.code.casefold() in codes:
            yield Fault(f"/items/{place}/code", "duplicate_item", "Another item has this code.")
        codes.add(item.code.casefold())
        if item.domain not in domains:
            yield Fault(f"/items/{place}/domain", "unknown_domain", "The exam outline has no such domain.")
        if not 1 <= item.options <= MOST_OPTIONS:
            yield Fault(f"/items/{place}/options", "out_of_range", f"An item has 1 to {MOST_OPTIONS} options.")
    for place, (item, options) in enumerate(zip(items, correct, strict=True)):
        if len(set(options)) != len(options):
            yield Fault(f"/correct/{place}", "duplicate_option", "An option is listed twice.")
        if any(not 1 <= option <= item.options for option in options):
            yield Fault(f"/correct/{place}", "unknown_option", "The item has no such option.")
    if not any(item.scored and options for item, options in zip(items, correct, strict=True)):
        yield Fault("/correct", "nothing_scored", "No item scores.")
