"""A run's list as CSV for people. Pure; formulas are neutralised."""

import csv
import io
from collections.abc import Iterable, Mapping
from uuid import UUID

from domain.jobs.rules import harmless
from domain.money import written
from domain.rescoring.model import Consequence, RescoreEntry

COLUMNS = (
    "candidate_number", "candidate_id", "attempt_id", "administration_id", "released", "direction", "old_key_number",
    "old_conversion_number", "old_raw", "old_scaled", "old_passed", "new_raw", "new_scaled", "new_passed", "status",
    "follows",
)  # fmt: skip


def sheet(entries: Iterable[RescoreEntry], numbers: Mapping[UUID, str]) -> str:
    """The entries, one a line (RFC 4180), in their order; `numbers` are the candidates' by id."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in entries:
        told = (
            numbers.get(one.candidate_id, ""), str(one.candidate_id), str(one.attempt_id), str(one.administration_id),
            one.released, one.direction.value, one.old_key_number, one.old_conversion_number, one.old.raw,
            one.old.scaled, one.old.passed, one.new.raw, one.new.scaled, one.new.passed, one.status.value,
            "; ".join(map(_told, one.consequences)),
        )  # fmt: skip
        writer.writerow([harmless(value) for value in told])
    return out.getvalue()


def _told(one: Consequence) -> str:
    parts = [one.follow.value]
    if one.count is not None:
        parts.append(str(one.count))
    if one.on is not None:
        parts.append(one.on.isoformat())
    if one.amount_minor is not None and one.currency is not None:
        parts.append(written(one.amount_minor, one.currency))
    return " ".join(parts)
