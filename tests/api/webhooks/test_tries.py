"""A message that is not taken, to the dead letter; and workers that fall while they send."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.actors import Actor, Role
from domain.credentials.actions_standing import Change, suspend
from domain.watching.delivering import deliver
from domain.watching.model import LEASE, WAITS
from domain.watching.telling import DELIVER
from tests.api.webhooks.scene import SUSPENDED, Scene, a_scene
from tests.builders_credentials import officer
from tests.receiver import AWAY, GONE, OK, a_receiver, answering
from tests.world import ADDRESS, World

# --- tries


def test_what_is_not_taken_is_tried_ten_times_in_three_days_and_is_then_a_dead_letter(scene: Scene) -> None:
    scene.receiver.usual = AWAY
    scene.suspended()
    scene.work()
    at: list[datetime] = [datetime.fromisoformat(scene.attempts()[0]["at"])]

    for wait in WAITS:
        due = datetime.fromisoformat(scene.message()["next_try_at"])
        assert due == at[-1] + wait
        scene.world.clock.set(due - timedelta(seconds=1))
        scene.minute()
        assert len(scene.attempts()) == len(at)
        scene.world.clock.set(due)
        scene.minute()
        at.append(datetime.fromisoformat(scene.attempts()[-1]["at"]))

    message = scene.message()
    assert (message["status"], message["tries"], message["last_code"]) == ("failed", 10, "status_503")
    assert message["next_try_at"] is None
    assert at[-1] - at[0] == sum(WAITS, timedelta(0))
    assert timedelta(days=3) < at[-1] - at[0] < timedelta(days=4)
    assert {one.headers["webhook-id"] for one in scene.receiver.taken[1:]} == {message["message_id"]}
    assert len({one.body for one in scene.receiver.taken[1:]}) == 1
    endpoint = scene.of()
    assert (endpoint["status"], endpoint["disabled_for"]) == ("disabled", "unreachable")


def test_an_endpoint_that_answered_other_messages_meanwhile_is_not_disabled(scene: Scene) -> None:
    scene.receiver.usual = AWAY
    scene.suspended()
    scene.work()
    for place, wait in enumerate(WAITS):
        if place == len(WAITS) - 1:
            scene.receiver.script = [OK]
            scene.partner.post(f"/webhook-endpoints/{scene.endpoint['id']}/ping")
            scene.work()
        scene.minute(seconds=wait.total_seconds())

    assert scene.message()["status"] == "failed"
    assert scene.of()["status"] == "enabled"


def test_an_endpoint_may_ask_for_more_time(scene: Scene) -> None:
    scene.receiver.script = [answering("429 Too Many Requests", "Retry-After: 3600")]
    scene.suspended()
    scene.work()

    message = scene.message()

    waits = datetime.fromisoformat(message["next_try_at"]) - scene.world.clock.now
    assert waits == timedelta(hours=1)


def test_410_disables_at_once_and_what_waits_becomes_dead_letters(scene: Scene) -> None:
    scene.receiver.script = [GONE]
    scene.suspended()
    scene.work()
    scene.world.clock.advance(days=2)
    scene.holder.post("/lift", {"reason": "Because."}, officer(scene.world))
    scene.minute(days=1)

    endpoint = scene.of()
    assert (endpoint["status"], endpoint["disabled_for"]) == ("disabled", "gone")
    assert len(scene.told()) == 1
    assert scene.message()["last_code"] == "status_410"
    assert [one["type"].split(".")[-2] for one in scene.partner.events()] == ["suspended", "lifted"]
    ping = scene.partner.post(f"/webhook-endpoints/{scene.endpoint['id']}/ping")
    assert (ping.status_code, ping.json()["code"]) == (409, "wrong_state")


def test_a_disabled_endpoint_is_told_again_once_it_is_enabled(scene: Scene) -> None:
    path = f"/webhook-endpoints/{scene.endpoint['id']}"
    disabled = scene.partner.post(f"{path}/disablement").json()
    scene.suspended()
    scene.work()
    silent = scene.told()

    enabled = scene.partner.post(f"{path}/enablement").json()
    scene.world.clock.advance(days=2)
    scene.holder.post("/revocation", {"reason": "Because."}, officer(scene.world))
    scene.work()

    assert (disabled["status"], disabled["disabled_for"]) == ("disabled", "by_partner")
    assert (silent, enabled["status"], enabled["disabled_for"]) == ([], "enabled", None)
    assert [one["type"].split(".")[-2] for one in scene.told()] == ["revoked"]


def test_an_endpoint_that_never_answered_is_pending_and_pinged_when_it_is_enabled(world: World, tmp_path: Path) -> None:
    with a_receiver(tmp_path) as receiver:
        receiver.usual = AWAY
        scene = a_scene(world, receiver, tmp_path)
        path = f"/webhook-endpoints/{scene.endpoint['id']}"
        scene.partner.post(f"{path}/disablement")
        reopened = scene.partner.post(f"{path}/enablement").json()
        scene.work()
        unanswered = scene.of()
        scene.suspended()
        scene.work()
        silent = scene.told()

        receiver.usual = OK
        scene.partner.post(f"{path}/ping")
        scene.work()
        answered = scene.of()

    assert [(one["status"], one["disabled_for"], one["answered_at"]) for one in (reopened, unanswered)] == [
        ("pending", None, None)
    ] * 2
    assert len(receiver.taken) == 3  # the first ping, the one that enabling sends, and the one that is asked for
    assert silent == []
    assert (answered["status"], answered["answered_at"] is None) == ("enabled", False)


def test_a_message_from_before_the_enabling_that_is_given_up_after_it_does_not_disable(scene: Scene) -> None:
    scene.receiver.usual = AWAY
    scene.suspended()
    scene.work()
    for wait in WAITS[:-1]:
        scene.minute(seconds=wait.total_seconds())
    path = f"/webhook-endpoints/{scene.endpoint['id']}"
    before = scene.of()["answered_at"]
    scene.partner.post(f"{path}/disablement")
    scene.partner.post(f"{path}/enablement")

    scene.minute(seconds=WAITS[-1].total_seconds())

    assert scene.message()["status"] == "failed"
    assert (scene.of()["status"], scene.of()["answered_at"]) == ("enabled", before)


# --- falls


def test_a_worker_that_falls_while_it_sends_leaves_the_message_to_another(either_scene: Scene) -> None:
    scene = either_scene
    fallen = _Falling(scene)
    scene.suspended()
    with pytest.raises(_Fallen):
        scene.world.run_tasks({**scene.handlers, DELIVER: fallen.deliver})
    scene.world.tasks.waiting.clear()
    scene.minute()
    during = scene.attempts()

    scene.minute(seconds=LEASE.total_seconds())

    assert during == []
    one, two = scene.receiver.taken[1:]
    assert one.headers["webhook-id"] == two.headers["webhook-id"]
    assert one.body == two.body
    assert (scene.message()["status"], len(scene.attempts())) == ("delivered", 1)


def test_a_task_that_was_lost_is_taken_up_by_the_schedule(either_scene: Scene) -> None:
    scene = either_scene
    scene.suspended()
    scene.world.tasks.waiting.clear()  # the numbering is lost
    scene.minute()
    scene.world.tasks.waiting.clear()

    assert [one["type"] for one in scene.told()] == [SUSPENDED]


def test_two_workers_with_the_same_task_send_once(scene: Scene) -> None:
    scene.suspended()
    scene.world.run_tasks({kind: one for kind, one in scene.handlers.items() if kind != DELIVER})
    delivery_id = scene.message()["id"]

    for _ in range(3):
        deliver(scene.world.units, scene.courier, {"delivery_id": delivery_id})

    assert len(scene.told()) == 1
    assert len(scene.attempts()) == 1


def test_a_change_that_rolled_back_tells_nobody(scene: Scene) -> None:
    clerk = Actor(subject="clerk", roles=frozenset({Role.CREDENTIAL_OFFICER}))

    def suspended_in_vain() -> None:
        with scene.world.unit(clerk) as uow:
            suspend(uow, clerk, scene.holder.credential_id, Change(reason="Because."))
            raise _Fallen

    with pytest.raises(_Fallen):
        suspended_in_vain()
    scene.minute()

    assert scene.told() == []
    assert scene.partner.events() == []


class _Fallen(BaseException):
    """The worker's process is gone."""


class _Falling:
    """A worker that falls after the message left, and before it wrote that down."""

    def __init__(self, scene: Scene) -> None:
        self._courier = scene.courier

    def deliver(self, units: Any, parameters: Any) -> None:
        """Send, and fall."""
        sender = self._courier.sender

        class Falls:
            def send(self, *args: Any, **more: Any) -> Any:
                sender.send(*args, **more)
                raise _Fallen

        deliver(units, type(self._courier)(sender=Falls(), keys=self._courier.keys, base_url=ADDRESS), parameters)
