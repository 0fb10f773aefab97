"""An administration with an approved form, on each engine."""

import pytest

from adapters.db.engine import Database
from adapters.db.unit_of_work import SqlUnitsOfWork
from tests.builders_scores import Scores, some_scores
from tests.world import Clock


@pytest.fixture
def scores(database: Database) -> Scores:
    """A form of twenty items with its cut at twelve, on each engine in turn."""
    return some_scores(SqlUnitsOfWork(database, clock=Clock()))
