"""The house whose keys are withdrawn."""

from pathlib import Path

import pytest

from tests.api.withdrawn_key.house import House
from tests.world import World


@pytest.fixture
def house(either_world: World, tmp_path: Path) -> House:
    return House(either_world, tmp_path)
