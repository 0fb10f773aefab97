"""Item response models: Bock and Lieberman's LSAT6, independent likelihoods, fit statistics by hand."""

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from scipy.optimize import minimize, minimize_scalar
from scipy.stats import norm

from domain.psychometrics.errors import NotConverged, OutOfShape, Singular, TooFew, Unmeasurable
from domain.psychometrics.irt_ability import (
    expected_abilities,
    expected_abilities_by_score,
    likeliest_abilities,
    likeliest_abilities_by_score,
    warm_abilities,
    warm_abilities_by_score,
)
from domain.psychometrics.irt_fit import fit_rasch, fit_two_parameter
from domain.psychometrics.irt_fitness import (
    guttman_errors,
    normed_guttman_errors,
    person_fit,
    residual_fit,
    score_fit,
)
from domain.psychometrics.irt_model import NORMAL_D, item_parameters, normal_nodes, score_distribution
from tests.domain.psychometrics.published import lsat6, simulated


def hessian(function: Callable[[np.ndarray], float], at: np.ndarray) -> np.ndarray:
    """Second derivatives by central differences."""
    steps = 1e-3 * np.eye(len(at))
    return np.array([
        [(function(at + r + c) - function(at + r - c) - function(at - r + c) + function(at - r - c)) / 4e-6
         for c in steps] for r in steps
    ])  # fmt: skip


def test_rasch_on_lsat6_of_bock_and_lieberman_1970() -> None:
    found = fit_rasch(lsat6())

    assert found.parameters.b == pytest.approx([-3.6153, -1.3224, -0.3176, -1.7301, -2.7802], abs=1e-4)
    assert found.parameters.a == pytest.approx([0.7551] * 5, abs=1e-4)
    assert found.log_likelihood == pytest.approx(-2466.938, abs=1e-3)
    assert (found.free, found.left_out) == (6, ())


def test_two_parameters_on_lsat6_of_bock_and_lieberman_1970() -> None:
    found = fit_two_parameter(lsat6())

    assert found.log_likelihood == pytest.approx(-2466.653, abs=1e-3)
    assert found.parameters.a == pytest.approx([0.8257, 0.7227, 0.8909, 0.6884, 0.6569], abs=1e-3)


def test_rasch_on_lsat6_with_a_slope_of_one() -> None:
    found = fit_rasch(lsat6(), slope=1.0)

    assert found.parameters.b[0] == pytest.approx(-2.8720, abs=1e-4)
    assert found.se_a.tolist() == [0] * 5
    assert found.free == 5


def test_d_rescales_slopes_and_nothing_else() -> None:
    plain, normal = fit_rasch(lsat6()), fit_rasch(lsat6(), d=NORMAL_D)

    assert normal.parameters.a * 1.7 == pytest.approx(plain.parameters.a)
    assert normal.parameters.b == pytest.approx(plain.parameters.b)
    assert normal.log_likelihood == pytest.approx(plain.log_likelihood)
    two, two_normal = fit_two_parameter(lsat6()), fit_two_parameter(lsat6(), d=NORMAL_D)
    assert two_normal.parameters.a * 1.7 == pytest.approx(two.parameters.a)
    assert two_normal.se_a * 1.7 == pytest.approx(two.se_a)


def test_the_two_parameter_fit_is_the_top_of_a_naively_coded_likelihood() -> None:
    scored = simulated(300, 4, seed=2)
    found = fit_two_parameter(scored)
    theta, weights = normal_nodes(161)

    def minus_log_likelihood(point: np.ndarray) -> float:
        chances = 1 / (1 + np.exp(-(point[:4] * theta[:, None] + point[4:])))
        each = np.prod(np.where(scored[:, None, :], chances, 1 - chances), axis=2)
        return -float(np.log(each @ weights).sum())

    best = minimize(minus_log_likelihood, np.r_[np.ones(4), np.zeros(4)], method="BFGS", options={"gtol": 1e-4})
    assert found.log_likelihood == pytest.approx(-best.fun, abs=1e-5)
    assert found.parameters.a == pytest.approx(best.x[:4], abs=2e-3)
    curvature = hessian(minus_log_likelihood, best.x)
    assert found.se_a == pytest.approx(np.sqrt(np.diag(np.linalg.inv(curvature))[:4]), rel=0.01)


