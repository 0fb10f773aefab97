"""The people who run an exam, over HTTP: responses, scores and their release."""

from typing import Any
from uuid import UUID

from adapters.responses_csv import read_responses
from domain.actors import Role
from domain.candidates.model import Identity
from domain.jobs.actions import CARRY_ON, carry_on
from domain.scores import importing, releasing, rescoring
from tests.builders_scores import Sitter, a_file, answers, some_scores
from tests.world import World


class Desk:
    """The people who run an exam, over HTTP."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.pia = world.token(Role.PSYCHOMETRICIAN, subject="pia")
        self.max = world.token(Role.EXAM_MANAGER, subject="max")
        self.scores = some_scores(world.units)
        self.scores.files = world.files
        self.under = f"/v1/exam-administrations/{self.scores.administration_id}/forms/{self.scores.form.id}"
        self._key = 0

    def post(self, path: str, who: dict[str, str], body: object | None = None, version: int | None = None) -> Any:
        self._key += 1
        headers = {**who, "idempotency-key": f"k-{self._key}"}
        if version is not None:
            headers["if-match"] = f'"{version}"'
        return self.world.client.post(path, json=body, headers=headers)

    def get(self, path: str, who: dict[str, str]) -> Any:
        return self.world.client.get(path, headers=who)

    def upload(self, content: bytes, who: dict[str, str] | None = None, **fields: Any) -> Any:
        sheet = {"file": ("responses.csv", content, "text/csv")}
        path = f"{self.under}/response-imports"
        return self.world.client.post(path, files=sheet, data=fields, headers=who or self.max)

    def work(self) -> None:
        """Carry out every job that waits."""
        steps = {
            importing.IMPORT: importing.step(self.world.files, read_responses),
            rescoring.SCORE: rescoring.step(),
            releasing.RELEASE: releasing.step(),
        }

        def run(units: Any, parameters: Any) -> None:
            while carry_on(units, steps, UUID(parameters["job_id"])):
                pass

        self.world.run_tasks({CARRY_ON: run})

    def sat(self, *points: int) -> list[Sitter]:
        sitters = self.scores.sitters(len(points))
        rows = {one.number: answers(right) for one, right in zip(sitters, points, strict=True)}
        assert self.upload(a_file(rows)).status_code == 202
        self.work()
        return sitters

    def signed_in(self, sitter: Sitter, subject: str) -> dict[str, str]:
        """The token of a candidate."""
        with self.world.unit() as uow:
            uow.identities.add(
                Identity(
                    id=uow.new_id(),
                    candidate_id=sitter.candidate_id,
                    subject=subject,
                    linked_at=uow.now,
                    how="invitation",
                )
            )
        return self.world.token(Role.CANDIDATE, subject=subject)

    def attempt(self, sitter: Sitter) -> Any:
        path = f"/v1/exam-administrations/{self.scores.administration_id}/attempts?candidate_id={sitter.candidate_id}"
        (found,) = self.get(path, self.pia).json()["items"]
        return found

    def released(self) -> Any:
        release = self.post(f"{self.under}/score-releases", self.pia).json()
        done = self.post(f"/v1/score-releases/{release['id']}/approval", self.max, version=release["version"])
        assert done.status_code == 200, done.text
        self.work()
        return self.get(f"/v1/score-releases/{release['id']}", self.pia).json()
