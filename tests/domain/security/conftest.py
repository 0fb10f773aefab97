"""A form of forty items taken by a hundred and twenty people, two of whom had the answers of a third."""

import pytest

from adapters.db.engine import Database
from adapters.db.unit_of_work import SqlUnitsOfWork
from tests.domain.security.hall import Hall, a_hall
from tests.world import Clock


@pytest.fixture
def hall(sqlite_url: str) -> Hall:
    """The hall on SQLite."""
    return a_hall(SqlUnitsOfWork(Database(sqlite_url), clock=Clock()))


@pytest.fixture
def either_hall(database: Database) -> Hall:
    """The hall on each engine in turn."""
    return a_hall(SqlUnitsOfWork(database, clock=Clock()))
