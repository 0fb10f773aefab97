"""`certificant up`, as `make run` calls it: its worker is watched over."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.service import DEADLINE, Up, runs, until

ENDED_WITH_A_FAULT = 1
FIRST_START = 3 * DEADLINE


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    """A sandbox that was just started, stopped at the end."""
    made = Up(tmp_path)
    try:
        until(lambda: made.alive() and len(made.workers()) == 1, within=FIRST_START)
        yield made
    finally:
        made.stop()


def test_a_killed_worker_is_started_again_and_one_that_keeps_dying_ends_the_whole(up: Up) -> None:
    first = up.kill_worker()
    until(lambda: up.workers() not in ([], [first]))
    served_meanwhile = up.alive()
    second = up.kill_worker()
    until(lambda: up.workers() not in ([], [second]))
    up.kill_worker()
    code = up.process.wait(DEADLINE)

    log = up.log.read_text()
    assert served_meanwhile
    assert log.count("the worker was started again") == 2
    assert "giving up" in log
    assert code == ENDED_WITH_A_FAULT


def test_stopped_it_takes_its_worker_along(up: Up) -> None:
    (worker,) = up.workers()

    up.process.send_signal(signal.SIGINT)
    code = up.process.wait(DEADLINE)

    until(lambda: not runs(worker))
    assert code != ENDED_WITH_A_FAULT
    assert f"http://127.0.0.1:{up.port}/v1" in up.log.read_text()
