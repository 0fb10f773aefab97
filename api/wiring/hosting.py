"""The host of holders' badges, put together from the settings."""

from adapters.badges.did import did_of
from adapters.badges.foreign import SignedElsewhere
from adapters.outgoing import HttpsDoor
from adapters.published_keys import KeysElsewhere
from api.settings import Settings
from domain.hosting.model import HostTerms
from domain.ports import ForeignBadges


def foreign_of(settings: Settings) -> ForeignBadges:
    """Who reads badges of other issuers; it goes out for their keys."""
    elsewhere = KeysElsewhere(HttpsDoor(loopback=settings.webhook_loopback))
    return SignedElsewhere(did_of(settings.public_base_url), elsewhere)


def terms_of(settings: Settings) -> HostTerms:
    """Where programs are let at a holder's badges, and on which terms."""
    return HostTerms(
        issuer=settings.oidc_issuer,
        terms_url=settings.terms_url,
        privacy_url=settings.privacy_url,
        image_url=settings.image_url,
        authorization_url=settings.oauth_authorization_url,
        token_url=settings.oauth_token_url,
        refresh_url=settings.oauth_refresh_url,
        registration_url=settings.oauth_registration_url,
    )
