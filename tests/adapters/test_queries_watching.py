"""The lists of the watching slice, on both engines: what is in them, in which order, and which index serves."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from adapters.db.engine import Database
from adapters.db.unit_of_work import SqlUnitOfWork, SqlUnitsOfWork
from domain.actors import the_service
from domain.credentials.model import Credential, StandingChange
from domain.watching.model import (
    Change,
    DeliveryStatus,
    Watch,
    WatchEvent,
    WatchList,
    WatchStatus,
    WebhookDelivery,
    WebhookEndpoint,
)
from tests.samples import Samples

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)


@pytest.fixture
def samples() -> Samples:
    """One entity of every kind."""
    return Samples("full")


@pytest.fixture
def uow(database: Database, samples: Samples) -> Iterator[SqlUnitOfWork]:
    """A unit of work over a store that holds them."""
    with SqlUnitsOfWork(database).begin(the_service("test")) as unit:
        for thing in samples.in_order():
            unit.store(type(thing)).add(thing)
        yield unit


def events(uow: SqlUnitOfWork, samples: Samples, *sequences: int | None) -> list[UUID]:
    """More events of the same row, numbered so; their ids."""
    made = []
    for place, sequence in enumerate(sequences):
        change = replace(samples[StandingChange], id=uuid7(), number=1_000 + place)
        uow.standing_changes.add(change)
        event = replace(
            samples[WatchEvent], id=uuid7(), change_id=change.id, partner="p", sequence=sequence, withheld=False
        )
        uow.watch_events.add(replace(event, change=Change.LIFTED if place % 2 else Change.SUSPENDED))
        made.append(event.id)
    return made


def test_a_change_is_matched_with_those_who_watch_its_number_now(uow: SqlUnitOfWork, samples: Samples) -> None:
    credential, change = samples[Credential], samples[StandingChange]
    watching = replace(samples[Watch], id=uuid7(), number=credential.number, status=WatchStatus.WATCHING, ended_at=None)
    uow.watches.add(watching)
    uow.watches.add(replace(watching, id=uuid7(), status=WatchStatus.ENDED))

    assert uow.watches.of_changes([change.id, uuid7()]) == [(watching, change.id)]
    assert uow.watches.of_changes([uuid7()]) == []


def test_an_erased_credential_is_matched_with_nobody(uow: SqlUnitOfWork, samples: Samples) -> None:
    credential, change = samples[Credential], samples[StandingChange]
    uow.watches.add(replace(samples[Watch], id=uuid7(), number=credential.number, status=WatchStatus.WATCHING))
    uow.credentials.save(replace(credential, name=""))

    assert uow.watches.of_changes([change.id]) == []


def test_events_without_a_number_are_found_in_the_order_of_their_making(uow: SqlUnitOfWork, samples: Samples) -> None:
    list_id = samples[WatchList].id
    first, _, third = events(uow, samples, None, 7, None)

    assert [one.id for one in uow.watch_events.unnumbered(list_id, 10)] == [first, third]
    assert [one.id for one in uow.watch_events.unnumbered(list_id, 1)] == [first]
    assert uow.watch_events.lists_with_unnumbered(10) == [list_id]
    uow.watch_events.put_numbers(
        [replace(one, sequence=8 + place) for place, one in enumerate(uow.watch_events.unnumbered(list_id, 10))]
    )
    assert uow.watch_events.unnumbered(list_id, 10) == []
    assert [one.sequence for one in uow.watch_events.after("p", 0, 10)] == [7, 8, 9]


def test_a_stretch_of_numbers_leaves_out_what_is_withheld_and_what_is_anothers(
    uow: SqlUnitOfWork, samples: Samples
) -> None:
    events(uow, samples, 3, 1, 2, None)
    withheld = uow.watch_events.first(partner="p", sequence=2)
    assert withheld is not None
    uow.watch_events.save(replace(withheld, withheld=True))

    assert [one.sequence for one in uow.watch_events.after("p", 0, 10)] == [1, 3]
    assert [one.sequence for one in uow.watch_events.after("p", 1, 10)] == [3]
    assert [one.sequence for one in uow.watch_events.after("p", 0, 1)] == [1]
    assert [one.sequence for one in uow.watch_events.between("p", 0, 2, 10)] == [1]
    assert uow.watch_events.after("q", 0, 10) == []
    assert uow.watch_events.counts(samples[WatchList].id, 0, 3) == {Change.SUSPENDED: 1, Change.LIFTED: 1}


def test_all_that_was_told_of_a_row_is_withheld_at_once(uow: SqlUnitOfWork, samples: Samples) -> None:
    events(uow, samples, 1, 2)

    uow.watch_events.withhold(samples[Watch].id)

    assert uow.watch_events.after("p", 0, 10) == []


def test_messages_fall_due_by_their_time_and_dead_ones_are_an_endpoints(uow: SqlUnitOfWork, samples: Samples) -> None:
    usual = replace(samples[WebhookDelivery], status=DeliveryStatus.QUEUED, next_try_at=NOON, created_at=NOON)
    late, soon, later = (
        replace(usual, id=uuid7(), next_try_at=NOON + timedelta(minutes=minutes)) for minutes in (-1, 0, 1)
    )
    dead = [
        replace(usual, id=uuid7(), status=DeliveryStatus.FAILED, created_at=NOON + timedelta(days=days))
        for days in (2, 0, 1)
    ]
    uow.webhook_deliveries.add_all([soon, later, late, *dead])
    endpoint_id = samples[WebhookEndpoint].id

    assert [one.id for one in uow.webhook_deliveries.fallen_due(NOON, 10)] == [late.id, soon.id]
    assert [one.id for one in uow.webhook_deliveries.fallen_due(NOON, 1)] == [late.id]
    assert [one.id for one in uow.webhook_deliveries.dead(endpoint_id, NOON, 10)] == [dead[n].id for n in (1, 2, 0)]
    assert [one.id for one in uow.webhook_deliveries.dead(endpoint_id, NOON + timedelta(days=2), 10)] == [dead[0].id]
    assert uow.webhook_deliveries.dead(uuid7(), NOON, 10) == []


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("SELECT id FROM watches WHERE number = ? AND status = ?", "ix_watches_number"),
        (
            "SELECT id FROM webhook_deliveries WHERE status = 'queued' AND next_try_at <= ? ORDER BY next_try_at",
            "ix_webhook_deliveries_due",
        ),
        ("SELECT DISTINCT watch_list_id FROM watch_events WHERE sequence IS NULL", "ix_watch_events_unnumbered"),
    ],
)
def test_what_is_asked_often_is_found_by_an_index(sqlite_url: str, query: str, index: str) -> None:
    database = Database(sqlite_url)
    with database.transaction(write=False) as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", ("x",) * query.count("?")).all()
    database.close()

    assert index in str(plan)
