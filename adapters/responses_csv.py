"""Responses from CSV: bytes in, a matrix and a list of what was not taken out. No loop runs over cells.

Lines are framed with numpy, so that a field too few or too many costs its line and not the file. Most lines end in
answers of one character each: those tails are cut off and read at once, as a matrix. What is left is read by polars,
column by column.
"""

import codecs
import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO

import numpy as np
import numpy.typing as npt
import polars as pl

from domain.scores.model import FormItem
from domain.scores.responses import ColumnMap, FileFault, Reject, ResponseFile, map_columns
from domain.scores.scoring import mark_not_reached

DELIMITERS = (",", ";", "\t")
BLANKS = ("", "0", "NA", "na", ".")
"""How files write that there is no answer."""
QUOTE, NEWLINE, RETURN = ord('"'), ord("\n"), ord("\r")
INVALID = 254
ASCII = 128

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]


def read_responses(
    content: bytes, items: Sequence[FormItem], form_code: str, *, candidate_column: str | None = None
) -> ResponseFile:
    """Read a file of one form's responses; see `ResponseFile`. Never raises for what the file holds."""
    text, encoding = _as_utf8(content)
    if text is None:
        return _refused(items, encoding, ",", FileFault(code="unreadable", detail="The file is not text."))
    frame = _frame(text)
    header = frame.heading()
    if not header:
        fault = FileFault(code="no_heading", detail="The first line is not a readable line of column headings.")
        return _refused(items, encoding, frame.delimiter, fault)
    columns = map_columns(header, items, candidate_column)
    if columns.faults:
        return _refused(items, encoding, frame.delimiter, *columns.faults)
    return _Reading(frame, header, columns, items, form_code, encoding).result()


def _refused(items: Sequence[FormItem], encoding: str, delimiter: str, *faults: FileFault) -> ResponseFile:
    nothing = np.zeros((0, len(items)), dtype=np.uint8)
    return ResponseFile(responses=nothing, faults=faults, encoding=encoding, delimiter=delimiter)


def _as_utf8(content: bytes) -> tuple[bytes | None, str]:
    """The content as UTF-8 without a byte order mark, and the encoding it was in; None when it is no text."""
    for mark, name in (
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
        (codecs.BOM_UTF8, "utf-8-sig"),
    ):
        if content.startswith(mark):
            return _decoded(content, name), name
    as_utf8 = _decoded(content, "utf-8")
    return (as_utf8, "utf-8") if as_utf8 is not None else (_decoded(content, "cp1252"), "cp1252")


def _decoded(content: bytes, encoding: str) -> bytes | None:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    if "\0" in text:
        return None
    if "\r" in text and "\n" not in text:
        text = text.replace("\r", "\n")
    return text.encode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class _Frame:
    """The lines of a file that are not empty: their numbers from 1, extents (newline excluded) and counts of fields.

    `tails` is uint8[lines, K], the last K fields of a line where all of them are one character; `cut` says which lines
    were, and their extents end before it. Of the others the rows of `tails` mean nothing.

    Every line is a record. A quoted value that goes on in the next line has no place among responses, and to allow
    it would let one stray quote swallow the rows below; such lines have a count of 0.
    """

    text: bytes
    content: Bytes
    numbers: Places
    starts: Places
    ends: Places
    fields: Places
    delimiter: str
    cut: npt.NDArray[np.bool_]
    tails: Bytes

    def heading(self) -> list[str]:
        """The first line's values; none when it cannot be read."""
        if not len(self.starts) or not self.fields[0]:
            return []
        line = self.content[self.starts[0] : self.ends[0]].tobytes().decode()
        try:
            return next(csv.reader([line], delimiter=self.delimiter), [])
        except csv.Error:
            return []

    def lines(self, chosen: npt.NDArray[np.bool_]) -> bytes:
        """The chosen lines, one after another."""
        starts, ends = self.starts[chosen], self.ends[chosen] + 1
        if (starts[1:] == ends[:-1]).all():
            return self.content[starts[0] : ends[-1]].tobytes()
        edges = np.zeros(len(self.content) + 1, dtype=np.int8)
        edges[starts] += 1
        edges[ends] -= 1
        return self.content[np.cumsum(edges[:-1], dtype=np.int8).view(np.bool_)].tobytes()


