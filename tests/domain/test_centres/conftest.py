"""An office on SQLite, and on each engine in turn."""

import pytest

from tests.builders_scores import Scores
from tests.domain.scores.conftest import either_scores, scores, units
from tests.domain.test_centres.desk import Desk

__all__ = ["desk", "either_desk", "either_scores", "scores", "units"]


@pytest.fixture
def desk(scores: Scores) -> Desk:
    """The office on SQLite."""
    return Desk(scores)


@pytest.fixture
def either_desk(either_scores: Scores) -> Desk:
    """The office on each engine in turn."""
    return Desk(either_scores)
