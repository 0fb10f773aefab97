"""Copied answers, gains and response times: loops over pairs, planted cases, false alarms."""

from itertools import combinations, permutations, product

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import norm

from domain.psychometrics.arrays import Floats
from domain.psychometrics.errors import NoVariation, OutOfShape, TooFew
from domain.psychometrics.nominal import NominalItems, fit_nominal
from domain.psychometrics.options import NOT_REACHED
from domain.psychometrics.repeaters import gains_by_error, gains_by_regression, response_times
from domain.psychometrics.similarity import gbt, omega, tail_of_matches

Answers = npt.NDArray[np.uint8]


def nominal(items: int, seed: int = 1) -> NominalItems:
    """Four options and never an omission; one option goes with ability."""
    rng = np.random.default_rng(seed)
    intercepts, slopes = rng.normal(0, 0.6, (items, 5)), rng.normal(-0.4, 0.2, (items, 5))
    intercepts[:, 0] = -40
    slopes[:, 1] = rng.uniform(0.6, 1.2, items)
    return NominalItems(intercepts=intercepts, slopes=slopes)


def answered(people: int, items: int, seed: int = 1) -> tuple[Answers, Floats, Floats]:
    rng = np.random.default_rng(seed)
    theta = rng.normal(0, 1, people)
    chances = nominal(items, seed).chances(theta)
    draws = rng.random((people, items, 1))
    return (np.cumsum(chances, axis=2) < draws).sum(axis=2).astype(np.uint8), chances, theta


def test_the_nominal_model_finds_its_own_chances_again() -> None:
    responses, chances, theta = answered(3000, 6)

    found = fit_nominal(responses, theta, 4)

    gaps = np.abs(found.chances(theta) - chances)
    assert gaps.max() < 0.12
    assert gaps.mean() < 0.01
    assert found.chances(theta)[:, :, 0].max() < 1e-9
    assert found.slopes.sum(axis=1) == pytest.approx(np.zeros(6), abs=1e-6)


def test_the_nominal_fit_keeps_how_often_each_answer_was_given_but_for_its_mild_prior() -> None:
    responses, _, theta = answered(500, 4)
    responses[:20, 2] = NOT_REACHED

    found = fit_nominal(responses, theta, 4).chances(theta)

    for item in range(4):
        reached = responses[:, item] != NOT_REACHED
        shares = np.bincount(responses[reached, item], minlength=5) / reached.sum()
        assert found[reached, item].mean(axis=0) == pytest.approx(shares, abs=1e-3)


def test_an_item_hardly_anybody_reached_has_no_nominal_model() -> None:
    responses, _, theta = answered(50, 3)
    responses[4:, 1] = NOT_REACHED

    with pytest.raises(TooFew):
        fit_nominal(responses, theta, 4)
    with pytest.raises(OutOfShape):
        fit_nominal(responses, theta[:-1], 4)
    with pytest.raises(OutOfShape):
        fit_nominal(responses, theta, 2)


def test_omega_is_that_of_a_loop_over_ordered_pairs() -> None:
    responses, chances, _ = answered(12, 40)
    responses[3] = responses[5]
    responses[3, :6] = NOT_REACHED

    found = omega(responses, chances, q=0.5)

    naive = {}
    for copier, source in permutations(range(12), 2):
        seen = [i for i in range(40) if responses[copier, i] != NOT_REACHED and responses[source, i] != NOT_REACHED]
        p = np.array([chances[copier, i, responses[source, i]] for i in seen])
        matches = sum(responses[copier, i] == responses[source, i] for i in seen)
        naive[copier, source] = (matches - p.sum()) / np.sqrt((p * (1 - p)).sum())
    pairs = list(zip(found.first.tolist(), found.second.tolist(), strict=True))
    assert pairs[0] in {(3, 5), (5, 3)}
    for pair, z, p in zip(pairs, found.statistic, found.p, strict=True):
        assert z == pytest.approx(naive[pair], abs=1e-3)
        assert p == pytest.approx(norm.sf(naive[pair]), rel=0.02)
    assert found.tests == 132


def test_gbt_is_the_exact_tail_of_a_loop_over_pairs() -> None:
    responses, chances, _ = answered(12, 40)
    responses[3] = responses[5]

    found = gbt(responses, chances, q=0.3, screen=0.3)

    naive = {}
    for one, other in combinations(range(12), 2):
        p = (chances[one] * chances[other]).sum(axis=1)
        tail = np.array([1.0])
        for chance in p:
            tail = np.append(tail, 0) * (1 - chance) + np.append(0, tail) * chance
        naive[one, other] = tail[(responses[one] == responses[other]).sum() :].sum()
    assert (found.first[0], found.second[0]) == (3, 5)
    for one, other, p in zip(found.first.tolist(), found.second.tolist(), found.p, strict=True):
        assert p == pytest.approx(naive[one, other], rel=1e-3)
    assert found.tests == 66


