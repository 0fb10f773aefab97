"""The verbs of webhook endpoints and of the messages to them."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.actors import Actor
from domain.errors import Fault, Invalid
from domain.ports import KeyProvider, UnitOfWork
from domain.watching import rules
from domain.watching.delivering import SECRET, disable as told_nothing, ping as pinged
from domain.watching.errors import EndpointNotReady, NothingToRecover, TooManyEndpoints
from domain.watching.events import EndpointAdded, EndpointEnabled, SecretRotated
from domain.watching.model import (
    DisabledFor,
    EndpointStatus,
    WebhookDelivery,
    WebhookEndpoint,
)
from domain.watching.telling import start

MOST_ENDPOINTS: Final = 20
RECOVERED_AT_ONCE: Final = 1_000


def add(
    uow: UnitOfWork, actor: Actor, keys: KeyProvider, *, url: str, description: str, types: tuple[str, ...]
) -> tuple[WebhookEndpoint, str]:
    """A new endpoint, pending until it answers the ping that is sent at once; and its secret, to be shown once."""
    actor.must("webhook_endpoint.add")
    if not rules.may_be_told_at(url):
        fault = Fault("/url", "address", "An https address of a named host, without user, password or fragment.")
        raise Invalid(fault)
    alive = uow.webhook_endpoints.count(
        partner=actor.subject, status=[EndpointStatus.PENDING.value, EndpointStatus.ENABLED.value]
    )
    if alive >= MOST_ENDPOINTS:
        raise TooManyEndpoints
    made = uow.webhook_endpoints.add(
        WebhookEndpoint(
            id=uow.new_id(),
            partner=actor.subject,
            url=url,
            description=description,
            created_at=uow.now,
            types=types,
        )
    )
    uow.record(EndpointAdded(endpoint_id=made.id))
    pinged(uow, made)
    return made, rules.secret_of(keys.secret(SECRET), made.id, made.generation)


def change(
    uow: UnitOfWork, actor: Actor, endpoint_id: UUID, *, description: str, types: tuple[str, ...]
) -> WebhookEndpoint:
    """Describe an endpoint otherwise, or tell it of other types. Another address is another endpoint."""
    found = _held(uow, actor, "webhook_endpoint.change", endpoint_id)
    return uow.webhook_endpoints.save(replace(found, description=description, types=types))


def rotate(
    uow: UnitOfWork, actor: Actor, keys: KeyProvider, endpoint_id: UUID, overlap: timedelta
) -> tuple[WebhookEndpoint, str]:
    """A new secret, to be shown once; the former one signs beside it for `overlap` more."""
    found = _held(uow, actor, "webhook_endpoint.rotate", endpoint_id)
    until: datetime = uow.now + overlap
    rotated = uow.webhook_endpoints.save(replace(found, generation=found.generation + 1, former_until=until))
    uow.record(SecretRotated(endpoint_id=rotated.id, generation=rotated.generation))
    return rotated, rules.secret_of(keys.secret(SECRET), rotated.id, rotated.generation)


def ping(uow: UnitOfWork, actor: Actor, endpoint_id: UUID) -> WebhookDelivery:
    """Send a ping."""
    return pinged(uow, _held(uow, actor, "webhook_endpoint.ping", endpoint_id))


def disable(uow: UnitOfWork, actor: Actor, endpoint_id: UUID) -> WebhookEndpoint:
    """Tell an endpoint nothing any more. What is queued for it becomes dead letters."""
    return told_nothing(uow, _held(uow, actor, "webhook_endpoint.disable", endpoint_id), DisabledFor.BY_PARTNER)


def enable(uow: UnitOfWork, actor: Actor, endpoint_id: UUID) -> WebhookEndpoint:
    """Tell a disabled endpoint again; one that never answered is pending anew, and is sent a ping.

    What happened meanwhile is read with its numbers, or recovered.
    """
    found = _held(uow, actor, "webhook_endpoint.enable", endpoint_id)
    reopened = uow.webhook_endpoints.save(found.reopened(uow.now))
    if reopened.status is EndpointStatus.PENDING:
        pinged(uow, reopened)
    else:
        uow.record(EndpointEnabled(endpoint_id=reopened.id))
    return reopened


def redeliver(uow: UnitOfWork, actor: Actor, delivery_id: UUID) -> WebhookDelivery:
    """Send a message once more, under the same id."""
    found = uow.webhook_deliveries.lock(delivery_id)
    actor.must("webhook_delivery.redeliver", found)
    endpoint = uow.webhook_endpoints.get(found.endpoint_id)
    if endpoint.status is EndpointStatus.DISABLED:
        raise EndpointNotReady
    again = uow.webhook_deliveries.save(found.requeued(uow.now))
    start(uow, again)
    return again


def recover(uow: UnitOfWork, actor: Actor, endpoint_id: UUID, since: datetime) -> tuple[WebhookEndpoint, int]:
    """Send every dead letter made since then once more, oldest first; how many: `RECOVERED_AT_ONCE` at most."""
    endpoint = _held(uow, actor, "webhook_endpoint.recover", endpoint_id)
    dead = uow.webhook_deliveries.dead(endpoint.id, since, RECOVERED_AT_ONCE)
    if not dead:
        raise NothingToRecover
    for one in dead:
        start(uow, uow.webhook_deliveries.save(one.requeued(uow.now)))
    return endpoint, len(dead)


def _held(uow: UnitOfWork, actor: Actor, action: str, endpoint_id: UUID) -> WebhookEndpoint:
    found = uow.webhook_endpoints.lock(endpoint_id)
    actor.must(action, found)
    return found
