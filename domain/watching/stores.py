"""The repositories of the watching slice that need more than equality; `domain.ports` names them beside the others."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.stores import Repository
from domain.watching.model import Change, Watch, WatchEvent, WebhookDelivery


class Watches(Repository[Watch], Protocol):
    """Rows of rosters."""

    def of_changes(self, change_ids: Sequence[UUID]) -> list[tuple[Watch, UUID]]:
        """Each row that watches a credential of these entries of histories, with the entry; erased ones left out."""
        ...


class WatchEvents(Repository[WatchEvent], Protocol):
    """What happened to what is watched."""

    def unnumbered(self, watch_list_id: UUID, limit: int) -> list[WatchEvent]:
        """A list's events without a number, oldest id first."""
        ...

    def lists_with_unnumbered(self, limit: int) -> list[UUID]:
        """The lists that have any."""
        ...

    def put_numbers(self, events: Sequence[WatchEvent]) -> None:
        """Store the numbers of events that had none."""
        ...

    def withhold(self, watch_id: UUID) -> None:
        """Tell nothing any more of what happened to a row."""
        ...

    def after(self, partner: str, sequence: int, limit: int) -> list[WatchEvent]:
        """A partner's events numbered above `sequence`, in order; those withheld are left out."""
        ...

    def between(self, partner: str, above: int, up_to: int, limit: int) -> list[WatchEvent]:
        """The same, numbered up to `up_to`."""
        ...

    def counts(self, watch_list_id: UUID, above: int, up_to: int) -> Mapping[Change, int]:
        """How many of each change there are in a stretch of numbers; those withheld are left out."""
        ...


class WebhookDeliveries(Repository[WebhookDelivery], Protocol):
    """Messages to endpoints."""

    def fallen_due(self, now: datetime, limit: int) -> list[WebhookDelivery]:
        """Queued ones whose next try may begin, longest due first."""
        ...

    def forget(self, before: datetime, limit: int) -> int:
        """Remove at most `limit` that were made before then and wait no more, with their tries; how many."""
        ...

    def dead(self, endpoint_id: UUID, since: datetime, limit: int) -> list[WebhookDelivery]:
        """An endpoint's dead letters made since then, oldest first, their rows held."""
        ...
