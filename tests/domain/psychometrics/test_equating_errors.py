"""Bootstrap standard errors and drift of the anchor."""

import numpy as np
import pytest

from domain.psychometrics.anchor_linear import tucker
from domain.psychometrics.arrays import Floats
from domain.psychometrics.equating import linear_equating, mean_equating
from domain.psychometrics.equating_errors import anchor_drift, bootstrap, deltas
from domain.psychometrics.errors import AnchorTooShort, NotConverged, NoVariation, OutOfShape, TooFew
from tests.domain.psychometrics.test_anchor import joints

X = np.arange(31.0)


def counts(mean: float, people: int, seed: int) -> Floats:
    scores = np.clip(np.rint(np.random.default_rng(seed).normal(mean, 4, people)), 0, 30).astype(np.int64)
    return np.bincount(scores, minlength=31).astype(np.float64)


def by_mean(x: Floats, y: Floats) -> Floats:
    return mean_equating(x, y).at(X)


def test_the_standard_error_of_mean_equating_is_that_of_a_difference_of_means() -> None:
    x, y = counts(14, 400, 1), counts(16, 300, 2)
    seen: list[int] = []

    found = bootstrap(x, y, by_mean, np.random.default_rng(3), replications=800, progress=seen.append)

    variances = [np.repeat(np.arange(31), c.astype(int)).var() / c.sum() for c in (x, y)]
    assert found.se == pytest.approx(np.full(31, np.sqrt(sum(variances))), rel=0.08)
    assert found.bias == pytest.approx(np.zeros(31), abs=0.05)
    assert (seen[-1], found.failed) == (800, 0)


def test_the_same_generator_gives_the_same_errors() -> None:
    first, second = joints()

    one, other = (
        bootstrap(first, second, lambda f, s: tucker(f, s).line.at(X), np.random.default_rng(9), replications=30)
        for _ in range(2)
    )

    assert np.array_equal(one.se, other.se)
    assert one.se[0] > one.se[16] > 0


def test_a_conversion_that_often_fails_has_no_standard_error() -> None:
    constant = np.zeros(31)
    constant[14] = 19
    constant[15] = 1

    with pytest.raises(NotConverged):
        bootstrap(constant, counts(14, 50, 1), lambda x, y: linear_equating(x, y).at(X), np.random.default_rng(1))
    with pytest.raises(TooFew):
        bootstrap(constant, constant, by_mean, np.random.default_rng(1), replications=2)


def test_an_item_that_became_harder_has_drifted() -> None:
    old = np.linspace(-2, 2, 12)
    new = old + np.tile([-0.1, 0.0, 0.1], 4)
    new[4] += 1.2

    found = anchor_drift(new, old)

    assert np.flatnonzero(found.drifted).tolist() == [4]
    low, middle, high = np.percentile(new - old, [25, 50, 75])
    assert found.robust_z[4] == pytest.approx((new[4] - old[4] - middle) / (0.74 * (high - low)))
    assert np.argmax(np.abs(found.distance)) == 4
    assert found.correlation == pytest.approx(np.corrcoef(old, new)[0, 1])


def test_distances_are_to_the_axis_that_goes_through_the_cloud() -> None:
    rng = np.random.default_rng(5)
    old = rng.normal(13, 2, 20)
    new = 0.9 * old + 1 + rng.normal(0, 0.5, 20)

    found = anchor_drift(new, old)

    centred = np.column_stack([old - old.mean(), new - new.mean()])
    normal = np.linalg.svd(centred)[2][1]
    assert np.abs(found.distance) == pytest.approx(np.abs(centred @ normal))


def test_an_anchor_moved_as_a_whole_has_not_drifted() -> None:
    old = np.linspace(-1, 1, 6)

    assert not anchor_drift(old + 0.5, old).drifted.any()


def test_deltas_are_thirteen_at_a_half_and_rise_with_difficulty() -> None:
    assert deltas(np.array([0.5, 0.8413447])) == pytest.approx([13, 9], abs=1e-5)
    with pytest.raises(OutOfShape):
        deltas(np.array([1.0]))


def test_an_anchor_that_cannot_be_judged_is_refused() -> None:
    with pytest.raises(AnchorTooShort):
        anchor_drift(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    with pytest.raises(NoVariation):
        anchor_drift(np.zeros(5), np.arange(5.0))
    with pytest.raises(NoVariation):
        anchor_drift(np.array([0.0, 1.0, 2.0, 3.0, 9.0]), np.arange(5.0))
    with pytest.raises(OutOfShape):
        anchor_drift(np.arange(5.0), np.arange(6.0))
