"""What is judged of items, sets and exports. Pure."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from uuid import UUID

from domain.errors import Contradiction, Fault
from domain.items import markup
from domain.items.markup import MarkupFault
from domain.items.model import ExportStatus, ItemContent, ItemExport, Option
from domain.programs.policy import Policy

FEWEST_OPTIONS, MOST_OPTIONS = 2, 26
SMALL_EXPORT = 10
"""So many items may leave with one person within `SMALL_SPAN`; from the next one on, a second person must agree."""
SMALL_SPAN = timedelta(days=30)
PACKAGE_WAITS = timedelta(hours=24)
"""How long a package waits to be fetched."""
READS_A_DAY = 200
"""How many times a day one person may read the content of items and sets: reading on and on would be an export."""
LONGEST_TITLE = 200
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}")


def sound(content: ItemContent, pointer: str = "") -> ItemContent:
    """The content in its canonical spelling: texts in canonical markup, the key in order.

    Raises Contradiction with every fault; pointers begin with `pointer`.
    """
    faults: list[Fault] = []
    stem = _text(content.stem, f"{pointer}/stem", faults, needed=True)
    notes = _text(content.notes, f"{pointer}/notes", faults)
    options = tuple(_option(one, f"{pointer}/options/{place}", faults) for place, one in enumerate(content.options))
    faults += [Fault(f"{pointer}{fault.pointer}", fault.code, fault.detail) for fault in _content_faults(content)]
    faults += _alike(options, pointer)
    if faults:
        raise Contradiction(*faults)
    return replace(content, stem=stem, notes=notes, options=options, key=tuple(sorted(content.key)))


def sound_case(title: str, stimulus: str, language: str) -> str:
    """A set's case in canonical markup; raises Contradiction with every fault, of its title and language too."""
    faults = [*_named(title, language)]
    text = _text(stimulus, "/stimulus", faults, needed=True)
    if faults:
        raise Contradiction(*faults)
    return text


def is_title(text: str) -> bool:
    """Whether a text may be a title: one line, nothing unseen in it, no blank at either end."""
    return 0 < len(text) <= LONGEST_TITLE and text.isprintable() and text == text.strip()


def digest(content: ItemContent) -> str:
    """SHA-256 (hex) of a sound content; two items that say the same in every part have the same."""
    return hashlib.sha256(json.dumps(asdict(content), sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def must_fit_outline(domain: str, objective: str | None, policy: Policy, pointer: str = "") -> None:
    """Return when the domain is one of the exam outline, and the objective, where there is one, one of its own.

    Raises Contradiction.
    """
    found = policy.exam.domain(domain)
    if found is None:
        raise Contradiction(Fault(f"{pointer}/domain", "unknown_domain", "The exam outline has no such domain."))
    if objective is not None and objective not in {one.code for one in found.objectives}:
        raise Contradiction(Fault(f"{pointer}/objective", "unknown_objective", "The domain has no such objective."))


def is_small(items: int, forms: int, let_out_before: int) -> bool:
    """Whether an export needs no second person: few items, those of `SMALL_SPAN` before counted, and no form."""
    return forms == 0 and let_out_before + items <= SMALL_EXPORT


def counts_as_small(export: ItemExport, now: datetime) -> bool:
    """Whether an earlier export counts against the next small one of its requester."""
    over = export.status in (ExportStatus.REJECTED, ExportStatus.FAILED)
    return export.small and not over and export.requested_at > now - SMALL_SPAN


def _option(option: Option, pointer: str, faults: list[Fault]) -> Option:
    return Option(
        text=_text(option.text, f"{pointer}/text", faults, needed=True),
        rationale=_text(option.rationale, f"{pointer}/rationale", faults),
    )


def _text(text: str, pointer: str, faults: list[Fault], *, needed: bool = False) -> str:
    """A text in its canonical spelling; its fault, if it has one, joins `faults`."""
    try:
        found = markup.canonical(text)
    except MarkupFault as fault:
        faults.append(Fault(pointer, fault.code, f"Character {fault.at}: {fault.detail}"))
        return text
    if needed and not markup.plain(found):
        faults.append(Fault(pointer, "blank_text", "Something must be said here."))
    return found


def _named(title: str, language: str) -> Iterator[Fault]:
    if not is_title(title):
        yield Fault("/title", "bad_title", f"A title is one line of 1 to {LONGEST_TITLE} characters.")
    if _LANGUAGE.fullmatch(language) is None:
        yield Fault("/language", "bad_language", "A language is a tag as BCP 47 writes it.")


def _content_faults(content: ItemContent) -> Iterator[Fault]:
    count = len(content.options)
    yield from _named(content.title, content.language)
    if not FEWEST_OPTIONS <= count <= MOST_OPTIONS:
        yield Fault("/options", "wrong_number", f"An item has {FEWEST_OPTIONS} to {MOST_OPTIONS} options.")
    if not content.key:
        yield Fault("/key", "no_key", "At least one option is right.")
    if len(set(content.key)) != len(content.key):
        yield Fault("/key", "duplicate_option", "An option is listed twice.")
    if any(not 1 <= option <= count for option in content.key):
        yield Fault("/key", "unknown_option", "The item has no such option.")
    if not 1 <= content.choose <= max(count, 1):
        yield Fault("/choose", "out_of_range", "As many may be marked as there are options, and at least one.")
    elif content.multiple and len(content.key) > content.choose:
        yield Fault("/choose", "fewer_than_key", "Fewer may be marked than are right.")


def _alike(options: Sequence[Option], pointer: str) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for place, option in enumerate(options):
        said = markup.plain(option.text).casefold()
        if said and seen.setdefault(option.text, place) != place:
            yield Fault(f"{pointer}/options/{place}/text", "duplicate_text", "Another option says the same.")


def pair(one: UUID, other: UUID) -> tuple[UUID, UUID]:
    """Two ids, the smaller first: how a pair without a direction is kept."""
    return (one, other) if one < other else (other, one)


def is_right(content: ItemContent, marked: Iterable[int]) -> bool:
    """Whether an answer scores: one of the key where one option is marked, exactly the key where several are."""
    chosen = set(marked)
    if content.multiple:
        return chosen == set(content.key)
    return len(chosen) == 1 and chosen <= set(content.key)
