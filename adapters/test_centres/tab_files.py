"""Tab-separated files in a vendor's layout: nothing is quoted, escaped or neutralised."""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import NoReturn
from zoneinfo import ZoneInfo

from adapters.test_centres import cp1252
from domain.countries import ALPHA_3, country
from domain.test_centres.fields import FIELDS, FileKind, Sort, Transform
from domain.test_centres.layout import Column, FileLayout, Layout, Unwritable
from domain.test_centres.model import ReadFile, ReadRow, RowFault, Value, Values

_DAY, _TIMESTAMP = "%Y/%m/%d", "%Y/%m/%d %H:%M:%S"
_DAY_FORM = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2}")
_TIMESTAMP_FORM = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_WHOLE_FORM = re.compile(r"[0-9]{1,9}")
_BREAKS = re.compile(r"[\x00-\x1f\x7f]")
_ENDS = {"crlf": b"\r\n", "lf": b"\n"}
MOST_ROWS = 200_000


class _Refused(Exception):
    """A value that a column cannot hold."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


def _refuse(code: str, detail: str) -> NoReturn:
    raise _Refused(code, detail)


def write_file(layout: Layout, kind: FileKind, rows: Sequence[Values]) -> tuple[bytes, list[RowFault | None]]:
    """The file of these rows, and the fault of each that it does not hold; LookupError for a kind without a layout."""
    file, end = _layout_of(layout, kind), _ENDS[layout.line_end]
    lines = ["\t".join(one.column for one in file.columns).encode("cp1252")]
    faults: list[RowFault | None] = []
    for values in rows:
        line, fault = _written_row(layout, kind, file, values)
        faults.append(fault)
        if line is not None:
            lines.append(line)
    return b"".join(line + end for line in lines), faults


def read_file(layout: Layout, kind: FileKind, content: bytes) -> ReadFile:
    """Every line below the heading that is not empty; a file without the layout's columns is refused whole."""
    file = _layout_of(layout, kind)
    lines = [line.removesuffix(b"\r") for line in content.split(b"\n")]
    if len(lines) > MOST_ROWS:
        return ReadFile(fault=_fault(None, "too_many_rows", f"A file holds at most {MOST_ROWS:,} rows."))
    heading = cp1252.decoded(lines[0].removeprefix(b"\xef\xbb\xbf")) if lines[0] else None
    if heading is None:
        return ReadFile(fault=_fault(None, "no_heading", "The first line is not a line of column headings."))
    names = [name.strip() for name in heading.split("\t")]
    places, fault = _places(file, names)
    if fault is not None:
        return ReadFile(fault=fault)
    reader = _Reader(layout, kind, file, places, len(names))
    return ReadFile(rows=tuple(reader.row(at, line) for at, line in enumerate(lines[1:], 2) if line.strip()))


def _layout_of(layout: Layout, kind: FileKind) -> FileLayout:
    file = layout.file(kind)
    if file is None:
        message = f"{layout.vendor} has no files of {kind}"
        raise LookupError(message)
    return file


def _places(file: FileLayout, names: Sequence[str]) -> tuple[dict[str, int], RowFault | None]:
    """Where each of the layout's columns stands in the heading; columns that the layout does not know are let be."""
    folded = [name.casefold() for name in names]
    places: dict[str, int] = {}
    for one in file.columns:
        count = folded.count(one.column.casefold())
        if count > 1:
            return {}, _fault(one.column, "duplicate_column", "Two columns have this heading.")
        if count:
            places[one.column] = folded.index(one.column.casefold())
        elif one.required:
            return {}, _fault(one.column, "missing_column", "No column has this heading.")
    return places, None


