"""The list of a run, as long work that changes no attempt: who would change, in which direction, what would follow."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import cast
from uuid import UUID

from pydantic import JsonValue

from domain.jobs import actions as jobs
from domain.jobs.model import Batch, Job
from domain.paging import PageRequest
from domain.ports import UnitOfWork
from domain.programs.policy import Policy
from domain.rescoring import consequences, rules
from domain.rescoring.actions import covered, versions
from domain.rescoring.consequences import Change
from domain.rescoring.events import RescoreListed
from domain.rescoring.model import Direction, Rescore, RescoreEntry, RescoreStatus, Result
from domain.scores.actions import Versions
from domain.scores.model import Attempt

ROWS = 500
SUPERSEDED = "list_superseded"


def step(rows: int = ROWS) -> jobs.Step:
    """One batch of a list, of at most so many attempts."""

    def list_batch(uow: UnitOfWork, job: Job) -> Batch:
        run = uow.rescores.lock(UUID(str(job.parameters["rescore_id"])))
        number = cast("int", job.parameters["list_number"])
        if run.status is not RescoreStatus.LISTING or run.list_number != number:
            return Batch(job.failed(uow.now, SUPERSEDED))
        form = uow.forms.get(run.form_id)
        judged = versions(uow, form, run.key_number, run.conversion_number)
        found = _next(uow, run, job, rows)
        if not found:
            return _finished(uow, job, run)
        entries = _entries(uow, run, found, judged, uow.policies.named(form.edition))
        uow.rescore_entries.add_all(entries)
        counts = _counts(job) + Counter(one.direction.value for one in entries)
        cursor: dict[str, JsonValue] = {"after": str(found[-1].id), "counts": dict(counts)}
        return Batch(job.advanced(rows=len(found), cursor=cursor))

    return list_batch


def new_results(judged: Versions, attempts: Sequence[Attempt]) -> list[Result]:
    """What attempts come to under these versions, in their order.

    Where only a score came and no answers, the raw score stays and the conversion alone is new.
    """
    table = judged.table
    answered = iter(_points(judged, [one for one in attempts if one.responses]))
    points = [next(answered) if one.responses else (one.raw or 0, list(one.domain_raw)) for one in attempts]
    return [rules.converted(raw, domain_raw, table) for raw, domain_raw in points]


def _points(judged: Versions, attempts: Sequence[Attempt]) -> list[tuple[int, list[int]]]:
    from domain.scores.scoring import as_matrix, score_matrix  # noqa: PLC0415 - it loads numpy, which only jobs need

    if not attempts:
        return []
    matrix = as_matrix([one.responses for one in attempts], judged.answers.items)
    raw, domain_raw = score_matrix(matrix, judged.answers)
    return list(zip(raw.tolist(), domain_raw.tolist(), strict=True))


def _next(uow: UnitOfWork, run: Rescore, job: Job, rows: int) -> list[Attempt]:
    after = job.cursor.get("after")
    place = None if after is None else (UUID(str(after)), UUID(str(after)))
    wanted = PageRequest(limit=rows, sort="id", after=place)
    return uow.attempts.page(wanted.within(**covered(run.form_id, run.administration_id))).items


def _entries(
    uow: UnitOfWork, run: Rescore, found: Sequence[Attempt], judged: Versions, policy: Policy
) -> list[RescoreEntry]:
    entries = []
    for attempt, new in zip(found, new_results(judged, found), strict=True):
        old = rules.result_of(attempt)
        if old is None:
            continue
        change = Change(attempt=attempt, old=old, new=new, policy=policy, on_lost_pass=run.on_lost_pass)
        entries.append(_entry(uow, run, change))
    return entries


def _entry(uow: UnitOfWork, run: Rescore, change: Change) -> RescoreEntry:
    attempt = change.attempt
    return RescoreEntry(
        id=uow.new_id(),
        rescore_id=run.id,
        list_number=run.list_number,
        attempt_id=attempt.id,
        candidate_id=attempt.candidate_id,
        administration_id=attempt.administration_id,
        attempt_version=attempt.version,
        released=attempt.released_at is not None,
        direction=change.direction,
        old_key_number=attempt.key_number,
        old_conversion_number=attempt.conversion_number,
        old=change.old,
        new=change.new,
        consequences=consequences.of(uow, change),
    )


def _counts(job: Job) -> Counter[str]:
    return Counter(cast("dict[str, int]", job.cursor.get("counts", {})))


def _finished(uow: UnitOfWork, job: Job, run: Rescore) -> Batch:
    counts = _counts(job)
    numbers = {
        "attempts": counts.total(),
        "gained": counts[Direction.GAINED],
        "lost": counts[Direction.LOST],
        "score_only": counts[Direction.SCORE_ONLY],
        "unchanged": counts[Direction.NONE],
    }
    listed = uow.rescores.save(
        replace(
            run,
            status=RescoreStatus.LISTED,
            attempts=numbers["attempts"],
            gained=numbers["gained"],
            lost=numbers["lost"],
            score_only=numbers["score_only"],
            unchanged=numbers["unchanged"],
        )
    )
    uow.record(RescoreListed(rescore_id=listed.id, list_number=listed.list_number, **numbers))
    return Batch(job.succeeded(uow.now, {"rescore_id": str(listed.id), **numbers}))
