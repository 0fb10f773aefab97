"""A partner who watches one credential, told at a real receiver, by the test's clock."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.watching.delivering import DUE
from tests.builders_credentials import Holder, a_holder, officer
from tests.builders_watching import Partner, a_partner, courier_to, handlers_of
from tests.receiver import Receiver
from tests.world import World

SUSPENDED = "org.certificant.credential.suspended.v1"


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
