"""How long imported files are kept, on both engines."""

from typing import Any

import pytest

from adapters.db.engine import Database
from adapters.db.unit_of_work import SqlUnitsOfWork
from domain.errors import NotFound
from domain.jobs.actions import resume
from domain.jobs.model import Job, JobStatus
from domain.paging import PageRequest
from domain.scores import keeping
from domain.scores.events import ResponseFileForgotten
from domain.scores.importing import FORGOTTEN
from domain.sweep.actions import nightly
from tests.builders_scores import ADA, Scores, a_file, answers, some_scores
from tests.world import Clock, Tasks

DAYS = 90


class Shelf:
    """An exam office with a clock to turn, and a worker for the small tasks."""

    def __init__(self, database: Database) -> None:
        self.clock, self.tasks = Clock(), Tasks()
        self.tasks.attach(database)
        self.scores: Scores = some_scores(SqlUnitsOfWork(database, clock=self.clock, queue=self.tasks))

    def imported(self, **more: Any) -> Job:
        """A file of one sitter's responses, imported."""
        (sitter,) = self.scores.sitters(1)
        return self.scores.run(self.scores.request(a_file({sitter.number: answers(12)}), **more))

    def night(self) -> None:
        """The sweep of a night, and the deletions that it starts."""
        nightly(self.scores.units)
        for kind, parameters in self.tasks.waiting:
            if kind == keeping.FORGET:
                keeping.delete(self.scores.units, self.scores.files, parameters)

    def holds(self, job: Job) -> bool:
        """Whether the bytes of a job's file are still there."""
        try:
            return bool(self.scores.files.get(str(job.parameters["file"])))
        except NotFound:
            return False


@pytest.fixture
def shelf(database: Database) -> Shelf:
    return Shelf(database)


@pytest.mark.parametrize("dry_run", [False, True])
def test_the_bytes_of_a_file_go_when_their_days_are_over_and_its_digest_stays(shelf: Shelf, dry_run: bool) -> None:
    job = shelf.imported(dry_run=dry_run)

    shelf.clock.advance(days=DAYS, seconds=-1)
    shelf.night()
    kept = shelf.holds(job)
    shelf.clock.advance(seconds=1)
    shelf.night()
    shelf.night()

    now = shelf.scores.job(job.id)
    with shelf.scores.unit() as uow:
        digests = [one.sha256 for one in uow.response_imports.find()]
        lines = uow.journal_page(PageRequest(sort="seq", equals={"kind": ResponseFileForgotten.kind})).items
    assert (kept, shelf.holds(job)) == (True, False)
    assert (now.parameters["file"], now.parameters["sha256"]) == (None, job.parameters["sha256"])
    assert now.status is JobStatus.SUCCEEDED
    assert digests == ([] if dry_run else [job.parameters["sha256"]])
    assert [line.data["sha256"] for line in lines] == [job.parameters["sha256"]]
    assert len(shelf.scores.attempts()) == (0 if dry_run else 1)


def test_the_same_file_is_still_known_and_may_be_handed_in_again(shelf: Shelf) -> None:
    (sitter,) = shelf.scores.sitters(1)
    content = a_file({sitter.number: answers(12)})
    shelf.scores.run(shelf.scores.request(content))
    shelf.clock.advance(days=DAYS)
    shelf.night()

    again = shelf.scores.run(shelf.scores.request(content))

    assert again.result is not None
    assert (again.result["accepted"], again.result["repeated"]) == (0, 1)
    with shelf.scores.unit() as uow:
        assert uow.response_imports.count() == 1


def test_a_file_that_waits_for_its_import_is_kept(shelf: Shelf) -> None:
    (sitter,) = shelf.scores.sitters(1)
    waiting = shelf.scores.request(a_file({sitter.number: answers(12)}))

    shelf.clock.advance(days=10 * DAYS)
    shelf.night()

    assert shelf.holds(waiting)
    assert shelf.scores.run(waiting).status is JobStatus.SUCCEEDED


def test_an_import_taken_up_after_its_files_time_says_that_it_is_gone(shelf: Shelf) -> None:
    (sitter,) = shelf.scores.sitters(1)
    job = shelf.scores.request(a_file({sitter.number: answers(12)}))
    with shelf.scores.unit() as uow:
        uow.jobs.save(uow.jobs.get(job.id).cancelled(uow.now))
    shelf.clock.advance(days=DAYS)
    shelf.night()

    with shelf.scores.unit(ADA) as uow:
        resume(uow, ADA, job.id)
    done = shelf.scores.run(job)

    assert (done.status, done.error_code) == (JobStatus.FAILED, FORGOTTEN)
    assert shelf.scores.attempts() == {}


def test_a_night_lets_no_more_go_than_one_batch_at_a_time_and_yet_all(shelf: Shelf) -> None:
    jobs = [shelf.imported() for _ in range(3)]
    shelf.clock.advance(days=DAYS)

    with shelf.scores.unit() as uow:
        first = keeping.forget_old(uow, 2)
    with shelf.scores.unit() as uow:
        second = keeping.forget_old(uow, 2)

    assert (first, second) == (2, 1)
    assert [shelf.scores.job(one.id).parameters["file"] for one in jobs] == [None] * 3


def test_bytes_that_a_job_still_names_are_not_deleted(shelf: Shelf) -> None:
    job = shelf.imported()

    keeping.delete(shelf.scores.units, shelf.scores.files, {"job_id": str(job.id), "key": str(job.parameters["file"])})

    assert shelf.holds(job)
