"""The parts of watching and of the registry's bulk and signed answers."""

from typing import TYPE_CHECKING

from adapters.db.bulk_registry import ClosableBulk, bulk_registry
from adapters.statements import JwtStatements
from api.settings import Settings
from domain.ports import KeyProvider, RegistryStatements

if TYPE_CHECKING:
    from domain.watching.delivering import Courier


def bulk_of(settings: Settings) -> ClosableBulk:
    """The registry for very many numbers; it opens nothing before the first."""
    return bulk_registry(settings.database, settings.body_zone)


def statements_of(settings: Settings, keys: KeyProvider) -> RegistryStatements:
    """Signs what the registry answers."""
    return JwtStatements(keys, settings.public_base_url)


def courier_of(settings: Settings, keys: KeyProvider) -> "Courier":
    """What sends messages to endpoints: workers alone do, so it is imported there."""
    from adapters.webhooks import HttpsWebhookSender  # noqa: PLC0415 - TLS and its authorities are for workers
    from domain.watching.delivering import Courier  # noqa: PLC0415 - likewise

    sender = HttpsWebhookSender(loopback=settings.webhook_loopback)
    return Courier(sender=sender, keys=keys, base_url=settings.public_base_url)
