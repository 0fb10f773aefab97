"""What every command stands on: the settings of the environment, and the service behind them."""

import os
from typing import TYPE_CHECKING

import typer

from api.settings import Settings, UnsafeSettings

if TYPE_CHECKING:
    from api.wiring import Service


def settings() -> Settings:
    """The settings from the environment; unsafe ones end the program with every fault named."""
    try:
        return Settings.from_environment(os.environ)
    except UnsafeSettings as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(2) from None


def service() -> "Service":
    """The service behind the settings."""
    from api.wiring import Service  # noqa: PLC0415 - only the commands that need the store pay for it

    return Service(settings())


def stored() -> "Service":
    """The service, whose database has a schema that this code can work with; else the program ends, saying so."""
    made = service()
    if not made.migrations.at_head():
        typer.echo("The database's schema is not this code's: run `certificant migrate`.", err=True)
        raise typer.Exit(1)
    return made
