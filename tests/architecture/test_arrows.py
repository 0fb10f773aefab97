"""Who may know whom: import-linter's contracts, and what it cannot see."""

import subprocess
import sys
from collections.abc import Iterable

from tests.architecture.source import ROOT, calls, imports, modules

CLOCKS_AND_DICE = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.monotonic", "time.sleep",
    "uuid.uuid4", "uuid4", "uuid.uuid1", "uuid1", "os.urandom", "secrets.token_bytes", "secrets.token_urlsafe",
    "random.random", "random.choice", "open", "Path.read_text", "print",
}  # fmt: skip
INSIDE_ONLY = {"sqlmodel": ("adapters/db/", "migrations/"), "jose": ("adapters/",), "dbos": ("adapters/",)}


def test_every_arrow_between_packages_points_inwards() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_domain_reads_no_clock_and_throws_no_dice() -> None:
    found = [
        f"{name}:{line} calls {called}"
        for name, _, tree in modules()
        if name.startswith("domain/")
        for line, called in calls(tree)
        if called in CLOCKS_AND_DICE
    ]

    assert found == []


def test_technologies_stay_where_they_belong() -> None:
    found = [
        f"{name}:{line} imports {imported}"
        for name, _, tree in modules()
        for line, imported in imports(tree)
        if imported.split(".")[0] in INSIDE_ONLY and not _within(name, INSIDE_ONLY[imported.split(".")[0]])
    ]

    assert found == []


def test_every_middleware_is_pure_asgi() -> None:
    found = [name for name, text, _ in modules() if "BaseHTTPMiddleware" in text]

    assert found == []


def _within(name: str, folders: Iterable[str]) -> bool:
    return any(name.startswith(folder) for folder in folders)