def _frame(text: bytes, *, cutting: bool = True) -> _Frame:
    """Find the lines, cut their tails off, and count their fields: delimiters between quotes separate nothing."""
    content = np.frombuffer(text if text.endswith(b"\n") else text + b"\n", dtype=np.uint8)
    ends = np.flatnonzero(content == NEWLINE)
    starts = np.concatenate((np.zeros(1, dtype=np.int64), ends[:-1] + 1))
    lengths = ends - starts - ((ends > starts) & (content[np.maximum(ends - 1, 0)] == RETURN))
    kept = np.flatnonzero(lengths > 0)
    starts, ends = starts[kept], ends[kept]
    delimiter = _delimiter(content[int(starts[0]) : int(ends[0])]) if len(kept) else ","
    last = ends - (content[np.maximum(ends - 1, 0)] == RETURN)
    cut, tails = _tails(content, starts, last, ord(delimiter)) if cutting else _no_tails(len(starts))
    if cut.any():
        ends = np.where(cut, last - 2 * tails.shape[1], ends)
        content, starts, ends = _joined(content, starts, ends)
    fields = _count_fields(content, starts, ends, ord(delimiter))
    fields = np.where(cut & (fields > 0), fields + tails.shape[1], fields)
    return _Frame(text, content, kept + 1, starts, ends, fields, delimiter, cut, tails)


def _no_tails(lines: int) -> tuple[npt.NDArray[np.bool_], Bytes]:
    return np.zeros(lines, dtype=np.bool_), np.zeros((lines, 0), dtype=np.uint8)


def _joined(content: Bytes, starts: Places, ends: Places) -> tuple[Bytes, Places, Places]:
    """These extents as a content of their own, one a line, and where they lie in it."""
    whole = content.data
    joined = b"\n".join([*(whole[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)), b""])
    begins = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(ends - starts + 1)[:-1]))
    return np.frombuffer(joined, dtype=np.uint8), begins, begins + ends - starts


def _tails(content: Bytes, starts: Places, ends: Places, delimiter: int) -> tuple[npt.NDArray[np.bool_], Bytes]:
    """Which lines end as the second one does, in so many fields of one character, and those characters.

    The heading is never cut. A line keeps at least its first field.
    """
    if len(starts) < 2:  # noqa: PLR2004 - a heading and a row
        return _no_tails(len(starts))
    model = content[int(starts[1]) : int(ends[1])]
    pairs = model[len(model) % 2 :].reshape(-1, 2)[::-1]
    other = np.flatnonzero((pairs[:, 0] != delimiter) | (pairs[:, 1] == delimiter) | (pairs[:, 1] == QUOTE))
    width = int(other[0]) if len(other) else len(pairs) - 1
    if width < 1:
        return _no_tails(len(starts))
    long_enough = ends - starts > 2 * width
    windows = np.lib.stride_tricks.sliding_window_view(content, 2 * width)
    blocks = windows[np.maximum(ends - 2 * width, 0)]
    separators, tails = blocks[:, 0::2], np.ascontiguousarray(blocks[:, 1::2])
    alone = (tails != delimiter) & (tails != QUOTE) & (tails < ASCII)
    cut = long_enough & (separators == delimiter).all(axis=1) & alone.all(axis=1)
    cut[0] = False
    return cut, tails


def _count_fields(content: Bytes, starts: Places, ends: Places, delimiter: int) -> Places:
    """How many fields each line has; 0 where its quotes are not as CSV writes them."""
    cuts = np.flatnonzero(content == delimiter)
    quotes = np.flatnonzero(content == QUOTE)
    if len(quotes):
        # A place is quoted when an odd number of quotes stands before it in its line.
        before_line = np.searchsorted(quotes, starts)
        line = np.searchsorted(starts, cuts, side="right") - 1
        cuts = cuts[(np.searchsorted(quotes, cuts) - before_line[line]) % 2 == 0]
    fields = np.searchsorted(cuts, ends) - np.searchsorted(cuts, starts) + 1
    if len(quotes):
        fields[_misquoted(content, starts, ends, quotes, delimiter)] = 0
    return fields


def _misquoted(content: Bytes, starts: Places, ends: Places, quotes: Places, delimiter: int) -> Places:
    """The lines with a quote that does not close, or that opens or closes amid a value."""
    line = np.searchsorted(starts, quotes, side="right") - 1
    opens = (np.arange(len(quotes)) - np.searchsorted(quotes, starts)[line]) % 2 == 0
    before = content[np.maximum(quotes - 1, 0)]
    before_ok = np.isin(before, (delimiter, NEWLINE, QUOTE)) | (quotes == 0)
    after_ok = np.isin(content[quotes + 1], (delimiter, NEWLINE, RETURN, QUOTE))
    unclosed = (np.searchsorted(quotes, ends) - np.searchsorted(quotes, starts)) % 2 == 1
    return np.union1d(np.flatnonzero(unclosed), line[np.where(opens, ~before_ok, ~after_ok)])