def test_standard_errors_of_the_rasch_fit_come_from_the_likelihoods_curvature() -> None:
    scored = lsat6()
    found = fit_rasch(scored)
    theta, weights = normal_nodes(161)
    patterns, counts = np.unique(scored, axis=0, return_counts=True)

    def log_likelihood(point: np.ndarray) -> float:
        chances = 1 / (1 + np.exp(-point[5] * (theta[:, None] - point[:5])))
        each = np.prod(np.where(patterns[:, None, :], chances, 1 - chances), axis=2)
        return float(counts @ np.log(each @ weights))

    top = np.append(found.parameters.b, found.parameters.a[0])
    se = np.sqrt(np.diag(np.linalg.inv(-hessian(log_likelihood, top))))
    assert found.se_b == pytest.approx(se[:5], rel=1e-3)
    assert found.se_a[0] == pytest.approx(se[5], rel=1e-3)


def test_difficulties_are_recovered_from_simulated_answers() -> None:
    found = fit_two_parameter(simulated(2000, 20, slope=1.3))

    assert found.parameters.b == pytest.approx(np.linspace(-2, 2, 20), abs=0.25)
    assert found.parameters.a == pytest.approx([1.3] * 20, abs=0.35)


def test_a_weak_long_test_is_not_found_upside_down() -> None:
    scored = simulated(400, 90, slope=0.4)

    rasch, two = fit_rasch(scored), fit_two_parameter(scored)

    assert rasch.parameters.a[0] == pytest.approx(0.4, abs=0.06)
    assert rasch.parameters.b == pytest.approx(np.linspace(-2, 2, 90), abs=1.2)
    assert two.parameters.a.mean() == pytest.approx(0.4, abs=0.08)
    assert two.log_likelihood > rasch.log_likelihood


def test_items_all_right_or_all_wrong_are_left_out_with_the_reason() -> None:
    scored = simulated(200, 6)
    scored[:, 1], scored[:, 4] = 1, 0

    for found in (fit_rasch(scored), fit_two_parameter(scored)):
        assert found.items.tolist() == [0, 2, 3, 5]
        assert found.left_out == ((1, "constant_item"), (4, "constant_item"))
        assert len(found.parameters.b) == 4


def test_what_cannot_be_calibrated_says_so() -> None:
    with pytest.raises(TooFew):
        fit_rasch(simulated(3, 5))
    with pytest.raises(TooFew):
        fit_rasch(np.ones((40, 5), np.uint8))
    with pytest.raises(OutOfShape):
        fit_rasch(simulated(50, 5), nodes=41)
    with pytest.raises(OutOfShape):
        fit_rasch(simulated(50, 5) * 2)


def test_an_item_that_parts_people_perfectly_makes_the_fit_fail_by_name() -> None:
    scored = simulated(60, 6, slope=0.8)
    scored[:, 0] = scored[:, 1:].sum(axis=1) >= 3
    scored[:, 1] = scored[:, 0]

    with pytest.raises((NotConverged, Singular)):
        fit_two_parameter(scored)


def test_items_that_contradict_each_other_have_no_rasch_scale() -> None:
    half = simulated(100, 1)
    scored = np.hstack([half, 1 - half])

    with pytest.raises(Unmeasurable):
        fit_rasch(scored)


