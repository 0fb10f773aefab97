"""The verbs of long work: ask for it, carry it on batch by batch, stop it, take it up again.

A `Step` does one batch inside the transaction it is given and says how far the job has come. The batch, the cursor and
the counts are stored together, so whoever carries on after a fall begins exactly behind the last batch that committed,
and two who carry on at once cannot both store the same batch: the second finds the job changed and lets go of its own.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.actors import Actor, the_service
from domain.errors import AlreadyExists, Conflict, Unavailable
from domain.jobs.events import JobFinished, JobRequested
from domain.jobs.model import Batch, Job, JobRequest, JobStatus
from domain.jobs.rules import numbered
from domain.ports import UnitOfWork, UnitsOfWork

CARRY_ON = "job.carry_on"
"""The kind of the small task that carries a job to its end. Its parameters: `job_id`."""

Step = Callable[[UnitOfWork, Job], Batch]
"""One batch of a job's kind, short enough to hold the store's writer (some 500 rows)."""

Reading = Callable[[], AbstractContextManager[UnitOfWork]]
"""Begins a transaction that reads."""


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A step that reckons for longer than a transaction may hold the store's writer.

    `work` reads what it needs in short transactions of its own, reckons outside of any, and hands back the step that
    stores what came of it. What it read may have changed by then; the step it hands back must not mind.
    """

    work: Callable[[Reading, Job], Step]

    def __call__(self, uow: UnitOfWork, job: Job) -> Batch:
        """Do all of it within one transaction, as any other step."""
        return self.work(lambda: nullcontext(uow), job)(uow, job)


class ToldTwice(Conflict):
    """Two batches of a job told of the same row: the kind's step is wrong, and no further try would mend it."""

    code = "row_told_twice"
    title = "What became of a row was stored before; the job cannot go on."


Handler = Callable[[UnitsOfWork, Mapping[str, Any]], None]
"""What carries out a small task. It may be called again after a fall, so doing it twice must do no harm."""


def request(uow: UnitOfWork, actor: Actor, wanted: JobRequest) -> Job:
    """Queue long work; it begins when this transaction commits. The caller has judged whether `actor` may ask."""
    job = uow.jobs.add(
        Job(
            id=uow.new_id(),
            kind=wanted.kind,
            requested_by=actor.subject,
            parameters=dict(wanted.parameters),
            dry_run=wanted.dry_run,
            total=wanted.total,
            created_at=uow.now,
        )
    )
    uow.enqueue(CARRY_ON, {"job_id": str(job.id)})
    uow.record(JobRequested(job_id=job.id, job_kind=job.kind, dry_run=job.dry_run))
    return job


def read(uow: UnitOfWork, actor: Actor, job_id: UUID) -> Job:
    """A job, for those who may see it; raises NotFound."""
    job = uow.jobs.get(job_id)
    actor.must("job.read", job)
    return job


def cancel(uow: UnitOfWork, actor: Actor, job_id: UUID) -> Job:
    """Stop a job. A batch under way is let go of; what earlier batches stored stays."""
    job = uow.jobs.lock(job_id)
    actor.must("job.cancel", job)
    return _ended(uow, job.cancelled(uow.now))


def resume(uow: UnitOfWork, actor: Actor, job_id: UUID) -> Job:
    """Take a failed or cancelled job up again, behind the last batch that was stored."""
    job = uow.jobs.lock(job_id)
    actor.must("job.resume", job)
    job = uow.jobs.save(job.resumed())
    uow.enqueue(CARRY_ON, {"job_id": str(job.id)})
    uow.record(JobRequested(job_id=job.id, job_kind=job.kind, dry_run=job.dry_run, resumed=True))
    return job


def carry_on(units: UnitsOfWork, steps: Mapping[str, Step], job_id: UUID) -> bool:
    """Take a job one transaction further: begin it, or do one batch. False when nothing is left to do.

    Whatever a batch runs into counts for nothing where the job was cancelled, or moved by another worker, meanwhile:
    that batch is let go of, and the job is looked at again.
    """
    service = the_service(CARRY_ON)
    job = _seen(units, service, job_id)
    if job.finished:
        return False
    try:
        return _further(units, service, steps, job)
    except Exception:
        if _seen(units, service, job_id).version == job.version:
            raise
        return True


def give_up(units: UnitsOfWork, job_id: UUID, code: str) -> None:
    """Mark a job as failed for the reason `code`, unless it has come to an end meanwhile."""
    with units.begin(the_service(CARRY_ON)) as uow:
        job = uow.jobs.lock(job_id)
        if not job.finished:
            _ended(uow, job.failed(uow.now, code))


class _Rehearsed(Exception):
    """Carries the batch of a dry run out of the transaction that it must undo."""

    def __init__(self, batch: Batch) -> None:
        super().__init__()
        self.batch = batch


def _seen(units: UnitsOfWork, service: Actor, job_id: UUID) -> Job:
    with units.begin(service, write=False) as uow:
        return uow.jobs.get(job_id)


def _further(units: UnitsOfWork, service: Actor, steps: Mapping[str, Step], job: Job) -> bool:
    """Begin the job, or do a batch of it. Saving the job as it was seen fails when someone else changed it."""
    if job.status is JobStatus.QUEUED:
        with units.begin(service) as uow:
            uow.jobs.save(job.started(uow.now))
        return True
    step = _step(steps, job)
    if isinstance(step, Reckoning):
        step = step.work(lambda: units.begin(service, write=False), job)
    if job.dry_run:
        batch = _rehearsed(units, service, step, job)
        with units.begin(service) as uow:
            return _stored(uow, job, batch)
    with units.begin(service) as uow:
        return _stored(uow, job, step(uow, job))


def _step(steps: Mapping[str, Step], job: Job) -> Step:
    """The kind's step; a worker older than the kind waits for a newer one."""
    if job.kind not in steps:
        raise Unavailable
    return steps[job.kind]


def _rehearsed(units: UnitsOfWork, service: Actor, step: Step, job: Job) -> Batch:
    """Do the batch for real and undo it: a dry run meets every rule and constraint that the true run would."""
    try:
        with units.begin(service) as uow:
            raise _Rehearsed(step(uow, job))  # noqa: TRY301 - leaving by an exception is what undoes it
    except _Rehearsed as rehearsal:
        return rehearsal.batch


def _stored(uow: UnitOfWork, before: Job, batch: Batch) -> bool:
    after = batch.job
    if not after.finished and after.cursor == before.cursor:
        message = f"a step of {before.kind} left its job where it was"
        raise RuntimeError(message)
    if after.finished:
        _ended(uow, after)
    else:
        uow.jobs.save(after)
    _tell(uow, batch)
    return not after.finished


def _tell(uow: UnitOfWork, batch: Batch) -> None:
    """Keep what the batch says of its rows. Of one that failed it is told anew: a resumed job may fail there again."""
    if batch.outcomes and batch.job.status is JobStatus.FAILED:
        rows = sorted({one.row for one in batch.outcomes})
        for told in uow.job_outcomes.find(job_id=batch.job.id, row=rows):
            uow.job_outcomes.remove(told)
    try:
        uow.job_outcomes.add_all(numbered(batch.outcomes))
    except AlreadyExists:
        raise ToldTwice from None


def _ended(uow: UnitOfWork, job: Job) -> Job:
    job = uow.jobs.save(job)
    uow.record(
        JobFinished(
            job_id=job.id,
            job_kind=job.kind,
            status=job.status.value,
            done=job.done,
            failed_rows=job.failed_rows,
            code=job.error_code,
        )
    )
    return job
