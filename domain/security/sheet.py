"""A screening's flags as CSV for people. Pure; formulas are neutralised."""

import csv
import io
import json
from collections.abc import Iterable

from domain.jobs.rules import harmless
from domain.security.model import Flag

COLUMNS = (
    "flag_id", "method", "attempt_id", "candidate_id", "other_attempt_id", "other_candidate_id", "statistic", "p",
    "adjusted", "rate", "evidence",
)  # fmt: skip


def sheet(flags: Iterable[Flag]) -> str:
    """The flags, one a line (RFC 4180), in their order."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in flags:
        told = (
            str(one.id), one.method.value, str(one.attempt_id), str(one.candidate_id),
            str(one.other_attempt_id or ""), str(one.other_candidate_id or ""), one.statistic, one.p, one.adjusted,
            one.rate, json.dumps(one.evidence, sort_keys=True),
        )  # fmt: skip
        writer.writerow([harmless(value) for value in told])
    return out.getvalue()