def test_the_tail_of_matches_is_the_sum_over_all_outcomes() -> None:
    chances = np.array([[0.2, 0.5, 0.9], [0.1, 0.1, 0.3]])

    found = tail_of_matches(chances, np.array([2, 0]))

    naive = sum(
        np.prod(np.where(outcome, chances[0], 1 - chances[0]))
        for outcome in product((0, 1), repeat=3)
        if sum(outcome) >= 2
    )
    assert found == pytest.approx([naive, 1])


def test_copiers_are_found_among_many_and_the_honest_are_left_alone() -> None:
    responses, _, theta = answered(300, 80)
    weak = int(np.argmin(theta[11:])) + 11
    responses[10, :60] = responses[weak, :60]
    theta[10] = theta[weak]  # what an estimate from the answers would say
    seen: list[tuple[int, int]] = []
    chances = fit_nominal(responses, theta, 4).chances(theta)

    by_omega = omega(responses, chances, q=0.01, progress=lambda done, of: seen.append((done, of)))
    by_gbt = gbt(responses, chances, q=0.01)

    assert {by_omega.first[0], by_omega.second[0]} == {10, weak}
    assert (by_gbt.first[0], by_gbt.second[0]) == (10, weak)
    assert len(by_gbt.p) <= 3
    assert by_gbt.adjusted[0] < 1e-6
    assert seen == [(300, 300)]


def test_more_people_than_a_block_are_all_compared() -> None:
    responses, chances, _ = answered(600, 30)
    responses[2] = responses[590]

    found = gbt(responses, chances, q=0.01)

    assert (found.first[0], found.second[0]) == (2, 590)
    assert found.tests == 600 * 599 // 2


def test_similarity_needs_two_people_and_chances_for_every_answer() -> None:
    responses, chances, _ = answered(12, 10)

    with pytest.raises(TooFew):
        omega(responses[:1], chances[:1])
    with pytest.raises(OutOfShape):
        gbt(responses, chances[:, :9])
    with pytest.raises(OutOfShape):
        omega(responses, chances[:, :, :3])


def repeaters() -> tuple[Floats, Floats]:
    rng = np.random.default_rng(6)
    first = np.rint(rng.normal(60, 8, 80))
    second = np.rint(4 + 0.9 * first + rng.normal(3, 5, 80))
    second[17] = first[17] + 45
    return first, second


def test_a_gain_is_judged_by_the_regression_of_all_others() -> None:
    first, second = repeaters()

    found = gains_by_regression(first, second, q=0.01)

    assert np.flatnonzero(found.found).tolist() == [17]
    keep = np.arange(80) != 5
    slope, intercept = np.polyfit(first[keep], second[keep], 1)
    residual = second[keep] - slope * first[keep] - intercept
    spread = np.sqrt(residual @ residual / (79 - 2))
    x = first[keep]
    error = spread * np.sqrt(1 + 1 / 79 + (first[5] - x.mean()) ** 2 / ((x - x.mean()) ** 2).sum())
    assert found.statistic[5] == pytest.approx((second[5] - slope * first[5] - intercept) / error)


def test_a_gain_is_judged_by_the_errors_of_measurement() -> None:
    found = gains_by_error(np.array([50.0, 60.0]), np.array([75.0, 63.0]), 3.0, 4.0, growth=3.0)

    assert found.statistic == pytest.approx([22 / 5, 0])
    assert found.p[1] == pytest.approx(0.5)
    assert found.found.tolist() == [True, False]


def test_gains_that_cannot_be_judged_are_refused() -> None:
    first, second = repeaters()

    with pytest.raises(TooFew):
        gains_by_regression(first[:3], second[:3])
    with pytest.raises(NoVariation):
        gains_by_regression(np.full(20, 50.0), second[:20])
    with pytest.raises(NoVariation):
        gains_by_regression(first, 2 * first)
    with pytest.raises(OutOfShape):
        gains_by_regression(first, second[:-1])
    with pytest.raises(OutOfShape):
        gains_by_error(first, second, 0.0, 0.0)


def test_response_times_part_the_item_from_the_person_and_find_who_knew_the_answers() -> None:
    rng = np.random.default_rng(7)
    intensity, speed = rng.normal(4, 0.4, 40), rng.normal(0, 0.3, 200)
    spread = rng.uniform(0.3, 0.6, 40)
    seconds = np.exp(intensity - speed[:, None] + spread * rng.normal(0, 1, (200, 40)))
    seconds[9, ::2] = 5

    found = response_times(seconds, q=0.01)

    assert found.found[9]
    assert found.found.sum() <= 3
    assert found.residuals[9, 0] < -2
    assert found.intensity == pytest.approx(intensity, abs=0.15)
    assert 1 / found.precision == pytest.approx(spread, rel=0.3)
    assert np.corrcoef(found.speed, speed)[0, 1] > 0.95


def test_response_times_that_are_missing_or_fixed_are_refused() -> None:
    seconds = np.exp(np.random.default_rng(1).normal(4, 0.5, (30, 5)))

    with pytest.raises(OutOfShape):
        response_times(np.where(seconds > 100, np.nan, seconds))
    with pytest.raises(TooFew):
        response_times(seconds[:3])
    with pytest.raises(NoVariation):
        response_times(np.full((30, 5), 20.0))
