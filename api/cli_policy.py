"""`certificant policy`: lint a file, publish it, compare two."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli_service import stored
from api.cli_told import fault_line, refusal_lines
from domain.errors import DomainError

if TYPE_CHECKING:
    from domain.programs.dry_run import Comparison

policy = typer.Typer(no_args_is_help=True, help="Policy editions: lint, publish, compare.")

PolicyFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A policy, as YAML.")]


@policy.command()
def lint(files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Policies, as YAML.")]) -> None:
    """Say everything that stands against publishing these files; exits with 1 when anything does."""
    from api.wiring import lint_file  # noqa: PLC0415 - only the commands that need it pay for it

    faults = [(file, fault) for file in files for fault in lint_file(file)]
    for file, fault in faults:
        typer.echo(fault_line(fault, f"{file}:{fault.line}"))
    typer.echo(f"{len(files)} file(s), {len(faults)} fault(s).")
    raise typer.Exit(1 if faults else 0)


@policy.command()
def publish(
    file: PolicyFile,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say whose outcome would change, and why.")] = False,
) -> None:
    """Publish a file's edition, for good. What stands against it is listed, and nothing is changed then.

    With --dry-run nothing is published: every application that is under way or approved is judged under its own edition
    and under this one, and those whose outcome changes are listed with the clauses that make the difference. Then come
    the renewal cycles, applications and authorizations whose terms differ, and the sections judged for nobody.
    """
    with _refusals_listed(file):
        if dry_run:
            _tell(stored().rehearse_file(file))
            return
        edition = stored().publish_file(file)
    typer.echo(f"{edition.edition} is published, in force from {edition.in_force_from}; sha256 {edition.sha256}.")


@contextmanager
def _refusals_listed(file: Path) -> Iterator[None]:
    """End with 1, and with every fault of the file listed, where it is refused."""
    try:
        yield
    except DomainError as refusal:
        for line in refusal_lines(refusal, str(file)):
            typer.echo(line, err=True)
        raise typer.Exit(1) from None


_BECOMES = {
    "becomes_eligible": "becomes eligible",
    "no_longer_eligible": "is no longer eligible",
    "pathway_missing": "loses the pathway that was chosen",
}


def _tell(compared: "Comparison") -> None:
    from domain.programs.dry_run import clauses_said  # noqa: PLC0415 - as above

    for application, outcome in compared.changed:
        becomes = _BECOMES[outcome.code.value]
        typer.echo(f"{application.number} ({application.status.value}) {becomes}: {clauses_said(outcome)}")
    for effect in compared.effects:
        since = f"from {effect.from_on}" if effect.from_on else "never"
        terms = "; ".join(f"{term.pointer}: {term.before} > {term.after}" for term in effect.terms)
        typer.echo(f"{effect.judged} {effect.group.value} under {effect.edition} ({since}): {terms}. {effect.why}")
    for skipped in compared.not_judged:
        typer.echo(f"Not judged: {skipped.section}. {skipped.why}")
    typer.echo(f"Nothing was published. {len(compared.changed)} of {compared.judged} outcomes would change.")


@policy.command()
def diff(old: PolicyFile, new: PolicyFile) -> None:
    """Show every place where two editions differ; where one cannot be read, its faults, and exit with 1."""
    from api.wiring import policy_of  # noqa: PLC0415 - as above
    from domain.programs.difference import difference  # noqa: PLC0415 - as above

    with _refusals_listed(old):
        before = policy_of(old)
    with _refusals_listed(new):
        after = policy_of(new)
    changes = difference(before, after)
    for change in changes:
        typer.echo(f"{change.pointer}: {change.before!r} -> {change.after!r}")
    typer.echo(f"{len(changes)} difference(s).")
