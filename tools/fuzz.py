"""Fuzz a live service against its own document: Schemathesis with every check, as each of several callers.

The administrator tries every operation, also those that are refused. Every other caller tries in full what none before
was admitted to, and then with fewer examples whatever else its role admits it to. That a role is refused all the rest
is the matrix test's affair (`tests/api/test_matrix.py`). `FUZZ_AS=candidate,finance` names other callers.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from api.contract import operations
from domain.actors import Actor, Role
from domain.authorization import admits
from tools.service import ROOT, Service

Json = dict[str, Any]
CALLERS = tuple(
    os.environ.get(
        "FUZZ_AS", "administrator,candidate,reviewer,exam_manager,psychometrician,credential_officer,finance,partner"
    ).split(",")
)
IN_FULL = ("--max-examples", "5")
IN_PART = ("--max-examples", "3", "--phases", "fuzzing,stateful")


def fuzz(service: Service, document: Path, options: list[str]) -> int:
    """Try everything as every caller, with more of Schemathesis' options; its worst exit code."""
    runs = list(_plan(json.loads(document.read_text("utf-8"))))
    return max(_run(service, document, caller, [*depth, *_only(ids), *options]) for caller, depth, ids in runs)


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


def _run(service: Service, document: Path, caller: str, options: list[str]) -> int:
    chosen = options.count("--include-operation-id")
    print(f"\n-- as {caller}: {chosen or 'all'} operations", flush=True)
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), f"--config-file={ROOT}/openapi/schemathesis.toml"),
        *("run", str(document), "--url", service.url, "--checks", "all", "--workers", "1", "--continue-on-failure"),
        *("--no-color", "--request-timeout", "60", "--seed", "1"),
        *("--header", f"Authorization: Bearer {service.tokens[caller]}", *options),
    ]
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode
