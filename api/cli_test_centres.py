"""`certificant test-centres`: lint the layouts of test centres' files."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli_told import fault_line

test_centres = typer.Typer(no_args_is_help=True, help="Test centres: the layouts of their files.")


@test_centres.callback()
def _group() -> None:
    """Keep the group a group, of however many commands."""


@test_centres.command()
def lint(files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Layouts, as YAML.")]) -> None:
    """Say everything that stands against using these layouts, with its line; exits with 1 when anything does."""
    from api.wiring.test_centres import lint_layout  # noqa: PLC0415 - only the commands that need it pay for it

    faults = [(file, fault) for file in files for fault in lint_layout(file)]
    for file, fault in faults:
        typer.echo(fault_line(fault, f"{file}:{fault.line}"))
    typer.echo(f"{len(files)} file(s), {len(faults)} fault(s).")
    raise typer.Exit(1 if faults else 0)
