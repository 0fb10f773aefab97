"""What a screening looks at, read from the store: answers, key, earlier scores, times."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.ports import Files, UnitOfWork
from domain.scores import actions as forms
from domain.scores.keys import AnswerKey
from domain.scores.model import Attempt, AttemptStatus
from domain.security.model import Screening, ScreeningMethod
from domain.security.times import Times, read_times

AT_ONCE = 500
TAKEN = [AttemptStatus.IMPORTED, AttemptStatus.SCORED, AttemptStatus.RELEASED]


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """The attempts with answers, by id, and what their methods need beside them.

    `earlier` holds the scaled score of the attempt before, by attempt; `numbers` candidates' numbers, for times.
    """

    attempts: tuple[Attempt, ...]
    key: AnswerKey
    options: int
    earlier: dict[UUID, int]
    numbers: dict[UUID, str]
    times: Times | None
    digest: str


def taken(administration_id: UUID, form_id: UUID) -> dict[str, object]:
    """Which attempts a screening looks at, as the store is asked for them."""
    return {"administration_id": administration_id, "form_id": form_id, "status": TAKEN}


def gathered(uow: UnitOfWork, files: Files, screening: Screening) -> Material:
    """Everything at one moment."""
    form = uow.forms.get(screening.form_id)
    found = uow.attempts.find(**taken(screening.administration_id, screening.form_id))
    attempts = tuple(one for one in found if len(one.responses) == len(form.items))
    key = next(one for one in uow.form_keys.find(form_id=form.id) if one.number == screening.key_number)
    timed = ScreeningMethod.RESPONSE_TIMES in screening.methods and screening.times_id is not None
    return Material(
        attempts=attempts,
        key=forms.answers_of(uow, form, key.correct),
        options=max(item.options for item in form.items),
        earlier=_earlier(uow, screening, attempts) if ScreeningMethod.SCORE_GAIN in screening.methods else {},
        numbers=_numbers(uow, attempts) if timed else {},
        times=read_times(_content(uow, files, screening.times_id), form.items) if timed else None,
        digest=_digest(attempts, screening.key_number),
    )


def _content(uow: UnitOfWork, files: Files, times_id: UUID | None) -> bytes:
    return files.get(uow.times_files.get(times_id).key) if times_id is not None else b""


def _digest(attempts: Sequence[Attempt], key_number: int) -> str:
    """The SHA-256 of the attempts' ids and answers, in the order of their ids, and of the key's version."""
    digest = hashlib.sha256(key_number.to_bytes(8, "big"))
    for one in attempts:
        digest.update(one.id.bytes)
        digest.update(one.responses)
    return digest.hexdigest()


def _earlier(uow: UnitOfWork, screening: Screening, attempts: Sequence[Attempt]) -> dict[UUID, int]:
    """The scaled score of the latest attempt before, in the same exam, by attempt."""
    own = uow.administrations.get(screening.administration_id)
    same = {one.id for one in uow.administrations.find(program=own.program, exam_code=own.exam_code)}
    by_candidate = {one.candidate_id: one for one in attempts}
    latest: dict[UUID, Attempt] = {}
    people = sorted(by_candidate)
    for start in range(0, len(people), AT_ONCE):
        for one in uow.attempts.find(candidate_id=people[start : start + AT_ONCE]):
            now = by_candidate[one.candidate_id]
            before = one.scaled is not None and one.administration_id in same and one.taken_on < now.taken_on
            if before and (now.id not in latest or latest[now.id].taken_on < one.taken_on):
                latest[now.id] = one
    return {id_: one.scaled for id_, one in latest.items() if one.scaled is not None}


def _numbers(uow: UnitOfWork, attempts: Sequence[Attempt]) -> dict[UUID, str]:
    people = sorted({one.candidate_id for one in attempts})
    found: dict[UUID, str] = {}
    for start in range(0, len(people), AT_ONCE):
        found |= {one.id: one.number for one in uow.candidates.find(id=people[start : start + AT_ONCE])}
    return found
