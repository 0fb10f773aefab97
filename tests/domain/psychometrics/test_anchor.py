"""Common-item equating against loops over people, and against Kolen and Brennan's example."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings, strategies as st

from domain.psychometrics.anchor_equipercentile import (
    braun_holland,
    chained_equipercentile,
    frequency_estimation,
    synthetic_distributions,
)
from domain.psychometrics.anchor_linear import (
    Joint,
    chained_linear,
    joint_counts,
    joint_moments,
    levine_gamma,
    levine_observed,
    levine_true,
    synthetic_line,
    tucker,
)
from domain.psychometrics.arrays import Floats
from domain.psychometrics.equipercentile import percentile_ranks, scores_at
from domain.psychometrics.errors import AnchorTooShort, NoVariation, OutOfShape, TooFew
from domain.psychometrics.smoothing import internal_cells, smooth_joint

Scores = npt.NDArray[np.int64]


def group(ability: float, seed: int, people: int = 600) -> tuple[Scores, Scores]:
    """Scores on 30 items and on the 10 of them that are the anchor."""
    rng = np.random.default_rng(seed)
    theta = rng.normal(ability, 1, people)
    chances = 1 / (1 + np.exp(-(theta[:, None] - np.linspace(-2, 2, 30))))
    right = (rng.random(chances.shape) < chances).astype(np.int64)
    return right.sum(axis=1), right[:, ::3].sum(axis=1)


def joints() -> tuple[Floats, Floats]:
    return joint_counts(*group(0.2, 1), 30, 10), joint_counts(*group(-0.1, 2), 30, 10)


FIRST = Joint(mean=15.8205, sd=6.5278, anchor_mean=5.1063, anchor_sd=2.3760, covariance=13.4088)
SECOND = Joint(mean=18.6728, sd=6.8784, anchor_mean=5.8626, anchor_sd=2.4515, covariance=14.7603)
"""Kolen and Brennan's illustrative forms of 36 items with 12 in common, internal (table 4.1)."""


def test_tucker_on_kolen_and_brennans_illustrative_forms() -> None:
    g1, g2 = FIRST.covariance / FIRST.anchor_sd**2, SECOND.covariance / SECOND.anchor_sd**2

    found = synthetic_line(FIRST, SECOND, g1, g2, 1.0)

    assert (g1, g2) == pytest.approx((2.3752, 2.4560), abs=1e-4)
    assert found.synthetic == pytest.approx((15.8205, 6.5278, 16.8153, 6.7168), abs=2e-4)
    assert (found.line.intercept, found.line.slope) == pytest.approx((0.5370, 1.0289), abs=1e-4)


def test_levine_on_kolen_and_brennans_illustrative_forms() -> None:
    g1, g2 = levine_gamma(FIRST, internal=True), levine_gamma(SECOND, internal=True)

    found = synthetic_line(FIRST, SECOND, g1, g2, 1.0)

    assert (g1, g2) == pytest.approx((42.6122 / 13.4088, 47.3124 / 14.7603), abs=1e-4)
    assert found.synthetic is not None
    assert found.synthetic[2] == pytest.approx(18.6728 - 3.20538 * 0.7563, abs=1e-3)


def test_joint_moments_are_those_of_the_people() -> None:
    scores, anchor = group(0.0, 5)

    found = joint_moments(joint_counts(scores, anchor, 30, 10))

    assert (found.mean, found.sd) == pytest.approx((scores.mean(), scores.std()))
    assert (found.anchor_mean, found.anchor_sd) == pytest.approx((anchor.mean(), anchor.std()))
    assert found.covariance == pytest.approx(np.cov(scores, anchor, ddof=0)[0, 1])


