"""Who may know whom: import-linter's contracts, and what it cannot see."""

import ast
import subprocess
import sys
from collections.abc import Container, Iterable, Iterator, Mapping

from tests.architecture.source import ROOT, calls, imports, modules

CLOCKS_AND_DICE = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.monotonic", "time.sleep",
    "uuid.uuid4", "uuid4", "uuid.uuid1", "uuid1", "os.urandom", "secrets.token_bytes", "secrets.token_urlsafe",
    "random.random", "random.choice", "open", "Path.read_text", "print",
}  # fmt: skip
INSIDE = {"domain", "pydantic", "numpy", "scipy"}
KERNEL = {
    # What a caller may do is asked of the caller, and told by the table of callers.
    ("domain.actors", "domain.authorization"),
}
"""The circle that is meant: two pages of one thing."""
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


def test_the_domain_imports_the_standard_library_pydantic_and_array_arithmetic_alone() -> None:
    found = [
        f"{name}:{line} imports {imported}"
        for name, _, tree in modules()
        if name.startswith("domain/")
        for line, imported in imports(tree)
        if imported.split(".")[0] not in sys.stdlib_module_names | INSIDE
    ]

    assert found == []


def test_no_modules_know_each_other_in_a_circle() -> None:
    known = {_dotted(name): tree for name, _, tree in modules()}
    arrows = {name: set(_named(tree, known)) - {name} for name, tree in known.items()}
    found = {tuple(sorted(circle)) for circle in _circles(arrows)}

    assert found <= KERNEL


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


def _dotted(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _named(tree: ast.Module, known: Container[str]) -> Iterator[str]:
    """Every known module that is imported as it runs: `from a import b` names `a.b` where that is one."""
    for node in _run(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (one if one in known else node.module for one in inner if one in known or node.module in known)


def _run(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but those that only a type checker sees."""
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield node
            yield from _run(node)


def _circles(arrows: Mapping[str, set[str]]) -> Iterator[list[str]]:
    """Every set of two modules or more of which each leads to each (Tarjan, 1972)."""
    numbers: dict[str, int] = {}
    lowest: dict[str, int] = {}
    waiting: list[str] = []

    def visit(name: str) -> Iterator[list[str]]:
        numbers[name] = lowest[name] = len(numbers)
        waiting.append(name)
        for other in sorted(arrows[name]):
            if other not in numbers:
                yield from visit(other)
                lowest[name] = min(lowest[name], lowest[other])
            elif other in waiting:
                lowest[name] = min(lowest[name], numbers[other])
        if lowest[name] == numbers[name]:
            circle = waiting[waiting.index(name) :]
            del waiting[waiting.index(name) :]
            if len(circle) > 1:
                yield circle

    for name in sorted(arrows):
        if name not in numbers:
            yield from visit(name)


def _within(name: str, folders: Iterable[str]) -> bool:
    return any(name.startswith(folder) for folder in folders)
