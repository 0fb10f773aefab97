"""`certificant keys`: list, create, prepare, rotate, revoke, reissue, drill."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli_service import service
from domain.badges.keys import BADGE_PURPOSES

if TYPE_CHECKING:
    from api.wiring.keys import KeyKeeper

keys = typer.Typer(no_args_is_help=True, help="The service's own keys.")

Purpose = Annotated[str, typer.Argument(help="journal, registry, badges-eddsa, badges-es256, badges-rs256, …")]
Kid = Annotated[str, typer.Argument(help="A key's id, as `keys list` shows it.")]

# One id in 64 begins with a hyphen, and is no option for that.
_KIDS_TAKEN: dict[str, bool] = {"ignore_unknown_options": True}
_WAIT = "Others may hold the former key set for five minutes: it may sign when ten have passed, and not before."


@keys.command("list")
def list_keys() -> None:
    """Every signing key with its state: pending, active, retired or revoked, and since when."""
    from api.wiring.keys import SIGNING  # noqa: PLC0415 - only the commands that need it pay for it

    keeper = _keeper()
    with _refusals():
        for purpose in SIGNING:
            for record in keeper.records(purpose):
                typer.echo(f"{purpose:13} {record.state.value:8} {record.kid}  since {record.since}")


@keys.command("create")
def create_keys() -> None:
    """Make every key that is missing; production starts only when they are there."""
    from api.wiring.keys import NotEntered  # noqa: PLC0415 - as above

    keeper = _keeper()
    try:
        keeper.create()
    except NotEntered as missing:
        # They are made before there is a database, if one likes: that is no failure.
        typer.echo(str(missing), err=True)
    list_keys()


@keys.command()
def prepare(purpose: Purpose) -> None:
    """Publish the next key, which does not sign yet, so that others know it before it does."""
    keeper = _keeper()
    with _refusals():
        typer.echo(f"{keeper.prepare(purpose)} is published. {_WAIT}")
        keeper.enter(purpose, "prepare")


@keys.command()
def rotate(
    purpose: Purpose,
    *,
    now: Annotated[
        bool,
        typer.Option("--now", help="Do not wait until others know the key: for minutes they reject what it signs."),
    ] = False,
) -> None:
    """Sign with the prepared key from now on; the old one stays published and verifies.

    Refused where none is prepared, or was less than ten minutes ago, unless it is to be --now.
    """
    keeper = _keeper()
    with _refusals():
        typer.echo(
            f"{keeper.rotate(purpose, at_once=now)} signs from now on; the former key is retired and still verifies."
        )
        keeper.enter(purpose, "rotate")
    list_keys()


@keys.command(context_settings=_KIDS_TAKEN)
def revoke(
    purpose: Purpose,
    kid: Kid,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Withdraw a key for good: what it signed verifies nowhere from then on. For a key that others may have.

    Nothing that it signed is handed out any more: status lists are signed anew at once, badges as they are asked for.
    Repeated, it does what was left undone and leaves the rest as it is.
    """
    keeper = _keeper()
    with _refusals():
        if not yes:
            typer.confirm("Everything that this key signed stops to verify, for good. Revoke it?", abort=True)
        typer.echo(f"Revoked. {keeper.revoke(purpose, kid)} signs from now on.")
        keeper.enter(purpose, "revoke")
        if purpose in BADGE_PURPOSES:
            for line in _to_do(keeper, purpose, kid):
                typer.echo(line)


@keys.command(context_settings=_KIDS_TAKEN)
def reissue(purpose: Purpose, kid: Kid) -> None:
    """Sign anew every badge and status list that this key signed. Safe to repeat, and to break off and go on."""
    keeper = _keeper()
    with _refusals():
        if kid == keeper.active(purpose):
            typer.echo("This key signs now: rotate or revoke it first.", err=True)
            raise typer.Exit(1)
        total = 0
        for total in keeper.reissue(purpose, kid):
            typer.echo(f"{total} badges signed anew")
        typer.echo(f"Done: {total} badges and every status list stand under the key that signs now.")


@keys.command("drill")
def drill(
    what: Annotated[str, typer.Argument(help="rotation or compromise.")],
    purpose: Annotated[str, typer.Option(help="Which of the badge keys.")] = BADGE_PURPOSES[0],
) -> None:
    """Rehearse a rotation or a compromise on keys made for the drill, then say what it would mean for this service.

    Nothing of the service changes. Exits with 1 when a step did not come out as it should.
    """
    from api.wiring.keys import DRILLS  # noqa: PLC0415 - as above

    if what not in DRILLS or purpose not in BADGE_PURPOSES:
        typer.echo(f"There are the drills {' and '.join(DRILLS)}, for {', '.join(BADGE_PURPOSES)}.", err=True)
        raise typer.Exit(2)
    steps = DRILLS[what](purpose)
    for step in steps:
        typer.echo(f"{'ok   ' if step.held else 'FAULT'} {step.said}")
    keeper = _keeper()
    with _refusals():
        for line in _plan(keeper, what, purpose):
            typer.echo(line)
    raise typer.Exit(0 if all(step.held for step in steps) else 1)


def _plan(keeper: "KeyKeeper", what: str, purpose: str) -> Iterator[str]:
    """What the drilled event would ask of whoever keeps the keys, on this service as it stands today."""
    active = keeper.active(purpose)
    yield f"\nHere, {active} signs for {purpose}."
    if what == "rotation":
        pending = keeper.pending(purpose)
        yield f"1. certificant keys prepare {purpose}" if pending is None else "1. A key is prepared already."
        when = "Ten minutes later" if pending is None else f"From {pending.known_from.isoformat()} on"
        yield f"2. {when}, when every cached key set has run out: certificant keys rotate {purpose}"
        yield "   Sooner it is refused, unless it is asked for with --now."
        yield "3. Nothing is to be reissued: what was signed before stays good for as long as its key is not revoked."
        return
    yield f"1. certificant keys revoke {purpose} {active}"
    yield from _to_do(keeper, purpose, active, first=2)


def _to_do(keeper: "KeyKeeper", purpose: str, kid: str, first: int = 1) -> Iterator[str]:
    badges, lists = keeper.to_reissue(purpose, kid)
    counted = f"{badges} or more" if badges >= 1_000 else str(badges)  # noqa: PLR2004 - as far as is counted
    yield f"{first}. certificant keys reissue {purpose} {kid}"
    yield f"   Stored under this key now: {counted} badges in their newest version, {lists} status lists. None of it is"
    yield "   handed out under a revoked key: until it is reissued, it is signed whenever it is asked for."
    yield f"{first + 1}. Tell holders and partners to fetch their badges anew: their refresh service answers with them."
    yield "   Files and images in their hands name the revoked key and fail to verify, as they must. Forms signed on"
    yield "   request (tokens, other suites) are kept nowhere: they are made anew whenever they are asked for."
    yield f"{first + 2}. Others hold the former DID document and key set for up to five minutes; until then they still"
    yield "   believe the revoked key. The registry, its page and the dates of every credential do not change."


def _keeper() -> "KeyKeeper":
    from api.wiring.keys import KeyKeeper  # noqa: PLC0415 - as above

    return KeyKeeper(service())


@contextmanager
def _refusals() -> Iterator[None]:
    """A refusal as one line, and the exit code 1."""
    from api.wiring.keys import KeyRefused  # noqa: PLC0415 - as above

    try:
        yield
    except KeyRefused as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(1) from None
