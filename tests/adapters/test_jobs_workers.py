"""Several worker processes beside each other: killed, told to stop, and keeping one schedule."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.db.engine import Database
from domain.jobs.model import JobStatus
from tests.adapters.jobs_world import World, eventually

Launch = Callable[..., subprocess.Popen[str]]

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


@pytest.fixture
def launch(database_url: str) -> Iterator[Launch]:
    """Starts worker processes, and sees to it that none outlives the test."""
    started: list[subprocess.Popen[str]] = []

    def launched(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.adapters.jobs_world", database_url, *arguments],
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
            env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        )
        started.append(process)
        return process

    yield launched
    for process in started:
        process.kill()
        process.communicate()


def test_what_a_killed_worker_left_another_finishes_and_no_batch_happens_twice(
    world: World, launch: Launch, tmp_path: Path
) -> None:
    job_id = world.request(rows=40)
    doomed = launch("--stall-at", "15", "--marker", str(tmp_path / "stalled"))
    assert eventually((tmp_path / "stalled").exists)

    os.kill(doomed.pid, signal.SIGKILL)
    doomed.wait()
    left = world.job(job_id)
    launch()

    assert eventually(lambda: world.job(job_id).finished)
    assert (left.status, left.done) == (JobStatus.RUNNING, 10)
    job = world.job(job_id)
    assert (job.status, job.done, job.failed_rows) == (JobStatus.SUCCEEDED, 40, 10)
    assert world.marks(job_id) == list(range(1, 41))
    assert [one.row for one in world.outcomes(job_id)] == list(range(4, 41, 4))
    assert eventually(lambda: doomed_is_forgotten(world))


def doomed_is_forgotten(world: World) -> bool:
    return len(world.workers()) == 1 and world.task_states() == ["SUCCESS"]


def test_a_worker_told_to_stop_hands_its_job_back_at_once(world: World, launch: Launch, tmp_path: Path) -> None:
    job_id = world.request(rows=400)
    leaving = launch("--unhurried", "--marker", str(tmp_path / "begun"))
    assert eventually((tmp_path / "begun").exists)

    leaving.terminate()

    assert leaving.wait(timeout=30) == 0
    assert world.task_states() == ["ENQUEUED"]
    assert world.workers() == []
    done = world.job(job_id).done
    assert world.marks(job_id) == list(range(1, done + 1))
    launch()
    assert eventually(lambda: world.job(job_id).status is JobStatus.SUCCEEDED)
    assert world.marks(job_id) == list(range(1, 401))


def test_of_two_workers_one_carries_out_each_tick(world: World, launch: Launch) -> None:
    both = [launch("--ticking"), launch("--ticking")]

    assert eventually(lambda: len(world.workers()) == 2)
    before = len(world.dues("tick"))
    assert eventually(lambda: len(world.dues("tick")) >= before + 4)

    for one in both:
        one.terminate()
    assert [one.wait(timeout=30) for one in both] == [0, 0]
    dues = world.dues("tick")
    assert len(dues) == len(set(dues))
