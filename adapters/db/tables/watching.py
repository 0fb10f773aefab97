"""Rosters of partners, what happened to what they watch, endpoints, messages and their tries."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from adapters.db.tables.base import Row, index_where, instant, json_column, stores
from domain.watching.model import (
    DeliveryAttempt,
    Watch,
    WatchEvent,
    WatchFeed,
    WatchList,
    WebhookDelivery,
    WebhookEndpoint,
)


@stores(WatchList)
class WatchListRow(Row, table=True):
    """One per partner."""

    __tablename__ = "watch_lists"

    partner: str = Field(unique=True)
    name: str
    created_at: datetime = instant()
    digest: str
    digest_email: str | None


@stores(WatchFeed)
class WatchFeedRow(Row, table=True):
    """Held by whoever numbers a list's events. Its id is the list's."""

    __tablename__ = "watch_feeds"

    partner: str
    last_sequence: int
    digested_sequence: int


@stores(Watch)
class WatchRow(Row, table=True):
    """Of the rows of a list that hold a number, one watches it."""

    __tablename__ = "watches"
    __table_args__ = (
        index_where("uq_watches_watching", "watch_list_id", "number", where="status = 'watching'", unique=True),
        Index("ix_watches_number", "number"),
        Index("ix_watches_watch_list_id_id", "watch_list_id", "id"),
    )

    watch_list_id: UUID = Field(foreign_key="watch_lists.id")
    partner: str
    number: str
    reference: str
    consent: Any = json_column()
    created_at: datetime = instant()
    status: str
    ended_at: datetime | None = instant(nullable=True)


@stores(WatchEvent)
class WatchEventRow(Row, table=True):
    """A change is told once to each row that watches; a partner's events are numbered without a gap."""

    __tablename__ = "watch_events"
    __table_args__ = (
        UniqueConstraint("watch_id", "change_id"),
        UniqueConstraint("partner", "sequence"),
        index_where("ix_watch_events_unnumbered", "watch_list_id", "id", where="sequence IS NULL"),
    )

    watch_list_id: UUID = Field(foreign_key="watch_lists.id")
    partner: str
    watch_id: UUID = Field(foreign_key="watches.id")
    change_id: UUID = Field(foreign_key="standing_changes.id")
    number: str
    reference: str
    change: str
    occurred_at: datetime = instant()
    sequence: int | None
    withheld: bool


@stores(WebhookEndpoint)
class WebhookEndpointRow(Row, table=True):
    """Found by its partner. It holds no secret."""

    __tablename__ = "webhook_endpoints"
    __table_args__ = (Index("ix_webhook_endpoints_partner_id", "partner", "id"),)

    partner: str
    url: str
    description: str
    created_at: datetime = instant()
    types: Any = json_column()
    status: str
    disabled_for: str | None
    generation: int
    former_until: datetime | None = instant(nullable=True)
    answered_at: datetime | None = instant(nullable=True)
    reopened_at: datetime | None = instant(nullable=True)


@stores(WebhookDelivery)
class WebhookDeliveryRow(Row, table=True):
    """Found by its endpoint, by its partner, and by when its next try is due."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        index_where("ix_webhook_deliveries_due", "next_try_at", where="status = 'queued'"),
        index_where("ix_webhook_deliveries_dead", "endpoint_id", "created_at", where="status = 'failed'"),
        Index("ix_webhook_deliveries_partner_id", "partner", "id"),
        Index("ix_webhook_deliveries_created_at", "created_at"),
        Index("ix_webhook_deliveries_endpoint_id_id", "endpoint_id", "id"),
    )

    endpoint_id: UUID = Field(foreign_key="webhook_endpoints.id")
    partner: str
    type: str
    created_at: datetime = instant()
    event_id: UUID | None = Field(foreign_key="watch_events.id")
    from_sequence: int | None
    to_sequence: int | None
    status: str
    tries: int
    next_try_at: datetime | None = instant(nullable=True)
    delivered_at: datetime | None = instant(nullable=True)
    last_code: str | None


@stores(DeliveryAttempt)
class DeliveryAttemptRow(Row, table=True):
    """Numbered from 1 within a message."""

    __tablename__ = "webhook_attempts"
    __table_args__ = (UniqueConstraint("delivery_id", "number"),)

    delivery_id: UUID = Field(foreign_key="webhook_deliveries.id")
    partner: str
    number: int
    at: datetime = instant()
    milliseconds: int
    code: str
    status_code: int | None
