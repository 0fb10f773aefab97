"""What a change is called, when a message is tried again, and where endpoints may be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.credentials.model import Standing
from domain.watching.model import (
    TYPES,
    WAITS,
    Change,
    DeliveryStatus,
    DisabledFor,
    EndpointStatus,
    WatchEvent,
    WebhookDelivery,
    WebhookEndpoint,
)
from domain.watching.rules import MOST_IN_A_DIGEST, change_of, digest_data, may_be_told_at, secrets_of
from tests.builders_credentials import SOME_ID
from tests.samples import Samples

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)
A, S, E, L, R, X = (
    Standing.ACTIVE,
    Standing.SUSPENDED,
    Standing.EXPIRED,
    Standing.LAPSED,
    Standing.REVOKED,
    Standing.RETIRED,
)


def a_delivery(**fields: Any) -> WebhookDelivery:
    good = WebhookDelivery(
        id=SOME_ID, endpoint_id=SOME_ID, partner="p", type="t", created_at=NOON, event_id=SOME_ID, next_try_at=NOON
    )
    return replace(good, **fields)


def an_endpoint(**fields: Any) -> WebhookEndpoint:
    good = WebhookEndpoint(
        id=SOME_ID,
        partner="p",
        url="https://h.example/",
        description="",
        created_at=NOON,
        status=EndpointStatus.ENABLED,
    )
    return replace(good, **fields)


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (A, S, Change.SUSPENDED),
        (E, S, Change.SUSPENDED),
        (S, A, Change.LIFTED),
        (S, E, Change.LIFTED),
        (S, L, Change.LIFTED),
        (S, R, Change.REVOKED),
        (A, R, Change.REVOKED),
        (X, R, Change.REVOKED),
        (L, X, Change.RETIRED),
        (A, E, Change.EXPIRED),
        (E, L, Change.LAPSED),
        (A, A, Change.RENEWED),
        (E, A, Change.RENEWED),
        (L, A, Change.REINSTATED),
        (S, S, Change.CORRECTED),
        (L, L, Change.CORRECTED),
        (L, E, Change.EXPIRED),
    ],
)
def test_a_change_is_called_by_the_standings_around_it(before: Standing, after: Standing, change: Change) -> None:
    assert change_of(before, after, renamed=False) is change


def test_another_name_is_what_a_change_is_called_by_first() -> None:
    assert {change_of(one, one, renamed=True) for one in Standing} == {Change.NAME_CORRECTED}


def test_every_change_has_a_type_of_its_own() -> None:
    assert set(TYPES) == set(Change)
    assert len(set(TYPES.values())) == len(Change)


@pytest.mark.parametrize("tries", range(len(WAITS)))
def test_a_miss_waits_as_long_as_the_schedule_says(tries: int) -> None:
    missed = a_delivery(tries=tries).missed(NOON, "status_503")

    assert (missed.tries, missed.next_try_at) == (tries + 1, NOON + WAITS[tries])
    assert missed.status is DeliveryStatus.QUEUED


def test_the_last_miss_gives_a_message_up() -> None:
    missed = a_delivery(tries=len(WAITS)).missed(NOON, "timeout")

    assert (missed.status, missed.tries, missed.next_try_at) == (DeliveryStatus.FAILED, 10, None)
    assert missed.requeued(NOON).tries == 0


@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        (timedelta(seconds=1), WAITS[0]),
        (timedelta(hours=3), timedelta(hours=3)),
        (timedelta(days=400), WAITS[-1]),
        (None, WAITS[0]),
    ],
)
def test_an_endpoint_may_put_a_try_off_by_a_day_at_most(asked: timedelta | None, waits: timedelta) -> None:
    assert a_delivery().missed(NOON, "status_429", asked).next_try_at == NOON + waits


@pytest.mark.parametrize(
    ("fields", "due"),
    [
        ({}, True),
        ({"next_try_at": NOON + timedelta(microseconds=1)}, False),
        ({"next_try_at": None}, False),
        ({"status": DeliveryStatus.DELIVERED}, False),
        ({"status": DeliveryStatus.FAILED}, False),
    ],
)
def test_a_message_is_due_from_its_time_on_while_it_is_queued(fields: dict[str, Any], due: bool) -> None:
    assert a_delivery(**fields).due(NOON) is due


@pytest.mark.parametrize(
    ("fields", "generations"),
    [
        ({}, (1,)),
        ({"generation": 3}, (3,)),
        ({"generation": 3, "former_until": NOON + timedelta(seconds=1)}, (3, 2)),
        ({"generation": 3, "former_until": NOON}, (3,)),
        ({"generation": 1, "former_until": NOON + timedelta(days=1)}, (1,)),
    ],
)
def test_the_former_secret_signs_until_the_overlap_is_over(
    fields: dict[str, Any], generations: tuple[int, ...]
) -> None:
    endpoint = an_endpoint(**fields)

    assert endpoint.generations(NOON) == generations
    assert len(set(secrets_of(b"m" * 32, endpoint, NOON))) == len(generations)


def test_an_answer_enables_a_pending_endpoint_and_no_disabled_one() -> None:
    pending = an_endpoint(status=EndpointStatus.PENDING)

    assert pending.answered(NOON).status is EndpointStatus.ENABLED
    assert pending.disabled(DisabledFor.GONE).answered(NOON).status is EndpointStatus.DISABLED


def test_a_digest_lists_so_many_and_says_that_there_are_more() -> None:
    event = Samples("full")[WatchEvent]
    delivery = a_delivery(event_id=None, from_sequence=0, to_sequence=501)

    assert digest_data(delivery, [event] * MOST_IN_A_DIGEST)["more"] is False
    full = digest_data(delivery, [event] * (MOST_IN_A_DIGEST + 1))
    assert full["more"] is True
    assert len(full["changes"]) == MOST_IN_A_DIGEST  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "url",
    ["https://hooks.example", "https://a.b.example:8443/x?y=z", "https://hooks.example/a%20b", "https://1.example/"],
)
def test_an_https_address_of_a_named_host_can_be_an_endpoints(url: str) -> None:
    assert may_be_told_at(url)


@pytest.mark.parametrize(
    "url",
    [
        *("http://hooks.example/", "https://localhost/", "https://127.0.0.1/", "https://[::1]/", "https://2130706433/"),
        *("https://user@hooks.example/", "https://:pw@hooks.example/", "https://hooks.example/#a", "https:///x"),
        *("https://hooks.example:0/", "https://hooks.example:x/", "https://hooks.example:70000/", "https://[bad/"),
        *("https://höoks.example/", "javascript:alert(1)", ""),
    ],
)
def test_nothing_else_can(url: str) -> None:
    assert not may_be_told_at(url)
