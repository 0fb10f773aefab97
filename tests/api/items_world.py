"""The people of an item bank, over HTTP."""

from typing import Any

from domain.actors import Role
from tests.builders_exams import stored_policy
from tests.world import World

CONTENT = {
    "title": "Turnover",
    "stem": "<p>Which figure tells <em>turnover</em>?</p>",
    "options": [
        {"text": "Payroll over revenue", "rationale": "That is the labour ratio."},
        {"text": "Cost of goods sold over average inventory"},
        {"text": "Cash over debt"},
    ],
    "key": [2],
}
ITEM = {
    "program": "CPOM",
    "code": "FIN-001",
    "domain": "financial-management",
    "objective": "inventory",
    "content": CONTENT,
}


class Bank:
    """The people of an item bank, over HTTP: a writer, a judge, and a third person."""

    def __init__(self, world: World) -> None:
        self.world = world
        with world.unit() as uow:
            stored_policy(uow)
        self.wanda = world.token(Role.EXAM_MANAGER, subject="wanda")
        self.jonas = world.token(Role.PSYCHOMETRICIAN, subject="jonas")
        self.thea = world.token(Role.ADMINISTRATOR, subject="thea")
        self.auditor = world.token(Role.AUDITOR)

    def ask(self, method: str, path: str, who: dict[str, str], body: object = None, match: str = "*") -> Any:
        headers = dict(who) if method == "GET" or path in ("/items", "/item-sets") else {**who, "if-match": match}
        return self.world.client.request(method, f"/v1{path}", json=body, headers=headers)

    def done(self, method: str, path: str, who: dict[str, str], body: object = None) -> dict[str, Any]:
        """A step that must succeed."""
        answer = self.ask(method, path, who, body)
        assert answer.status_code in (200, 201, 204), answer.text
        return answer.json() if answer.content else {}

    def item(self, code: str = "FIN-001", **changes: object) -> dict[str, Any]:
        return self.done("POST", "/items", self.wanda, ITEM | {"code": code} | changes)

    def operational(self, code: str = "FIN-001", **changes: object) -> dict[str, Any]:
        path = f"/items/{self.item(code, **changes)['id']}"
        self.done("POST", f"{path}/review", self.jonas)
        self.done("POST", f"{path}/proposal", self.jonas)
        return self.done("POST", f"{path}/approval", self.thea)

    def version_id(self, item: dict[str, Any]) -> str:
        listed = self.done("GET", f"/items/{item['id']}/versions?sort=-number", self.auditor)
        return str(listed["items"][0]["id"])


def events(world: World, kind: str) -> list[Any]:
    """The journal's entries of a kind."""
    auditor = world.token(Role.AUDITOR)
    answer = world.client.get(f"/v1/journal?kind={kind}", headers=auditor)
    return list(answer.json()["items"])
