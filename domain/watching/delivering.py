"""Sending messages: tried, tried again over days, given up, and asked for once more.

No transaction is held while an endpoint is spoken to. A try is leased first: should its worker fall, the message falls
due again when the lease is over, and another worker sends it under the same id.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from domain.actors import the_service
from domain.notices.errors import Undeliverable
from domain.ports import KeyProvider, Mail, Mailer, SentMessage, UnitOfWork, UnitsOfWork, WebhookSender
from domain.watching import rules
from domain.watching.events import DeliveryGivenUp, EndpointDisabled, EndpointEnabled
from domain.watching.model import (
    DIGEST,
    PING,
    DeliveryAttempt,
    DeliveryStatus,
    Digest,
    DisabledFor,
    EndpointStatus,
    WatchFeed,
    WatchList,
    WebhookDelivery,
    WebhookEndpoint,
)
from domain.watching.telling import DELIVER, NUMBER, send_later, start

DUE: Final = "watching.due"
"""The kind of the task, each minute, that takes up what has fallen due; it has no parameters."""
DIGESTS: Final = "watching.digests"
"""The kind of the daily task that makes the digests; it has no parameters."""
FORGET: Final = "watching.forget"
"""The kind of the daily task that forgets old messages; it has no parameters."""
KEPT: Final = timedelta(days=180)
"""So long the log of messages is kept. Events stay: they can be read from any number on."""
MAIL_DIGEST: Final = "watching.mail_digest"
"""The kind of the task that mails one digest. Its parameters: `watch_list_id`, `from_sequence`, `to_sequence`."""
SECRET: Final = "webhooks"  # noqa: S105 - the name of a purpose of the key provider
GONE: Final = 410
BATCH: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier:
    """What sending needs: the way out, the keys, and this service's public address."""

    sender: WebhookSender
    keys: KeyProvider
    base_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    """A message, written: where to, under which secrets, and its body."""

    delivery: WebhookDelivery
    url: str
    secrets: list[str]
    body: dict[str, object]


def deliver(units: UnitsOfWork, courier: Courier, parameters: Mapping[str, Any]) -> None:
    """Try one message. Safe to repeat: one that is not due is left alone."""
    letter = _leased(units, courier, UUID(str(parameters["delivery_id"])))
    if letter is None:
        return
    sent = courier.sender.send(
        letter.url, message_id=letter.delivery.message_id, secrets=letter.secrets, body=letter.body
    )
    with units.begin(the_service(DELIVER)) as uow:
        _settle(uow, letter.delivery, sent)


def due(units: UnitsOfWork, parameters: Mapping[str, Any]) -> None:
    """Start every message that has fallen due, and the numbering of events that a lost task left without."""
    del parameters
    with units.begin(the_service(DUE)) as uow:
        for delivery in uow.webhook_deliveries.fallen_due(uow.now, BATCH):
            start(uow, delivery, again=True)
        for watch_list_id in uow.watch_events.lists_with_unnumbered(BATCH):
            uow.enqueue(NUMBER, {"watch_list_id": str(watch_list_id)})


def digests(units: UnitsOfWork, parameters: Mapping[str, Any]) -> None:
    """Make a digest for each list that wants one and whose credentials changed since the last. Safe to repeat."""
    del parameters
    with units.begin(the_service(DIGESTS), write=False) as uow:
        wanting = [one for kind in (Digest.WEBHOOK, Digest.MAIL) for one in uow.watch_lists.find(digest=kind)]
    for one in wanting:
        with units.begin(the_service(DIGESTS)) as uow:
            _digest(uow, one, uow.watch_feeds.lock(one.id))


def forget(units: UnitsOfWork, parameters: Mapping[str, Any]) -> None:
    """Forget messages that were made long ago and wait no more, batch by batch. Safe to repeat."""
    del parameters
    more = True
    while more:
        with units.begin(the_service(FORGET)) as uow:
            more = uow.webhook_deliveries.forget(uow.now - KEPT, BATCH) == BATCH


