"""Who is alive, who claims the dead, and what becomes of a task that kills its workers."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from dbos import DBOSClient, WorkflowStatus

from adapters.db.engine import Database
from adapters.jobs import store
from adapters.jobs.executors import MOST_LIVES, Executors
from domain.jobs.model import JobStatus
from tests.adapters.jobs_world import World, worker

SILENCE = timedelta(seconds=30)


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


@pytest.fixture
def client(database: Database) -> Iterator[DBOSClient]:
    opened = store.client(database.url)
    yield opened
    opened.destroy()


def executors(world: World, client: DBOSClient, me: str, given_up: list[str] | None = None) -> Executors:
    def give_up(task: WorkflowStatus) -> None:
        assert given_up is not None
        given_up.append(task.workflow_id)

    return Executors(world.database, client, me, silence=SILENCE, give_up=give_up)


def test_the_tasks_of_a_worker_that_never_was_heard_are_resumed_once(world: World, client: DBOSClient) -> None:
    world.enqueue("mark", "left behind", unique_key="left")
    world.leave_tasks_to("dead")
    first, second = executors(world, client, "first"), executors(world, client, "second")
    first.beat()
    second.beat()

    first.take_over()
    second.take_over()

    (task,) = client.list_workflows()
    assert (task.status, task.queue_name, task.attributes) == ("ENQUEUED", "certificant", {"lives": 1})
    assert world.workers() == ["first", "second"]


def test_a_worker_that_was_just_heard_keeps_its_tasks(world: World, client: DBOSClient) -> None:
    world.enqueue("mark", "in good hands")
    world.leave_tasks_to("alive")
    executors(world, client, "alive").beat()

    executors(world, client, "other").take_over()

    assert world.task_states() == ["PENDING"]


def test_a_dead_worker_is_claimed_by_one(world: World, client: DBOSClient) -> None:
    first, second = executors(world, client, "first"), executors(world, client, "second")

    claims = [first._claimed("dead"), second._claimed("dead"), first._claimed("dead")]

    assert claims == [True, False, False]


def test_a_worker_that_leaves_hands_its_tasks_back_at_no_cost_to_them(world: World, client: DBOSClient) -> None:
    world.enqueue("mark", "handed back")
    world.leave_tasks_to("leaving")
    leaving = executors(world, client, "leaving")
    leaving.beat()

    leaving.leave()

    assert [task.attributes for task in client.list_workflows(status="ENQUEUED")] == [None]
    assert world.workers() == []


def test_a_task_that_outlived_too_many_workers_is_given_up(world: World, client: DBOSClient) -> None:
    world.enqueue("mark", "a killer", unique_key="killer")
    given_up: list[str] = []
    watching = executors(world, client, "watching", given_up)

    for life in range(MOST_LIVES + 1):
        world.leave_tasks_to(f"dead {life}")
        watching.take_over()

    assert given_up == ["mark:killer"]
    assert world.task_states() == ["CANCELLED"]


def test_a_job_that_outlived_too_many_workers_is_marked_as_failed(world: World, client: DBOSClient) -> None:
    job_id = world.request()
    (task,) = world.task_ids("")
    client.update_workflow_attributes(task, {"lives": MOST_LIVES})
    world.leave_tasks_to("dead")

    watching = worker(world.database)
    watching._executors.take_over()
    watching._client.destroy()

    job = world.job(job_id)
    assert (job.status, job.error_code) == (JobStatus.FAILED, "worker_lost")
