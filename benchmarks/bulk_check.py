"""Bulk check: 10,000 numbers of 1,000,000 over HTTP, against the engine's own join of them.

The join is the raw driver's: one statement, all rows fetched. The product's side is the whole service: the edge, the
route, the check symbols, the join, the JSON. Of PostgreSQL the CPU of its processes is counted on both sides.
"""

import asyncio
import json
import os
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import TypeVar

import asyncpg
from pydantic import SecretStr
from starlette.types import ASGIApp

from adapters.db.registry import PAYLOAD_AT
from api.settings import Settings
from api.wiring import application
from benchmarks.harness import Figure, built, cpu_seconds, postgres, ratio, serve
from benchmarks.registry import CREDENTIALS, EDITION, entries, fill_postgres, fill_sqlite

ASKED = 10_000
SAMPLES = 4
ROUNDS = 7
AT_MOST = 2.0
_SQLITE = f"SELECT number, {PAYLOAD_AT.format(at='?2')} FROM json_each(?1) CROSS JOIN registry ON number = value"
_POSTGRES = (
    f"SELECT number, {PAYLOAD_AT.format(at='$2')} FROM unnest($1::text[]) AS value JOIN registry ON number = value"
)

T = TypeVar("T")
Join = Callable[[Sequence[str]], None]


def service() -> ASGIApp:
    """What uvicorn runs: the whole service on the database that BENCH_URL names."""
    return application(
        Settings(
            data_dir=Path(os.environ["BENCH_DATA"]),
            database_url=SecretStr(os.environ["BENCH_URL"]),
            bulk_check_rate_limit="1000000/minute",
            log_level="WARNING",
        )
    )


def run(*, quick: bool) -> list[Figure]:
    """Measure both engines."""
    size = CREDENTIALS // 50 if quick else CREDENTIALS
    figures = []
    with built(f"registry-sqlite-{size}-{EDITION}", lambda place: fill_sqlite(place / "registry.db", size)) as place:
        path = place / "registry.db"
        figures += measure("SQLite", f"sqlite:///{path}", sqlite_join(path), lambda: 0.0, size, quick=quick)
    with postgres(f"registry-postgres-{size}-{EDITION}") as url:
        fill_postgres(url, size)
        with postgres_join(url) as (join, backends):
            figures += measure("PostgreSQL", url, join, backends, size, quick=quick)
    return figures


def measure(
    engine: str, url: str, join: Join, backends: Callable[[], float], size: int, *, quick: bool
) -> list[Figure]:
    """Both sides on one engine, in turns; `backends` tells the CPU seconds of the database's own processes."""
    numbers = samples(size)
    bodies = ["".join(f'"{number}"\n' for number in some).encode() for some in numbers]
    rounds, times = (2, 2) if quick else (ROUNDS, 20)
    with ExitStack() as up:
        env = {"BENCH_URL": url, "BENCH_DATA": up.enter_context(tempfile.TemporaryDirectory())}
        server = up.enter_context(serve("benchmarks.bulk_check:service", factory=True, env=env))
        asked, joined = [], []
        for _ in range(rounds + 1):
            # A connection for each turn: the server closes one that is idle while the other side has its own.
            with closing(HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
                work = partial(ask, connection)
                asked.append(cost(work, bodies, times, lambda: cpu_seconds(server.pid) + backends()))
            joined.append(cost(join, numbers, times, lambda: time.process_time() + backends()))
    # The first round warms both sides.
    asked, joined = asked[1:], joined[1:]
    return [
        Figure(what=f"{engine}: the join of {ASKED:,}", value=median(joined) * 1e3, unit="ms of CPU"),
        Figure(what=f"{engine}: checked over HTTP", value=median(asked) * 1e3, unit="ms of CPU"),
        Figure(what=f"{engine}: checked over HTTP", value=ratio(asked, joined), unit="times the join", at_most=AT_MOST),
    ]


def cost(work: Callable[[T], None], on: Sequence[T], times: int, clock: Callable[[], float]) -> float:
    """CPU seconds of one piece of work, on each of `on` in turn."""
    turns = cycle(on)
    before = clock()
    for _ in range(times):
        work(next(turns))
    return (clock() - before) / times


def samples(size: int) -> list[list[str]]:
    """The numbers that are asked about, in no order."""
    numbers = [entry.number for entry, _ in entries(size)]
    chance = random.Random(31)  # noqa: S311 - the same samples each time
    return [chance.sample(numbers, min(ASKED, size)) for _ in range(SAMPLES)]


def ask(connection: HTTPConnection, body: bytes) -> None:
    """One request, its answer read to the end; a fault unless every line is found."""
    connection.request("POST", "/v1/registry/check", body, {"content-type": "application/x-ndjson"})
    answer = connection.getresponse()
    content = answer.read()
    lines = body.count(b"\n")
    assert answer.status == HTTPStatus.OK, content[:500]
    assert content.count(b'"code":"found"') == lines, content[:500]


def sqlite_join(path: Path) -> Join:
    """The join on SQLite, by the driver of the standard library."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
    connection.execute("PRAGMA mmap_size=2147483648")
    now = int(time.time())

    def join(numbers: Sequence[str]) -> None:
        assert len(connection.execute(_SQLITE, (json.dumps(numbers), now)).fetchall()) == len(numbers)

    return join


@contextmanager
def postgres_join(url: str) -> Iterator[tuple[Join, Callable[[], float]]]:
    """The join on PostgreSQL, by asyncpg; and what the server's processes have cost so far."""
    loop = asyncio.new_event_loop()
    connection = loop.run_until_complete(asyncpg.connect(url.replace("postgresql+psycopg", "postgresql")))
    postmaster = _parent(loop.run_until_complete(connection.fetchval("SELECT pg_backend_pid()")))
    now = int(time.time())

    def join(numbers: Sequence[str]) -> None:
        found = loop.run_until_complete(connection.fetch(_POSTGRES, list(numbers), now))
        assert len(found) == len(numbers)

    yield join, lambda: sum(cpu_seconds(pid) for pid in _children(postmaster))
    loop.run_until_complete(connection.close())
    loop.close()


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def _children(parent: int) -> list[int]:
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if _is_child(pid, parent)]


def _is_child(pid: int, parent: int) -> bool:
    try:
        return _parent(pid) == parent
    except (FileNotFoundError, ProcessLookupError):
        return False
