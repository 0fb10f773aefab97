"""Response times from CSV: seconds by candidate and item. Pure; every row that cannot be used is told."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from domain.scores.model import FormItem
from domain.scores.responses import FileFault, Reject, map_columns

LONGEST_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """The usable rows: seconds per item in the form's order, by the candidate's number; and those that are not."""

    seconds: dict[str, tuple[float, ...]]
    rejects: tuple[Reject, ...] = ()
    faults: tuple[FileFault, ...] = ()


def read_times(content: bytes, items: Sequence[FormItem]) -> Times:
    """Read a file of times: a heading as that of responses, and seconds as decimal numbers, greater than zero.

    A row with a time missing cannot be fitted and is rejected (`missing_time`), as is one that says something else
    (`malformed_time`), or a candidate a second time (`duplicate_candidate`).
    """
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        fault = FileFault(code="unreadable", detail="The file is not CSV in UTF-8.")
        return Times(seconds={}, faults=(fault,))
    columns = map_columns(rows[0] if rows else [], items)
    if columns.faults:
        return Times(seconds={}, faults=columns.faults)
    found: dict[str, tuple[float, ...]] = {}
    rejects: list[Reject] = []
    for number, row in enumerate(rows[1:], 2):
        if not row:
            continue
        name, seconds, reject = _row(number, row, len(rows[0]), columns.candidate, columns.items)
        if reject is None and name in found:
            reject = Reject(row=number, code="duplicate_candidate", candidate=name)
        if reject is None:
            found[name] = seconds
        else:
            rejects.append(reject)
    return Times(seconds=found, rejects=tuple(rejects))


def _row(
    number: int, row: Sequence[str], width: int, candidate: int, items: Sequence[int]
) -> tuple[str, tuple[float, ...], Reject | None]:
    if len(row) != width:
        return "", (), Reject(row=number, code="wrong_number_of_fields")
    name = row[candidate].strip()
    if not name:
        return "", (), Reject(row=number, code="missing_candidate")
    seconds = []
    for place in items:
        value = _seconds(row[place].strip())
        if value is None:
            code = "malformed_time" if row[place].strip() else "missing_time"
            return name, (), Reject(row=number, code=code, candidate=name)
        seconds.append(value)
    return name, tuple(seconds), None


def _seconds(text: str) -> float | None:
    if not text.replace(".", "", 1).isascii() or not text.replace(".", "", 1).isdecimal() or len(text) > 12:  # noqa: PLR2004 - a day in microseconds
        return None
    value = float(text)
    return value if 0 < value <= LONGEST_SECONDS else None
