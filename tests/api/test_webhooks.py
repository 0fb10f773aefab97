"""Endpoints and messages: from the ping to the dead letter, against a real receiver, by the test's clock."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from domain.actors import Actor, Role
from domain.credentials.actions_standing import Change, suspend
from domain.watching.delivering import DUE, FORGET, KEPT, deliver
from domain.watching.model import LEASE, WAITS
from domain.watching.telling import DELIVER
from tests.builders_credentials import Holder, a_holder, officer
from tests.builders_watching import Partner, a_partner, courier_to, handlers_of
from tests.receiver import AWAY, GONE, OK, Receiver, a_receiver, answering
from tests.world import ADDRESS, World

SUSPENDED = "org.certificant.credential.suspended.v1"
URL = "https://hooks.acme.example/certificant"


@dataclass
class Scene:
    """A partner who watches one credential, told at a receiver by a worker."""

    world: World
    receiver: Receiver
    folder: Path
    holder: Holder
    partner: Partner
    list_id: str
    watch: dict[str, Any]
    endpoint: dict[str, Any]

    def __post_init__(self) -> None:
        self.courier = courier_to(self.folder, self.receiver)
        self.handlers = handlers_of(self.courier)

    def work(self) -> None:
        """Whatever waits is carried out."""
        self.world.run_tasks(self.handlers)

    def minute(self, **by: float) -> None:
        """Time passes, the schedule strikes, and what fell due is carried out."""
        self.world.clock.advance(**by)
        self.handlers[DUE](self.world.units, {})
        self.work()

    def suspended(self) -> None:
        """The credential is suspended, and nobody has been told yet."""
        answer = self.holder.post("/suspension", {"reason": "Because."}, officer(self.world))
        assert answer.status_code == 200, answer.text

    def told(self) -> list[dict[str, Any]]:
        """What came, but for pings."""
        bodies = [json.loads(one.body) for one in self.receiver.taken]
        return [one for one in bodies if one["type"] != "org.certificant.ping.v1"]

    def of(self, path: str = "") -> dict[str, Any]:
        """The endpoint, or what lies under it, as it stands."""
        found: dict[str, Any] = self.partner.get(f"/webhook-endpoints/{self.endpoint['id']}{path}").json()
        return found

    def message(self) -> dict[str, Any]:
        """The message about the change."""
        (found,) = [one for one in self.partner.deliveries() if one["event_id"] is not None]
        return found

    def attempts(self) -> list[dict[str, Any]]:
        """The tries of that message."""
        found: list[dict[str, Any]] = self.partner.get(f"/webhook-deliveries/{self.message()['id']}/attempts").json()[
            "items"
        ]
        return found


def a_scene(world: World, receiver: Receiver, folder: Path) -> Scene:
    holder, partner = a_holder(world), a_partner(world)
    list_id = partner.roster()
    watch = partner.watches(list_id, holder.credential.number)
    scene = Scene(world, receiver, folder, holder, partner, list_id, watch, partner.endpoint(receiver.url))
    scene.work()
    return scene


@pytest.fixture
def scene(world: World, tmp_path: Path) -> Iterator[Scene]:
    """One on SQLite; the receiver has taken the ping."""
    with a_receiver(tmp_path) as receiver:
        yield a_scene(world, receiver, tmp_path)


@pytest.fixture
def either_scene(either_world: World, tmp_path: Path) -> Iterator[Scene]:
    """One on each engine in turn."""
    with a_receiver(tmp_path) as receiver:
        yield a_scene(either_world, receiver, tmp_path)


# --- endpoints


def test_an_endpoint_is_pending_until_it_answers_its_ping(world: World, tmp_path: Path) -> None:
    with a_receiver(tmp_path) as receiver:
        receiver.script = [AWAY]
        partner = a_partner(world)
        endpoint = partner.endpoint(receiver.url)
        handlers = handlers_of(courier_to(tmp_path, receiver))
        statuses = [endpoint["status"]]
        world.run_tasks(handlers)
        statuses.append(partner.get(f"/webhook-endpoints/{endpoint['id']}").json()["status"])
        world.clock.advance(minutes=1)
        handlers[DUE](world.units, {})
        world.run_tasks(handlers)
        statuses.append(partner.get(f"/webhook-endpoints/{endpoint['id']}").json()["status"])

    assert statuses == ["pending", "pending", "enabled"]
    first, second = receiver.taken
    assert first.body == second.body
    assert json.loads(first.body)["data"] == {"endpoint_id": endpoint["id"]}


def test_a_pending_endpoint_is_told_of_nothing(world: World, tmp_path: Path) -> None:
    with a_receiver(tmp_path) as receiver:
        receiver.usual = AWAY
        scene = a_scene(world, receiver, tmp_path)
        scene.suspended()
        scene.work()

    assert scene.told() == []
    assert len(scene.partner.events()) == 1


def test_the_secret_is_shown_once_and_not_even_to_a_repeated_request(world: World) -> None:
    partner = a_partner(world)
    headers = {**partner.header, "idempotency-key": "once"}

    first, again = (world.client.post("/v1/webhook-endpoints", json={"url": URL}, headers=headers) for _ in range(2))
    read = partner.get(f"/webhook-endpoints/{first.json()['id']}").json()

    assert first.json()["secret"].startswith("whsec_")
    assert (again.headers["idempotent-replayed"], again.json().get("secret")) == ("true", None)
    assert "secret" not in read
    assert len(partner.get("/webhook-endpoints").json()["items"]) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.acme.example/",
        "https://127.0.0.1/hook",
        "https://[::1]/hook",
        "https://2130706433/",
        "https://localhost/hook",
        "https://user:password@hooks.acme.example/",
        "https://hooks.acme.example/#part",
        "https://hooks.acme.example:0/",
        "https://hooks.acme.example:99999/",
        "https://höoks.example/",
        "ftp://hooks.acme.example/",
    ],
)
def test_an_address_that_is_no_https_name_is_refused(world: World, url: str) -> None:
    partner = a_partner(world)

    answer = partner.post("/webhook-endpoints", {"url": url})

    assert answer.status_code == 422, answer.text
    assert url not in answer.text
    assert partner.get("/webhook-endpoints").json()["items"] == []
    assert world.tasks.waiting == []


def test_a_partner_has_no_more_endpoints_than_the_bound(world: World) -> None:
    partner = a_partner(world)
    for place in range(20):
        partner.endpoint(f"https://hooks{place}.acme.example/")

    answer = partner.post("/webhook-endpoints", {"url": URL})

    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_endpoints")


# --- what is told


def test_a_change_is_told_thinly_and_signed(either_scene: Scene) -> None:
    scene = either_scene

    scene.suspended()
    scene.work()

    taken = scene.receiver.taken[-1]
    body = Webhook(scene.endpoint["secret"]).verify(taken.body, taken.headers)
    (event,) = scene.partner.events()
    assert body == {
        "specversion": "1.0",
        "id": taken.headers["webhook-id"],
        "source": f"{ADDRESS}/v1/events",
        "type": SUSPENDED,
        "time": event["occurred_at"].replace("Z", "+00:00"),
        "timestamp": event["occurred_at"].replace("Z", "+00:00"),
        "subject": scene.holder.credential.number,
        "data": {
            "event_id": event["id"],
            "sequence": 1,
            "watch_id": scene.watch["id"],
            "number": scene.holder.credential.number,
            "reference": "emp-17",
        },
    }
    assert scene.holder.credential.name not in taken.body.decode()
    message = scene.message()
    assert (message["status"], message["message_id"], message["tries"]) == ("delivered", body["id"], 1)
    (tried,) = scene.attempts()
    assert (tried["number"], tried["code"], tried["status_code"]) == (1, "delivered", 200)


def test_an_endpoint_is_told_of_the_types_it_wants(scene: Scene) -> None:
    changed = scene.partner.put(
        f"/webhook-endpoints/{scene.endpoint['id']}",
        {"description": "Endings", "types": ["org.certificant.credential.revoked.v1"]},
    )

    scene.suspended()
    scene.work()
    scene.world.clock.advance(days=2)
    scene.holder.post("/revocation", {"reason": "Because."}, officer(scene.world))
    scene.work()

    assert changed.status_code == 200, changed.text
    assert [one["type"] for one in scene.told()] == ["org.certificant.credential.revoked.v1"]


def test_a_refused_change_sends_nothing(scene: Scene) -> None:
    scene.holder.post("/lift", {"reason": "There is nothing to lift."}, officer(scene.world))
    scene.work()

    assert scene.told() == []


def test_a_consent_withdrawn_before_the_message_left_stops_it(scene: Scene) -> None:
    scene.receiver.usual = AWAY
    scene.suspended()
    scene.work()
    scene.partner.post(f"/watches/{scene.watch['id']}/end", {"consent_withdrawn": True})
    scene.receiver.usual = OK
    came = len(scene.told())

    scene.minute(minutes=5)

    assert len(scene.told()) == came
    assert scene.message()["status"] == "cancelled"
    again = scene.partner.post(f"/webhook-deliveries/{scene.message()['id']}/redelivery")
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")


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


# --- again


def test_a_message_is_sent_again_under_the_same_id(either_scene: Scene) -> None:
    scene = either_scene
    scene.suspended()
    scene.work()

    answer = scene.partner.post(f"/webhook-deliveries/{scene.message()['id']}/redelivery")
    scene.work()

    one, two = scene.receiver.taken[1:]
    assert answer.status_code == 200, answer.text
    assert one.headers["webhook-id"] == two.headers["webhook-id"]
    assert one.body == two.body
    assert [tried["number"] for tried in scene.attempts()] == [1, 2]
    assert scene.message()["status"] == "delivered"


def test_dead_letters_are_listed_and_recovered(scene: Scene) -> None:
    scene.receiver.usual = GONE
    scene.suspended()
    scene.work()
    path = f"/webhook-endpoints/{scene.endpoint['id']}"
    refused = scene.partner.post(f"{path}/recovery", {"since": "2026-01-01T00:00:00Z"})
    scene.partner.post(f"{path}/enablement")
    scene.receiver.usual = OK
    dead = scene.partner.deliveries(status="failed")

    none = scene.partner.post(f"{path}/recovery", {"since": "2030-01-01T00:00:00Z"})
    recovered = scene.partner.post(f"{path}/recovery", {"since": "2026-01-01T00:00:00Z"})
    scene.work()

    assert (refused.status_code, none.json()["code"]) == (409, "nothing_to_recover")
    assert [one["type"] for one in dead] == [SUSPENDED]
    assert recovered.json() == {"requeued": 1}
    assert scene.partner.deliveries(status="failed") == []
    assert scene.message()["status"] == "delivered"


def test_old_messages_are_forgotten_with_their_tries_and_events_stay(either_scene: Scene) -> None:
    scene = either_scene
    scene.suspended()
    scene.work()
    scene.world.clock.advance(days=KEPT.days - 1)
    scene.handlers[FORGET](scene.world.units, {})
    before = len(scene.partner.deliveries())
    scene.receiver.usual = AWAY
    scene.partner.post(f"/webhook-endpoints/{scene.endpoint['id']}/ping")
    scene.work()

    scene.world.clock.advance(days=2)
    scene.handlers[FORGET](scene.world.units, {})
    scene.world.clock.advance(days=KEPT.days)
    scene.handlers[FORGET](scene.world.units, {})

    assert before == 2
    assert [one["status"] for one in scene.partner.deliveries()] == ["queued"]
    assert len(scene.partner.events()) == 1


# --- rotation


def test_both_secrets_sign_until_the_overlap_is_over(scene: Scene) -> None:
    path = f"/webhook-endpoints/{scene.endpoint['id']}"
    former = scene.endpoint["secret"]
    rotated = scene.partner.post(f"{path}/secret-rotation", {"overlap_hours": 24}).json()

    scene.suspended()
    scene.work()
    scene.world.clock.advance(hours=25)
    scene.partner.post(f"{path}/ping")
    scene.work()

    during, after = scene.receiver.taken[-2:]
    Webhook(former).verify(during.body, during.headers)
    Webhook(rotated["secret"]).verify(during.body, during.headers)
    Webhook(rotated["secret"]).verify(after.body, after.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(former).verify(after.body, after.headers)


def test_a_leaked_secret_is_replaced_without_an_overlap(scene: Scene) -> None:
    path = f"/webhook-endpoints/{scene.endpoint['id']}"
    scene.partner.post(f"{path}/secret-rotation", {"overlap_hours": 0})

    scene.suspended()
    scene.work()

    taken = scene.receiver.taken[-1]
    with pytest.raises(WebhookVerificationError):
        Webhook(scene.endpoint["secret"]).verify(taken.body, taken.headers)


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
