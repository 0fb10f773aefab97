"""A vendor's layout: which column holds which field, and how values are written. Pure data, and its lint."""

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field as Bound

from domain.dates import is_zone
from domain.errors import Fault
from domain.test_centres.fields import FIELDS, IN, OUT, TRANSFORMS, FileKind, Sort, Transform

Name = Annotated[str, Bound(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.-]*$")]
Vendor = Annotated[str, Bound(min_length=1, max_length=64, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Written = Annotated[str, Bound(max_length=40)]


class Part(BaseModel):
    """A part of a layout: frozen, and nothing that is not asked for is accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Unwritable(StrEnum):
    """What becomes of characters that the file's encoding lacks.

    `transliterate` writes the nearest that it has (a base letter without its mark) and refuses the row where there is
    none; `refuse` refuses the row at once. Nothing is ever replaced by a question mark.
    """

    TRANSLITERATE = "transliterate"
    REFUSE = "refuse"


class Scores(StrEnum):
    """Whether results are scores of their own, or only checked against the responses that come beside them."""

    ALONE = "alone"
    CHECKED = "checked"


class Column(Part):
    """A column: the field it holds, how it is written, how long it may be, and for codes how each value is spelled.

    A column without a `field` always holds `constant`.
    """

    column: Name
    field: Name | None = None
    transform: Transform = Transform.TEXT
    constant: Written = ""
    longest: Annotated[int, Bound(ge=1, le=4_000)] = 255
    required: bool = False
    codes: dict[str, Written] = {}


class FileLayout(Part):
    """One kind of file: its columns in order, and for outgoing ones its name, with `{number}` for the file's number."""

    columns: tuple[Column, ...]
    name: Annotated[str, Bound(max_length=100, pattern=r"^[A-Za-z0-9._{}-]+$")] = "{number}.txt"


class Layout(Part):
    """All of a vendor's files. `series` spells our exam codes as the vendor's exam series."""

    layout_format: Literal[1]
    vendor: Vendor
    title: Annotated[str, Bound(min_length=1, max_length=200)]
    encoding: Literal["cp1252"]
    delimiter: Literal["tab"]
    line_end: Literal["crlf", "lf"]
    timestamp: Literal["yyyy/MM/dd HH:mm:ss"]
    zone: Name | Annotated[str, Bound(pattern=r"^[A-Za-z0-9_+/-]{1,64}$")]
    unwritable: Unwritable
    scores: Scores
    series: dict[str, Written]
    out: dict[FileKind, FileLayout]
    incoming: dict[FileKind, FileLayout]

    def file(self, kind: FileKind) -> FileLayout | None:
        """The layout of a kind of file, if this vendor has it."""
        return (self.out if kind in OUT else self.incoming).get(kind)


def lint(layout: Layout) -> list[Fault]:
    """Everything that stands against using a layout, with JSON Pointers into it."""
    return list(_faults(layout))


def _faults(layout: Layout) -> Iterator[Fault]:
    if not is_zone(layout.zone):
        yield Fault("/zone", "unknown_zone", "This is no time zone.")
    for exam, series in layout.series.items():
        if not series or not _fits(series):
            yield Fault(f"/series/{exam}", "not_writable", "A series needs a name that the file can hold.")
    for side, kinds, files in (("out", OUT, layout.out), ("incoming", IN, layout.incoming)):
        for kind, file in files.items():
            if kind not in kinds:
                yield Fault(f"/{side}/{kind}", "wrong_side", "Files of this kind go the other way.")
            else:
                yield from _file_faults(f"/{side}/{kind}", kind, file)


def _file_faults(place: str, kind: FileKind, file: FileLayout) -> Iterator[Fault]:
    headings = Counter(one.column.casefold() for one in file.columns)
    mapped = Counter(one.field for one in file.columns if one.field is not None)
    for number, one in enumerate(file.columns):
        where = f"{place}/columns/{number}"
        if headings[one.column.casefold()] > 1:
            yield Fault(f"{where}/column", "duplicate_column", "Another column has this heading.")
        if one.field is not None and mapped[one.field] > 1:
            yield Fault(f"{where}/field", "duplicate_field", "Another column holds this field.")
        yield from _column_faults(where, kind, one)
    for name, field in FIELDS[kind].items():
        if field.needed and name not in mapped:
            yield Fault(f"{place}/columns", "missing_field", f"No column holds {name}.")
    if kind is FileKind.CONFIRMATIONS and not mapped.keys() & {"client_candidate_id", "client_authorization_id"}:
        yield Fault(f"{place}/columns", "missing_field", "No column says which of our records is meant.")
    if kind in OUT and "{number" not in file.name:
        yield Fault(f"{place}/name", "not_numbered", "The name of the file must hold its number.")


def _column_faults(where: str, kind: FileKind, one: Column) -> Iterator[Fault]:
    if not _fits(one.constant) or not all(map(_fits, one.codes.values())):
        yield Fault(where, "not_writable", "The file's encoding cannot hold this, or it would break the line.")
    if one.field is None:
        return
    field = FIELDS[kind].get(one.field)
    if field is None:
        yield Fault(f"{where}/field", "unknown_field", "Files of this kind have no such field.")
        return
    if one.transform not in TRANSFORMS[field.sort]:
        allowed = ", ".join(TRANSFORMS[field.sort])
        yield Fault(f"{where}/transform", "wrong_transform", f"This field is written as one of {allowed}.")
    if field.sort in (Sort.CODE, Sort.FLAG):
        yield from _code_faults(f"{where}/codes", kind, one, field.values)


def _code_faults(where: str, kind: FileKind, one: Column, values: tuple[str, ...]) -> Iterator[Fault]:
    for name in one.codes:
        if name not in values:
            yield Fault(f"{where}/{name}", "unknown_value", f"The field's values are {', '.join(values)}.")
    if kind in OUT and (missing := [name for name in values if name not in one.codes]):
        yield Fault(where, "missing_value", f"How is {missing[0]} written?")
    if not one.codes:
        yield Fault(where, "missing_value", "A code needs its list of values.")
    if len({spelled.casefold() for spelled in one.codes.values()}) < len(one.codes):
        yield Fault(where, "ambiguous_code", "Two values are spelled alike.")


def _fits(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return not any(one in text for one in "\t\r\n\0")