def _delimiter(first_line: Bytes) -> str:
    """The most frequent of the three in the first line; a comma where there is none."""
    return max(DELIMITERS, key=lambda one: int((first_line == ord(one)).sum()))


class _Reading:
    """One file on its way through the checks; what is refused is struck out of `open`, with its reason."""

    def __init__(
        self,
        frame: _Frame,
        header: list[str],
        columns: ColumnMap,
        items: Sequence[FormItem],
        form_code: str,
        encoding: str,
    ) -> None:
        self._frame, self._header, self._columns, self._items = frame, header, columns, items
        self._form_code, self._encoding = form_code, encoding
        self._rejects: list[Reject] = []

    def result(self) -> ResponseFile:
        fields = self._frame.fields
        below, sound = np.arange(len(fields)) > 0, fields == len(self._header)
        self._refuse_lines(below & (fields == 0), "misplaced_quote")
        self._refuse_lines(below & ~sound & (fields > 0), "wrong_number_of_fields")
        chosen = below & sound
        self._numbers = self._frame.numbers[chosen]
        table, matrix = self._read(chosen)
        self._candidates = table.get_column(str(self._columns.candidate)).str.strip_chars()
        self._open = np.ones(len(matrix), dtype=np.bool_)
        self._refuse_without_candidate()
        self._refuse_other_forms(table)
        self._refuse_strange_answers(matrix)
        matrix = mark_not_reached(matrix)
        self._refuse_duplicates(matrix)
        return ResponseFile(
            responses=matrix[self._open],
            candidates=tuple(self._candidates.filter(pl.Series(self._open)).to_list()),
            row_numbers=tuple(self._numbers[self._open].tolist()),
            rejects=tuple(sorted(self._rejects, key=lambda reject: reject.row)),
            rows=int(below.sum()),
            encoding=self._encoding,
            delimiter=self._frame.delimiter,
            unused_columns=self._columns.unused,
        )

    def _read(self, chosen: npt.NDArray[np.bool_]) -> tuple[pl.DataFrame, Bytes]:
        """The chosen records' columns that name candidate and form, and their answers, in the file's order."""
        kept = len(self._header) - self._frame.tails.shape[1]
        named = [self._columns.candidate, *([] if self._columns.form is None else [self._columns.form])]
        if max(named) >= kept or self._frame.cut[chosen].sum() == 0:
            self._frame = _frame(self._frame.text, cutting=False)
            kept = len(self._header)
        cut = self._frame.cut[chosen]
        parts, matrix = [], np.empty((len(cut), len(self._items)), dtype=np.uint8)
        for which, width in ((True, kept), (False, len(self._header))):
            of = cut == which
            lines = chosen & (self._frame.cut == which)
            if which and not of.any():
                continue
            table = self._table(lines, width)
            matrix[of] = self._matrix(table, self._frame.tails[lines], width)
            parts.append(table.select(map(str, named)).with_columns(pl.Series("", np.flatnonzero(of))))
        return pl.concat(parts).sort("").drop(""), matrix

    def _table(self, chosen: npt.NDArray[np.bool_], width: int) -> pl.DataFrame:
        """The chosen records' wanted columns among their first `width` as text, named by their place in the file."""
        wanted = {self._columns.candidate, *self._columns.items}
        if self._columns.form is not None:
            wanted.add(self._columns.form)
        wanted = {place for place in wanted if place < width}
        names = [str(place) for place in range(width)]
        if not chosen.any():
            return pl.DataFrame({str(place): pl.Series([], dtype=pl.String) for place in wanted})
        return pl.read_csv(
            BytesIO(self._frame.lines(chosen)),
            has_header=False,
            columns=sorted(wanted),
            new_columns=names,
            separator=self._frame.delimiter,
            infer_schema=False,
            empty_string_is_null=False,
        )

    def _matrix(self, table: pl.DataFrame, tails: Bytes, width: int) -> Bytes:
        """uint8[N, I]: 0 no answer, an option from 1, or `INVALID`. Columns from `width` on are those of `tails`."""
        matrix = np.empty((len(tails), len(self._items)), dtype=np.uint8)
        places = np.array(self._columns.items, dtype=np.int64)
        at_end = places >= width
        for column in np.flatnonzero(~at_end).tolist():
            matrix[:, column] = _coded(table.get_column(str(places[column])), self._items[column].options)
        for options in {item.options for item in self._items}:
            alike = at_end & np.array([item.options == options for item in self._items])
            if alike.any():
                matrix[:, alike] = _meanings(options)[tails[:, places[alike] - width]]
        return matrix

    def _refuse_lines(self, lines: npt.NDArray[np.bool_], code: str) -> None:
        self._rejects += [Reject(row=number, code=code) for number in self._frame.numbers[lines].tolist()]

    def _refuse(self, rows: Places, code: str, column: int | None = None) -> None:
        """Strike rows out, for a reason found in one column."""
        heading = None if column is None else self._header[column]
        for row in rows.tolist():
            name = self._candidates[row] or None
            self._rejects.append(Reject(row=int(self._numbers[row]), code=code, column=heading, candidate=name))
        self._open[rows] = False

    def _refuse_without_candidate(self) -> None:
        empty = (self._candidates == "").to_numpy()
        self._refuse(np.flatnonzero(empty), "missing_candidate", self._columns.candidate)

    def _refuse_other_forms(self, table: pl.DataFrame) -> None:
        if self._columns.form is None:
            return
        forms = table.get_column(str(self._columns.form)).str.strip_chars().str.to_lowercase()
        other = (forms != self._form_code.lower()).to_numpy()
        self._refuse(np.flatnonzero(other & self._open), "unknown_form", self._columns.form)

    def _refuse_strange_answers(self, matrix: Bytes) -> None:
        strange = (matrix == INVALID) & self._open[:, None]
        counts = strange.sum(axis=1)
        for row in np.flatnonzero(counts).tolist():
            first = self._columns.items[int(strange[row].argmax())]
            self._rejects.append(
                Reject(
                    row=int(self._numbers[row]),
                    code="not_an_option",
                    column=self._header[first],
                    candidate=self._candidates[row],
                    cells=int(counts[row]),
                )
            )
        self._open &= counts == 0

    def _refuse_duplicates(self, matrix: Bytes) -> None:
        """Two rows of one candidate: the same twice is one, and two different ones are none, since neither is known."""
        repeated = self._candidates.is_duplicated().to_numpy() & self._open
        groups: dict[str, list[int]] = {}
        for row in np.flatnonzero(repeated).tolist():
            groups.setdefault(self._candidates[row], []).append(row)
        for first, *others in groups.values():
            alike = bool((matrix[others] == matrix[first]).all())
            refused = others if alike else [first, *others]
            code = "repeated_row" if alike else "duplicate_candidate"
            self._refuse(np.array(refused, dtype=np.int64), code, self._columns.candidate)


