"""What keeps one kind of work waiting keeps no other waiting."""

import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from adapters.db.engine import Database
from domain.jobs.model import Schedule
from domain.ports import UnitsOfWork
from tests.adapters.jobs_world import EVERY_SECOND, World, eventually, mark, worker

MORE_THAN_THERE_ARE_THREADS = 12


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


@pytest.fixture
def hung() -> Iterator[threading.Event]:
    """A server that takes connections and never answers, until the test is over."""
    let_go = threading.Event()
    yield let_go
    let_go.set()


@pytest.mark.parametrize("kind", ["notice.send", "notice.send_many", "sweep.tell", "watching.mail_digest"])
def test_while_a_mail_server_hangs_schedules_tasks_webhooks_and_jobs_go_on(
    world: World, hung: threading.Event, kind: str
) -> None:
    def hanging(_: UnitsOfWork, __: Mapping[str, Any]) -> None:
        hung.wait()

    with worker(world.database, schedules=(EVERY_SECOND,), handlers={kind: hanging, "webhook.deliver": mark}):
        for number in range(MORE_THAN_THERE_ARE_THREADS):
            world.enqueue(kind, f"letter {number}")
        assert eventually(lambda: world.task_states().count("PENDING") > 0)
        job_id = world.request(rows=10)
        world.enqueue("mark", "a task")
        world.enqueue("webhook.deliver", "a message")
        before = len(world.dues("tick"))

        assert eventually(lambda: len(world.dues("tick")) >= before + 2, within=15)
        assert eventually(lambda: (world.marks("a task"), world.marks("a message")) == ([0], [0]), within=15)
        assert eventually(lambda: world.job(job_id).finished, within=15)
        hung.set()


def test_while_an_endpoint_hangs_letters_leave_and_schedules_are_kept(world: World, hung: threading.Event) -> None:
    def hanging(_: UnitsOfWork, __: Mapping[str, Any]) -> None:
        hung.wait()

    with worker(world.database, schedules=(EVERY_SECOND,), handlers={"webhook.deliver": hanging, "notice.send": mark}):
        for number in range(MORE_THAN_THERE_ARE_THREADS):
            world.enqueue("webhook.deliver", f"message {number}")
        assert eventually(lambda: world.task_states().count("PENDING") > 0)
        world.enqueue("notice.send", "a letter")
        before = len(world.dues("tick"))

        assert eventually(lambda: len(world.dues("tick")) >= before + 2, within=15)
        assert eventually(lambda: world.marks("a letter") == [0], within=15)
        hung.set()


def test_a_tick_that_is_tried_again_keeps_its_lane(world: World) -> None:
    failing = Schedule(name="failing", cron="* * * * * *", kind="faulty", parameters={"about": "tick"})

    with worker(world.database, schedules=(failing,)):
        assert eventually(lambda: len(world.lanes_of("certificant.run")) >= 1, within=15)

    assert set(world.lanes_of("certificant.run")) == {"certificant-schedules"}
