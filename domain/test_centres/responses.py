"""Responses item by item, handed on as files of the ordinary import: one per administration, form and day."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from domain.actors import the_service
from domain.dates import date_at
from domain.exams.model import Authorization
from domain.ports import Files, UnitOfWork
from domain.scores import importing
from domain.scores.importing import Handed
from domain.scores.model import Form, VersionStatus
from domain.scores.sittings import Identifier
from domain.test_centres.fields import FileKind
from domain.test_centres.matching import matched
from domain.test_centres.model import ReadRow
from domain.test_centres.sittings import administration_of, doubt_of, form_of

_COLUMN = "authorization"


@dataclass(slots=True)
class HandedOn:
    """What became of a file of responses: rows that went on, the imports' jobs, and the first row of what waits."""

    rows: int = 0
    jobs: list[UUID] = field(default_factory=list)
    parked: list[tuple[ReadRow, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Sitting:
    """One person's answers to one form, by item."""

    first: ReadRow
    number: str
    form: Form
    taken_on: date | None
    answers: dict[str, str] = field(default_factory=dict)


class Answers:
    """Turns rows of one item each into files of one candidate per line."""

    def __init__(self, uow: UnitOfWork, files: Files, requested_by: str) -> None:
        """Work in the transaction of one batch."""
        self._uow, self._files, self._requested_by = uow, files, requested_by

    def hand_on(self, rows: Sequence[ReadRow]) -> HandedOn:
        """Ask for the imports. Who answered an item twice is kept out: nobody knows which answer counts."""
        told = HandedOn()
        groups: dict[tuple[UUID, UUID, date | None], list[_Sitting]] = {}
        for some in _by_sitting(rows):
            sitting, place = self._sitting(some)
            if sitting is None or isinstance(place, str):
                told.parked.append((some[0], str(place)))
                continue
            groups.setdefault((place, sitting.form.id, sitting.taken_on), []).append(sitting)
            told.rows += len(some)
        for (administration_id, form_id, day), sittings in groups.items():
            told.jobs.append(self._import(administration_id, form_id, day, sittings))
        return told

    def _sitting(self, some: Sequence[ReadRow]) -> tuple[_Sitting | None, UUID | str]:
        """A person's answers and the administration they sat in, or the code of why they wait."""
        values = some[0].values
        authorization, code = matched(self._uow, FileKind.RESPONSES, values)
        if authorization is None:
            return None, code or "unmatched"
        policy = self._uow.policies.named(authorization.edition)
        form = form_of(self._uow, policy, str(values["form"]))
        if form is None:
            return None, "unknown_form"
        if form.status is VersionStatus.DRAFT:
            return None, "form_not_ready"
        day = self._day(authorization, values.get("taken_at"))
        place = administration_of(self._uow, policy, authorization, day)
        doubt = doubt_of(place, day, self._uow.now)
        if place is None or doubt:
            return None, doubt
        answers = {str(one.values["item"]).casefold(): str(one.values.get("response") or "") for one in some}
        if len(answers) < len(some):
            return None, "item_twice"
        return _Sitting(some[0], authorization.number, form, day, answers), place.id

    def _day(self, authorization: Authorization, taken_at: object) -> date | None:
        if taken_at is None:
            return None
        zone = self._uow.policies.named(authorization.edition).zone
        return date_at(datetime.fromisoformat(str(taken_at)), zone)

    def _import(self, administration_id: UUID, form_id: UUID, day: date | None, sittings: Sequence[_Sitting]) -> UUID:
        handed = Handed(
            administration_id=administration_id,
            form_id=form_id,
            content=_sheet(sittings),
            identifies=Identifier.AUTHORIZATION,
            candidate_column=_COLUMN,
            taken_on=day,
        )
        return importing.request(self._uow, the_service("test_centres"), self._files, handed)[1].id


def _by_sitting(rows: Iterable[ReadRow]) -> list[list[ReadRow]]:
    """The rows of each authorization and form, in the order of their first."""
    found: dict[tuple[object, object], list[ReadRow]] = {}
    for one in rows:
        place = one.values.get("client_authorization_id"), one.values.get("form")
        found.setdefault(place, []).append(one)
    return list(found.values())


def _sheet(sittings: Sequence[_Sitting]) -> bytes:
    """A file of the ordinary import: the form's items in its order; an item without an answer is left blank."""
    items = [item.code for item in sittings[0].form.items]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([_COLUMN, *items])
    for one in sittings:
        writer.writerow([one.number, *(one.answers.get(code.casefold(), "") for code in items)])
    return out.getvalue().encode()
