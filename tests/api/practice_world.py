"""A candidate who practises, over HTTP."""

from typing import Any
from uuid import UUID

from tests.api.exams_world import Header
from tests.builders_exams import stored_policy
from tests.world import World

TERMS = {"basis": "page", "items": 8, "minutes": 30, "max_per_30_days": 3}


class Learner:
    """A signed-in candidate who practises."""

    def __init__(self, world: World, subject: str = "ada", terms: dict[str, object] | None = None) -> None:
        self.world = world
        with world.unit() as uow:
            if not uow.policies.count():
                stored_policy(uow, {"/practice": TERMS | (terms or {})})
        self.me: Header = world.token(subject=subject)
        self.candidate = world.id_of(self.me)

    def start(self, who: Header | None = None, program: str = "CPOM") -> Any:
        path = f"/v1/candidates/{self.candidate}/practice-exams"
        return self.world.client.post(path, json={"program": program}, headers=who or self.me)

    def begun(self) -> dict[str, Any]:
        answer = self.start()
        assert answer.status_code == 201, answer.text
        said: dict[str, Any] = answer.json()
        return said

    def get(self, exam: dict[str, Any], what: str = "", who: Header | None = None) -> Any:
        return self.world.client.get(f"/v1/practice-exams/{exam['id']}{what}", headers=who or self.me)

    def answer(self, exam: dict[str, Any], answers: dict[int, list[int]], match: str = "*") -> Any:
        body = {"answers": [{"place": place, "marked": marked} for place, marked in answers.items()]}
        headers = {**self.me, "if-match": match}
        return self.world.client.patch(f"/v1/practice-exams/{exam['id']}", json=body, headers=headers)

    def finish(self, exam: dict[str, Any]) -> Any:
        headers = {**self.me, "if-match": "*"}
        return self.world.client.post(f"/v1/practice-exams/{exam['id']}/completion", headers=headers)

    def places(self, exam: dict[str, Any]) -> list[Any]:
        """What the exam is made of, as stored."""
        with self.world.unit() as uow:
            return list(uow.practice_exams.get(UUID(exam["id"])).items)
