"""`certificant certificates …`: who vouches for the key that signs certificates on paper."""

import typer

from api.cli_service import service

certificates = typer.Typer(no_args_is_help=True, help="Certificates on paper: the signer's own certificate.")


@certificates.callback()
def _group() -> None:
    """Keep `request` a command by name while it is the only one."""


@certificates.command()
def request() -> None:
    """Print a request (PKCS #10, PEM) for the key that signs certificates now; an authority answers with its chain.

    The chain, the key's own certificate first, is what CERTIFICANT_CERTIFICATE_CHAIN names.
    """
    from api.wiring.certificates import request_of  # noqa: PLC0415 - only this command needs it

    made = service()
    typer.echo(request_of(made.settings, made.keys), nl=False)
