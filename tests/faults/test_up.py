"""`certificant up`, as `make run` calls it: its worker is watched over."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.faults.service import DEADLINE, free_port, until

ROOT = Path(__file__).resolve().parents[2]
ENDED_WITH_A_FAULT = 1


class Up:
    """The whole sandbox as one command: the API, and the worker beside it."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.log = folder / "up.log"
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("CERTIFICANT_")},
            "CERTIFICANT_DATA_DIR": str(folder / "data"),
            "CERTIFICANT_POLICIES_DIR": str(ROOT / "policies"),
            "CERTIFICANT_PORT": str(self.port),
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "api.cli", "up"], env=environment, stdout=log, stderr=subprocess.STDOUT
            )

    def alive(self) -> bool:
        """Whether its API answers."""
        with suppress(httpx.TransportError):
            # Plain HTTP on loopback: certificates would only cost time.
            return httpx.get(f"http://127.0.0.1:{self.port}/livez", verify=False).status_code == 200  # noqa: S501
        return False

    def workers(self) -> list[int]:
        """The processes that it started and that run."""
        children = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(one) for file in children for one in file.read_text().split() if _runs(int(one))]

    def kill_worker(self) -> int:
        """SIGKILL the worker; its process id."""
        (worker,) = self.workers()
        os.kill(worker, signal.SIGKILL)
        return worker


def _runs(process: int) -> bool:
    with suppress(OSError):
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()
    return False


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    """A sandbox that was just started, stopped at the end."""
    made = Up(tmp_path)
    try:
        until(lambda: made.alive() and len(made.workers()) == 1)
        yield made
    finally:
        if made.process.poll() is None:
            made.process.terminate()
        made.process.wait(DEADLINE)


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

    until(lambda: not _runs(worker))
    assert code != ENDED_WITH_A_FAULT
    assert f"http://127.0.0.1:{up.port}/v1" in up.log.read_text()
