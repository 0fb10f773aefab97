"""The product's own source, parsed once."""

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("api", "domain", "adapters", "migrations")


def modules(*packages: str) -> list[tuple[str, str, ast.Module]]:
    """Every (path from the root, text, tree) of these packages: of the product's, unless others are named."""
    return [module for package in packages or PRODUCT for module in _modules_of(package)]


@lru_cache
def _modules_of(package: str) -> list[tuple[str, str, ast.Module]]:
    texts = (
        (path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in sorted((ROOT / package).rglob("*.py"))
    )
    return [(name, text, ast.parse(text)) for name, text in texts]


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a module, nested ones too."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every (line, dotted module) that a module imports, wherever it does."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module


def calls(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every (line, dotted name) that a module calls."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)
