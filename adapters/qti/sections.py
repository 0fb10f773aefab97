"""One `qti-assessment-test`: parts and sections in their order, each with the items it refers to."""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from adapters.qti.names import PRETEST
from adapters.qti.xml import Source, children, local

MOST_PLACES = 1_000
LONGEST_MINUTES = 1_440
DEEPEST = 8
Reference = tuple["etree._Element", bool]  # noqa: SLF001 - lxml's public type has this name


@dataclass(frozen=True, slots=True)
class TestRead:
    """A test as its file tells it: sections with the references in each (element, scored), and the minutes."""

    __test__ = False

    sections: tuple[tuple[str, tuple[Reference, ...]], ...]
    minutes: int | None


def read_test(source: Source) -> TestRead:
    """The test in a file; raises Faulty. A section within a section is a section of its own."""
    sections = []
    for part in children(source.root, "qti-test-part"):
        for section in children(part, "qti-assessment-section"):
            sections += list(_sections(source, section, 1))
    places = sum(len(references) for _, references in sections)
    if not places:
        raise source.faulty(source.root, "empty_test", "The test refers to no item.")
    if places > MOST_PLACES:
        raise source.faulty(source.root, "too_many_items", f"A form has at most {MOST_PLACES} items.")
    return TestRead(tuple(sections), _minutes(source))


def _sections(source: Source, section: "etree._Element", depth: int) -> Iterator[tuple[str, tuple[Reference, ...]]]:
    if depth > DEEPEST:
        raise source.faulty(section, "too_deep", f"Sections stand at most {DEEPEST} deep in each other.")
    title = source.needed(section, "title")
    run: list[Reference] = []
    for child in section:
        match local(child):
            case "qti-assessment-item-ref":
                run.append((child, _scores(source, child)))
            case "qti-assessment-section":
                if run:
                    yield title, tuple(run)
                    run = []
                yield from _sections(source, child, depth + 1)
            case "qti-selection" | "qti-assessment-section-ref" | "qti-branch-rule" | "qti-pre-condition":
                raise source.faulty(child, "unsupported_element", "A form here has its items in one order.")
            case _:
                continue
    if run:
        yield title, tuple(run)


def _scores(source: Source, reference: "etree._Element") -> bool:
    """Whether the item scores: it is no pretest item, and has some weight."""
    if PRETEST in reference.get("category", "").split():
        return False
    for weight in children(reference, "qti-weight"):
        try:
            if float(source.needed(weight, "value")) == 0:
                return False
        except ValueError:
            raise source.faulty(weight, "bad_attribute", "A number is expected.") from None
    return True


def _minutes(source: Source) -> int | None:
    limits = source.only(source.root, "qti-time-limits")
    said = None if limits is None else limits.get("max-time")
    if limits is None or said is None:
        return None
    try:
        minutes = float(said) / 60
    except ValueError:
        raise source.faulty(limits, "bad_attribute", "A number of seconds is expected.") from None
    if not 0 < minutes <= LONGEST_MINUTES:
        raise source.faulty(limits, "bad_attribute", "A test takes at most a day.")
    return round(minutes)
