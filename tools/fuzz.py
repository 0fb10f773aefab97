"""Fuzz a live service against its own document: Schemathesis with every check, once as each of a few callers.

    python tools/fuzz.py openapi/openapi.json [schemathesis options]

Starts a sandbox of its own on a free port with an empty database, and stops it at the end. Exits 1 on any finding.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[1]
CALLERS = ("administrator", "reviewer", "candidate")
READY_WITHIN = 120.0
_TOKEN = re.compile(r"\b([a-z_]+)\b\W+(eyJ[\w-]+\.[\w-]+\.[\w-]+)")


def main() -> int:
    """Fuzz as every caller; the worst exit code."""
    document, *options = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="certificant-fuzz-") as folder, _service(Path(folder)) as (url, tokens):
        return max(_fuzz(document, url, caller, tokens[caller], options) for caller in CALLERS)


def _fuzz(document: str, url: str, caller: str, token: str, options: list[str]) -> int:
    print(f"\n-- as {caller}", flush=True)
    command = [
        *(
            str(Path(sys.executable).with_name("schemathesis")),
            f"--config-file={ROOT / 'openapi' / 'schemathesis.toml'}",
        ),
        *("run", document, "--url", url, "--checks", "all", "--max-examples", "20", "--workers", "1", "--no-color"),
        *("--seed", "1", "--header", f"Authorization: Bearer {token}", *options),
    ]
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode


@contextmanager
def _service(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """A sandbox that serves until the block ends: its address, and a token per role."""
    port = _free_port()
    log = folder / "service.log"
    environment = os.environ | {
        "CERTIFICANT_DATA_DIR": str(folder),
        "CERTIFICANT_PORT": str(port),
        "CERTIFICANT_PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "CERTIFICANT_RATE_LIMIT": "1000000/minute",
        "CERTIFICANT_ADDRESS_RATE_LIMIT": "1000000/minute",
    }
    environment.pop("CERTIFICANT_DATABASE_URL", None)
    command = [str(Path(sys.executable).with_name("certificant")), "up"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            _wait(f"http://127.0.0.1:{port}/readyz", process, log)
            yield f"http://127.0.0.1:{port}", dict(_TOKEN.findall(log.read_text("utf-8")))
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


if __name__ == "__main__":
    raise SystemExit(main())
