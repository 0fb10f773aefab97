"""What the journal says of watching: ids, codes and numbers of rows; never whom a partner watches by name."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event


@dataclass(frozen=True, kw_only=True)
class WatchListOpened(Event, kind="watch_list.opened", about="watch_list_id"):
    """A partner began a roster."""

    watch_list_id: UUID


@dataclass(frozen=True, kw_only=True)
class WatchesAdded(Event, kind="watch_list.watches_added", about="watch_list_id"):
    """So many rows were added to a roster."""

    watch_list_id: UUID
    added: int


@dataclass(frozen=True, kw_only=True)
class WatchEnded(Event, kind="watch.ended", about="watch_id"):
    """A credential is watched no more; `status` says whether the consent was withdrawn."""

    watch_id: UUID
    status: str


@dataclass(frozen=True, kw_only=True)
class _OfEndpoint:
    endpoint_id: UUID


@dataclass(frozen=True, kw_only=True)
class EndpointAdded(_OfEndpoint, Event, kind="webhook_endpoint.added", about="endpoint_id"):
    """A partner named an address to be told at."""


@dataclass(frozen=True, kw_only=True)
class EndpointEnabled(_OfEndpoint, Event, kind="webhook_endpoint.enabled", about="endpoint_id"):
    """It is told of changes: it answered a ping, or its owner enabled it again."""


@dataclass(frozen=True, kw_only=True)
class EndpointDisabled(_OfEndpoint, Event, kind="webhook_endpoint.disabled", about="endpoint_id"):
    """It is told nothing any more."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class SecretRotated(_OfEndpoint, Event, kind="webhook_endpoint.secret_rotated", about="endpoint_id"):
    """It has a new secret; the former one signs beside it for a while."""

    generation: int


@dataclass(frozen=True, kw_only=True)
class DeliveryGivenUp(Event, kind="webhook_delivery.failed", about="delivery_id"):
    """A message was given up: a dead letter, until somebody asks for it again."""

    delivery_id: UUID
    endpoint_id: UUID
    code: str
