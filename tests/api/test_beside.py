"""A process beside this one: started again when it ends, and given up when that happens too quickly too often."""

import logging
import signal
import sys
import threading
from pathlib import Path

import pytest

from api.beside import Beside, Patience
from tests.faults.service import until

FOREVER = "import signal; signal.pause()"


def noting(starts: Path, then: str) -> list[str]:
    """A command that notes that it was started, and then does this."""
    return [sys.executable, "-c", f"open({str(starts)!r}, 'a').write('x'); {then}"]


def written(starts: Path) -> str:
    """A mark for each start."""
    return starts.read_text() if starts.exists() else ""


def test_what_dies_at_once_three_times_in_a_row_is_given_up(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    given_up, starts = threading.Event(), tmp_path / "starts"
    process = Beside(
        "helper", noting(starts, "raise SystemExit(3)"), given_up=given_up.set, patience=Patience(pause_seconds=0.01)
    )

    with caplog.at_level(logging.WARNING):
        process.start()
        until(given_up.is_set)
        process.stop()

    assert process.failed
    assert written(starts) == "xxx"
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 4 + ["ERROR"]
    assert "the helper ended with code 3" in caplog.messages[0]
    assert caplog.messages[-1].endswith("giving up")


def test_what_dies_after_a_while_is_started_again_however_often(tmp_path: Path) -> None:
    given_up, starts = threading.Event(), tmp_path / "starts"
    dies_four_times = f"len(open({str(starts)!r}).read()) < 5 and exit(1); {FOREVER}"
    never_quick = Patience(pause_seconds=0.01, quick_seconds=0)
    process = Beside("helper", noting(starts, dies_four_times), given_up=given_up.set, patience=never_quick)

    process.start()
    until(lambda: written(starts) == "xxxxx")
    process.stop()

    assert not process.failed
    assert not given_up.is_set()


def test_what_is_stopped_is_not_started_again(tmp_path: Path) -> None:
    given_up, starts = threading.Event(), tmp_path / "starts"
    process = Beside("helper", noting(starts, FOREVER), given_up=given_up.set)

    process.start()
    until(lambda: written(starts) == "x")
    process.stop()

    assert process.code == -signal.SIGTERM
    assert written(starts) == "x"
    assert not process.failed
    assert not given_up.is_set()
