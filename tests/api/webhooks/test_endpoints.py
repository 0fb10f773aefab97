"""Endpoints, from the ping that enables one to the rotation of its secret."""

import json
from pathlib import Path

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from domain.watching.delivering import DUE
from tests.api.webhooks.scene import Scene, a_scene
from tests.builders_watching import a_partner, courier_to, handlers_of
from tests.receiver import AWAY, a_receiver
from tests.world import World

URL = "https://hooks.acme.example/certificant"


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
