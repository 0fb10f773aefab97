"""From a change of a standing to the messages about it: written down with the change, numbered, and sent out.

A change writes an event for each row that watches it, in its own transaction, and starts one task per list. That task
gives the events their numbers, with the list's feed held: so a number is never smaller than one that was read already,
and whoever replays from a number misses nothing. It makes a message for each endpoint in the same transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from domain.actors import the_service
from domain.credentials.model import Credential, Standing, StandingChange
from domain.ports import UnitOfWork, UnitsOfWork
from domain.watching.model import (
    Change,
    EndpointStatus,
    Watch,
    WatchEvent,
    WatchStatus,
    WebhookDelivery,
    WebhookEndpoint,
)
from domain.watching.rules import change_of

NUMBER: Final = "watching.number"
"""The kind of the task that numbers a list's new events. Its parameters: `watch_list_id`."""
DELIVER: Final = "webhook.deliver"
"""The kind of the task that sends one message. Its parameters: `delivery_id`."""
BATCH: Final = 500


def tell_watchers(
    uow: UnitOfWork, credential: Credential, change: StandingChange, stood: Standing, former_name: str | None
) -> None:
    """Write down for all who watch a credential what became of it; it stood as `stood` and bore `former_name`.

    An erased credential (it bears no name) is like one that never was: nobody is told of it.
    """
    if not credential.name:
        return
    watches = uow.watches.find(number=credential.number, status=WatchStatus.WATCHING)
    if watches:
        kind = change_of(stood, credential.status, renamed=credential.name != former_name)
        _write(uow, [(watch, change.id, kind) for watch in watches])


def tell_watchers_of_turns(uow: UnitOfWork, change_ids: Sequence[UUID], into: Standing) -> None:
    """The same for a whole set of entries of histories, all turned `into` a standing by the passing of days."""
    if change_ids:
        kind = Change(into.value)
        _write(uow, [(watch, change_id, kind) for watch, change_id in uow.watches.of_changes(change_ids)])


def number(units: UnitsOfWork, parameters: Mapping[str, Any]) -> None:
    """Number a list's new events and make the messages about them, batch by batch. Safe to repeat."""
    watch_list_id, more = UUID(str(parameters["watch_list_id"])), True
    while more:
        with units.begin(the_service(NUMBER)) as uow:
            more = _numbered(uow, watch_list_id) == BATCH


def send_later(uow: UnitOfWork, deliveries: Iterable[WebhookDelivery]) -> None:
    """Store new messages, which are sent when this transaction has committed."""
    made = list(deliveries)
    uow.webhook_deliveries.add_all(made)
    for one in made:
        start(uow, one)


def start(uow: UnitOfWork, delivery: WebhookDelivery, *, again: bool = False) -> None:
    """Send a stored message when this transaction has committed: by one task for each state of it.

    With `again` by one more in each hour: should a task be lost, another follows, and a long queue does not grow.
    """
    hour = f"@{uow.now:%Y%m%d%H}" if again else ""
    uow.enqueue(DELIVER, {"delivery_id": str(delivery.id)}, unique_key=f"{delivery.id}@{delivery.version}{hour}")


def _write(uow: UnitOfWork, heard: Sequence[tuple[Watch, UUID, Change]]) -> None:
    uow.watch_events.add_all(
        WatchEvent(
            id=uow.new_id(),
            watch_list_id=watch.watch_list_id,
            partner=watch.partner,
            watch_id=watch.id,
            change_id=change_id,
            number=watch.number,
            reference=watch.reference,
            change=kind,
            occurred_at=uow.now,
        )
        for watch, change_id, kind in heard
    )
    for watch_list_id in dict.fromkeys(watch.watch_list_id for watch, _, _ in heard):
        uow.enqueue(NUMBER, {"watch_list_id": str(watch_list_id)})


def _numbered(uow: UnitOfWork, watch_list_id: UUID) -> int:
    feed = uow.watch_feeds.lock(watch_list_id)
    fresh = uow.watch_events.unnumbered(watch_list_id, BATCH)
    if not fresh:
        return 0
    events = [replace(one, sequence=feed.last_sequence + place) for place, one in enumerate(fresh, 1)]
    uow.watch_events.put_numbers(events)
    uow.watch_feeds.save(replace(feed, last_sequence=feed.last_sequence + len(events)))
    endpoints = uow.webhook_endpoints.find(partner=feed.partner, status=EndpointStatus.ENABLED)
    told = [one for one in events if not one.withheld]
    send_later(uow, [_message(uow, to, one) for one in told for to in endpoints if to.wants(one.type)])
    return len(events)


def _message(uow: UnitOfWork, to: WebhookEndpoint, event: WatchEvent) -> WebhookDelivery:
    return WebhookDelivery(
        id=uow.new_id(),
        endpoint_id=to.id,
        partner=to.partner,
        type=event.type,
        created_at=uow.now,
        event_id=event.id,
        next_try_at=uow.now,
    )
