"""How long work has waited, as operators are told."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from adapters.db.engine import Database
from adapters.jobs import waiting
from adapters.jobs.waiting import Waiting
from domain.jobs.lanes import Lane
from tests.adapters.jobs_world import World

NOTHING_WAITS = dict.fromkeys(Lane, 0.0)


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def _look(world: World, now: datetime | None = None) -> Waiting:
    return Waiting(world.database, lambda: now or datetime.now(UTC))


def test_where_nothing_waits_every_age_is_nought(world: World) -> None:
    assert _look(world).tasks() == NOTHING_WAITS
    assert _look(world).unsealed() == 0.0


def test_the_oldest_task_of_each_lane_is_told_and_those_taken_or_done_are_not(world: World) -> None:
    for kind, hours in (("notice.send", 3), ("notice.send", 1), ("webhook.deliver", 2), ("mark", 5)):
        world.enqueue(kind, "x", unique_key=f"{kind} {hours}")
        world.set_task(f"{kind}:{kind} {hours}", f"created_at = {_ago(hours)}")
    world.set_task("mark:mark 5", "status = 'PENDING'")

    ages = _look(world).tasks()

    assert ages == pytest.approx({**NOTHING_WAITS, Lane.MAIL: 3 * 3600, Lane.WEBHOOKS: 2 * 3600}, abs=60)


def test_a_task_that_was_put_off_waits_from_when_it_was_due(world: World) -> None:
    world.enqueue("mark", "x", unique_key="put off")
    world.set_task("mark:put off", f"created_at = {_ago(9)}, delay_until_epoch_ms = {_ago(1)}")

    assert _look(world).tasks()[Lane.SMALL] == pytest.approx(3600, abs=60)


def test_a_long_lane_is_looked_at_only_so_far(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MOST", 2)
    for hours in (3, 2, 1):
        world.enqueue("mark", "x", unique_key=str(hours))
        world.set_task(f"mark:{hours}", f"created_at = {_ago(hours)}")

    assert _look(world).tasks()[Lane.SMALL] == pytest.approx(3 * 3600, abs=60)


def test_an_entry_that_is_not_sealed_is_as_old_as_the_body_s_clock_says(world: World) -> None:
    world.request()

    assert _look(world, datetime.now(UTC) + timedelta(hours=2)).unsealed() == pytest.approx(2 * 3600, abs=60)


def _ago(hours: int) -> int:
    """An instant, in milliseconds since 1970."""
    return int((time.time() - hours * 3600) * 1000)
