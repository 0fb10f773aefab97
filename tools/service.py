"""A sandbox of its own for whoever judges a live service: on a free port of this machine, with an empty database."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[1]
READY_WITHIN = 180.0
_TOKEN = re.compile(r"\b([a-z_]+)\b\W+(eyJ[\w-]+\.[\w-]+\.[\w-]+)")


@dataclass(frozen=True)
class Service:
    """A running sandbox: its address, a token per role, and the environment of its commands."""

    url: str
    tokens: dict[str, str]
    environment: dict[str, str]

    def token(self, role: str, subject: str) -> str:
        """A token for this very subject."""
        command = [str(Path(sys.executable).with_name("certificant")), "token", "--role", role, "--subject", subject]
        made = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True)
        return made.stdout.strip()


@contextmanager
def service(folder: Path) -> Iterator[Service]:
    """A sandbox that serves until the block ends."""
    port = _free_port()
    log = folder / "service.log"
    environment = os.environ | {
        "CERTIFICANT_DATA_DIR": str(folder),
        "CERTIFICANT_PORT": str(port),
        "CERTIFICANT_PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "CERTIFICANT_RATE_LIMIT": "1000000/minute",
        "CERTIFICANT_ADDRESS_RATE_LIMIT": "1000000/minute",
        "CERTIFICANT_BULK_CHECK_RATE_LIMIT": "1000000/minute",
    }
    environment.pop("CERTIFICANT_DATABASE_URL", None)
    command = [str(Path(sys.executable).with_name("certificant")), "up"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            _wait(f"http://127.0.0.1:{port}/readyz", process, log)
            tokens = dict(_TOKEN.findall(log.read_text("utf-8")))
            yield Service(f"http://127.0.0.1:{port}", tokens, environment)
        finally:
            process.terminate()
            process.wait(30)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(url, timeout=2) as answer:  # noqa: S310 - our own address
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.2)
    message = f"the service did not come up:\n{log.read_text('utf-8')}"
    raise SystemExit(message)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
