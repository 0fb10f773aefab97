"""Quality of decisions against brute-force integration, simulation of the model, and the stated fallbacks."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta as beta_distribution, binom

from domain.psychometrics.arrays import totals
from domain.psychometrics.decisions import hanson_brennan, livingston_lewis, subkoviak
from domain.psychometrics.errors import NoVariation, OutOfShape, TooFew
from domain.psychometrics.moments import moments
from domain.psychometrics.reliability import kr21, reliability
from domain.psychometrics.strong_true import TrueScores, error_distribution, fit_true_scores, lords_k, true_moments
from tests.domain.psychometrics.published import exam1


def beta_binomial(true: TrueScores, items: int, people: int = 4000, seed: int = 5) -> np.ndarray:
    rng = np.random.default_rng(seed)
    tau = true.lower + (true.upper - true.lower) * rng.beta(true.a, true.b, people)
    return rng.binomial(items, tau)


def by_brute_force(true: TrueScores, items: int, cut: int, share: float) -> tuple[float, float]:
    """Consistency and accuracy by adaptive quadrature of the textbook integrals."""
    span = true.upper - true.lower
    density = beta_distribution(true.a, true.b, true.lower, span).pdf

    def passes(t: float) -> float:
        return float(binom.sf(cut - 1, items, t))

    def twice(t: float) -> float:
        return float(density(t) * (passes(t) ** 2 + (1 - passes(t)) ** 2))

    consistent = quad(twice, true.lower, true.upper, points=[share], limit=400)[0]
    failed = quad(lambda t: density(t) * (1 - passes(t)), true.lower, share, limit=400)[0]
    passed = quad(lambda t: density(t) * passes(t), share, true.upper, limit=400)[0]
    return consistent, failed + passed


@pytest.mark.parametrize("true", [
    TrueScores(a=5.0, b=3.0, lower=0.2, upper=0.95, parameters=4),
    TrueScores(a=2.2, b=6.0, lower=0.0, upper=1.0, parameters=2),
    TrueScores(a=1.4, b=1.2, lower=0.1, upper=0.9, parameters=4),
])  # fmt: skip
def test_a_beta_distribution_is_found_again_from_its_moments(true: TrueScores) -> None:
    found = fit_true_scores(true.moments())

    assert (found.a, found.b) == pytest.approx((true.a, true.b), rel=1e-6)
    assert (found.lower, found.upper) == pytest.approx((true.lower, true.upper), abs=1e-8)


def test_three_parameters_fit_where_the_lower_bound_would_fall_below_zero() -> None:
    moments_ = TrueScores(a=4.0, b=2.0, lower=0.0, upper=0.9, parameters=3).moments()
    moments_[3] *= 1.002  # heavier tails: four parameters would put the bound outside

    found = fit_true_scores(moments_)

    assert found.parameters == 3
    assert (found.a, found.b, found.upper) == pytest.approx((4.0, 2.0, 0.9), rel=1e-6)


def test_two_parameters_fit_where_the_upper_bound_would_pass_one() -> None:
    two = TrueScores(a=6.0, b=2.5, lower=0.0, upper=1.0, parameters=2)
    moments_ = two.moments()
    moments_[2:] *= [1.0005, 1.01]

    found = fit_true_scores(moments_)

    assert found.parameters == 2
    assert (found.a, found.b) == pytest.approx((6.0, 2.5))


def test_scores_that_vary_less_than_chance_have_no_true_scores() -> None:
    with pytest.raises(NoVariation):
        fit_true_scores(true_moments(np.array([5, 5, 5, 6, 5, 4, 5, 5, 5, 5, 5, 5]), 10))


@pytest.mark.parametrize(("a", "b"), [(0.6, 0.8), (3.3, 1.1), (80.0, 40.0)])
def test_quadrature_integrates_the_beta_density_in_pieces(a: float, b: float) -> None:
    true = TrueScores(a=a, b=b, lower=0.1, upper=0.9, parameters=4)

    tau, weights = true.quadrature([0.5, 0.7])

    assert weights @ tau == pytest.approx(true.moments()[0], abs=1e-10)
    assert weights[tau < 0.5].sum() == pytest.approx(beta_distribution.cdf(0.5, a, b, 0.1, 0.8), abs=1e-9)


def test_livingston_lewis_on_exam1_is_the_integral_done_by_brute_force() -> None:
    scored = exam1()
    raw, rel = totals(scored), reliability(moments(scored)).alpha

    found = livingston_lewis(raw, rel, [36], maximum=56)

    assert found.true_scores is not None
    needed = int(np.ceil(found.length * 36 / 56))
    consistency, accuracy = by_brute_force(found.true_scores, found.length, needed, 36 / 56)
    assert found.consistency == pytest.approx(consistency, abs=1e-6)
    assert found.accuracy == pytest.approx(accuracy, abs=1e-6)
    assert (found.accuracy or 0) + (found.false_higher or 0) + (found.false_lower or 0) == pytest.approx(1)
    mean, variance = raw.mean(), raw.var(ddof=1)
    assert found.length == round((mean * (56 - mean) - rel * variance) / (variance * (1 - rel)))


def test_hanson_brennan_with_binomial_errors_is_the_integral_done_by_brute_force() -> None:
    true = TrueScores(a=6.0, b=3.0, lower=0.2, upper=0.97, parameters=4)
    raw = beta_binomial(true, 50)

    found = hanson_brennan(raw, None, [33], 50)

    assert found.true_scores is not None
    consistency, accuracy = by_brute_force(found.true_scores, 50, 33, 33 / 50)
    assert (found.consistency, found.accuracy) == pytest.approx((consistency, accuracy), abs=1e-6)


def test_with_kr21_for_reliability_lords_k_vanishes_and_both_error_models_agree() -> None:
    raw = beta_binomial(TrueScores(a=6.0, b=3.0, lower=0.2, upper=0.97, parameters=4), 50)
    rel = kr21(50, float(raw.mean()), float(raw.var(ddof=1)))

    plain, compound = hanson_brennan(raw, None, [33], 50), hanson_brennan(raw, rel, [33], 50)

    assert lords_k(50, float(raw.mean()), float(raw.var(ddof=1)), rel) == pytest.approx(0, abs=1e-9)
    assert plain.consistency == pytest.approx(compound.consistency, abs=1e-9)


def test_the_compound_binomial_is_a_distribution_with_the_variance_lord_gave_it() -> None:
    tau = np.array([0.3, 0.62])

    chances = error_distribution(40, tau, 1.5)

    x = np.arange(41)
    assert chances.sum(axis=1) == pytest.approx([1, 1])
    assert chances @ x == pytest.approx(40 * tau)
    assert chances @ x**2 - (chances @ x) ** 2 == pytest.approx((40 - 2 * 1.5) * tau * (1 - tau))


def test_the_model_predicts_how_two_real_administrations_would_agree() -> None:
    rng = np.random.default_rng(11)
    tau = 0.2 + 0.77 * rng.beta(6, 3, 20_000)
    first, second = rng.binomial(50, tau), rng.binomial(50, tau)

    found = hanson_brennan(first, None, [33], 50)

    assert found.consistency == pytest.approx(np.mean((first >= 33) == (second >= 33)), abs=0.01)
    assert found.accuracy == pytest.approx(np.mean((first >= 33) == (tau >= 33 / 50)), abs=0.01)
    assert found.false_higher == pytest.approx(np.mean((first >= 33) & (tau < 33 / 50)), abs=0.01)


def test_subkoviak_is_the_mean_over_people_of_their_own_consistency() -> None:
    raw = np.array([3, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 10])

    found = subkoviak(raw, 0.7, [6], 10)

    own = [float(binom.sf(5, 10, (0.7 * x + 0.3 * raw.mean()) / 10)) for x in raw]
    consistency = np.mean([p**2 + (1 - p) ** 2 for p in own])
    chance = np.mean(own) ** 2 + (1 - np.mean(own)) ** 2
    assert found.consistency == pytest.approx(consistency)
    assert found.kappa == pytest.approx((consistency - chance) / (1 - chance))


def test_two_cuts_make_three_categories() -> None:
    raw = beta_binomial(TrueScores(a=6.0, b=3.0, lower=0.2, upper=0.97, parameters=4), 50)

    both, low = hanson_brennan(raw, None, [25, 38], 50), hanson_brennan(raw, None, [25], 50)

    assert both.consistency < low.consistency
    assert (both.accuracy or 0) + (both.false_higher or 0) + (both.false_lower or 0) == pytest.approx(1)


def test_a_cut_below_everybody_leaves_only_one_decision_and_kappa_close_to_nothing() -> None:
    raw = np.full(200, 49)
    raw[:100] = 50

    found = subkoviak(raw, 0.5, [1], 50)

    assert found.consistency == pytest.approx(1)
    assert found.kappa is None


def test_a_test_of_three_items_has_three_moments_and_so_fewer_parameters() -> None:
    raw = beta_binomial(TrueScores(a=3.0, b=2.0, lower=0.0, upper=1.0, parameters=2), 3)

    found = hanson_brennan(raw, None, [2], 3)

    assert found.true_scores is not None
    assert found.true_scores.parameters <= 3
    assert len(true_moments(raw, 3)) == 3
    with pytest.raises(OutOfShape):
        true_moments(raw, 1)


def test_bad_input_is_refused_by_name() -> None:
    raw = np.arange(20)

    with pytest.raises(OutOfShape):
        livingston_lewis(raw, 1.0, [10], maximum=20)
    with pytest.raises(OutOfShape):
        livingston_lewis(raw, 0.8, [21], maximum=20)
    with pytest.raises(OutOfShape):
        hanson_brennan(raw, 0.8, [12, 10], 20)
    with pytest.raises(OutOfShape):
        hanson_brennan(raw, 0.8, [10], 15)
    with pytest.raises(TooFew):
        subkoviak(raw[:3], 0.8, [10], 20)
    with pytest.raises(NoVariation):
        livingston_lewis(np.full(30, 7), 0.8, [10], maximum=20)