class _Reader:
    """Reads the lines of one file."""

    def __init__(self, layout: Layout, kind: FileKind, file: FileLayout, places: dict[str, int], width: int) -> None:
        self._zone, self._fields, self._width = ZoneInfo(layout.zone), FIELDS[kind], width
        self._columns = [(one, places[one.column]) for one in file.columns if one.field and one.column in places]
        self._exams = {series.casefold(): exam for exam, series in layout.series.items()}

    def row(self, number: int, line: bytes) -> ReadRow:
        digest = hashlib.sha256(line).hexdigest()
        text = cp1252.decoded(line)
        if text is None:
            fault = _fault(None, "undefined_byte", "The line holds a byte that CP1252 leaves undefined.")
            return ReadRow(row=number, digest=digest, fault=fault)
        cells = text.split("\t")
        if len(cells) != self._width:
            detail = f"The line has {len(cells)} fields, and the heading {self._width}."
            return ReadRow(row=number, digest=digest, fault=_fault(None, "wrong_number_of_fields", detail))
        values: Values = {}
        for one, place in self._columns:
            try:
                values[one.field or ""] = self._value(one, cells[place].strip())
            except _Refused as refusal:
                fault = _fault(one.column, refusal.code, refusal.detail)
                return ReadRow(row=number, digest=digest, fault=fault)
        return ReadRow(row=number, digest=digest, values=values)

    def _value(self, one: Column, cell: str) -> Value:
        if not cell:
            if one.required:
                _refuse("missing_value", "The column must not be empty.")
            return None
        if len(cell) > one.longest:
            _refuse("too_long", f"At most {one.longest} characters.")
        if _BREAKS.search(cell):
            _refuse("control_character", "The value holds a control character.")
        return self._read(one, cell)

    def _read(self, one: Column, cell: str) -> Value:  # noqa: PLR0911 - one for each transform
        match one.transform:
            case Transform.WHOLE:
                if not _WHOLE_FORM.fullmatch(cell):
                    _refuse("malformed_number", "A whole number of at most nine digits is expected.")
                return int(cell)
            case Transform.DAY:
                return _read_instant(cell, _DAY_FORM, _DAY).date().isoformat()
            case Transform.TIMESTAMP:
                local = _read_instant(cell, _TIMESTAMP_FORM, _TIMESTAMP)
                if self._fields[one.field or ""].sort is Sort.DAY:
                    return local.date().isoformat()
                return local.replace(tzinfo=self._zone).astimezone(UTC).isoformat()
            case Transform.ALPHA3:
                if (found := country(cell)) is None:
                    _refuse("unknown_country", "There is no country of this code.")
                return found
            case Transform.CODE:
                meant = {spelled.casefold(): value for value, spelled in one.codes.items()}
                if cell.casefold() not in meant:
                    _refuse("unknown_code", f"One of {', '.join(one.codes.values())} is expected.")
                return meant[cell.casefold()]
            case _:
                return cell


def _read_instant(cell: str, form: re.Pattern[str], pattern: str) -> datetime:
    try:
        if form.fullmatch(cell):
            return datetime.strptime(cell, pattern)  # noqa: DTZ007 - the layout's zone is put on it afterwards
    except ValueError:
        pass
    shown = "yyyy/MM/dd HH:mm:ss" if pattern is _TIMESTAMP else "yyyy/MM/dd"
    _refuse("malformed_time", f"A time of the form {shown} is expected.")


def _written_row(
    layout: Layout, kind: FileKind, file: FileLayout, values: Values
) -> tuple[bytes | None, RowFault | None]:
    cells = []
    for one in file.columns:
        try:
            cells.append(_cell(layout, kind, one, values))
        except _Refused as refusal:
            return None, _fault(one.column, refusal.code, refusal.detail)
    return "\t".join(cells).encode("cp1252"), None


def _cell(layout: Layout, kind: FileKind, one: Column, values: Values) -> str:
    if one.field is None:
        return one.constant
    value = values.get(one.field)
    if value in (None, ""):
        if one.required or FIELDS[kind][one.field].needed:
            _refuse("missing_value", "The column must not be empty.")
        return ""
    text = _transformed(layout, kind, one, value)
    if _BREAKS.search(text):
        _refuse("control_character", "The value holds a tab, a line break or another control character.")
    if not cp1252.is_writable(text):
        nearest = cp1252.transliterated(text) if layout.unwritable is Unwritable.TRANSLITERATE else None
        if nearest is None:
            _refuse("unwritable_character", "The value holds a character that CP1252 lacks.")
        text = nearest
    if len(text) > one.longest:
        _refuse("too_long", f"At most {one.longest} characters.")
    return text


def _transformed(layout: Layout, kind: FileKind, one: Column, value: Value) -> str:  # noqa: PLR0911 - as above
    text = str(value)
    match one.transform:
        case Transform.UPPER:
            return text.upper()
        case Transform.ALPHA3:
            if text not in ALPHA_3:
                _refuse("unknown_country", "There is no country of this code.")
            return ALPHA_3[text]
        case Transform.DAY:
            return date.fromisoformat(text).strftime(_DAY)
        case Transform.TIMESTAMP if FIELDS[kind][one.field or ""].sort is Sort.DAY:
            return date.fromisoformat(text).strftime(_TIMESTAMP)
        case Transform.TIMESTAMP:
            return datetime.fromisoformat(text).astimezone(ZoneInfo(layout.zone)).strftime(_TIMESTAMP)
        case Transform.CODE:
            return one.codes[text]
        case _:
            return text


def _fault(column: str | None, code: str, detail: str) -> RowFault:
    return RowFault(column=column, code=code, detail=detail)
