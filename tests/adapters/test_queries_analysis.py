"""What analyses read of attempts, the same on both engines: ids, answers and groups, and nobody who was invalidated."""

from dataclasses import replace

import numpy as np
import pytest

from adapters.db.engine import Database
from adapters.db.unit_of_work import SqlUnitsOfWork
from domain.analysis.model import Attribute
from domain.scores.model import AttemptStatus
from tests.builders_analysis import answers_of_model, stored
from tests.builders_scores import ITEMS, Scores, some_scores
from tests.world import Clock

MADE = answers_of_model(np.random.default_rng(1), 4, ITEMS)


@pytest.fixture
def scores(database: Database) -> Scores:
    """A form of twenty items on each engine in turn."""
    return some_scores(SqlUnitsOfWork(database, clock=Clock()))


def test_answers_are_those_of_attempts_that_stand(scores: Scores) -> None:
    ids = stored(scores, MADE)
    with scores.unit() as uow:
        uow.attempts.save(replace(uow.attempts.get(ids[0]), status=AttemptStatus.INVALIDATED))
        uow.attempts.save(replace(uow.attempts.get(ids[1]), held=True))

    with scores.unit() as uow:
        found = dict(uow.analyses.answers(scores.administration_id, scores.form.id))
        unheld = dict(uow.analyses.answers(scores.administration_id, scores.form.id, unheld=True))

    assert found == {str(one): row.tobytes() for one, row in list(zip(ids, MADE, strict=True))[1:]}
    assert set(unheld) == {str(one) for one in ids[2:]}


def test_candidates_numbers_and_groups_go_by_the_same_attempts(scores: Scores) -> None:
    ids = stored(scores, MADE)
    with scores.unit() as uow:
        uow.attempts.save(replace(uow.attempts.get(ids[0]), status=AttemptStatus.INVALIDATED))
        attempts = {str(one): uow.attempts.get(one) for one in ids[1:]}
        numbers = {uow.candidates.get(one.candidate_id).number: str(one.candidate_id) for one in attempts.values()}
        where = (scores.administration_id, scores.form.id)

        assert uow.analyses.candidates(*where) == {name: str(one.candidate_id) for name, one in attempts.items()}
        assert uow.analyses.numbers(*where) == numbers
        assert uow.analyses.groups(*where, Attribute.PRACTISES_IN) == dict.fromkeys(attempts, "US")
        assert set(uow.analyses.groups(*where, Attribute.PATHWAY)) == set(attempts)


def test_a_score_that_came_without_answers_is_nobodys_answers(scores: Scores) -> None:
    ids = stored(scores, MADE)
    where = (scores.administration_id, scores.form.id)
    with scores.unit() as uow:
        uow.attempts.save(replace(uow.attempts.get(ids[0]), responses=b""))

    with scores.unit() as uow:
        found, people = dict(uow.analyses.answers(*where)), uow.analyses.people(*where)

    assert set(found) == {str(one) for one in ids[1:]}
    assert people == len(ids) - 1