def test_scores_are_distributed_as_the_sum_over_all_patterns() -> None:
    p = np.array([[0.2, 0.7, 0.5, 0.9]])

    found = score_distribution(p)

    naive = np.zeros(5)
    for pattern in product((0, 1), repeat=4):
        naive[sum(pattern)] += np.prod(np.where(pattern, p[0], 1 - p[0]))
    assert found[0] == pytest.approx(naive)


def test_information_is_the_squared_slope_over_the_variance_and_the_slope_a_derivative() -> None:
    items = item_parameters(np.array([0.8, 1.4]), np.array([-0.5, 1.0]), np.array([0.2, 0.0]), d=1.7)
    theta = np.linspace(-2, 2, 9)

    p, step = items.chances(theta), 1e-6

    slope = (items.chances(theta + step) - items.chances(theta - step)) / (2 * step)
    assert items.slopes(theta) == pytest.approx(slope, abs=1e-6)
    assert items.information(theta) == pytest.approx(slope**2 / (p * (1 - p)), abs=1e-5)


def test_expected_abilities_are_posterior_means() -> None:
    items = item_parameters(1.2, np.array([-1.0, 0.0, 1.0]))
    scored = np.array([[1, 1, 0], [0, 0, 0], [1, 1, 1]], np.uint8)
    theta, weights = normal_nodes(201)

    mean, sd = expected_abilities(scored, items)

    for person, answers in enumerate(scored):
        p = items.chances(theta)
        posterior = np.prod(np.where(answers, p, 1 - p), axis=1) * weights
        posterior /= posterior.sum()
        assert mean[person] == pytest.approx(posterior @ theta, abs=1e-7)
        assert sd[person] == pytest.approx(np.sqrt(posterior @ theta**2 - (posterior @ theta) ** 2), abs=1e-7)
    by_score, _ = expected_abilities_by_score(items)
    assert by_score[[2, 0, 3]] == pytest.approx(mean)


def test_the_likeliest_ability_is_where_the_likelihood_is_highest_and_does_not_exist_at_the_ends() -> None:
    items = item_parameters(np.array([0.7, 1.1, 1.6, 0.9]), np.array([-1.0, 0.2, 0.5, 1.5]))
    scored = np.array([[1, 0, 1, 0], [1, 1, 1, 1], [0, 0, 0, 0], [1, 1, 1, 0]], np.uint8)

    found = likeliest_abilities(scored, items)

    def minus(theta: float) -> float:
        p = items.chances(np.array([theta]))[0]
        return -float(np.log(np.where(scored[0], p, 1 - p)).sum())

    assert found.theta[0] == pytest.approx(minimize_scalar(minus, bounds=(-5, 5), method="bounded").x, abs=1e-4)
    assert found.theta[1:3] == (None, None)
    assert found.reasons == (None, "all_right", "all_wrong", None)
    information = items.information(np.array([found.theta[0] or 0])).sum()
    assert found.se[0] == pytest.approx(1 / np.sqrt(information))


def test_warms_estimate_exists_everywhere_is_symmetric_and_lies_nearer_to_the_middle() -> None:
    items = item_parameters(1.0, np.array([-1.0, 0.0, 1.0]))

    warm, likeliest = warm_abilities_by_score(items), likeliest_abilities_by_score(items)

    assert None not in warm.theta
    assert warm.theta[0] == pytest.approx(-(warm.theta[3] or 0))
    assert abs(warm.theta[1] or 9) < abs(likeliest.theta[1] or 0)
    answers = np.array([[1, 1, 0]], np.uint8)
    assert warm_abilities(answers, items).theta[0] == pytest.approx(warm.theta[2])


def test_a_raw_score_has_no_single_ability_when_slopes_differ_and_guessing_has_no_single_top() -> None:
    with pytest.raises(OutOfShape):
        likeliest_abilities_by_score(item_parameters(np.array([1.0, 2.0]), np.zeros(2)))
    with pytest.raises(OutOfShape):
        likeliest_abilities(np.array([[1, 0]], np.uint8), item_parameters(1.0, np.zeros(2), 0.2))
    with pytest.raises(OutOfShape):
        item_parameters(1.0, np.zeros(2), 1.0)
    with pytest.raises(OutOfShape):
        item_parameters(1.0, np.array([0.0, np.nan]))


