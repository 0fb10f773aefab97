"""Webhook endpoints of partners, the messages to them, and what became of each try."""

from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from api.fields import Id, In, Instant, Out, Text
from api.paging import Listing
from api.routing import Resource, Routes
from domain.actors import Actor
from domain.paging import Page, PageRequest
from domain.ports import KeyProvider, UnitOfWork
from domain.watching import endpoints
from domain.watching.actions import own
from domain.watching.model import (
    DIGEST,
    TYPES,
    DeliveryAttempt,
    DeliveryStatus,
    DisabledFor,
    EndpointStatus,
    WebhookDelivery,
    WebhookEndpoint,
)

routes = Routes("webhooks")

TOLD = (*TYPES.values(), DIGEST)
Told = Literal[
    "org.certificant.credential.suspended.v1",
    "org.certificant.credential.lifted.v1",
    "org.certificant.credential.revoked.v1",
    "org.certificant.credential.expired.v1",
    "org.certificant.credential.lapsed.v1",
    "org.certificant.credential.renewed.v1",
    "org.certificant.credential.reinstated.v1",
    "org.certificant.credential.retired.v1",
    "org.certificant.credential.name_corrected.v1",
    "org.certificant.credential.corrected.v1",
    "org.certificant.digest.v1",
]
Types = Annotated[list[Told], Field(max_length=len(TOLD), description="Of which types it is told; none means all.")]
OVERLAP_HOURS = 24
_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PORT = "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
WebhookUrl = Annotated[
    str,
    Field(
        min_length=12,
        max_length=2_048,
        # A name whose last label begins with a letter is no address; users, passwords and fragments have no place.
        pattern=rf"^https://({_LABEL}[.])+[A-Za-z]([A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?(:{_PORT})?"
        r"([/?][A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?$",
        description="https, a host with a name, and perhaps a port, a path and a query.",
    ),
]


class WebhookEndpointIn(In):
    """Where to be told. A ping is sent at once; once it is answered with 2xx, events follow."""

    url: WebhookUrl
    description: Text = ""
    types: Types = Field(default_factory=list)


class WebhookEndpointChangeIn(In):
    """What is changed of an endpoint. Another address is another endpoint."""

    description: Text
    types: Types


class WebhookEndpointOut(Resource):
    """An endpoint. Its secret is shown when it is made, and never again."""

    noun: ClassVar[str] = "webhook_endpoint"

    partner: str
    url: str
    description: str
    types: list[str]
    status: EndpointStatus
    disabled_for: DisabledFor | None
    created_at: datetime
    answered_at: datetime | None
    former_until: datetime | None


class NewWebhookEndpointOut(WebhookEndpointOut):
    """An endpoint with its secret (`whsec_…`), which is shown this once."""

    secret: str | None = None


class RotationIn(In):
    """For how many hours the former secret signs beside the new one."""

    overlap_hours: Annotated[int, Field(strict=True, ge=0, le=168)] = OVERLAP_HOURS


class RecoveryIn(In):
    """Which dead letters to send again: those made since then."""

    since: Instant


class RecoveryOut(Out):
    """How many messages are sent again; at most 1,000 at once."""

    requeued: int


class WebhookDeliveryOut(Resource):
    """A message to an endpoint. `message_id` is its `webhook-id`, the same at each try and each redelivery."""

    noun: ClassVar[str] = "webhook_delivery"

    endpoint_id: UUID
    message_id: str
    type: str
    event_id: UUID | None
    from_sequence: int | None
    to_sequence: int | None
    created_at: datetime
    status: DeliveryStatus
    tries: int
    next_try_at: datetime | None
    delivered_at: datetime | None
    last_code: str | None


class DeliveryAttemptOut(Out):
    """One try: when, for how long, and what came back. Nothing of the answer's body is kept."""

    id: UUID
    number: int
    at: datetime
    milliseconds: int
    code: str
    status_code: int | None


ENDPOINTS = Listing(WebhookEndpoint, filters={"status": EndpointStatus})
DELIVERIES = Listing(
    WebhookDelivery,
    filters={"endpoint_id": Id, "status": DeliveryStatus, "event_id": Id},
)
ATTEMPTS = Listing(DeliveryAttempt, sorts=("id", "number"), default_sort="number")


@routes.post(
    "/webhook-endpoints",
    action="webhook_endpoint.add",
    answers=NewWebhookEndpointOut,
    status_code=201,
    location="/v1/webhook-endpoints/{id}",
    secrets=("secret",),
)
def add(uow: UnitOfWork, actor: Actor, keys: KeyProvider, body: WebhookEndpointIn) -> NewWebhookEndpointOut:
    """Add an endpoint. Its secret is shown this once, and a ping is sent to it."""
    made, secret = endpoints.add(
        uow, actor, keys, url=body.url, description=body.description, types=tuple(dict.fromkeys(body.types))
    )
    return _with_secret(made, secret)


