"""Conversions from equating: decided on unrounded equivalents, then mapped; the cut is exactly the passing score."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings, strategies as st
from uuid_utils.compat import uuid7

from domain.errors import Contradiction
from domain.scores.conversion import two_segments
from domain.scores.equated import decides_unrounded, equated_table
from domain.scores.model import Conversion
from tests.builders import cpom

SCALE = cpom().scale
RAW_MAX, CUT = 120, 80


def a_reference(cut: int = CUT, raw_max: int = RAW_MAX, **fields: object) -> Conversion:
    table = two_segments(raw_max, cut, SCALE)
    made = Conversion(
        id=uuid7(),
        form_id=uuid7(),
        number=1,
        cut_raw=table.cut,
        scaled=table.scaled,
        created_by="ada",
        created_at=datetime(2026, 3, 2, tzinfo=UTC),
    )
    return replace(made, **fields)  # type: ignore[arg-type]


def test_a_form_equated_to_itself_keeps_its_table() -> None:
    reference = a_reference()

    made = equated_table([float(raw) for raw in range(RAW_MAX + 1)], reference, SCALE)

    assert made.table.scaled == reference.scaled
    assert (made.table.cut, made.base_cut, made.base_max) == (CUT, CUT, RAW_MAX)


@pytest.mark.parametrize(
    ("equivalent", "passes"),
    [
        pytest.param(79.499, False, id="rounds down to 79"),
        pytest.param(79.5, False, id="rounds up to the cut, and does not reach it"),
        pytest.param(79.999, False, id="a thousandth below"),
        pytest.param(80.0, True, id="the cut itself"),
        pytest.param(80.2, True, id="above"),
    ],
)
def test_who_passes_is_decided_before_anything_is_rounded(equivalent: float, passes: bool) -> None:
    shift = equivalent - 75
    made = equated_table([raw + shift for raw in range(RAW_MAX + 1)], a_reference(), SCALE)

    assert made.table.passes(75) is passes
    assert (made.table.scaled_of(75) >= SCALE.passing) is passes


def test_the_lowest_raw_score_that_passes_is_reported_as_exactly_the_passing_score() -> None:
    made = equated_table([raw + 4.4 for raw in range(RAW_MAX + 1)], a_reference(), SCALE)

    assert made.table.cut == 76
    assert made.equated[76] == pytest.approx(80.4)
    assert made.table.scaled[75:78] == (715, 720, 726)


def test_above_and_below_the_cut_the_scale_means_what_it_means_on_the_base_form() -> None:
    """81.4 points are 720 + 1.4 * 180 / 40 = 726.3, and 79.4 are 100 + 79.4 * 620 / 80 = 715.35."""
    made = equated_table([raw + 4.4 for raw in range(RAW_MAX + 1)], a_reference(), SCALE)

    assert made.table.scaled[77] == 726
    assert made.table.scaled[75] == 715


def test_a_chain_of_equatings_carries_the_cut_of_the_base_form() -> None:
    base = a_reference()
    first = equated_table([raw + 1.25 for raw in range(RAW_MAX + 1)], base, SCALE)
    middle = a_reference(
        equated=first.equated, base_cut=first.base_cut, base_max=first.base_max, cut_raw=first.table.cut,
        scaled=first.table.scaled,
    )  # fmt: skip

    second = equated_table([raw - 1.25 for raw in range(RAW_MAX + 1)], middle, SCALE)

    assert second.equated[2:119] == pytest.approx([float(raw) for raw in range(2, 119)])
    assert second.table.cut == CUT
    assert second.table.scaled[40] == base.scaled[40]


def test_a_reference_table_that_is_not_of_two_lines_is_read_between_its_entries() -> None:
    scaled = tuple(min(900, 100 + raw * 8) if raw < CUT else 720 + (raw - CUT) * 2 for raw in range(RAW_MAX + 1))
    reference = a_reference(scaled=tuple(min(value, 719) if raw < CUT else value for raw, value in enumerate(scaled)))

    made = equated_table([raw + 0.5 for raw in range(RAW_MAX + 1)], reference, SCALE)

    assert made.by_lines is False
    assert made.table.scaled[100] == 761
    assert made.table.scaled[20] == 264


@pytest.mark.parametrize(
    ("equivalents", "code"),
    [
        pytest.param([0.0, 2.0, 1.0], "falls", id="falling"),
        pytest.param([0.0, float("nan"), 1.0], "not_a_number", id="no number"),
        pytest.param([0.0, 1.0, 2.0], "no_cut", id="nobody can pass"),
        pytest.param([90.0, 91.0, 92.0], "no_cut", id="nobody can fail"),
    ],
)
def test_equivalents_that_make_no_conversion_are_refused(equivalents: list[float], code: str) -> None:
    with pytest.raises(Contradiction) as refusal:
        equated_table(equivalents, a_reference(), SCALE)

    assert refusal.value.faults[0].code == code


@settings(max_examples=200, deadline=None)
@given(
    steps=st.lists(st.floats(0.0, 3.0), min_size=40, max_size=120),
    start=st.floats(-10.0, 20.0),
    cut=st.integers(5, 115),
)
def test_whatever_the_equivalents_the_table_rises_and_decides_unrounded(
    steps: list[float], start: float, cut: int
) -> None:
    equivalents = [start]
    for step in steps:
        equivalents.append(equivalents[-1] + step)
    try:
        made = equated_table(equivalents, a_reference(cut), SCALE)
    except Contradiction:
        assert equivalents[0] >= cut - 1e-9 or equivalents[-1] < cut
        return

    table = made.table
    assert all(low <= high for low, high in zip(table.scaled, table.scaled[1:], strict=False))
    assert table.scaled[table.cut] == SCALE.passing
    assert all((value >= SCALE.passing) == (raw >= table.cut) for raw, value in enumerate(table.scaled))
    assert all(SCALE.minimum <= value <= SCALE.maximum for value in table.scaled)
    kept = a_reference(cut, equated=made.equated, base_cut=made.base_cut, base_max=made.base_max, cut_raw=table.cut)
    assert decides_unrounded(kept)
