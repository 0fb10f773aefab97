"""Equating of equivalent groups against independent arithmetic, and its properties."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings, strategies as st

from domain.psychometrics.arrays import Floats
from domain.psychometrics.equating import (
    IDENTITY,
    Arc,
    arc_of,
    circle_arc,
    linear_equating,
    mean_equating,
    moments_of,
)
from domain.psychometrics.equipercentile import equipercentile, percentile_ranks, scores_at
from domain.psychometrics.errors import NotConverged, NoVariation, OutOfShape, Singular, TooFew, Unmeasurable
from domain.psychometrics.smoothing import internal_cells, smooth, smooth_by_aic, smooth_joint

COUNTS = st.lists(st.integers(0, 40), min_size=4, max_size=25).filter(lambda c: sum(c) >= 10)


def counts(mean: float, sd: float, maximum: int = 30, people: int = 500, seed: int = 1) -> Floats:
    scores = np.clip(np.rint(np.random.default_rng(seed).normal(mean, sd, people)), 0, maximum).astype(np.int64)
    return np.bincount(scores, minlength=maximum + 1).astype(np.float64)


def by_hand(x: npt.NDArray[Any], y: npt.NDArray[Any]) -> list[float]:
    """Kolen and Brennan 2014, eq. 2.14-2.18, word for word, one score at a time."""
    f, g = x / x.sum(), y / y.sum()
    top = len(g) - 1
    found = []
    for score in range(len(f)):
        p = sum(f[:score]) + 0.5 * f[score]
        upper = next((s for s in range(top + 1) if sum(g[: s + 1]) > p + 1e-12), None)
        lower = next((s for s in range(top, -1, -1) if sum(g[: s + 1]) < p - 1e-12), -1)
        high = top + 0.5 if upper is None else (p - sum(g[:upper])) / g[upper] + upper - 0.5
        low = (p - (sum(g[: lower + 1]))) / g[lower + 1] + lower + 0.5 if p > 0 else -0.5
        found.append((high + low) / 2)
    return found


def test_mean_and_linear_equating_carry_the_moments_over() -> None:
    x, y = counts(14, 5), counts(17, 4, seed=2)

    by_mean, by_line = mean_equating(x, y), linear_equating(x, y)

    assert by_mean.at(np.array([10.0]))[0] == pytest.approx(10 + moments_of(y)[0] - moments_of(x)[0])
    scores_x, scores_y = np.repeat(np.arange(31), x.astype(int)), np.repeat(np.arange(31), y.astype(int))
    moved = by_line.at(scores_x.astype(float))
    assert (moved.mean(), moved.std()) == pytest.approx((scores_y.mean(), scores_y.std()))
    assert IDENTITY.at(np.array([3.0])).tolist() == [3.0]


def test_equipercentile_equating_is_kolen_and_brennans_formula() -> None:
    x, y = counts(14, 5), counts(17, 4, seed=2)
    x[x == 0], y[y == 0] = 1, 1

    assert equipercentile(x, y) == pytest.approx(by_hand(x, y), abs=1e-9)


def test_equipercentile_equating_takes_the_middle_of_a_gap() -> None:
    x, y = np.array([10.0, 10.0, 20.0]), np.array([15.0, 5.0, 0.0, 0.0, 20.0])

    found = equipercentile(x, y, np.array([0.5, 1.5]))

    assert found.tolist() == pytest.approx([0.25 / 0.375 - 0.5, 2.5])
    assert percentile_ranks(x, np.array([-0.5, 0.0, 1.5, 2.5])) == pytest.approx([0, 0.125, 0.5, 1])
    assert scores_at(y, np.array([0.5]))[0] == pytest.approx(2.5)


@settings(max_examples=60)
@given(COUNTS)
def test_a_form_equated_to_itself_is_itself(data: list[int]) -> None:
    x = np.array(data, float)

    assert equipercentile(x, x) == pytest.approx(np.arange(len(x)), abs=1e-9)
    assert equipercentile(x, 3 * x) == pytest.approx(np.arange(len(x)), abs=1e-6)


@settings(max_examples=60)
@given(COUNTS, COUNTS)
def test_a_conversion_never_falls_and_stays_on_the_scale(first: list[int], second: list[int]) -> None:
    found = equipercentile(np.array(first, float), np.array(second, float))

    assert np.all(np.diff(found) >= -1e-9)
    assert found.min() >= -0.5 - 1e-9
    assert found.max() <= len(second) - 0.5 + 1e-9


@settings(max_examples=40)
@given(st.lists(st.integers(1, 40), min_size=4, max_size=20), st.lists(st.integers(1, 40), min_size=4, max_size=20))
def test_equating_back_undoes_equating(first: list[int], second: list[int]) -> None:
    x, y = np.array(first, float), np.array(second, float)

    there = equipercentile(x, y)

    assert equipercentile(y, x, there) == pytest.approx(np.arange(len(x)), abs=1e-6)


@pytest.mark.parametrize("degree", [1, 2, 4, 6])
def test_smoothing_keeps_as_many_moments_as_its_degree_and_the_number_of_people(degree: int) -> None:
    data = counts(14, 5)

    found = smooth(data, degree)

    x = np.arange(31.0)
    assert found.counts.sum() == pytest.approx(500)
    assert found.counts.min() > 0
    for power in range(1, degree + 1):
        assert found.counts @ x**power == pytest.approx(data @ x**power, rel=1e-8)
    logs = np.log(found.counts)
    assert np.polyval(np.polyfit(x / 30, logs, degree), x / 30) == pytest.approx(logs, abs=1e-6)


def test_the_degree_with_the_least_aic_is_chosen() -> None:
    data = counts(15, 4, people=3000)

    found = smooth_by_aic(data)

    share = found.counts / found.counts.sum()
    assert found.aic == pytest.approx(2 * found.degree - 2 * data @ np.log(share))
    assert found.aic == min(aic for _, aic in found.tried)
    assert 2 <= found.degree <= 5
    assert len(found.tried) >= 6


def test_a_distribution_that_two_scores_make_up_has_no_smooth_of_high_degree() -> None:
    data = np.zeros(20)
    data[[4, 5]] = 30

    with pytest.raises(Unmeasurable):
        smooth(data, 4)
    with pytest.raises(NotConverged):
        smooth_by_aic(data, [4, 5])


def test_smoothing_a_score_with_its_anchor_keeps_both_margins_and_their_covariance() -> None:
    rng = np.random.default_rng(3)
    anchor = rng.binomial(8, rng.beta(5, 4, 800))
    scores = anchor + rng.binomial(16, np.clip(anchor / 8 + rng.normal(0, 0.1, 800), 0.02, 0.98))
    data = np.zeros((25, 9))
    np.add.at(data, (scores, anchor), 1)
    cells = internal_cells(24, 8)

    found = smooth_joint(data, 3, 2, 1, possible=cells)

    x, v = np.arange(25.0), np.arange(9.0)
    assert found.counts[~cells].sum() == 0
    for power in (1, 2, 3):
        assert found.counts.sum(axis=1) @ x**power == pytest.approx(data.sum(axis=1) @ x**power, rel=1e-7)
    assert found.counts.sum(axis=0) @ v**2 == pytest.approx(data.sum(axis=0) @ v**2, rel=1e-7)
    assert x @ found.counts @ v == pytest.approx(x @ data @ v, rel=1e-7)
    assert found.degree == 6
    with pytest.raises(OutOfShape):
        smooth_joint(data, 3, 2, 1, possible=cells & (x < 12)[:, None])


def test_the_symmetric_arc_is_a_circle_through_its_three_points() -> None:
    arc = Arc(low=(6.0, 6.0), middle=(18.0, 20.0), high=(30.0, 30.0))
    x = np.arange(31.0)

    y = circle_arc(x, arc, symmetric=True)

    assert y[[6, 18, 30]] == pytest.approx([6, 20, 30])
    # the centre lies on the perpendicular through (18, 18): (18 + t, 18 - t), equally far from (6, 6) and (18, 20)
    t = (12**2 * 2 - 4) / 4
    radius = np.hypot(18 + t - 6, 18 - t - 6)
    assert np.hypot(x[6:] - 18 - t, y[6:] - 18 + t) == pytest.approx(np.full(25, radius))
    assert y[:7] == pytest.approx(x[:7])


def test_the_symmetric_arc_equates_back_along_itself() -> None:
    arc = Arc(low=(0.0, 0.0), middle=(14.0, 16.5), high=(30.0, 30.0))
    back = Arc(low=(0.0, 0.0), middle=(16.5, 14.0), high=(30.0, 30.0))
    x = np.arange(31.0)

    assert circle_arc(circle_arc(x, arc, symmetric=True), back, symmetric=True) == pytest.approx(x, abs=1e-9)


def test_the_simplified_arc_is_the_chord_plus_a_circle_through_the_rest() -> None:
    arc = Arc(low=(5.0, 4.0), middle=(15.0, 16.0), high=(25.0, 26.0))

    y = circle_arc(np.array([5.0, 10.0, 15.0, 20.0, 25.0]), arc)

    chord = [4, 9.5, 15, 20.5, 26]
    # points (5, 0), (15, 1), (25, 0): centre (15, -49.5), radius 50.5
    height = np.sqrt(50.5**2 - 25) - 49.5
    assert y == pytest.approx([chord[0], chord[1] + height, chord[2] + 1, chord[3] + height, chord[4]])


def test_an_arc_through_points_of_one_line_is_that_line() -> None:
    arc = Arc(low=(0.0, 0.0), middle=(10.0, 12.0), high=(20.0, 24.0))

    for symmetric in (False, True):
        assert circle_arc(np.array([5.0]), arc, symmetric=symmetric) == pytest.approx([6.0])


def test_an_arc_of_two_groups_goes_through_their_means() -> None:
    x, y = counts(14, 5), counts(16, 4, seed=2)

    arc = arc_of(x, y)

    assert arc.middle == (moments_of(x)[0], moments_of(y)[0])
    assert arc.high == (30.0, 30.0)


def test_an_arc_that_bends_too_much_or_does_not_rise_is_refused() -> None:
    with pytest.raises(OutOfShape):
        circle_arc(np.arange(31.0), Arc(low=(0.0, 0.0), middle=(15.0, 31.0), high=(30.0, 30.0)))
    with pytest.raises(Singular):
        circle_arc(np.arange(31.0), Arc(low=(0.0, 0.0), middle=(3.0, 29.0), high=(30.0, 30.0)), symmetric=True)


def test_groups_too_small_or_without_variation_are_refused() -> None:
    with pytest.raises(TooFew):
        linear_equating(np.array([1.0, 1.0, 1.0]), counts(15, 3))
    with pytest.raises(NoVariation):
        linear_equating(np.array([0.0, 30.0, 0.0]), counts(15, 3))
    with pytest.raises(OutOfShape):
        mean_equating(np.array([-1.0, 30.0]), counts(15, 3))
    with pytest.raises(OutOfShape):
        smooth(counts(15, 3), 31)
