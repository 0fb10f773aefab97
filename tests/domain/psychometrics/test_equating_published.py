"""Equating against Kolen and Brennan's published ACT Mathematics forms, and against plain second implementations.

The second implementations share no line with the product: distributions are continuized as polygons and read by linear
interpolation, smoothing is a Poisson regression by iteratively reweighted least squares, lines come from moments of
people written out one by one.
"""

import numpy as np
import numpy.typing as npt
import pytest

from domain.psychometrics.anchor_equipercentile import (
    braun_holland,
    chained_equipercentile,
    frequency_estimation,
)
from domain.psychometrics.anchor_linear import (
    chained_linear,
    joint_counts,
    levine_observed,
    levine_true,
    tucker,
)
from domain.psychometrics.equating import Arc, circle_arc, linear_equating, mean_equating, moments_of
from domain.psychometrics.equipercentile import equipercentile
from domain.psychometrics.smoothing import smooth, smooth_by_aic, smooth_joint

Floats = npt.NDArray[np.float64]

ACT_X = np.array([
    0, 1, 1, 3, 9, 18, 59, 67, 91, 144, 149, 192, 192, 192, 201, 204, 217, 181, 184, 170, 201, 147, 163, 147, 140, 147,
    126, 113, 100, 106, 107, 91, 83, 73, 72, 75, 50, 37, 38, 23, 15,
], np.float64)  # fmt: skip
ACT_Y = np.array([
    0, 1, 3, 13, 42, 59, 95, 131, 158, 161, 194, 164, 166, 197, 177, 158, 169, 132, 158, 151, 134, 137, 122, 110, 116,
    132, 104, 104, 114, 97, 107, 88, 80, 79, 70, 61, 48, 47, 29, 32, 12,
], np.float64)  # fmt: skip
"""ACT Mathematics, two forms of 40 items, 4,329 and 4,152 randomly equivalent people: Kolen and Brennan, table 2.5."""
ACT_EQUIVALENTS = (
    0.0, 0.9796, 1.6462, 2.2856, 2.8932, 3.6205, 4.4997, 5.5148, 6.3124, 7.2242, 8.1607, 9.1827, 10.1859, 11.2513,
    12.3896, 13.3929, 14.5240, 15.7169, 16.8234, 18.0092, 19.1647, 20.3676, 21.4556, 22.6871, 23.9157, 25.0292, 26.1612,
    27.2633, 28.1801, 29.1424, 30.1305, 31.1297, 32.1357, 33.0781, 34.0172, 35.1016, 36.2426, 37.1248, 38.1321, 39.0807,
    39.9006,
)  # fmt: skip
"""Their unsmoothed equipercentile equivalents of raw scores 0 to 40 on form X: table 2.7."""


def test_equipercentile_equating_of_the_act_forms_is_kolen_and_brennans_table() -> None:
    assert equipercentile(ACT_X, ACT_Y) == pytest.approx(ACT_EQUIVALENTS, abs=6e-5)


def test_mean_and_linear_equating_of_the_act_forms_are_kolen_and_brennans() -> None:
    """Their moments, 19.8524 (8.2116) and 18.9798 (8.9393), give y = 1.0886 x - 2.6319 and y = x - 0.8726."""
    by_mean, by_line = mean_equating(ACT_X, ACT_Y), linear_equating(ACT_X, ACT_Y)

    assert [*moments_of(ACT_X), *moments_of(ACT_Y)] == pytest.approx([19.8524, 8.2116, 18.9798, 8.9393], abs=6e-5)
    assert by_mean.intercept == pytest.approx(-0.8726, abs=6e-5)
    assert (by_line.slope, by_line.intercept) == pytest.approx((1.0886, -2.6319), abs=1e-4)


# --- second implementations


def polygon(counts: Floats) -> tuple[Floats, Floats]:
    """The cumulative distribution with each score spread over half a point to either side: knots and heights."""
    knots = np.arange(len(counts) + 1, dtype=np.float64) - 0.5
    return knots, np.asarray(np.append(0.0, np.cumsum(counts) / counts.sum()), np.float64)


def by_polygons(x: Floats, y: Floats, at: Floats | None = None) -> Floats:
    """Equipercentile equating where everybody has every score: one interpolation forth, one back."""
    (knots_x, heights_x), (knots_y, heights_y) = polygon(x), polygon(y)
    scores = np.arange(len(x), dtype=np.float64) if at is None else at
    return np.interp(np.interp(scores, knots_x, heights_x), heights_y, knots_y)


