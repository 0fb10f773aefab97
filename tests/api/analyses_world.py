"""Psychometricians at work, over HTTP."""

from typing import Any
from uuid import UUID

import numpy as np

from domain.actors import Role
from domain.jobs.actions import CARRY_ON, carry_on
from tests.builders_analysis import answers_of_model, steps, stored
from tests.builders_scores import Scores, some_scores
from tests.world import World

ITEMS, PEOPLE = 20, 60


class Office:
    """Psychometricians over HTTP, with a form that people took."""

    def __init__(self, world: World, people: int = PEOPLE, answers: Any = None) -> None:
        self.world = world
        self.pia = world.token(Role.PSYCHOMETRICIAN, subject="pia")
        self.max = world.token(Role.PSYCHOMETRICIAN, subject="max")
        self.scores = some_scores(world.units, count=ITEMS)
        self.scores.files = world.files
        made = answers_of_model(np.random.default_rng(5), people, ITEMS) if answers is None else answers
        self.attempts = stored(self.scores, made) if len(made) else []
        self.under = self.where(self.scores)

    @staticmethod
    def where(scores: Scores) -> str:
        return f"/v1/exam-administrations/{scores.administration_id}/forms/{scores.form.id}"

    def post(self, path: str, body: object = None, who: dict[str, str] | None = None, **headers: str) -> Any:
        said = {**(who or self.pia), **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.world.client.post(path, json={} if body is None else body, headers=said)

    def get(self, path: str) -> Any:
        return self.world.client.get(path, headers=self.pia)

    def work(self) -> None:
        """Carry out every job that waits."""

        def run(units: Any, parameters: Any) -> None:
            while carry_on(units, steps(self.scores), UUID(parameters["job_id"])):
                pass

        self.world.run_tasks({CARRY_ON: run})

    def done(self, answer: Any) -> Any:
        """The job that an answer started, carried to its end."""
        assert answer.status_code == 202, answer.text
        self.work()
        return self.get(answer.headers["location"]).json()

    def analysis(self, **wish: object) -> Any:
        """An analysis, asked for and carried out."""
        job = self.done(self.post(f"{self.under}/analyses", wish))
        assert job["status"] == "succeeded", job
        return self.get(f"/v1/analyses/{job['result']['analysis_id']}").json()

    def stored_things(self) -> list[int]:
        with self.world.unit() as uow:
            kinds = (uow.analyses, uow.equating_runs, uow.statistics_sheets, uow.groupings, uow.conversions)
            return [kind.count() for kind in kinds]