@routes.get("/webhook-endpoints", action="webhook_endpoint.read", answers=WebhookEndpointOut, listing=ENDPOINTS)
def list_endpoints(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[WebhookEndpoint]:
    """List the caller's endpoints; of all partners for administrators and auditors."""
    actor.must("webhook_endpoint.read")
    return uow.webhook_endpoints.page(own(actor, page))


@routes.get("/webhook-endpoints/{endpoint_id}", action="webhook_endpoint.read", answers=WebhookEndpointOut)
def read(uow: UnitOfWork, actor: Actor, endpoint_id: Id) -> WebhookEndpoint:
    """Read an endpoint."""
    found = uow.webhook_endpoints.get(endpoint_id)
    actor.must("webhook_endpoint.read", found)
    return found


@routes.put(
    "/webhook-endpoints/{endpoint_id}",
    action="webhook_endpoint.change",
    answers=WebhookEndpointOut,
    if_match=WebhookEndpoint,
)
def change(uow: UnitOfWork, actor: Actor, endpoint_id: Id, body: WebhookEndpointChangeIn) -> WebhookEndpoint:
    """Describe an endpoint otherwise, or tell it of other types."""
    types = tuple(dict.fromkeys(body.types))
    return endpoints.change(uow, actor, endpoint_id, description=body.description, types=types)


@routes.post(
    "/webhook-endpoints/{endpoint_id}/secret-rotation",
    action="webhook_endpoint.rotate",
    answers=NewWebhookEndpointOut,
    if_match=WebhookEndpoint,
    secrets=("secret",),
)
def rotate(
    uow: UnitOfWork, actor: Actor, keys: KeyProvider, endpoint_id: Id, body: RotationIn
) -> NewWebhookEndpointOut:
    """Give an endpoint a new secret, shown this once. Both sign until the overlap is over."""
    overlap = timedelta(hours=body.overlap_hours)
    return _with_secret(*endpoints.rotate(uow, actor, keys, endpoint_id, overlap))


@routes.post("/webhook-endpoints/{endpoint_id}/ping", action="webhook_endpoint.ping", answers=WebhookDeliveryOut)
def ping(uow: UnitOfWork, actor: Actor, endpoint_id: Id) -> WebhookDelivery:
    """Send a ping to an endpoint."""
    return endpoints.ping(uow, actor, endpoint_id)


@routes.post(
    "/webhook-endpoints/{endpoint_id}/disablement",
    action="webhook_endpoint.disable",
    answers=WebhookEndpointOut,
    if_match=WebhookEndpoint,
)
def disable(uow: UnitOfWork, actor: Actor, endpoint_id: Id) -> WebhookEndpoint:
    """Disable an endpoint: it is told nothing any more, and what waits for it becomes dead letters."""
    return endpoints.disable(uow, actor, endpoint_id)


@routes.post(
    "/webhook-endpoints/{endpoint_id}/enablement",
    action="webhook_endpoint.enable",
    answers=WebhookEndpointOut,
    if_match=WebhookEndpoint,
)
def enable(uow: UnitOfWork, actor: Actor, endpoint_id: Id) -> WebhookEndpoint:
    """Enable a disabled endpoint.

    One that never answered is pending until it answers the ping that is sent at once. What happened
    meanwhile is read from `GET /v1/events`, or recovered.
    """
    return endpoints.enable(uow, actor, endpoint_id)


@routes.post("/webhook-endpoints/{endpoint_id}/recovery", action="webhook_endpoint.recover", answers=RecoveryOut)
def recover(uow: UnitOfWork, actor: Actor, endpoint_id: Id, body: RecoveryIn) -> RecoveryOut:
    """Recover an endpoint's dead letters: each is sent again under its own id."""
    _, count = endpoints.recover(uow, actor, endpoint_id, body.since)
    return RecoveryOut(requeued=count)


@routes.get("/webhook-deliveries", action="webhook_delivery.read", answers=WebhookDeliveryOut, listing=DELIVERIES)
def list_deliveries(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[WebhookDelivery]:
    """List the messages to the caller's endpoints; dead letters are those of status `failed`."""
    actor.must("webhook_delivery.read")
    return uow.webhook_deliveries.page(own(actor, page))


@routes.get("/webhook-deliveries/{delivery_id}", action="webhook_delivery.read", answers=WebhookDeliveryOut)
def read_delivery(uow: UnitOfWork, actor: Actor, delivery_id: Id) -> WebhookDelivery:
    """Read what became of a message."""
    found = uow.webhook_deliveries.get(delivery_id)
    actor.must("webhook_delivery.read", found)
    return found


@routes.get(
    "/webhook-deliveries/{delivery_id}/attempts",
    action="webhook_delivery.read",
    answers=DeliveryAttemptOut,
    listing=ATTEMPTS,
)
def list_attempts(uow: UnitOfWork, actor: Actor, delivery_id: Id, page: PageRequest) -> Page[DeliveryAttempt]:
    """List the tries of a message."""
    actor.must("webhook_delivery.read", uow.webhook_deliveries.get(delivery_id))
    return uow.webhook_attempts.page(page.within(delivery_id=delivery_id))


@routes.post(
    "/webhook-deliveries/{delivery_id}/redelivery",
    action="webhook_delivery.redeliver",
    answers=WebhookDeliveryOut,
    if_match=WebhookDelivery,
)
def redeliver(uow: UnitOfWork, actor: Actor, delivery_id: Id) -> WebhookDelivery:
    """Send a message once more, under the same id: a dead letter, or one that the receiver lost."""
    return endpoints.redeliver(uow, actor, delivery_id)


def _with_secret(endpoint: WebhookEndpoint, secret: str) -> NewWebhookEndpointOut:
    return NewWebhookEndpointOut.model_validate(endpoint).model_copy(update={"secret": secret})
