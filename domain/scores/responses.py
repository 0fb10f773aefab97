"""A file of responses, as far as no format matters: which column is which item, what a row may be refused for.

A candidate's answers are one byte per item in the form's order: 0 omitted, 255 not reached, else the option from 1.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domain.scores.model import FormItem

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

DIGITS = "0123456789"
OMITTED = 0
NOT_REACHED = 255

CANDIDATE_COLUMNS = ("candidate_id", "clientcandidateid", "client_candidate_id", "candidate", "eid")
"""What the column of candidate ids may be called; upper and lower case are alike."""
FORM_COLUMNS = ("form", "form_code", "formcode")
"""A column that names each row's form, where there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFault:
    """Why a file as a whole cannot be read: nothing of it is accepted. `column` is the heading meant, if any."""

    code: str
    detail: str
    column: str | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """Why one row is not accepted.

    `row` is the number of the line in the file, from 1. `column` is the heading of the (first) faulty value; `cells`
    how many values of the row are faulty. `candidate` is the row's candidate id, if it has one. Codes:
    `wrong_number_of_fields`, `misplaced_quote`, `missing_candidate`, `duplicate_candidate`, `repeated_row`,
    `unknown_form`, `not_an_option`.
    """

    row: int
    code: str
    column: str | None = None
    candidate: str | None = None
    cells: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseFile:
    """What a file held.

    Every line below the heading is either accepted, at the same place of `candidates`, `row_numbers` and `responses`
    (uint8[N, I]), or among `rejects`. `rows` counts those lines, empty ones left out. With any of `faults` nothing is
    accepted. `encoding` and `delimiter` are what was found; `unused_columns` are headings that name no item.
    """

    responses: "npt.NDArray[np.uint8]"
    candidates: tuple[str, ...] = ()
    row_numbers: tuple[int, ...] = ()
    rejects: tuple[Reject, ...] = ()
    faults: tuple[FileFault, ...] = ()
    rows: int = 0
    encoding: str = "utf-8"
    delimiter: str = ","
    unused_columns: tuple[str, ...] = ()

    def row_bytes(self) -> Iterator[bytes]:
        """The accepted rows as they are stored, one `bytes` per candidate."""
        width = self.responses.shape[1]
        content = self.responses.tobytes()
        return (content[start : start + width] for start in range(0, len(content), width))


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMap:
    """Places of columns in a file: the candidate's, the form's (if any) and each item's, in the form's order."""

    candidate: int
    form: int | None
    items: tuple[int, ...]
    unused: tuple[str, ...] = ()
    faults: tuple[FileFault, ...] = field(default=())


def map_columns(header: Sequence[str], items: Sequence[FormItem], candidate_column: str | None = None) -> ColumnMap:
    """Find the form's items among the headings.

    A heading names the item whose code it is, or whose code follows its last dot (`iresp.B1` is `B1`); white space
    around it and case do not matter. A column called as the items are (`iresp.B` and a number) that is none of them
    is a fault; others are left unused. `candidate_column` names the column of candidate ids where it is none of
    `CANDIDATE_COLUMNS`. When `faults` is not empty the places mean nothing.
    """
    names = [heading.strip().casefold() for heading in header]
    faults: list[FileFault] = []
    wanted = (candidate_column.strip().casefold(),) if candidate_column else CANDIDATE_COLUMNS
    candidate = _one_of(names, wanted)
    if candidate is None:
        shown = candidate_column or CANDIDATE_COLUMNS[0]
        faults.append(FileFault(code="missing_column", detail="No column holds the candidate ids.", column=shown))
    form = _one_of(names, FORM_COLUMNS)
    taken = {place for place in (candidate, form) if place is not None}
    by_name, by_tail = _places(names, taken, tail=False), _places(names, taken, tail=True)
    found = [by_name.get(item.code.casefold()) or by_tail.get(item.code.casefold(), []) for item in items]
    faults += _item_faults(header, items, found)
    faults += _twice(header, names, taken)
    faults += _left_over(header, items, taken.union(*found), {place for places in found for place in places})
    used = taken.union(*found)
    return ColumnMap(
        candidate=candidate or 0,
        form=form,
        items=tuple(places[0] if places else -1 for places in found),
        unused=tuple(heading for place, heading in enumerate(header) if place not in used),
        faults=tuple(faults),
    )


def _one_of(names: Sequence[str], wanted: Sequence[str]) -> int | None:
    return next((names.index(name) for name in wanted if name in names), None)


def _places(names: Sequence[str], taken: set[int], *, tail: bool) -> dict[str, list[int]]:
    """The columns by heading, or by what follows the heading's last dot."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        if place not in taken:
            places.setdefault(name.rpartition(".")[2] if tail else name, []).append(place)
    return places


def _item_faults(
    header: Sequence[str], items: Sequence[FormItem], found: Sequence[Sequence[int]]
) -> Iterator[FileFault]:
    if not any(found):
        yield FileFault(code="unknown_form", detail="No heading names an item of this form.")
        return
    for item, places in zip(items, found, strict=True):
        if not places:
            yield FileFault(code="missing_column", detail="No column holds this item.", column=item.code)
        elif len(places) > 1:
            shown = ", ".join(header[place].strip() for place in places)
            yield FileFault(
                code="duplicate_column", detail=f"Several columns hold one item: {shown}.", column=item.code
            )


def _twice(header: Sequence[str], names: Sequence[str], taken: set[int]) -> Iterator[FileFault]:
    for place in sorted(taken):
        if names.count(names[place]) > 1:
            yield FileFault(code="duplicate_column", detail="Two columns have this heading.", column=header[place])


def _left_over(
    header: Sequence[str], items: Sequence[FormItem], used: set[int], of_items: set[int]
) -> Iterator[FileFault]:
    """Columns that are called as the form's items are, and are none of them: form or key is shorter than the file."""
    stems = {item.code.casefold().rstrip(DIGITS) for item in items if item.code[-1:].isdigit()}
    prefixes = {_parts(header[place])[0] for place in of_items}
    for place, heading in enumerate(header):
        prefix, code = _parts(heading)
        if place not in used and prefix in prefixes and code[-1:].isdigit() and code.rstrip(DIGITS) in stems:
            detail = "The column is called as the items are, but the form, or its key, has no such item."
            yield FileFault(code="unknown_item", detail=detail, column=heading.strip())


def _parts(heading: str) -> tuple[str, str]:
    """What stands before a heading's last dot, and after it."""
    prefix, _, code = heading.strip().casefold().rpartition(".")
    return prefix, code
