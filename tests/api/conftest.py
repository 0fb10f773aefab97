"""The service for the tests of the routes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.exams_world import Exam, an_exam
from tests.builders_credentials import Holder, a_holder
from tests.world import World, a_world


@pytest.fixture
def world(sqlite_url: str, tmp_path: Path) -> Iterator[World]:
    """A whole service over a fresh SQLite file."""
    with a_world(sqlite_url, tmp_path) as made:
        yield made


@pytest.fixture
def either_world(database_url: str, tmp_path: Path) -> Iterator[World]:
    """A whole service over each engine in turn."""
    with a_world(database_url, tmp_path) as made:
        yield made


@pytest.fixture
def holder(world: World) -> Holder:
    """A holder of a credential in that service."""
    return a_holder(world)


@pytest.fixture
def exam(world: World) -> Exam:
    """The people of an exam under CPOM's edition, on SQLite."""
    return an_exam(world)


@pytest.fixture
def either_exam(either_world: World) -> Exam:
    """The people of an exam under CPOM's edition, on each engine in turn."""
    return an_exam(either_world)
