"""An administration with an approved form: twenty items, the cut at twelve."""

import pytest

from adapters.db.engine import Database
from adapters.db.unit_of_work import SqlUnitsOfWork
from tests.builders_scores import Scores, some_scores
from tests.world import Clock


@pytest.fixture
def units(sqlite_url: str) -> SqlUnitsOfWork:
    """Units of work on a fresh SQLite file."""
    return SqlUnitsOfWork(Database(sqlite_url), clock=Clock())


@pytest.fixture
def scores(units: SqlUnitsOfWork) -> Scores:
    """The form in a SQLite file."""
    return some_scores(units)


@pytest.fixture
def either_scores(database: Database) -> Scores:
    """The form on each engine in turn."""
    return some_scores(SqlUnitsOfWork(database, clock=Clock()))
