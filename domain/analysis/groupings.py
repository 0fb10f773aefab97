"""Groups of candidates, for comparing subgroups: from a psychometrician's file, or from what is known of them."""

import csv
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from domain.actors import Actor, the_service
from domain.analysis.events import GroupingForgotten, GroupingRecorded
from domain.analysis.model import Grouping
from domain.analysis.sources import Source
from domain.errors import Contradiction, Fault, Invalid, WrongState
from domain.ports import Files, UnitOfWork, UnitsOfWork
from domain.scores import rules

if TYPE_CHECKING:
    from domain.analysis.actions import Settings

ERASE = "grouping.erase"
"""The kind of the small task that erases who belongs to which group. Its parameters: `file`."""
MOST_GROUPS = 50
LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a grouping: its number in the file from 1, the candidate's number, and the group's name."""

    line: int
    candidate: str
    group: str


def record(
    uow: UnitOfWork, actor: Actor, files: Files, administration_id: UUID, form_id: UUID, name: str, content: bytes
) -> Grouping:
    """Keep a grouping: a CSV of candidate numbers and groups; raises Invalid or Contradiction, naming every line."""
    form = uow.forms.get(form_id)
    actor.must("grouping.record")
    rules.must_belong(form, uow.administrations.get(administration_id))
    rows = read_rows(content)
    known = uow.analyses.numbers(administration_id, form_id)
    strangers = tuple(
        Fault("/file", "unknown_candidate", f"Line {row.line}: nobody of this number took the form.")
        for row in rows
        if row.candidate not in known
    )
    if strangers:
        raise Contradiction(*strangers)
    groups = {known[row.candidate]: row.group for row in rows}
    key = uow.random(16).hex()
    file = f"{key[:2]}/{key}"
    files.put(file, json.dumps(groups, sort_keys=True).encode())
    grouping = uow.groupings.add(
        Grouping(
            id=uow.new_id(),
            form_id=form.id,
            administration_id=administration_id,
            name=name,
            sha256=hashlib.sha256(content).hexdigest(),
            file=file,
            people=len(groups),
            groups=dict(sorted(Counter(groups.values()).items())),
            created_by=actor.subject,
            created_at=uow.now,
        )
    )
    uow.record(
        GroupingRecorded(
            grouping_id=grouping.id,
            form_id=form.id,
            administration_id=administration_id,
            sha256=grouping.sha256,
            people=grouping.people,
        )
    )
    return grouping


def forget(uow: UnitOfWork, actor: Actor, grouping_id: UUID) -> Grouping:
    """Erase who belongs to which group. What was computed of it stays, in numbers that name nobody.

    The bytes go by a task, once this is committed.
    """
    grouping = uow.groupings.lock(grouping_id)
    actor.must("grouping.forget")
    if not grouping.file:
        raise WrongState
    forgotten = uow.groupings.save(replace(grouping, file=""))
    uow.enqueue(ERASE, {"file": grouping.file}, unique_key=grouping.file)
    uow.record(GroupingForgotten(grouping_id=grouping.id))
    return forgotten


def erase(units: UnitsOfWork, files: Files, parameters: Mapping[str, object]) -> None:
    """Erase the bytes of a forgotten grouping. Safe to repeat; a file that is still named is left alone."""
    file = str(parameters["file"])
    with units.begin(the_service(ERASE), write=False) as uow:
        kept = uow.groupings.first(file=file)
    if kept is None:
        files.delete(file)


def read_rows(content: bytes) -> list[Row]:
    """The rows of a file: a heading, then a candidate's number and a group on each line; raises Invalid."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(Fault("/file", "unreadable", "The file is not UTF-8 text.")) from None
    reader = csv.reader(io.StringIO(text))
    lines = [(reader.line_num, [cell.strip() for cell in row]) for row in _parsed(reader)]
    rows = [(line, cells) for line, cells in lines[1:] if any(cells)]
    faults = tuple(_faults(rows))
    if faults or not rows:
        raise Invalid(*(faults or (Fault("/file", "empty_file", "The file names nobody."),)))
    return [Row(line, cells[0], cells[1]) for line, cells in rows]


def _parsed(reader: "Iterator[list[str]]") -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error:
        raise Invalid(Fault("/file", "unreadable", "The file is not CSV.")) from None


def _faults(rows: "list[tuple[int, list[str]]]") -> Iterator[Fault]:
    seen: set[str] = set()
    for line, cells in rows:
        if len(cells) != 2:  # noqa: PLR2004 - a candidate and a group
            yield Fault("/file", "wrong_number_of_fields", f"Line {line}: a candidate and a group are expected.")
        elif not LABEL.fullmatch(cells[1]):
            yield Fault("/file", "not_a_group", f"Line {line}: this is no name of a group.")
        elif cells[0] in seen:
            yield Fault("/file", "duplicate_candidate", f"Line {line}: the candidate stands on an earlier line.")
        seen.add(cells[0])
    if len({cells[1] for _, cells in rows if len(cells) > 1}) > MOST_GROUPS:
        yield Fault("/file", "too_many_groups", f"There are more than {MOST_GROUPS} groups.")


def of_attempts(uow: UnitOfWork, files: Files, source: Source, settings: "Settings") -> dict[str, str] | None:
    """The group of each attempt, by its id; None where nobody said which groups."""
    if settings.attribute is not None:
        return uow.analyses.groups(source.administration_id, source.form_id, settings.attribute)
    if settings.grouping_id is None:
        return None
    grouping = uow.groupings.get(settings.grouping_id)
    groups: Mapping[str, str] = json.loads(files.get(grouping.file))
    candidates = uow.analyses.candidates(source.administration_id, source.form_id)
    return {attempt: groups[who] for attempt, who in candidates.items() if who in groups}
