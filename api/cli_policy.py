"""`certificant policy`: lint a file, publish it, compare two."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from api.wiring import Service

policy = typer.Typer(no_args_is_help=True, help="Policy editions: lint, publish, compare.")

PolicyFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A policy, as YAML.")]


def _service() -> "Service":
    from api.cli import service  # noqa: PLC0415 - the command line is one program in two pages

    return service()


@policy.command()
def lint(files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Policies, as YAML.")]) -> None:
    """Say everything that stands against publishing these files; exits with 1 when anything does."""
    from api.wiring import lint_file  # noqa: PLC0415 - only the commands that need it pay for it

    faults = [(file, fault) for file in files for fault in lint_file(file)]
    for file, fault in faults:
        typer.echo(f"{file}:{fault.line}: {fault.pointer or '/'}: {fault.code}: {fault.detail}")
    typer.echo(f"{len(files)} file(s), {len(faults)} fault(s).")
    raise typer.Exit(1 if faults else 0)


@policy.command()
def publish(file: PolicyFile) -> None:
    """Publish a file's edition, for good. What stands against it is listed, and nothing is changed then."""
    from domain.errors import DomainError, Invalid  # noqa: PLC0415 - as above

    try:
        edition = _service().publish_file(file)
    except Invalid as refusal:
        for fault in refusal.faults:
            typer.echo(f"{file}: {fault.pointer or '/'}: {fault.code}: {fault.detail}", err=True)
        raise typer.Exit(1) from None
    except DomainError as refusal:
        typer.echo(f"{file}: {refusal.code}: {refusal.detail}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{edition.edition} is published, in force from {edition.in_force_from}; sha256 {edition.sha256}.")


@policy.command()
def diff(old: PolicyFile, new: PolicyFile) -> None:
    """Show every place where two editions differ."""
    from api.wiring import policy_of  # noqa: PLC0415 - as above
    from domain.programs.difference import difference  # noqa: PLC0415 - as above

    changes = difference(policy_of(old), policy_of(new))
    for change in changes:
        typer.echo(f"{change.pointer}: {change.before!r} -> {change.after!r}")
    typer.echo(f"{len(changes)} difference(s).")
