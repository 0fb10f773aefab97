"""`python -m benchmarks [name …] [--quick] [--write]`: measure, print the figures, and write them into README.md."""

import argparse
import os
import pkgutil
import re
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType

from benchmarks.harness import Figure, machine

HERE = Path(__file__).resolve().parent
README = HERE / "README.md"
NOT_MEASURED = {"__main__", "harness", "load", "baselines", "applicants", "published"}


def main() -> int:
    """Run what was asked for; 1 when a bound is not kept."""
    names = sorted(module.name for module in pkgutil.iter_modules([str(HERE)]) if module.name not in NOT_MEASURED)
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(names)}; all, if none is given")
    parser.add_argument("--quick", action="store_true", help="fewer rows and rounds: is it alive, not how fast it is")
    parser.add_argument("--write", action="store_true", help="put the figures into benchmarks/README.md")
    asked = parser.parse_args()
    unknown = set(asked.names) - {name for name in names if _is_benchmark(import_module(f"benchmarks.{name}"))}
    if unknown:
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}")
    print(machine())
    kept = True
    for name in asked.names or names:
        module = import_module(f"benchmarks.{name}")
        if _is_benchmark(module):
            kept &= _measure(name, module, quick=asked.quick, write=asked.write)
    return 0 if kept else 1


def _is_benchmark(module: ModuleType) -> bool:
    return hasattr(module, "run")


def _measure(name: str, module: ModuleType, *, quick: bool, write: bool) -> bool:
    print(f"\n{name}: {(module.__doc__ or '').strip().splitlines()[0]}", flush=True)
    figures: list[Figure] = module.run(quick=quick)
    rows = _table(figures)
    print(rows, flush=True)
    if write and not quick:
        _write(name, rows, _command(name, module))
    return quick or all(figure.met is not False for figure in figures)


def _table(figures: list[Figure]) -> str:
    lines = ["| what | measured | bound | |", "|---|---|---|---|"]
    lines += [
        f"| {figure.what} | {figure.value:.3g} {figure.unit} | {figure.bound} | {_verdict(figure)} |"
        for figure in figures
    ]
    return "\n".join(lines)


def _verdict(figure: Figure) -> str:
    return {None: "", True: "kept", False: "**not kept**"}[figure.met]


def _command(name: str, module: ModuleType) -> str:
    """What was called, with the settings of the environment that the benchmark's figures depend on (`SETTINGS`)."""
    given = {one: os.environ[one] for one in getattr(module, "SETTINGS", ()) if one in os.environ}
    # Where a folder lies on this machine says nothing to others.
    told = (f"{one}={'/some/folder' if Path(value).is_absolute() else value} " for one, value in given.items())
    return f"{''.join(told)}python -m benchmarks {name}"


def _write(name: str, rows: str, command: str) -> None:
    """Replace the block of this benchmark; append one where README.md has none."""
    begin, end = f"<!-- figures: {name} -->", f"<!-- end: {name} -->"
    stamp = f"`{command}` on {machine()}; {datetime.now(UTC).date()}."
    block = f"{begin}\n{stamp}\n\n{rows}\n{end}"
    text = README.read_text()
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    text = pattern.sub(lambda _: block, text) if pattern.search(text) else f"{text.rstrip()}\n\n## {name}\n\n{block}\n"
    README.write_text(text)


if __name__ == "__main__":
    sys.exit(main())
