"""An approved list is carried out: exactly once, in batches, whoever carries on after a fall.

Locks: a batch holds the form, the run, and each entry's attempt before it is judged. An attempt that changed since the
list was made is left alone and reported. An entry, its attempt and the result that it replaced change in one
transaction, and the store takes no second replacement of an attempt by one run.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from domain.jobs import actions as jobs
from domain.jobs.model import Batch, Job, JobOutcome, OutcomeStatus
from domain.paging import PageRequest
from domain.ports import PaymentGateway, UnitOfWork
from domain.programs.policy import Policy
from domain.rescoring import consequences
from domain.rescoring.consequences import Change
from domain.rescoring.effects import Effects
from domain.rescoring.events import AttemptRescored, RescoreDone
from domain.rescoring.model import (
    AttemptResult,
    EntryStatus,
    Rescore,
    RescoreEntry,
    RescoreStatus,
)
from domain.scores.model import Attempt

ROWS = 50
"""Entries carried out in one transaction: each new pass is judged again for its credential."""
NOT_APPROVED = "rescore_not_approved"


def step(gateway: PaymentGateway, rows: int = ROWS) -> jobs.Step:
    """One batch of carrying out, of at most so many entries."""

    def carry_batch(uow: UnitOfWork, job: Job) -> Batch:
        run_id = UUID(str(job.parameters["rescore_id"]))
        form = uow.forms.lock(uow.rescores.get(run_id).form_id)
        run = uow.rescores.lock(run_id)
        if run.status is not RescoreStatus.APPROVED:
            return Batch(job.failed(uow.now, NOT_APPROVED))
        listed = {"rescore_id": run.id, "list_number": run.list_number, "status": EntryStatus.PENDING}
        after = job.cursor.get("after")
        place = None if after is None else (UUID(str(after)), UUID(str(after)))
        pending = uow.rescore_entries.page(PageRequest(limit=rows, after=place).within(**listed)).items
        if not pending:
            return _finished(uow, job, run)
        batch = _Batch(uow, gateway, run, uow.policies.named(form.edition))
        done = [batch.carried(entry) for entry in pending]
        return batch.moved_on(job, done)

    return carry_batch


class _Batch:
    """Some entries of one run, in one transaction."""

    def __init__(self, uow: UnitOfWork, gateway: PaymentGateway, run: Rescore, policy: Policy) -> None:
        self._uow, self._run, self._policy = uow, run, policy
        self._effects = Effects(uow, gateway, run)

    def carried(self, entry: RescoreEntry) -> RescoreEntry:
        """The entry as it was carried out, kept, or left alone."""
        attempt = self._uow.attempts.lock(entry.attempt_id)
        if attempt.version != entry.attempt_version:
            return self._settled(entry, EntryStatus.MOVED)
        change = Change(
            attempt=attempt,
            old=entry.old,
            new=entry.new,
            policy=self._policy,
            on_lost_pass=self._run.on_lost_pass,
        )
        # Judged again, since seats and credentials may have changed where the attempt did not.
        following = consequences.of(self._uow, change)
        if not change.kept:
            self._store(change)
        self._effects.follow(change, following)
        self._tell(change)
        status = EntryStatus.KEPT if change.kept else EntryStatus.CARRIED
        return self._settled(replace(entry, consequences=following), status)

    def moved_on(self, job: Job, done: Sequence[RescoreEntry]) -> Batch:
        """The job behind these entries, and the run with its counts."""
        counts = {status: sum(one.status is status for one in done) for status in EntryStatus}
        self._uow.rescores.save(
            replace(
                self._run,
                carried=self._run.carried + counts[EntryStatus.CARRIED],
                kept=self._run.kept + counts[EntryStatus.KEPT],
                moved=self._run.moved + counts[EntryStatus.MOVED],
            )
        )
        moved = [(place, one) for place, one in enumerate(done, job.done + 1) if one.status is EntryStatus.MOVED]
        outcomes = tuple(_left_alone(self._uow, job, row, entry) for row, entry in moved)
        cursor = {"after": str(done[-1].id)}
        return Batch(job.advanced(rows=len(done), failed=len(moved), cursor=cursor), outcomes)

    def _settled(self, entry: RescoreEntry, status: EntryStatus) -> RescoreEntry:
        return self._uow.rescore_entries.save(replace(entry, status=status, carried_at=self._uow.now))

    def _store(self, change: Change) -> Attempt:
        """Give the attempt its new result, the old one kept beside it; where nothing differs nothing is touched."""
        attempt, run, new = change.attempt, self._run, change.new
        same = (attempt.key_number, attempt.conversion_number) == (run.key_number, run.conversion_number)
        if same and change.old == new:
            return attempt
        self._uow.attempt_results.add(self._replaced(change))
        return self._uow.attempts.save(
            replace(
                attempt,
                key_number=run.key_number,
                conversion_number=run.conversion_number,
                raw=new.raw,
                scaled=new.scaled,
                passed=new.passed,
                domain_raw=new.domain_raw,
            )
        )

    def _replaced(self, change: Change) -> AttemptResult:
        attempt, old = change.attempt, change.old
        return AttemptResult(
            id=self._uow.new_id(),
            attempt_id=attempt.id,
            candidate_id=attempt.candidate_id,
            number=1 + self._uow.attempt_results.count(attempt_id=attempt.id),
            key_number=attempt.key_number,
            conversion_number=attempt.conversion_number,
            raw=old.raw,
            scaled=old.scaled,
            passed=old.passed,
            domain_raw=old.domain_raw,
            released_at=attempt.released_at,
            replaced_at=self._uow.now,
            rescore_id=self._run.id,
            reason=self._run.reason,
        )

    def _tell(self, change: Change) -> None:
        if change.old == change.new:
            return
        self._uow.record(
            AttemptRescored(
                attempt_id=change.attempt.id,
                candidate_id=change.attempt.candidate_id,
                rescore_id=self._run.id,
                key_number=self._run.key_number,
                conversion_number=self._run.conversion_number,
                direction=change.direction.value,
                kept=change.kept,
            )
        )


def _left_alone(uow: UnitOfWork, job: Job, row: int, entry: RescoreEntry) -> JobOutcome:
    return JobOutcome(
        id=uow.new_id(),
        job_id=job.id,
        row=row,
        status=OutcomeStatus.ERROR,
        code="attempt_moved",
        detail="The attempt has changed since the list was approved; it was left as it is.",
        values={"attempt_id": str(entry.attempt_id)},
    )


def _finished(uow: UnitOfWork, job: Job, run: Rescore) -> Batch:
    done = uow.rescores.save(replace(run, status=RescoreStatus.DONE, finished_at=uow.now))
    numbers = {"carried": done.carried, "kept": done.kept, "moved": done.moved}
    uow.record(RescoreDone(rescore_id=done.id, **numbers))
    return Batch(job.succeeded(uow.now, {"rescore_id": str(done.id), **numbers}))
