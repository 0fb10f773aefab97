"""Every table of every form of up to 300 points, with every cut."""

from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given, settings, strategies as st

from domain.errors import Invalid
from domain.programs.exam_terms import Scale
from domain.programs.values import Basis
from domain.scores.conversion import ConversionTable, stored_table, two_segments, whole_cut

SCALE = Scale(basis=Basis.PAGE, minimum=100, maximum=900, passing=720, rounding="half_up")


def assert_sound(table: ConversionTable, raw_max: int, cut: int, scale: Scale = SCALE) -> None:
    scaled = table.scaled
    assert len(scaled) == raw_max + 1
    assert scaled[cut] == scale.passing
    assert scaled[cut - 1] < scale.passing
    assert scaled[0] == scale.minimum
    assert min(scaled) >= scale.minimum
    assert max(scaled) <= scale.maximum
    assert list(scaled) == sorted(scaled)


@pytest.mark.parametrize("hundred", range(3))
def test_every_form_and_every_cut_keeps_the_scale(hundred: int) -> None:
    for raw_max in range(hundred * 100 + 1, hundred * 100 + 101):
        for cut in range(1, raw_max + 1):
            table = two_segments(raw_max, cut, SCALE)

            assert_sound(table, raw_max, cut)
            assert cut == raw_max or table.scaled[raw_max] == SCALE.maximum
            assert table.passes(cut)
            assert not table.passes(cut - 1)


@given(raw_max=st.integers(1, 3_000), data=st.data())
@settings(max_examples=150, deadline=None)
def test_long_forms_and_other_scales_keep_it_too(raw_max: int, data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, raw_max))
    raw_min = data.draw(st.integers(0, cut - 1))
    low, middle, high = sorted(data.draw(st.sets(st.integers(0, 1_000), min_size=3, max_size=3)))
    scale = Scale(basis=Basis.PAGE, minimum=low, maximum=high, passing=middle, rounding="half_up")

    assert_sound(two_segments(raw_max, cut, scale, raw_min=raw_min), raw_max, cut, scale)


@given(raw_max=st.integers(1, 400), data=st.data())
@settings(max_examples=100, deadline=None)
def test_each_value_is_the_line_rounded_half_up(raw_max: int, data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, raw_max))
    raw = data.draw(st.integers(0, raw_max))
    exact = 100 + Fraction(620 * raw, cut) if raw <= cut else 720 + Fraction(180 * (raw - cut), raw_max - cut)

    assert two_segments(raw_max, cut, SCALE).scaled[raw] == floor(exact + Fraction(1, 2))


def test_halves_round_up_where_a_banker_would_round_down() -> None:
    # 620 / 8 = 77.5 a point: 177.5 and 332.5 are halves between an odd and an even number, both ways.
    assert two_segments(10, 8, SCALE).scaled[:5] == (100, 178, 255, 333, 410)


def test_one_below_the_cut_never_looks_like_passing() -> None:
    # The line itself would round 719.69 up to 720 here.
    assert two_segments(2_100, 2_000, SCALE).scaled[1_999] == 719


def test_what_lies_below_the_lowest_raw_score_gets_the_minimum() -> None:
    table = two_segments(120, 80, SCALE, raw_min=30)

    assert set(table.scaled[:31]) == {100}
    assert table.scaled[31] == 112


def test_the_cut_may_be_the_whole_form() -> None:
    assert two_segments(3, 3, SCALE).scaled == (100, 307, 513, 720)


@pytest.mark.parametrize(("cut", "whole"), [("71.2", 72), ("71.0", 71), ("71.999", 72), ("0.1", 1), (71, 71)])
def test_a_cut_between_two_points_is_rounded_up(cut: str | int, whole: int) -> None:
    assert whole_cut(Decimal(cut)) == whole
    assert two_segments(120, Decimal(cut), SCALE) == two_segments(120, whole, SCALE)


@pytest.mark.parametrize("cut", [0, -1, 11, Decimal("10.1"), Decimal("-0.5")])
def test_a_cut_outside_the_form_is_refused(cut: Decimal | int) -> None:
    with pytest.raises(Invalid) as refusal:
        two_segments(10, cut, SCALE)

    assert refusal.value.faults[0].pointer == "/cut"


@pytest.mark.parametrize("raw_min", [-1, 5, 6])
def test_a_lowest_score_that_is_not_below_the_cut_is_refused(raw_min: int) -> None:
    with pytest.raises(Invalid) as refusal:
        two_segments(10, 5, SCALE, raw_min=raw_min)

    assert refusal.value.faults[0].pointer == "/raw_min"


def test_a_table_answers_for_its_own_raw_scores_alone() -> None:
    table = two_segments(10, 5, SCALE)

    assert table.scaled_of(5) == 720
    for raw in (-1, 11):
        with pytest.raises(ValueError, match="outside 0 to 10"):
            table.scaled_of(raw)


def test_an_equated_table_that_keeps_the_scale_is_taken_as_it_stands() -> None:
    assert stored_table([100, 400, 720, 900], 2, 3, SCALE) == ConversionTable(cut=2, scaled=(100, 400, 720, 900))


@pytest.mark.parametrize(
    ("scaled", "cut", "faults"),
    [
        ([100, 720, 900], 2, [("/scaled", "wrong_length")]),
        ([100, 400, 720, 900], 0, [("/cut", "out_of_range")]),
        ([100, 400, 721, 900], 2, [("/scaled/2", "cut_is_not_passing")]),
        ([100, 720, 720, 900], 2, [("/scaled/1", "failing_looks_passing")]),
        ([99, 400, 720, 901], 2, [("/scaled/0", "out_of_range"), ("/scaled/3", "out_of_range")]),
        ([300, 200, 720, 719], 2, [("/scaled/1", "falls"), ("/scaled/3", "falls")]),
    ],
)
def test_a_bent_table_is_refused_with_every_fault(scaled: list[int], cut: int, faults: list[tuple[str, str]]) -> None:
    with pytest.raises(Invalid) as refusal:
        stored_table(scaled, cut, 3, SCALE)

    assert [(fault.pointer, fault.code) for fault in refusal.value.faults] == faults
