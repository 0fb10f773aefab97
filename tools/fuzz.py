"""Fuzz a live service against its own document: Schemathesis with every check, as each of several callers.

    python tools/fuzz.py openapi/openapi.json [schemathesis options]

Starts a sandbox of its own on a free port with an empty database, and stops it at the end. Exits 1 on any finding.

The administrator tries every operation, also those that are refused. Every other caller tries in full what none before
was admitted to, and then with fewer examples whatever else its role admits it to. That a role is refused all the rest
is the matrix test's affair (`tests/api/test_matrix.py`). `FUZZ_AS=candidate,finance` names other callers.
"""

import json
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
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from api.contract import operations
from domain.actors import Actor, Role
from domain.authorization import admits

Json = dict[str, Any]
ROOT = Path(__file__).parents[1]
CALLERS = tuple(
    os.environ.get(
        "FUZZ_AS", "administrator,candidate,reviewer,exam_manager,psychometrician,credential_officer,finance"
    ).split(",")
)
IN_FULL = ("--max-examples", "5")
IN_PART = ("--max-examples", "3", "--phases", "fuzzing,stateful")
READY_WITHIN = 180.0
_TOKEN = re.compile(r"\b([a-z_]+)\b\W+(eyJ[\w-]+\.[\w-]+\.[\w-]+)")


def main() -> int:
    """Fuzz as every caller; the worst exit code."""
    document, *options = sys.argv[1:]
    runs = list(_plan(json.loads(Path(document).read_text("utf-8"))))
    with tempfile.TemporaryDirectory(prefix="certificant-fuzz-") as folder, _service(Path(folder)) as (url, tokens):
        return max(
            _fuzz(document, url, caller, tokens[caller], [*depth, *_only(ids), *options]) for caller, depth, ids in runs
        )


def _plan(document: Json) -> Iterator[tuple[str, tuple[str, ...], set[str] | None]]:
    """Who tries how hard which operations; None for all of them."""
    yield CALLERS[0], IN_FULL, None
    tried = _admitting(document, CALLERS[0])
    for caller in CALLERS[1:]:
        admitting = _admitting(document, caller)
        for depth, ids in ((IN_FULL, admitting - tried), (IN_PART, admitting & tried)):
            if ids:
                yield caller, depth, ids
        tried |= admitting


def _admitting(document: Json, role: str) -> set[str]:
    """The ids of the operations that ask for a token and admit this role."""
    actor = Actor(subject=role, roles=frozenset({Role(role)}))
    return {
        operation["operationId"]
        for _, _, operation in operations(document)
        if {} not in operation["security"] and admits(actor, operation["x-action"])
    }


def _only(ids: set[str] | None) -> Iterator[str]:
    for id_ in sorted(ids or ()):
        yield from ("--include-operation-id", id_)


def _fuzz(document: str, url: str, caller: str, token: str, options: list[str]) -> int:
    chosen = options.count("--include-operation-id")
    print(f"\n-- as {caller}: {chosen or 'all'} operations", flush=True)
    command = [
        *(
            str(Path(sys.executable).with_name("schemathesis")),
            f"--config-file={ROOT / 'openapi' / 'schemathesis.toml'}",
        ),
        *("run", document, "--url", url, "--checks", "all", "--workers", "1", "--no-color", "--continue-on-failure"),
        *("--request-timeout", "60", "--seed", "1", "--header", f"Authorization: Bearer {token}", *options),
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
