"""A batch that takes long reckons outside of the transaction that stores it."""

from uuid import UUID

from domain.actors import the_service
from domain.jobs import actions as jobs
from domain.jobs.actions import Reading, Reckoning, carry_on
from domain.jobs.model import Batch, Job, JobRequest, JobStatus
from domain.ports import UnitOfWork
from tests.world import World

KIND = "test.reckon"
SERVICE = the_service("test")


def a_job(world: World) -> UUID:
    with world.unit() as uow:
        return jobs.request(uow, SERVICE, JobRequest(kind=KIND, total=1)).id


def test_nobody_waits_for_the_writer_while_a_batch_reckons(world: World) -> None:
    """SQLite has one writer: another transaction writes in the middle of the work, and would wait for ever else."""
    wrote = []

    def work(reading: Reading, job: Job) -> jobs.Step:
        with reading() as uow:
            kind = uow.jobs.get(job.id).kind
        wrote.append(a_job(world))
        return lambda uow, job: Batch(job.succeeded(uow.now, {"kind": kind}))

    job_id = a_job(world)
    while carry_on(world.units, {KIND: Reckoning(work)}, job_id):
        pass

    with world.unit() as uow:
        job = uow.jobs.get(job_id)
        assert (job.status, job.result, len(wrote)) == (JobStatus.SUCCEEDED, {"kind": KIND}, 1)
        assert uow.jobs.get(wrote[0]).status is JobStatus.QUEUED


def test_what_was_reckoned_for_a_job_that_was_cancelled_meanwhile_is_let_go_of(world: World) -> None:
    def work(reading: Reading, job: Job) -> jobs.Step:
        with reading() as uow:
            uow.jobs.get(job.id)
        with world.unit() as uow:
            uow.jobs.save(uow.jobs.get(job.id).cancelled(uow.now))
        return lambda uow, job: Batch(job.succeeded(uow.now, {}))

    job_id = a_job(world)
    while carry_on(world.units, {KIND: Reckoning(work)}, job_id):
        pass

    with world.unit() as uow:
        assert uow.jobs.get(job_id).status is JobStatus.CANCELLED


def test_it_can_be_done_as_any_other_step(world: World) -> None:
    def work(reading: Reading, job: Job) -> jobs.Step:
        with reading() as uow:
            found = uow.jobs.get(job.id)

        def store(uow: UnitOfWork, job: Job) -> Batch:
            return Batch(job.succeeded(uow.now, {"kind": found.kind}))

        return store

    job_id = a_job(world)
    with world.unit() as uow:
        running = uow.jobs.save(uow.jobs.get(job_id).started(uow.now))
        batch = Reckoning(work)(uow, running)

    assert batch.job.result == {"kind": KIND}