def mail_digest(units: UnitsOfWork, mailer: Mailer, base_url: str, parameters: Mapping[str, Any]) -> None:
    """Mail a digest: how many changes of which kind, and where they are read; no number and no name.

    Safe to repeat, under the same Message-ID. Raises Unavailable when it is to be tried again.
    """
    first, last = int(parameters["from_sequence"]), int(parameters["to_sequence"])
    with units.begin(the_service(MAIL_DIGEST), write=False) as uow:
        found = uow.watch_lists.first(id=UUID(str(parameters["watch_list_id"])))
        if found is None or found.digest is not Digest.MAIL or found.digest_email is None:
            return
        counts = uow.watch_events.counts(found.id, first, last)
        body = uow.body_name
    total = sum(counts.values())
    lines = [f"  {change.value.replace('_', ' ')}: {count}" for change, count in sorted(counts.items())]
    if not lines:
        return
    text = "\n".join(
        (
            "Credentials on your watch list changed:",
            "",
            *lines,
            "",
            f"Read which at {base_url}/v1/events?after={first}",
            "",
            body,
        )
    )
    try:
        mailer.send(
            Mail(
                message_id=f"digest.{found.id}.{last}",
                to=found.digest_email,
                subject=f"Your watch list: {total} change{'s' if total > 1 else ''}",
                text=text + "\n",
            )
        )
    except Undeliverable:
        return


def ping(uow: UnitOfWork, endpoint: WebhookEndpoint) -> WebhookDelivery:
    """Send a ping to an endpoint."""
    made = WebhookDelivery(
        id=uow.new_id(),
        endpoint_id=endpoint.id,
        partner=endpoint.partner,
        type=PING,
        created_at=uow.now,
        next_try_at=uow.now,
    )
    send_later(uow, [made])
    return made


def _leased(units: UnitsOfWork, courier: Courier, delivery_id: UUID) -> _Letter | None:
    """The message, written and leased; None where there is nothing to send now."""
    with units.begin(the_service(DELIVER)) as uow:
        if uow.webhook_deliveries.first(id=delivery_id) is None:
            return None
        delivery = uow.webhook_deliveries.lock(delivery_id)
        if not delivery.due(uow.now):
            return None
        endpoint = uow.webhook_endpoints.get(delivery.endpoint_id)
        if not _may_be_told(endpoint, delivery):
            _given_up(uow, delivery.given_up("endpoint_disabled"))
            return None
        body = _written(uow, delivery, courier.base_url)
        if body is None:
            uow.webhook_deliveries.save(delivery.cancelled())
            return None
        leased = uow.webhook_deliveries.save(delivery.leased(uow.now))
        secrets = rules.secrets_of(courier.keys.secret(SECRET), endpoint, uow.now)
    return _Letter(delivery=leased, url=endpoint.url, secrets=secrets, body=body)


def _may_be_told(endpoint: WebhookEndpoint, delivery: WebhookDelivery) -> bool:
    """Whether it is told this: an enabled one everything, a pending one a ping."""
    if endpoint.status is EndpointStatus.ENABLED:
        return True
    return endpoint.status is EndpointStatus.PENDING and delivery.type == PING


def _written(uow: UnitOfWork, delivery: WebhookDelivery, source: str) -> dict[str, object] | None:
    """The body, the same at each try; None where the consent was withdrawn since."""
    if delivery.type == PING:
        return rules.envelope(delivery, source, delivery.created_at, {"endpoint_id": str(delivery.endpoint_id)})
    if delivery.event_id is not None:
        event = uow.watch_events.get(delivery.event_id)
        if event.withheld:
            return None
        return rules.envelope(delivery, source, event.occurred_at, rules.event_data(event), event.number)
    first, last = delivery.from_sequence or 0, delivery.to_sequence or 0
    events = uow.watch_events.between(delivery.partner, first, last, rules.MOST_IN_A_DIGEST + 1)
    if not events:
        return None
    return rules.envelope(delivery, source, delivery.created_at, rules.digest_data(delivery, events))