@pytest.mark.parametrize("weight", [1.0, 0.5, 0.3, 0.0])
def test_tucker_is_the_synthetic_population_written_out_by_regression(weight: float) -> None:
    (x, v1), (y, v2) = group(0.2, 1), group(-0.1, 2)

    found = tucker(*joints(), weight)

    # Each population's missing form is regressed on the anchor; the synthetic moments are those of a mixture.
    def mixed(known: Scores, own: Scores, other: Scores, w: float) -> tuple[float, float]:
        slope, intercept = np.polyfit(own, known, 1)
        residual = np.var(known - slope * own - intercept)
        mean_other, var_other = slope * other.mean() + intercept, slope**2 * other.var() + residual
        mean = w * known.mean() + (1 - w) * mean_other
        spread = w * (1 - w) * (known.mean() - mean_other) ** 2
        return mean, float(np.sqrt(w * known.var() + (1 - w) * var_other + spread))

    expected = (*mixed(x, v1, v2, weight), *mixed(y, v2, v1, 1 - weight))
    assert found.synthetic == pytest.approx(expected, abs=1e-9)
    assert found.line.slope == pytest.approx(expected[3] / expected[1])


@pytest.mark.parametrize("internal", [True, False])
def test_levine_true_scores_is_the_line_between_true_scores(internal: bool) -> None:
    first, second = joints()
    one, two = joint_moments(first), joint_moments(second)

    found = levine_true(first, second, internal=internal)

    # Equal true anchors: from X to the anchor by gamma 1, from the anchor to Y by gamma 2.
    x = np.array([0.0, 10.0, 30.0])
    anchor = (x - one.mean) / found.gammas[0] + one.anchor_mean
    assert found.line.at(x) == pytest.approx(two.mean + found.gammas[1] * (anchor - two.anchor_mean))
    if not internal:
        gamma = (one.sd**2 + one.covariance) / (one.anchor_sd**2 + one.covariance)
        assert found.gammas[0] == pytest.approx(gamma)


def test_levine_observed_and_true_agree_on_means_with_all_weight_on_one_population() -> None:
    first, second = joints()
    mean_x = np.array([joint_moments(first).mean])

    observed, true = levine_observed(first, second, 1.0), levine_true(first, second)

    assert observed.line.at(mean_x) == pytest.approx(true.line.at(mean_x))


def test_chained_linear_is_one_line_after_the_other() -> None:
    (x, v1), (y, v2) = group(0.2, 1), group(-0.1, 2)

    found = chained_linear(*joints())

    anchor = (np.arange(31) - x.mean()) / x.std() * v1.std() + v1.mean()
    expected = (anchor - v2.mean()) / v2.std() * y.std() + y.mean()
    assert found.line.at(np.arange(31.0)) == pytest.approx(expected)


def test_frequency_estimation_is_a_reweighting_of_people_by_their_anchor_score() -> None:
    (x, v1), (y, v2) = group(0.2, 1), group(-0.1, 2)
    x, v1, y, v2 = x[v1 < 10], v1[v1 < 10], y[v2 < 10], v2[v2 < 10]
    x, v1, y, v2 = x[v1 > 0], v1[v1 > 0], y[v2 > 0], v2[v2 > 0]
    first, second = joint_counts(x, v1, 30, 10), joint_counts(y, v2, 30, 10)

    f, g = synthetic_distributions(first, second, 0.4)

    h1, h2 = np.bincount(v1, minlength=11) / len(v1), np.bincount(v2, minlength=11) / len(v2)
    people_x = (0.4 + 0.6 * h2[v1] / h1[v1]) / len(x)
    people_y = (0.6 + 0.4 * h1[v2] / h2[v2]) / len(y)
    assert f == pytest.approx(np.bincount(x, weights=people_x, minlength=31), abs=1e-12)
    assert g == pytest.approx(np.bincount(y, weights=people_y, minlength=31), abs=1e-12)
    line = braun_holland(first, second, 0.4)
    mean_x, mean_y = np.average(x, weights=people_x), np.average(y, weights=people_y)
    assert line.at(np.array([mean_x]))[0] == pytest.approx(mean_y)
    sd_x = np.sqrt(np.average((x - mean_x) ** 2, weights=people_x))
    sd_y = np.sqrt(np.average((y - mean_y) ** 2, weights=people_y))
    assert line.slope == pytest.approx(sd_y / sd_x)
    equated = frequency_estimation(first, second, 0.4)
    assert equated[15] == pytest.approx(scores_at(g, percentile_ranks(f, np.array([15.0])))[0])


