"""Results as QTI reports them: answers come in by the way of any file of responses, and attempts go out scored."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from uuid import UUID

from domain.actors import Actor
from domain.errors import NotFound
from domain.items.exchange import ItemExchange, ReportedResponses, ResultRecord
from domain.jobs.model import Job
from domain.ports import Files, UnitOfWork
from domain.scores import actions as scores, importing
from domain.scores.importing import Handed
from domain.scores.keys import AnswerKey
from domain.scores.model import Attempt, Form, FormItem, ResponseImport
from domain.scores.responses import CANDIDATE_COLUMNS
from domain.scores.sittings import Identifier


def take_result(
    uow: UnitOfWork,
    actor: Actor,
    files: Files,
    exchange: ItemExchange,
    *,
    administration_id: UUID,
    form_id: UUID,
    content: bytes,
    identifies: Identifier = Identifier.CANDIDATE,
    taken_on: date | None = None,
) -> tuple[ResponseImport | None, Job]:
    """Queue the import of one candidate's reported answers, as a file of one row.

    Raises Invalid with the place of what is wrong, and what `domain.scores.importing.request` raises.
    """
    form = uow.forms.get(form_id)
    actor.must("form.import_responses", form)
    reported = exchange.read_result(content, form.items, form.code)
    handed = Handed(
        administration_id=administration_id,
        form_id=form_id,
        content=as_rows(reported, form.items),
        identifies=identifies,
        taken_on=taken_on,
    )
    return importing.request(uow, actor, files, handed)


def as_rows(reported: ReportedResponses, items: Sequence[FormItem]) -> bytes:
    """A file of responses that says the same: a heading and one row."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([CANDIDATE_COLUMNS[0], *(item.code for item in items)])
    writer.writerow([reported.candidate, *("" if answer is None else answer for answer in reported.answers)])
    return file.getvalue().encode()


def report(uow: UnitOfWork, actor: Actor, exchange: ItemExchange, attempt_id: UUID) -> bytes:
    """A scored attempt as a result report, with its key; NotFound where it is not scored."""
    attempt = uow.attempts.get(attempt_id)
    actor.must("attempt.read", attempt)
    form = uow.forms.get(attempt.form_id)
    actor.must("form.read", form)
    key = uow.form_keys.first(form_id=form.id, number=attempt.key_number)
    if key is None or attempt.raw is None or attempt.scaled is None:
        raise NotFound
    answers = scores.answers_of(uow, form, key.correct)
    number = uow.candidates.get(attempt.candidate_id).number
    return exchange.write_result(_record(attempt, form, answers, number))


def _record(attempt: Attempt, form: Form, key: AnswerKey, number: str) -> ResultRecord:
    given = tuple(attempt.responses)
    return ResultRecord(
        candidate=number,
        attempt=str(attempt.id),
        form_code=form.code,
        taken_at=datetime.combine(attempt.taken_on, time(), tzinfo=UTC),
        codes=tuple(item.code for item in form.items),
        answers=given,
        correct=key.correct,
        points=tuple(
            int(answer in correct) if correct else None for answer, correct in zip(given, key.correct, strict=True)
        ),
        raw=attempt.raw or 0,
        raw_max=key.raw_max,
        scaled=attempt.scaled or 0,
        passed=attempt.passed is True,
        domains=tuple(zip(key.domains, attempt.domain_raw, strict=True)),
    )