def test_residuals_are_near_one_for_answers_of_the_model_and_large_for_an_item_of_noise() -> None:
    scored = simulated(1500, 20)
    scored[:, 0] = np.random.default_rng(4).integers(0, 2, 1500)
    items = item_parameters(1.0, np.linspace(-2, 2, 20))
    theta = np.array(warm_abilities(scored, items).theta, float)

    found = residual_fit(scored, items, theta)

    assert found.item_outfit[0] > 2
    assert found.item_infit[1:] == pytest.approx(np.ones(19), abs=0.15)
    assert found.item_infit_z[0] > 5
    p = items.chances(theta)
    naive = ((scored[7] - p[7]) ** 2).sum() / (p[7] * (1 - p[7])).sum()
    assert found.person_infit[7] == pytest.approx(naive)


def test_scores_against_expectation_find_the_item_that_does_not_belong() -> None:
    scored = simulated(1500, 12)
    scored[:, 5] = np.random.default_rng(4).integers(0, 2, 1500)
    fit = fit_rasch(scored)

    found = score_fit(scored, fit.parameters, parameters_per_item=1)

    assert (found.p[5] or 0) < 1e-6
    assert np.argmin([p or 0 for p in found.p]) == 5
    assert all(3 < df <= 10 for df in found.degrees)


def test_scores_against_expectation_are_chi_squared_for_answers_of_the_model() -> None:
    values = []
    for seed in range(4):
        scored = simulated(1000, 10, seed=seed)
        found = score_fit(scored, fit_rasch(scored).parameters, parameters_per_item=1)
        values += [p for p in found.p if p is not None]

    assert 0.35 < np.mean(values) < 0.65
    assert np.mean(np.array(values) < 0.05) < 0.15


def test_too_few_people_leave_no_cells_to_compare() -> None:
    found = score_fit(simulated(10, 3), item_parameters(1.0, np.linspace(-1, 1, 3)), parameters_per_item=2)

    assert set(found.chi_squared) == {None}
    assert set(found.reasons) == {"too_few_cells"}


def test_person_fit_is_standard_normal_for_answers_of_the_model_and_low_for_a_reversed_pattern() -> None:
    scored = simulated(2000, 60)
    scored[0] = np.r_[np.zeros(30), np.ones(30)]  # the hard half right, the easy half wrong
    items = item_parameters(1.0, np.linspace(-2, 2, 60))
    theta = np.array(warm_abilities(scored, items).theta, float)

    found = person_fit(scored, items, theta)

    assert found.lz_star[0] < -5
    assert found.p[0] < 1e-6
    assert found.lz_star[1:].std() == pytest.approx(1, abs=0.06)
    assert np.mean(found.lz_star[1:]) == pytest.approx(0, abs=0.1)
    p = items.chances(theta[3:4])[0]
    log_p = np.log(np.where(scored[3], p, 1 - p)).sum()
    expected = (p * np.log(p) + (1 - p) * np.log(1 - p)).sum()
    variance = (p * (1 - p) * np.log(p / (1 - p)) ** 2).sum()
    assert found.lz[3] == pytest.approx((log_p - expected) / np.sqrt(variance))
    assert norm.cdf(found.lz_star[3]) == pytest.approx(found.p[3])


def test_guttman_errors_count_harder_right_with_easier_wrong() -> None:
    scored = np.array([[1, 1, 0], [1, 0, 0], [1, 1, 1], [0, 0, 1], [1, 1, 0]], np.uint8)

    assert guttman_errors(scored).tolist() == [0, 0, 0, 2, 0]
    assert normed_guttman_errors(scored).tolist() == [0, 0, 0, 1, 0]
