"""Partners for tests: their key, their roster, their endpoint, and a courier that speaks to a receiver."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from httpx2 import Response

from adapters.keys import FileKeyProvider
from adapters.webhooks import HttpsWebhookSender
from api import tasks_watching
from domain.actors import Role
from domain.jobs.actions import Handler
from domain.ports import Mail, Mailer
from domain.sweep import letters
from domain.watching.delivering import Courier
from tests.receiver import Receiver
from tests.world import ADDRESS, World

CONSENT = {"recorded_by": "Human Resources", "given_on": "2026-03-01", "reference": "form 17"}
_made = count(1)


@dataclass
class Outbox:
    """A mailer that keeps what it is handed."""

    sent: list[Mail] = field(default_factory=list)

    def send(self, mail: Mail) -> None:
        """Keep it."""
        self.sent.append(mail)


@dataclass
class Partner:
    """An organisation with an API key."""

    world: World
    name: str
    header: dict[str, str]

    @property
    def subject(self) -> str:
        """What they act as."""
        return f"organisation:{self.name}"

    def get(self, path: str, **query: Any) -> Response:
        """Read."""
        return self.world.client.get(f"/v1{path}", params=query, headers=self.header)

    def post(self, path: str, body: object | None = None, **headers: str) -> Response:
        """Post, for whichever version it is."""
        more = {"if-match": "*", "idempotency-key": f"p{next(_made)}", **headers}
        return self.world.client.post(f"/v1{path}", json=body, headers={**self.header, **more})

    def put(self, path: str, body: object) -> Response:
        """Replace, for whichever version it is."""
        return self.world.client.put(f"/v1{path}", json=body, headers={**self.header, "if-match": "*"})

    def roster(self, **more: Any) -> str:
        """Their list, begun now; its id."""
        return str(made(self.post("/watch-lists", {"name": "Our pharmacists", **more}))["id"])

    def watches(self, list_id: str, number: str, reference: str = "emp-17") -> dict[str, Any]:
        """A number is watched from now on."""
        body = {"number": number, "reference": reference, "consent": CONSENT}
        return made(self.post(f"/watch-lists/{list_id}/watches", body))

    def endpoint(self, url: str, **more: Any) -> dict[str, Any]:
        """An endpoint, added now, with its secret."""
        return made(self.post("/webhook-endpoints", {"url": url, **more}))

    def deliveries(self, **query: Any) -> list[dict[str, Any]]:
        """The messages to their endpoints, oldest first."""
        found: list[dict[str, Any]] = self.get("/webhook-deliveries", **query).json()["items"]
        return found

    def events(self, after: int = 0) -> list[dict[str, Any]]:
        """What happened, from a number on."""
        found: list[dict[str, Any]] = self.get("/events", after=after).json()["items"]
        return found


def made(answer: Response) -> dict[str, Any]:
    """The body of an answer that must be 201."""
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def a_partner(world: World, name: str = "acme") -> Partner:
    """An organisation with a fresh API key."""
    return Partner(world, name, world.key(Role.PARTNER, name))


def courier_to(folder: Path, receiver: Receiver, **more: Any) -> Courier:
    """What sends to the receiver, with the world's own keys."""
    usual: dict[str, Any] = {"resolve": receiver.resolve, "trust": receiver.trust, "loopback": True, "deadline": 5.0}
    sender = HttpsWebhookSender(**{**usual, **more})
    return Courier(sender=sender, keys=FileKeyProvider(folder / "keys"), base_url=ADDRESS)


def handlers_of(courier: Courier, mailer: Mailer | None = None) -> Mapping[str, Handler]:
    """What a worker does for those who watch; letters are left alone."""

    def nothing(*_: object) -> None:
        """Letters are not of interest here."""

    return {**tasks_watching.handlers(lambda: courier, lambda: mailer or Outbox()), letters.TELL: nothing}
