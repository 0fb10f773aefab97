"""The issuer whose tokens a sandbox takes."""

from adapters.dev_issuer import DevelopmentIssuer
from api.settings import Settings


def issuer_of(settings: Settings) -> DevelopmentIssuer:
    """The sandbox's own issuer of tokens; production knows none of it."""
    directory = settings.under_data(settings.keys_dir, "keys")
    return DevelopmentIssuer(directory, audience=settings.oidc_audience[0], issuer=settings.oidc_issuer)
