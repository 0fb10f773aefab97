"""A screening as long work: method by method, then the flagged attempts wait for people.

Figures are reckoned outside of any transaction; the step that stores them finds that the attempts are still the same,
or ends the screening. Flags are stored once per method. Each flagged attempt's row is held while its hold is placed, as
a release holds it, so that a flag either stops the score or comes too late, and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast
from uuid import UUID

from pydantic import JsonValue

from domain.jobs import actions as jobs
from domain.jobs.actions import Reading, Reckoning
from domain.jobs.model import Batch, Job, JobOutcome, OutcomeStatus
from domain.ports import Files, UnitOfWork
from domain.scores import holds, rules
from domain.scores.holds import HoldKind
from domain.scores.model import Attempt, AttemptStatus
from domain.security.events import ReviewOpened, ScreeningDone
from domain.security.material import Material, gathered
from domain.security.model import Flag, Review, Screening, ScreeningMethod, ScreeningStatus

if TYPE_CHECKING:
    from domain.security.methods import Bench, Found, Outcome

SCREEN = "irregularities.screen"
"""The kind of the job. Its parameters: `screening_id`."""
ATTEMPTS = 50
"""Attempts held in one transaction."""
INPUTS_CHANGED = "inputs_changed"


def step(files: Files, attempts: int = ATTEMPTS) -> Reckoning:
    """One method of a screening, or the holds of at most so many attempts."""
    shelf = _Shelf(files)

    def work(reading: Reading, job: Job) -> jobs.Step:
        with reading() as uow:
            screening = uow.screenings.get(UUID(str(job.parameters["screening_id"])))
        place = cast("int", job.cursor.get("method", 0))
        if place >= len(screening.methods):
            return lambda uow, now: _hold_batch(uow, now, attempts)
        bench, material = shelf.bench(reading, job, screening)
        outcome = bench.run(screening.methods[place])

        def store(uow: UnitOfWork, now: Job) -> Batch:
            return _stored(uow, now, material, outcome)

        return store

    return Reckoning(work)


@dataclass
class _Shelf:
    """What the last job of this worker looks at: fitted once, not once per method."""

    files: Files
    _open: "dict[UUID, Bench]" = field(default_factory=dict)

    def bench(self, reading: Reading, job: Job, screening: Screening) -> "tuple[Bench, Material]":
        from domain.security.methods import Bench  # noqa: PLC0415 - it loads numpy and scipy, which only jobs need

        found = self._open.get(job.id)
        if found is None:
            with reading() as uow:
                material = gathered(uow, self.files, screening)
            found = Bench(material, screening.rate, screening.dependent)
            self._open = {job.id: found}
        return found, found.material


def _stored(uow: UnitOfWork, job: Job, material: Material, outcome: "Outcome") -> Batch:
    screening = uow.screenings.lock(UUID(str(job.parameters["screening_id"])))
    if screening.inputs_sha256 not in (None, material.digest):
        failed = replace(screening, status=ScreeningStatus.FAILED, error_code=INPUTS_CHANGED, finished_at=uow.now)
        uow.screenings.save(failed)
        return Batch(job.failed(uow.now, INPUTS_CHANGED))
    flags = [_flag(uow, screening, material, outcome.figure.method, one) for one in outcome.found]
    uow.flags.add_all(flags)
    uow.screenings.save(
        replace(
            screening,
            status=ScreeningStatus.RUNNING,
            people=len(material.attempts),
            inputs_sha256=material.digest,
            figures=(*screening.figures, outcome.figure),
            flags=screening.flags + len(flags),
        )
    )
    place = cast("int", job.cursor.get("method", 0)) + 1
    told = _rejects(uow, job, material) if outcome.figure.method is ScreeningMethod.RESPONSE_TIMES else ()
    return Batch(job.advanced(rows=1, cursor={"method": place}), told)


def _flag(uow: UnitOfWork, screening: Screening, material: Material, method: ScreeningMethod, one: "Found") -> Flag:
    first = material.attempts[one.first]
    second = None if one.second is None else material.attempts[one.second]
    return Flag(
        id=uow.new_id(),
        screening_id=screening.id,
        administration_id=screening.administration_id,
        form_id=screening.form_id,
        method=method,
        attempt_id=first.id,
        candidate_id=first.candidate_id,
        other_attempt_id=second.id if second else None,
        other_candidate_id=second.candidate_id if second else None,
        statistic=one.statistic,
        p=one.p,
        adjusted=one.adjusted,
        rate=screening.rate,
        evidence=one.evidence,
        created_at=uow.now,
    )


def _rejects(uow: UnitOfWork, job: Job, material: Material) -> tuple[JobOutcome, ...]:
    """The rows of the file of times that could not be used, each by its line."""
    rejects = material.times.rejects if material.times else ()
    return tuple(
        JobOutcome(
            id=uow.new_id(),
            job_id=job.id,
            row=one.row,
            status=OutcomeStatus.ERROR,
            code=one.code,
            detail=_TIMES[one.code],
        )
        for one in rejects
    )


_TIMES = {
    "missing_time": "A time of the row is missing, and only complete rows can be fitted.",
    "malformed_time": "A time is no number of seconds greater than zero.",
    "missing_candidate": "The row names no candidate.",
    "duplicate_candidate": "Another row of this file is of the same candidate.",
    "wrong_number_of_fields": "The row has more or fewer fields than the heading.",
}


def _hold_batch(uow: UnitOfWork, job: Job, limit: int) -> Batch:
    """The next flagged attempts, each with a review, and on hold where its score has not left."""
    screening = uow.screenings.lock(UUID(str(job.parameters["screening_id"])))
    after = str(job.cursor.get("after", ""))
    flagged = _by_attempt(uow.flags.find(screening_id=screening.id))
    waiting = sorted(id_ for id_ in flagged if str(id_) > after)[:limit]
    if not waiting:
        return _finished(uow, job, screening)
    held = 0
    for attempt_id in waiting:
        held += _open_review(uow, screening, uow.attempts.lock(attempt_id), flagged[attempt_id])
    counted = replace(screening, held=screening.held + held, reviews=screening.reviews + len(waiting))
    uow.screenings.save(counted)
    cursor: dict[str, JsonValue] = {"method": len(screening.methods), "after": str(waiting[-1])}
    return Batch(job.advanced(rows=0, cursor=cursor))


def _by_attempt(flags: Sequence[Flag]) -> dict[UUID, list[Flag]]:
    """The flags on each attempt; a pair's is on both, since nobody knows yet who had it from whom."""
    found: dict[UUID, list[Flag]] = {}
    for one in flags:
        found.setdefault(one.attempt_id, []).append(one)
        if one.other_attempt_id is not None:
            found.setdefault(one.other_attempt_id, []).append(one)
    return found