@cache
def _meanings(options: int) -> Bytes:
    """What each ASCII character means as an answer to an item of so many options."""
    return np.array([_meaning(chr(code), options) for code in range(ASCII)], dtype=np.uint8)


def _coded(column: pl.Series, options: int) -> Bytes:
    """One item's answers: digits are read at once; the few that are none of `BLANKS` and no number, one by one."""
    number = column.cast(pl.UInt8, strict=False)
    fine = number.is_between(1, options).fill_null(value=False)
    coded = number.fill_null(INVALID).set(~fine, INVALID).to_numpy(writable=True)
    rest = np.flatnonzero(coded == INVALID)
    if len(rest):
        values = column.gather(rest)
        kinds = values.unique()
        meaning = {kind: _meaning(kind, options) for kind in kinds.to_list()}
        coded[rest] = values.replace_strict(meaning, return_dtype=pl.UInt8).to_numpy()
    return coded


def _meaning(value: str, options: int) -> int:
    """An answer as files spell it: a blank, a letter for the option (A is 1), or a number with spaces around it."""
    value = value.strip()
    if value in BLANKS:
        return 0
    if value.isascii() and len(value) == 1 and value.isalpha():
        option = ord(value.upper()) - ord("A") + 1
    elif value.isascii() and value.isdigit() and len(value) <= 2:  # noqa: PLR2004 - options have two digits at most
        option = int(value)
    else:
        return INVALID
    return option if 1 <= option <= options else INVALID
