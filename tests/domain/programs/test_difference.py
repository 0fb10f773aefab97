"""What changed between two editions."""

from domain.programs.difference import Change, difference
from tests.builders import a_policy, cpom


def test_an_edition_does_not_differ_from_itself() -> None:
    assert difference(cpom(), cpom()) == []


def test_a_changed_value_is_named_by_its_place() -> None:
    changed = a_policy({"/retakes/wait_days": 60})

    assert difference(a_policy({}), changed) == [Change("/retakes/wait_days", 45, 60)]
