"""Short functions, small files: a reader holds one in mind at a time."""

import ast
from statistics import median

from tests.architecture.source import PRODUCT, functions, modules

COMMANDS = ("benchmarks", "tools")
LONGEST_FILE = 500
LONGEST_FUNCTION = 45
MEDIAN_FUNCTION = 12


def test_no_file_is_longer_than_five_hundred_lines() -> None:
    long = {name: lines for name, text, _ in _written("tests") if (lines := text.count("\n")) > LONGEST_FILE}

    assert long == {}


def test_no_function_is_longer_than_forty_five_lines() -> None:
    long = [
        f"{name}:{function.lineno} {function.name}"
        for name, _, tree in _written()
        for function in functions(tree)
        if _lines(function) > LONGEST_FUNCTION
    ]

    assert long == []


def test_half_of_the_functions_are_shorter_than_a_dozen_lines() -> None:
    lengths = [_lines(function) for _, _, tree in modules() for function in functions(tree)]

    assert median(lengths) <= MEDIAN_FUNCTION


def _written(*more: str) -> list[tuple[str, str, ast.Module]]:
    """All modules but the revisions, which alembic writes, and nobody changes once they are out."""
    written = modules(*PRODUCT, *COMMANDS, *more)
    return [module for module in written if not module[0].startswith("migrations/versions/")]


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """From `def` to the end, the docstring not counted."""
    first = function.body[0]
    promise = 0
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        promise = (first.end_lineno or 0) - first.lineno + 1
    return (function.end_lineno or 0) - function.lineno + 1 - promise