def test_an_anchor_score_that_one_group_lacks_borrows_the_nearest_that_occurs() -> None:
    (x, v1), (y, v2) = group(0.2, 1), group(-0.1, 2)
    keep = v1 < 9
    first, second = joint_counts(x[keep], v1[keep], 30, 10), joint_counts(y, v2, 30, 10)

    f, g = synthetic_distributions(first, second, 0.5)

    assert f.sum() == pytest.approx(1)
    assert g.sum() == pytest.approx(1)


def test_chained_equipercentile_is_two_equatings_in_a_row() -> None:
    first, second = joints()

    found = chained_equipercentile(first, second)

    anchor = scores_at(first.sum(axis=0), percentile_ranks(first.sum(axis=1), np.array([12.0, 20.0])))
    expected = scores_at(second.sum(axis=1), percentile_ranks(second.sum(axis=0), anchor))
    assert found[[12, 20]] == pytest.approx(expected)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.floats(0, 1))
def test_a_form_equated_to_itself_in_one_population_is_itself(seed: int, weight: float) -> None:
    joint = joint_counts(*group(0.0, seed, 80), 30, 10)
    x = np.arange(31.0)

    for line in (
        tucker(joint, joint, weight).line,
        levine_observed(joint, joint, weight).line,
        levine_observed(joint, joint, weight, internal=False).line,
        levine_true(joint, joint).line,
        chained_linear(joint, joint).line,
        braun_holland(joint, joint, weight),
    ):
        assert line.at(x) == pytest.approx(x, abs=1e-8)
    assert frequency_estimation(joint, joint, weight) == pytest.approx(x, abs=1e-6)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.integers(0, 1000))
def test_equipercentile_conversions_never_fall(one: int, two: int) -> None:
    first, second = joint_counts(*group(0.3, one, 60), 30, 10), joint_counts(*group(0.0, two, 60), 30, 10)

    assert np.all(np.diff(frequency_estimation(first, second)) >= -1e-9)
    assert np.all(np.diff(chained_equipercentile(first, second)) >= -1e-9)


def test_an_anchor_of_two_items_a_group_of_three_and_a_constant_anchor_are_refused() -> None:
    first, second = joints()

    with pytest.raises(AnchorTooShort):
        tucker(first[:, :3], second[:, :3])
    with pytest.raises(TooFew):
        chained_linear(joint_counts(*group(0.0, 1, 3), 30, 10), second)
    with pytest.raises(OutOfShape):
        frequency_estimation(first[:, :8], second)
    with pytest.raises(OutOfShape):
        tucker(first, second, 1.2)
    with pytest.raises(OutOfShape):
        synthetic_distributions(first, second, -0.1)
    constant = np.zeros((31, 11))
    constant[:, 5] = 2
    with pytest.raises(NoVariation):
        levine_true(constant, second)


def test_an_anchor_that_runs_against_its_form_carries_nothing() -> None:
    scores = np.arange(31).repeat(3)
    against = joint_counts(scores, 10 - scores // 3, 30, 10)

    with pytest.raises(NoVariation):
        levine_observed(against, against)
    with pytest.raises(OutOfShape):
        joint_counts(scores, scores, 30, 10)


@pytest.mark.parametrize("degrees", [(4, 4, 1), (5, 5, 2), (6, 6, 1)])
def test_smoothed_tails_in_which_hardly_anybody_is_keep_a_form_equated_to_itself(degrees: tuple[int, int, int]) -> None:
    rng = np.random.default_rng(11)
    ability = rng.normal(0.0, 0.4, 420)
    right = (rng.random((420, 100)) < 1 / (1 + np.exp(-(ability[:, None] + 0.5)))).astype(np.int8)
    counts = joint_counts(right.sum(axis=1), right[:, ::3].sum(axis=1), 100, 34)
    smoothed = smooth_joint(counts, *degrees, possible=internal_cells(100, 34)).counts

    found = [chained_equipercentile(smoothed, smoothed), frequency_estimation(smoothed, smoothed, 0.3)]

    assert min(smoothed.sum(axis=1)) / 420 < 1e-15
    for equated in found:
        assert equated == pytest.approx(np.arange(101.0), abs=1e-9)