def _settle(uow: UnitOfWork, leased: WebhookDelivery, sent: SentMessage) -> None:
    """Store what became of a try, unless somebody else has settled the message since."""
    endpoint = uow.webhook_endpoints.lock(leased.endpoint_id)
    delivery = uow.webhook_deliveries.lock(leased.id)
    uow.webhook_attempts.add(
        DeliveryAttempt(
            id=uow.new_id(),
            delivery_id=delivery.id,
            partner=delivery.partner,
            number=1 + uow.webhook_attempts.count(delivery_id=delivery.id),
            at=uow.now,
            milliseconds=sent.milliseconds,
            code=sent.code,
            status_code=sent.status_code,
        )
    )
    if delivery.version != leased.version:
        return
    if sent.taken:
        uow.webhook_deliveries.save(delivery.delivered(uow.now, sent.code))
        _answered(uow, endpoint)
    elif sent.status_code == GONE:
        _given_up(uow, delivery.given_up(sent.code))
        disable(uow, endpoint, DisabledFor.GONE)
    else:
        _missed(uow, endpoint, delivery, sent)


def _answered(uow: UnitOfWork, endpoint: WebhookEndpoint) -> None:
    # A disabled one that answers late stays disabled.
    if endpoint.status is EndpointStatus.DISABLED:
        return
    enabled = endpoint.status is EndpointStatus.PENDING
    uow.webhook_endpoints.save(endpoint.answered(uow.now))
    if enabled:
        uow.record(EndpointEnabled(endpoint_id=endpoint.id))


def _missed(uow: UnitOfWork, endpoint: WebhookEndpoint, delivery: WebhookDelivery, sent: SentMessage) -> None:
    wait = None if sent.retry_after is None else timedelta(seconds=sent.retry_after)
    tried = delivery.missed(uow.now, sent.code, wait)
    if tried.status is not DeliveryStatus.FAILED:
        uow.webhook_deliveries.save(tried)
        return
    _given_up(uow, tried)
    if endpoint.silent_since(delivery.created_at):
        disable(uow, endpoint, DisabledFor.UNREACHABLE)


def _given_up(uow: UnitOfWork, dead: WebhookDelivery) -> None:
    kept = uow.webhook_deliveries.save(dead)
    uow.record(DeliveryGivenUp(delivery_id=kept.id, endpoint_id=kept.endpoint_id, code=kept.last_code or ""))


def disable(uow: UnitOfWork, endpoint: WebhookEndpoint, reason: DisabledFor) -> WebhookEndpoint:
    """Tell an endpoint nothing any more; what waits for it becomes dead letters when it falls due."""
    if endpoint.status is EndpointStatus.DISABLED:
        return endpoint
    disabled = uow.webhook_endpoints.save(endpoint.disabled(reason))
    uow.record(EndpointDisabled(endpoint_id=endpoint.id, reason=reason.value))
    return disabled


def _digest(uow: UnitOfWork, wanting: WatchList, feed: WatchFeed) -> None:
    first, last = feed.digested_sequence, feed.last_sequence
    if last == first:
        return
    uow.watch_feeds.save(replace(feed, digested_sequence=last))
    if wanting.digest is Digest.MAIL:
        parameters = {"watch_list_id": str(wanting.id), "from_sequence": first, "to_sequence": last}
        uow.enqueue(MAIL_DIGEST, parameters, unique_key=f"{wanting.id}.{last}")
        return
    endpoints = uow.webhook_endpoints.find(partner=wanting.partner, status=EndpointStatus.ENABLED)
    send_later(
        uow,
        [
            WebhookDelivery(
                id=uow.new_id(),
                endpoint_id=to.id,
                partner=to.partner,
                type=DIGEST,
                created_at=uow.now,
                from_sequence=first,
                to_sequence=last,
                next_try_at=uow.now,
            )
            for to in endpoints
            if to.wants(DIGEST)
        ],
    )
