"""Start to ready, against importing fastapi, sqlmodel and dbos; and what an idle API process holds in memory.

Both are whole processes, from the interpreter's start: the CPU time, user and system, that the kernel charged them.
`ready` is the first 200 of `/readyz`, from the very command that serves, over a migrated database. Bytecode is compiled
beforehand, as an image or a second start has it.
"""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks.harness import READY_SECONDS, ROOT, Figure, cpu_seconds, free_port, postgres, ratio, workshop

ROUNDS = 9
IMPORTS = (sys.executable, "-c", "import fastapi, sqlmodel, dbos")
SERVE = (sys.executable, "-m", "api.cli", "serve")
MIGRATE = (sys.executable, "-m", "api.cli", "migrate")
AGAINST_IMPORTS = 1.5
MEGABYTES = 150
SETTLE_SECONDS = 1.0


def run(*, quick: bool) -> list[Figure]:
    """Measure both engines."""
    rounds = 2 if quick else ROUNDS
    figures = measure("SQLite", _environment("sqlite"), rounds)
    with postgres("startup-postgres") as url:
        environment = {**_environment("postgresql"), "CERTIFICANT_DATABASE_URL": url}
        return figures + measure("PostgreSQL", environment, rounds)


def measure(engine: str, environment: Mapping[str, str], rounds: int) -> list[Figure]:
    """Starts and imports in turn, after one of each that compiles; then the memory of the last one started."""
    subprocess.run(MIGRATE, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    imports, starts, resident, proportional = [], [], [], []
    for _ in range(rounds + 1):
        imports.append(_imported(environment))
        with _ready(environment) as (pid, cpu):
            starts.append(cpu)
            time.sleep(SETTLE_SECONDS)
            memory = _memory(pid)
            resident.append(memory["Rss"])
            proportional.append(memory["Pss"])
    imports, starts = imports[1:], starts[1:]
    return [
        Figure(what=f"{engine}: importing fastapi, sqlmodel and dbos", value=median(imports), unit="s of CPU"),
        Figure(what=f"{engine}: start to ready", value=median(starts), unit="s of CPU"),
        Figure(
            what=f"{engine}: start to ready",
            value=ratio(starts, imports),
            unit="times the imports",
            at_most=AGAINST_IMPORTS,
        ),
        Figure(what=f"{engine}: an idle process, resident", value=median(resident), unit="MB", at_most=MEGABYTES),
        Figure(what=f"{engine}: an idle process, its share (Pss)", value=median(proportional), unit="MB"),
    ]


def _environment(name: str) -> dict[str, str]:
    """What both kinds of process see: a data folder of their own, and a place for compiled bytecode."""
    place = workshop("startup")
    mine = {name: value for name, value in os.environ.items() if not name.startswith("CERTIFICANT_")}
    mine.pop("PYTHONDONTWRITEBYTECODE", None)
    return {**mine, "PYTHONPYCACHEPREFIX": str(place / "bytecode"), "CERTIFICANT_DATA_DIR": str(place / name)}


def _imported(environment: Mapping[str, str]) -> float:
    """The CPU seconds of the imports."""
    before = os.times()
    subprocess.run(IMPORTS, cwd=ROOT, env=environment, check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


@contextmanager
def _ready(environment: Mapping[str, str]) -> Iterator[tuple[int, float]]:
    """A served process, and the CPU seconds it had taken when it was ready; stopped at the end of the block."""
    port = free_port()
    chosen = {**environment, "CERTIFICANT_PORT": str(port), "CERTIFICANT_LOG_LEVEL": "WARNING"}
    process = subprocess.Popen(SERVE, cwd=ROOT, env=chosen, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_until_ready(process, port)
        yield process.pid, cpu_seconds(process.pid)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                if answer.status == 200:  # noqa: PLR2004 - OK
                    return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.02)
    message = f"the service did not get ready: {process.args!r}"
    raise RuntimeError(message)


def _memory(pid: int) -> dict[str, float]:
    """What a process holds, by kind, in megabytes of a million bytes; the kernel counts in 1,024."""
    lines = (line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    return {name.rstrip(":"): int(kilobytes) * 1024 / 1e6 for name, kilobytes, *_ in lines}
