"""An examination hall: people who answer by ability alone, and a few who did not."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from adapters.db.unit_of_work import SqlUnitsOfWork
from domain.actors import Actor
from domain.jobs.actions import Step, carry_on
from domain.jobs.model import Job
from domain.security import actions, screening
from domain.security.actions import Wanted
from domain.security.model import Flag, Review, Screening, ScreeningMethod
from tests.builders_scores import ADA, Scores, Sitter, a_file, some_scores

PEOPLE, ITEMS = 120, 40
SOURCE, COPIERS = 7, (33, 80)
SIMILARITY = (ScreeningMethod.OMEGA, ScreeningMethod.GBT)


@dataclass
class Hall:
    """The form, its sitters in order, and what a psychometrician does."""

    scores: Scores
    sitters: list[Sitter]
    answers: "np.ndarray[Any, np.dtype[np.int64]]"

    def steps(self, attempts: int = 50) -> dict[str, Step]:
        """The step of a worker that has just begun."""
        return {screening.SCREEN: screening.step(self.scores.files, attempts)}

    def request(self, actor: Actor = ADA, **more: Any) -> Screening:
        """A screening that was asked for."""
        wanted = Wanted(administration_id=self.scores.administration_id, form_id=self.scores.form.id, **more)
        with self.scores.unit(actor) as uow:
            return actions.request(uow, actor, wanted)

    def run(self, job_id: UUID | None, attempts: int = 50) -> Job:
        """Carry a job to its end."""
        assert job_id is not None
        steps = self.steps(attempts)
        while carry_on(self.scores.units, steps, job_id):
            pass
        return self.scores.job(job_id)

    def screened(self, **more: Any) -> Screening:
        """A screening, carried out."""
        asked = self.request(**more)
        self.run(asked.job_id)
        return self.now(asked)

    def now(self, asked: Screening) -> Screening:
        """How a screening stands."""
        with self.scores.unit() as uow:
            return uow.screenings.get(asked.id)

    def flags(self, asked: Screening) -> list[Flag]:
        """What a screening found."""
        with self.scores.unit() as uow:
            return uow.flags.find(screening_id=asked.id)

    def reviews(self, asked: Screening) -> dict[UUID, Review]:
        """The flagged attempts, by candidate."""
        with self.scores.unit() as uow:
            return {one.candidate_id: one for one in uow.irregularity_reviews.find(screening_id=asked.id)}

    def who(self, *places: int) -> set[UUID]:
        """The candidates who sit at these places."""
        return {self.sitters[place].candidate_id for place in places}


def a_hall(units: SqlUnitsOfWork, people: int = PEOPLE) -> Hall:
    """A hall whose right answer is always the first option; the copiers took most of the source's answers."""
    scores = some_scores(units, cut=20, count=ITEMS)
    sitters = scores.sitters(people)
    answers = some_answers(people)
    rows = {one.number: ",".join(map(str, row)) for one, row in zip(sitters, answers.tolist(), strict=True)}
    scores.imported(a_file(rows, ITEMS))
    return Hall(scores, sitters, answers)


def some_answers(people: int, seed: int = 20260302) -> "np.ndarray[Any, np.dtype[np.int64]]":
    """int64[people, ITEMS]: option 1 with the Rasch model's chance, else one of three wrong ones at random."""
    chance = np.random.default_rng(seed)
    ability, difficulty = chance.normal(0, 1, people), np.linspace(-1.5, 1.5, ITEMS)
    if people > SOURCE:
        ability[SOURCE] = -0.5
    right = chance.random((people, ITEMS)) < 1 / (1 + np.exp(difficulty - ability[:, None]))
    answers = np.where(right, 1, chance.integers(2, 5, (people, ITEMS)))
    if people > max(COPIERS):
        for copier in COPIERS:
            copied = chance.random(ITEMS) < 0.97
            answers[copier, copied] = answers[SOURCE, copied]
    return answers
