"""Scenes over the worlds of the API's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.webhooks.scene import Scene, a_scene
from tests.receiver import a_receiver
from tests.world import World


@pytest.fixture
def scene(world: World, tmp_path: Path) -> Iterator[Scene]:
    """One on SQLite; the receiver has taken the ping."""
    with a_receiver(tmp_path) as receiver:
        yield a_scene(world, receiver, tmp_path)


@pytest.fixture
def either_scene(either_world: World, tmp_path: Path) -> Iterator[Scene]:
    """One on each engine in turn."""
    with a_receiver(tmp_path) as receiver:
        yield a_scene(either_world, receiver, tmp_path)
