"""The stages on which lives are told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.stage import Stage, a_stage


@pytest.fixture
def stage(sqlite_url: str, tmp_path: Path) -> Iterator[Stage]:
    """A service over a fresh SQLite file, CPOM published."""
    with a_stage(sqlite_url, tmp_path) as made:
        made.publish()
        yield made


@pytest.fixture
def either_stage(database_url: str, tmp_path: Path) -> Iterator[Stage]:
    """A service over each engine in turn, CPOM published."""
    with a_stage(database_url, tmp_path) as made:
        made.publish()
        yield made
