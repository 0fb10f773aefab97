"""What an endpoint is told, and told again."""

from standardwebhooks import Webhook

from domain.watching.delivering import FORGET, KEPT
from tests.api.webhooks.scene import SUSPENDED, Scene
from tests.builders_credentials import officer
from tests.receiver import AWAY, GONE, OK
from tests.world import ADDRESS

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