def by_regression(counts: Floats, design: Floats) -> Floats:
    """Fitted counts of a log-linear model: Poisson regression by iteratively reweighted least squares."""
    columns = np.column_stack([np.ones(len(counts)), design])
    fitted = counts + 0.5
    for _ in range(100):
        working = np.log(fitted) + (counts - fitted) / fitted
        root = np.sqrt(fitted)
        beta = np.linalg.lstsq(columns * root[:, None], working * root, rcond=None)[0]
        fitted = np.exp(columns @ beta)
    return np.asarray(fitted, np.float64)


def powers(length: int, degree: int) -> Floats:
    scores = np.linspace(-1, 1, length)
    return np.column_stack([scores**power for power in range(1, degree + 1)])


def people(seed: int, ability: float, size: int = 4_000) -> tuple[Floats, Floats]:
    """Everybody's score on a form of 24 items and on the 8 of them that are the anchor."""
    rng = np.random.default_rng(seed)
    chances = 1 / (1 + np.exp(np.linspace(-1.2, 1.2, 24) - rng.normal(ability, 1, size)[:, None]))
    right = rng.random((size, 24)) < chances
    return right.sum(axis=1), right[:, ::3].sum(axis=1)


@pytest.fixture(scope="module")
def groups() -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Two groups of different ability with their forms and anchors."""
    return people(1, 0.3), people(2, 0.0)


@pytest.fixture(scope="module")
def joints(groups: tuple[tuple[Floats, Floats], tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    """Their joint distributions; a hundredth of a person in every cell, so that there is no gap."""
    (x, v1), (y, v2) = groups
    one = joint_counts(x.astype(np.int64), v1.astype(np.int64), 24, 8) + 0.01
    return one, joint_counts(y.astype(np.int64), v2.astype(np.int64), 24, 8) + 0.01


@pytest.mark.parametrize("degree", [2, 4, 6])
def test_smoothing_is_a_poisson_regression(degree: int) -> None:
    expected = by_regression(ACT_X, powers(41, degree))

    assert smooth(ACT_X, degree).counts == pytest.approx(expected, abs=1e-4)


def test_the_aic_orders_degrees_as_that_of_a_poisson_regression() -> None:
    found = smooth_by_aic(ACT_X, range(1, 9))

    def aic(degree: int) -> float:
        fitted = by_regression(ACT_X, powers(41, degree))
        return 2 * degree - 2 * float(ACT_X @ np.log(fitted))

    expected = {degree: aic(degree) for degree in range(1, 9)}
    assert found.degree == min(expected, key=lambda degree: expected[degree])
    gaps = [value - expected[degree] for degree, value in found.tried]
    assert np.ptp(gaps) < 1e-4


def test_smoothing_a_score_with_its_anchor_is_a_poisson_regression_over_cells(joints: tuple[Floats, Floats]) -> None:
    first, _ = joints
    x, v = np.meshgrid(np.linspace(-1, 1, 25), np.linspace(-1, 1, 9), indexing="ij")
    columns = [x.ravel() ** k for k in (1, 2, 3)] + [v.ravel() ** k for k in (1, 2)] + [(x * v).ravel()]

    found = smooth_joint(first, 3, 2, 1)

    assert found.counts.ravel() == pytest.approx(by_regression(first.ravel(), np.column_stack(columns)), abs=1e-4)


def test_smoothed_equipercentile_equating_is_regressions_and_polygons() -> None:
    x, y = by_regression(ACT_X, powers(41, 6)), by_regression(ACT_Y, powers(41, 6))

    found = equipercentile(smooth(ACT_X, 6).counts, smooth(ACT_Y, 6).counts)

    assert found == pytest.approx(by_polygons(x, y), abs=1e-4)


def test_chained_equipercentile_equating_is_two_pairs_of_polygons(joints: tuple[Floats, Floats]) -> None:
    first, second = joints
    on_anchor = by_polygons(first.sum(axis=1), first.sum(axis=0))
    expected = by_polygons(second.sum(axis=0), second.sum(axis=1), on_anchor)

    assert chained_equipercentile(first, second) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("weight", [0.0, 0.35, 1.0])
def test_frequency_estimation_and_braun_holland_are_people_reweighted_one_by_one(
    joints: tuple[Floats, Floats], weight: float
) -> None:
    first, second = joints
    one, two = first / first.sum(), second / second.sum()
    x, y = np.zeros(25), np.zeros(25)
    for anchor in range(9):
        share_1, share_2 = one[:, anchor].sum(), two[:, anchor].sum()
        whole = weight * share_1 + (1 - weight) * share_2
        x += whole * one[:, anchor] / share_1
        y += whole * two[:, anchor] / share_2
    scores = np.arange(25)
    mean_x, mean_y = scores @ x, scores @ y
    slope = np.sqrt((scores - mean_y) ** 2 @ y / ((scores - mean_x) ** 2 @ x))

    assert frequency_estimation(first, second, weight) == pytest.approx(by_polygons(x, y), abs=1e-4)
    line = braun_holland(first, second, weight)
    assert line.at(scores.astype(float)) == pytest.approx(slope * (scores - mean_x) + mean_y, abs=1e-4)


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_the_linear_anchor_methods_are_their_textbook_formulas_over_people(
    groups: tuple[tuple[Floats, Floats], tuple[Floats, Floats]], weight: float
) -> None:
    """Kolen and Brennan (2014), equations 4.17 to 4.20, 4.59 and 4.65 to 4.66, from arrays of people."""
    (x, v1), (y, v2) = groups
    first, second = (joint_counts(a.astype(np.int64), b.astype(np.int64), 24, 8) for a, b in ((x, v1), (y, v2)))
    other, scores = 1 - weight, np.arange(25.0)
    gap, spread = v1.mean() - v2.mean(), v1.var() - v2.var()

    def line(g1: float, g2: float) -> Floats:
        mean_x, mean_y = x.mean() - other * g1 * gap, y.mean() + weight * g2 * gap
        var_x = x.var() - other * g1**2 * spread + weight * other * g1**2 * gap**2
        var_y = y.var() + weight * g2**2 * spread + weight * other * g2**2 * gap**2
        return np.asarray(np.sqrt(var_y / var_x) * (scores - mean_x) + mean_y, np.float64)

    slopes = [np.polyfit(v1, x, 1)[0], np.polyfit(v2, y, 1)[0]]
    levine = [x.var() / np.cov(x, v1, ddof=0)[0, 1], y.var() / np.cov(y, v2, ddof=0)[0, 1]]
    assert tucker(first, second, weight).line.at(scores) == pytest.approx(line(*slopes), abs=1e-4)
    assert levine_observed(first, second, weight).line.at(scores) == pytest.approx(line(*levine), abs=1e-4)
    true = levine[1] / levine[0] * (scores - x.mean()) + y.mean() + levine[1] * gap
    assert levine_true(first, second).line.at(scores) == pytest.approx(true, abs=1e-4)
    to_anchor = (scores - x.mean()) / x.std() * v1.std() + v1.mean()
    chained = (to_anchor - v2.mean()) / v2.std() * y.std() + y.mean()
    assert chained_linear(first, second).line.at(scores) == pytest.approx(chained, abs=1e-4)


@pytest.mark.parametrize("symmetric", [False, True])
def test_the_circle_arc_is_livingston_and_kims_construction(symmetric: bool) -> None:
    """Livingston and Kim (2009): centre and radius from perpendicular bisectors, solved here by determinants."""
    (x1, y1), (x2, y2), (x3, y3) = (5.0, 5.0), (21.0, 22.5), (40.0, 40.0)
    scores = np.arange(41.0)
    slope = (y3 - y1) / (x3 - x1)
    bend = y2 - (y1 + slope * (x2 - x1))
    points = [(x1, y1), (x2, y2), (x3, y3)] if symmetric else [(x1, 0.0), (x2, bend), (x3, 0.0)]
    (a, b), (c, d), (e, f) = points
    twice = 2 * (a * (d - f) + c * (f - b) + e * (b - d))
    h = ((a * a + b * b) * (d - f) + (c * c + d * d) * (f - b) + (e * e + f * f) * (b - d)) / twice
    k = ((a * a + b * b) * (e - c) + (c * c + d * d) * (a - e) + (e * e + f * f) * (c - a)) / twice
    radius = np.hypot(a - h, b - k)
    inside = np.maximum(scores, x1)
    arc = k + np.sqrt(np.maximum(radius**2 - (inside - h) ** 2, 0.0))
    above = arc if symmetric else y1 + slope * (inside - x1) + arc
    expected = np.where(scores >= x1, above, scores * y1 / x1)

    found = circle_arc(scores, Arc(low=(x1, y1), middle=(x2, y2), high=(x3, y3)), symmetric=symmetric)

    assert found == pytest.approx(expected, abs=1e-4)
