"""The command line: `certificant --help`."""

import os
import signal
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from api.beside import Beside
from api.cli_analysis import analyse
from api.cli_certificates import certificates
from api.cli_keys import keys
from api.cli_policy import policy
from api.cli_service import service, settings, stored
from api.cli_test_centres import test_centres
from api.cli_told import Telling
from domain.actors import Role

main = typer.Typer(
    cls=Telling,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A headless certification-management service.",
)
audit = typer.Typer(no_args_is_help=True, help="The journal's seal.")
main.add_typer(policy, name="policy")
main.add_typer(audit, name="audit")
main.add_typer(keys, name="keys")
main.add_typer(certificates, name="certificates")
main.add_typer(test_centres, name="test-centres")
main.command()(analyse)


@main.command()
def serve(
    *, migrate_first: Annotated[bool, typer.Option("--migrate", help="Bring the schema up to date first.")] = False
) -> None:
    """Serve the API, with as many processes as CERTIFICANT_PROCESSES says."""
    import uvicorn  # noqa: PLC0415 - as above

    chosen = settings()
    if migrate_first:
        service().migrations.upgrade()
    uvicorn.run(
        "api.main:app",
        host=chosen.host,
        port=chosen.port,
        workers=chosen.processes,
        access_log=False,
        log_config=None,
        ws="none",
        proxy_headers=bool(chosen.trusted_proxies),
        forwarded_allow_ips=list(chosen.trusted_proxies) or None,
        server_header=False,
        date_header=True,
    )


@main.command()
def worker() -> None:
    """Carry out tasks, jobs and schedules until told to stop (SIGTERM or SIGINT hands unfinished work on)."""
    from api.wiring import worker as made  # noqa: PLC0415 - as above

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with made(settings()):
        stop.wait()


@main.command()
def migrate(revision: Annotated[str, typer.Argument(help="A revision, or head.")] = "head") -> None:
    """Bring the database's schema up to this code's."""
    migrations = service().migrations
    migrations.upgrade(revision)
    typer.echo(f"The database is at revision {migrations.current()}.")


def _not_empty(said: str) -> str:
    if not said.strip():
        message = "it may not be empty"
        raise typer.BadParameter(message)
    return said


@main.command()
def token(
    roles: Annotated[list[Role] | None, typer.Option("--role", help="A role; may be given several times.")] = None,
    subject: Annotated[str, typer.Option(help="Whose token it is.", callback=_not_empty)] = "developer",
    email: Annotated[str | None, typer.Option(help="A verified e-mail address.")] = None,
    scope: Annotated[str | None, typer.Option(help="Scopes, with blanks between them.")] = None,
) -> None:
    """Sign an access token of the sandbox's own issuer. Production does not know that issuer."""
    from api.wiring.sandbox_issuer import issuer_of  # noqa: PLC0415 - as above

    if (chosen := settings()).production:
        typer.echo("Production takes tokens of your own issuer only.", err=True)
        raise typer.Exit(2)
    issuer = issuer_of(chosen)
    typer.echo(
        issuer.mint(
            subject,
            roles=[role.value for role in roles or []],
            email=email,
            email_verified=email is not None,
            scope=scope,
        )
    )


@main.command()
def sandbox() -> None:
    """Fill an empty sandbox: CPOM published, and candidates at every stage of their life."""
    from api.sandbox import fill  # noqa: PLC0415 - as above

    typer.echo(fill(stored()))


@main.command("import-responses")
def import_responses(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The responses, as CSV.")],
    key: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="The form's key, as CSV.")] = None,
    form: Annotated[str, typer.Option(help="The form's code; by default the file's name.")] = "",
    administration: Annotated[str, typer.Option(help="The administration's code; by default the form's.")] = "",
    *,
    program: Annotated[str, typer.Option(help="Whose exam it is.")] = "CPOM",
    column: Annotated[str | None, typer.Option(help="The heading of the candidates' column.")] = None,
    cut_percent: Annotated[float, typer.Option(min=1, max=100, help="Sandbox: the cut of a form to be made.")] = 65.0,
    release: Annotated[bool, typer.Option("--release", help="Sandbox: also score, release and award.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report only; store nothing.")] = False,
) -> None:
    """Import a file of responses for a form, row by row, and say what became of each; exits with 1 for any refused.

    A sandbox makes what is missing: the form that --key describes, the administration, approved candidates.
    """
    from api.imports import Wish, import_file  # noqa: PLC0415 - as above

    wish = Wish(
        key=key,
        form=form,
        administration=administration,
        release=release,
        dry_run=dry_run,
        program=program,
        cut_percent=cut_percent,
        column=column,
    )
    raise typer.Exit(1 if import_file(stored(), file, wish) else 0)


@main.command()
def sweep() -> None:
    """Do tonight's sweep now: expire, lapse, remind. Safe to repeat."""
    from domain.sweep.actions import nightly  # noqa: PLC0415 - as above

    for name, count in nightly(stored().units).items():
        typer.echo(f"{name}: {count}")


@audit.command("seal")
def seal() -> None:
    """Seal the journal now, without waiting for the schedule."""
    typer.echo(f"{service().seal_journal()} entries sealed.")


@audit.command("verify")
def verify(
    *,
    anchor: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="Checkpoints kept elsewhere; may be said more than once."),
    ] = None,
) -> None:
    """Recompute the journal's seal; exits with 1 when anything was edited, removed, reordered or swapped.

    Also where checkpoints are gone inside or outside the database, and where rows wait longer for a seal than they may.
    """
    report = service().audit(anchor or ())
    for anomaly in report.anomalies:
        typer.echo(f"{'FAULT ' if anomaly.grave else 'notice'} {anomaly.code} at {anomaly.place}: {anomaly.detail}")
    if report.unlisted:
        typer.echo(f"… and {report.unlisted} more.")
    word = "intact" if report.intact else "NOT INTACT"
    typer.echo(f"{report.leaves} leaves, {report.checkpoints} checkpoints, {report.outside} outside: {word}.")
    raise typer.Exit(0 if report.intact else 1)


@main.command()
def openapi(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Compare only; exits with 1 when the file is out of date.")
    ] = False,
    target: Annotated[Path, typer.Option(help="Where the document lies.")] = Path("openapi/openapi.json"),
) -> None:
    """Write the OpenAPI document from the code."""
    from api.document import document  # noqa: PLC0415 - as above

    made = document()
    if not check:
        target.write_bytes(made)
    elif not target.exists() or target.read_bytes() != made:
        typer.echo(f"{target} is out of date: run `certificant openapi`.", err=True)
        raise typer.Exit(1)


@main.command()
def up() -> None:
    """Everything at once, for a laptop: migrate, fill the sandbox, start a worker and the API.

    A worker that dies is started again; one that dies at once, again and again, ends the program with 1.
    """
    from api.sandbox import fill, welcome  # noqa: PLC0415 - as above

    made = service()
    if not made.migrations.at_head():
        made.migrations.upgrade()
    typer.echo(fill(made))
    tokens = welcome(made)
    made.close()
    # uvicorn hands the signal that stopped it back to whoever had it before: that must not skip the worker's end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    command = [sys.executable, "-m", "api.cli", "worker"]
    helper = Beside("worker", command, given_up=lambda: os.kill(os.getpid(), signal.SIGTERM))
    helper.start()
    try:
        typer.echo(tokens)
        serve(migrate_first=False)
    finally:
        helper.stop()
        if helper.failed:
            raise typer.Exit(1)


if __name__ == "__main__":
    main()
