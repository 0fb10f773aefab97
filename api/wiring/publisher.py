"""Who publishes badges and status lists, put together from the settings."""

from adapters.badges.presented import PresentedBadges
from adapters.badges.signer import KeyedBadgeSigner
from api.settings import Settings
from domain.badges.model import Publisher
from domain.ports import BadgeReader, KeyProvider


def publisher_of(settings: Settings, keys: KeyProvider) -> Publisher:
    """The certifying body as the publisher of its badges, under its public address and with its present keys."""
    return Publisher(
        signer=KeyedBadgeSigner(keys, settings.public_base_url),
        name=settings.body_name,
        base_url=settings.public_base_url,
        email=settings.body_email,
    )


def reader_of(settings: Settings, keys: KeyProvider) -> BadgeReader:
    """Who reads what strangers present as badges of ours."""
    return PresentedBadges(keys, KeyedBadgeSigner(keys, settings.public_base_url))
