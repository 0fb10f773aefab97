"""Empty databases for the migrations."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from adapters.db.engine import Database


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Each engine in turn, with nothing in it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


@pytest.fixture
def empty(empty_url: str) -> Iterator[Database]:
    """An open, empty database."""
    with closing(Database(empty_url)) as database:
        yield database
