"""Scale linking and equating by response models, against naive objectives and exact transformations."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.optimize import brentq, minimize

from domain.psychometrics.arrays import Floats
from domain.psychometrics.equating import Line
from domain.psychometrics.equipercentile import equipercentile
from domain.psychometrics.errors import AnchorTooShort, NotConverged, NoVariation, OutOfShape
from domain.psychometrics.irt_equating import (
    ability_at,
    model_distribution,
    observed_score_equating,
    true_score_equating,
)
from domain.psychometrics.irt_linking import haebara, mean_mean, mean_sigma, stocking_lord
from domain.psychometrics.irt_model import ItemParameters, item_parameters, normal_nodes

METHODS = [mean_mean, mean_sigma, haebara, stocking_lord]


def some_items(items: int = 8, seed: int = 1, c: float = 0.0) -> ItemParameters:
    rng = np.random.default_rng(seed)
    return item_parameters(rng.uniform(0.6, 1.6, items), rng.normal(0, 1, items), c, d=1.7)


def disturbed(items: ItemParameters, seed: int = 2) -> ItemParameters:
    rng = np.random.default_rng(seed)
    a = items.a * rng.uniform(0.85, 1.15, items.items)
    return item_parameters(a, items.b + rng.normal(0, 0.15, items.items), items.c, d=items.d)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=15, deadline=None)
@given(slope=st.floats(0.5, 2), intercept=st.floats(-1.5, 1.5), c=st.sampled_from([0.0, 0.2]))
def test_every_method_finds_an_exact_change_of_scale(
    method: Callable[[ItemParameters, ItemParameters], Line], slope: float, intercept: float, c: float
) -> None:
    new = some_items(c=c)

    found = method(new, new.moved(slope, intercept))

    assert (found.slope, found.intercept) == pytest.approx((slope, intercept), abs=1e-6)


def test_mean_mean_and_mean_sigma_are_their_formulas() -> None:
    new, old = some_items(), disturbed(some_items().moved(1.2, -0.4))

    by_mean, by_sigma = mean_mean(new, old), mean_sigma(new, old)

    assert by_mean.slope == pytest.approx(new.a.mean() / old.a.mean())
    assert by_sigma.slope == pytest.approx(old.b.std() / new.b.std())
    for line in (by_mean, by_sigma):
        assert line.at(np.array([new.b.mean()]))[0] == pytest.approx(old.b.mean())


def curve(theta: float, a: float, b: float, c: float) -> float:
    return float(c + (1 - c) / (1 + np.exp(-1.7 * a * (theta - b))))


def naive(point: np.ndarray, new: ItemParameters, old: ItemParameters, *, items: bool, symmetric: bool) -> float:
    """The criterion of Haebara, or of Stocking and Lord, one curve at a time (Kolen and Brennan 2014, 6.3)."""
    slope, intercept = point
    total = 0.0
    for theta, weight in zip(*normal_nodes(41, 4.0), strict=True):
        pairs = [(
            [curve(theta, *one) for one in zip(old.a, old.b, old.c, strict=True)],
            [curve(theta, a / slope, slope * b + intercept, c) for a, b, c in zip(new.a, new.b, new.c, strict=True)],
        )]  # fmt: skip
        if symmetric:
            pairs.append((
                [curve(theta, *one) for one in zip(new.a, new.b, new.c, strict=True)],
                [curve(theta, a * slope, (b - intercept) / slope, c)
                 for a, b, c in zip(old.a, old.b, old.c, strict=True)],
            ))  # fmt: skip
        for one, other in pairs:
            gaps = [p - q for p, q in zip(one, other, strict=True)]
            total += weight * (sum(gap**2 for gap in gaps) if items else sum(gaps) ** 2)
    return total


@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize("items", [True, False], ids=["haebara", "stocking-lord"])
def test_the_curve_methods_minimise_their_criterion(items: bool, symmetric: bool) -> None:
    new, old = some_items(4, c=0.15), disturbed(some_items(4, c=0.15).moved(1.2, -0.4))
    method = haebara if items else stocking_lord

    found = method(new, old, symmetric=symmetric)

    def criterion(point: np.ndarray) -> float:
        return naive(point, new, old, items=items, symmetric=symmetric)

    best = minimize(criterion, np.array([1.0, 0.0]), method="Nelder-Mead", tol=1e-9)
    assert (found.slope, found.intercept) == pytest.approx(tuple(best.x), abs=1e-4)


def test_links_need_three_common_items_that_differ_in_difficulty() -> None:
    two = some_items(2)

    for method in METHODS:
        with pytest.raises(AnchorTooShort):
            method(two, two)
    same = item_parameters(1.0, np.zeros(5))
    with pytest.raises(NoVariation):
        mean_sigma(same, same)
    with pytest.raises(OutOfShape):
        haebara(some_items(4), some_items(5))
    with pytest.raises(OutOfShape):
        stocking_lord(some_items(4), some_items(4), nodes=(np.zeros(3), np.zeros(3)))


def test_true_score_equating_is_two_characteristic_curves_solved_one_score_at_a_time() -> None:
    x, y = some_items(12, 3, c=0.2), some_items(14, 4, c=0.1)

    found = true_score_equating(x, y)

    def score(items: ItemParameters, theta: float) -> float:
        return sum(curve(theta, *one) for one in zip(items.a, items.b, items.c, strict=True))

    for raw in range(3, 12):
        theta = brentq(lambda t, raw=raw: score(x, t) - raw, -40, 40, xtol=1e-13)
        assert found[raw] == pytest.approx(score(y, theta), abs=1e-6)
    floor_x, floor_y = 12 * 0.2, 14 * 0.1
    assert found[:3] == pytest.approx([0, floor_y / floor_x, 2 * floor_y / floor_x])
    assert found[12] == 14


def test_observed_score_equating_is_equipercentile_on_the_models_distributions() -> None:
    x, y = some_items(10, 3), some_items(10, 4)
    theta, weights = normal_nodes(41, 4.0)
    first, second = (theta, weights), (theta - 0.5, weights)

    found = observed_score_equating(x, y, first, second, 0.3)

    def simulated(items: ItemParameters) -> Floats:
        """By the recursion over items, one ability at a time."""
        total = np.zeros(11)
        for share, (values, mass) in ((0.3, first), (0.7, second)):
            for ability, weight in zip(values, mass, strict=True):
                f = np.array([1.0])
                for one in zip(items.a, items.b, items.c, strict=True):
                    p = curve(float(ability), *one)
                    f = np.append(f, 0) * (1 - p) + np.append(0, f) * p
                total += share * weight * f
        return total

    assert found == pytest.approx(equipercentile(simulated(x), simulated(y)), abs=1e-8)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([0.0, 0.2]))
def test_a_form_equated_to_itself_is_itself(seed: int, c: float) -> None:
    items = some_items(9, seed, c)
    scores = np.arange(10.0)

    assert true_score_equating(items, items) == pytest.approx(scores, abs=1e-7)
    assert observed_score_equating(items, items, normal_nodes()) == pytest.approx(scores, abs=1e-7)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.integers(0, 1000))
def test_conversions_never_fall(one: int, two: int) -> None:
    x, y = some_items(9, one, 0.1), some_items(9, two, 0.2)

    assert np.all(np.diff(true_score_equating(x, y)) >= 0)
    assert np.all(np.diff(observed_score_equating(x, y, normal_nodes())) >= 0)


def test_an_ability_is_found_for_scores_close_to_the_ends() -> None:
    items = some_items(20, 3)

    theta = ability_at(np.array([0.01, 19.99]), items)

    assert items.true_scores(theta) == pytest.approx([0.01, 19.99], abs=1e-9)
    assert ability_at(np.zeros(0), items).size == 0


def test_impossible_populations_and_slopes_are_refused() -> None:
    items = some_items(5)

    with pytest.raises(OutOfShape):
        observed_score_equating(items, items, normal_nodes(), weight=0.5)
    with pytest.raises(OutOfShape):
        model_distribution(items, (np.zeros(2), np.array([1.0, -1.0])))
    with pytest.raises(OutOfShape):
        ability_at(np.array([1.0]), item_parameters(-1.0, np.zeros(3)))


@pytest.mark.parametrize("link", [haebara, stocking_lord])
def test_an_anchor_item_of_hardly_any_slope_does_not_throw_the_curve_methods_off(link: Callable[..., Line]) -> None:
    """Its difficulty, -d / s, lies hundreds of logits away: mean/mean follows it, the curves do not."""
    b = np.linspace(-1.5, 1.5, 12)
    old = item_parameters(np.append(np.full(12, 1.1), 0.001), np.append(b, -700.0))
    moved = item_parameters(np.append(np.full(12, 1.1), 0.0012), np.append(b, -580.0)).moved(1 / 1.2, -0.3 / 1.2)

    line = link(moved, old)

    assert (line.slope, line.intercept) == pytest.approx((1.2, 0.3), abs=0.05)
    assert abs(mean_mean(moved, old).intercept) > 5


def test_curves_that_only_agree_where_they_are_flat_give_no_link() -> None:
    new = item_parameters(np.full(4, 1e-9), np.array([-1.0, 0.0, 1.0, 2.0]) * 1e9)
    old = item_parameters(np.full(4, 1.0), np.array([-1.0, 0.0, 1.0, 2.0]))

    with pytest.raises(NotConverged):
        stocking_lord(new, old)
