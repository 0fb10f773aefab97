"""What is judged about long work. Pure: the report of rows that could not be used."""

import csv
import io
from collections.abc import Iterable

from domain.jobs.model import JobOutcome, OutcomeStatus, Scalar

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
FIXED_COLUMNS = ("row", "status", "code", "detail")


def error_report(outcomes: Iterable[JobOutcome]) -> str:
    """The rows that were not used, as CSV (RFC 4180) in the order of their rows.

    The columns are row, status, code, detail, then every name found in `values`, sorted. A text that a spreadsheet
    would take for a formula gets an apostrophe before it.
    """
    rows = sorted((one for one in outcomes if one.status is not OutcomeStatus.OK), key=lambda one: one.row)
    names = sorted({name for one in rows for name in one.values})
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow([*FIXED_COLUMNS, *(harmless(name) for name in names)])
    for one in rows:
        told = (one.row, one.status.value, one.code, one.detail, *(one.values.get(name) for name in names))
        writer.writerow([harmless(value) for value in told])
    return sheet.getvalue()


def harmless(value: Scalar) -> Scalar:
    """The value as a spreadsheet may open it: a text is never a formula. Numbers stay numbers."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