def _open_review(uow: UnitOfWork, screening: Screening, attempt: Attempt, flags: Sequence[Flag]) -> int:
    """Put an attempt before people; 1 where its score is held."""
    methods = tuple(method for method in ScreeningMethod if any(one.method is method for one in flags))
    released = attempt.status is AttemptStatus.RELEASED
    stops = any(method in screening.holds_for for method in methods)
    may_hold = attempt.status in (AttemptStatus.IMPORTED, AttemptStatus.SCORED) and stops
    hold_id = _hold(uow, screening, attempt, len(flags)) if may_hold else None
    review = uow.irregularity_reviews.add(
        Review(
            id=uow.new_id(),
            screening_id=screening.id,
            attempt_id=attempt.id,
            candidate_id=attempt.candidate_id,
            administration_id=attempt.administration_id,
            form_id=attempt.form_id,
            methods=methods,
            flag_ids=tuple(one.id for one in flags),
            released=released,
            created_at=uow.now,
            hold_id=hold_id,
        )
    )
    uow.record(
        ReviewOpened(
            review_id=review.id,
            screening_id=screening.id,
            attempt_id=attempt.id,
            candidate_id=attempt.candidate_id,
            hold_id=hold_id,
            methods=",".join(methods),
            flags=len(flags),
        )
    )
    return int(hold_id is not None)


def _hold(uow: UnitOfWork, screening: Screening, attempt: Attempt, flags: int) -> UUID:
    """The hold on an attempt for irregularities: the one that stands, or a new one that names the screening."""
    standing = rules.open_holds(uow.holds.find(attempt_id=attempt.id, kind=HoldKind.IRREGULARITY.value))
    if standing:
        return standing[0].id
    reason = f"Statistical screening {screening.id} raised {flags} flags; their evidence stands with its review."
    return holds.place(uow, uow.actor, attempt.id, HoldKind.IRREGULARITY, reason).id


def _finished(uow: UnitOfWork, job: Job, screening: Screening) -> Batch:
    done = uow.screenings.save(replace(screening, status=ScreeningStatus.DONE, finished_at=uow.now))
    numbers = {"people": done.people, "flags": done.flags, "held": done.held, "reviews": done.reviews}
    uow.record(ScreeningDone(screening_id=done.id, **numbers))
    return Batch(job.succeeded(uow.now, {"screening_id": str(done.id), **numbers}))
