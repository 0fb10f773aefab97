"""The statements that queue a task are dbos's own."""

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from sqlalchemy import Engine

from adapters.jobs import TaskQueue, learning, queue

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("engine", learning.engines(), ids=lambda engine: str(engine.dialect.name))
def test_what_is_written_down_is_what_dbos_does(engine: Engine) -> None:
    written = files("adapters.jobs").joinpath(queue.file_name(engine)).read_bytes()

    assert written == learning.learnt(engine)


def test_the_statements_of_another_version_of_dbos_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "version", lambda _: "99.0.0")

    with pytest.raises(RuntimeError, match=r"adapters\.jobs\.learning"):
        TaskQueue(learning.engines()[0])


def test_an_api_process_does_without_dbos() -> None:
    said = "import sys, api.wiring, adapters.jobs; print('dbos' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", said], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
