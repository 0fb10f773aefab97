"""What is judged about long work. Pure: which of several faults of a row is which, and the report of such rows."""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from domain.jobs.model import JobOutcome, OutcomeStatus, Scalar

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
FIXED_COLUMNS = ("row", "status", "code", "detail")


def numbered(outcomes: Iterable[JobOutcome]) -> list[JobOutcome]:
    """The outcomes of one batch, those of one row counted from 1 in the order in which they are told."""
    told, counted = Counter[int](), []
    for one in outcomes:
        told[one.row] += 1
        counted.append(one if told[one.row] == one.fault else replace(one, fault=told[one.row]))
    return counted


def error_report(outcomes: Iterable[JobOutcome]) -> str:
    """The rows that were not used, as CSV (RFC 4180) in the order of their rows; a row with several faults has several.

    The columns are row, status, code, detail, then every name found in `values`, sorted. A text that a spreadsheet
    would take for a formula gets an apostrophe before it.
    """
    rows = sorted((one for one in outcomes if one.status is not OutcomeStatus.OK), key=lambda one: (one.row, one.fault))
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
