"""Mantel-Haenszel by a loop over strata, and the false discovery rate by its definition."""

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import false_discovery_control

from domain.psychometrics.dif import mantel_haenszel, standardised_difference
from domain.psychometrics.discovery import discoveries
from domain.psychometrics.errors import OutOfShape, TooFew
from tests.domain.psychometrics.published import simulated


def two_groups(people: int = 900, items: int = 20) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
    """Item 3 is a logit harder for the focal group; item 7 a little easier."""
    rng = np.random.default_rng(8)
    focal = np.arange(people) % 3 == 0
    theta = rng.normal(0, 1, people) - 0.3 * focal
    logits = theta[:, None] - np.linspace(-1.5, 1.5, items)
    logits[focal, 3] -= 1.2
    chances = 1 / (1 + np.exp(-logits))
    return (rng.random(chances.shape) < chances).astype(np.uint8), focal


def by_loop(right: npt.NDArray[np.uint8], focal: npt.NDArray[np.bool_], score: npt.NDArray[np.int64]) -> list[float]:
    """Alpha, chi-squared and the standardised difference, stratum by stratum."""
    above = below = observed = expected = variance = weighted = people = 0.0
    for s in set(score.tolist()):
        a = np.sum(right[(score == s) & ~focal] == 1)
        b = np.sum(right[(score == s) & ~focal] == 0)
        c = np.sum(right[(score == s) & focal] == 1)
        d = np.sum(right[(score == s) & focal] == 0)
        t = a + b + c + d
        if a + b == 0 or c + d == 0:
            continue
        above += a * d / t
        below += b * c / t
        observed += a
        expected += (a + b) * (a + c) / t
        variance += (a + b) * (c + d) * (a + c) * (b + d) / (t * t * (t - 1))
        weighted += (c + d) * (c / (c + d) - a / (a + b))
        people += c + d
    return [above / below, (abs(observed - expected) - 0.5) ** 2 / variance, weighted / people]


def test_the_figures_are_those_of_a_loop_over_strata() -> None:
    scored, focal = two_groups()
    score = scored.sum(axis=1, dtype=np.int64)

    found = mantel_haenszel(scored, focal)

    for item in (0, 3, 11):
        alpha, chi, p_dif = by_loop(scored[:, item], focal, score)
        assert found.alpha[item] == pytest.approx(alpha)
        assert found.delta[item] == pytest.approx(-2.35 * np.log(alpha))
        assert found.chi_squared[item] == pytest.approx(chi)
        assert found.p_dif[item] == pytest.approx(p_dif)


def test_an_item_much_harder_for_one_group_is_graded_c_with_its_sign() -> None:
    scored, focal = two_groups()

    plain, purified = mantel_haenszel(scored, focal), mantel_haenszel(scored, focal, purify=True)

    assert plain.grade[3] == purified.grade[3] == "C-"
    assert sum(grade == "A" for grade in purified.grade) >= 17
    swapped = mantel_haenszel(scored, ~focal)
    assert swapped.delta[3] == pytest.approx(-(plain.delta[3] or 0))
    assert swapped.grade[3] == "C+"


def test_purified_scores_leave_out_the_other_flagged_items_but_not_the_one_under_study() -> None:
    scored, focal = two_groups()
    first = mantel_haenszel(scored, focal)
    clean = np.array([not (grade or "").startswith("C") for grade in first.grade])

    found = mantel_haenszel(scored, focal, purify=True)

    for item in (2, 3):
        keep = clean.copy()
        keep[item] = True
        score = scored[:, keep].sum(axis=1, dtype=np.int64)
        assert found.alpha[item] == pytest.approx(by_loop(scored[:, item], focal, score)[0])


def test_the_standard_error_is_the_spread_over_samples() -> None:
    rng = np.random.default_rng(2)
    deltas, errors = [], []
    for _ in range(60):
        focal = rng.random(400) < 0.5
        scored = (rng.random((400, 8)) < 1 / (1 + np.exp(-rng.normal(0, 1, (400, 1))))).astype(np.uint8)
        found = mantel_haenszel(scored, focal)
        deltas.append(found.delta[0])
        errors.append(found.se[0])

    assert np.std(np.array(deltas, float)) == pytest.approx(np.mean(np.array(errors, float)), rel=0.25)


def test_items_that_cannot_be_compared_say_why() -> None:
    scored, focal = two_groups(120)
    scored[:, 1] = 1
    scored[focal, 2], scored[~focal, 2] = 1, 0
    apart = np.where(focal, 0, 1)

    found = mantel_haenszel(scored, focal)

    assert (found.delta[1], found.reasons[1]) == (None, "constant_item")
    assert (found.grade[2], found.reasons[2]) == (None, "no_odds_ratio")
    assert set(mantel_haenszel(scored, focal, strata=apart).reasons) == {"constant_item", "no_common_scores"}


def test_a_group_of_three_is_refused() -> None:
    scored = simulated(100, 10)

    with pytest.raises(TooFew):
        mantel_haenszel(scored, np.arange(100) < 3)
    with pytest.raises(OutOfShape):
        mantel_haenszel(scored, np.arange(99) < 30)


def test_the_groups_overall_difference_is_in_pooled_standard_deviations() -> None:
    first, second = np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 4.0])

    assert standardised_difference(first, second) == pytest.approx(-1)
    with pytest.raises(TooFew):
        standardised_difference(first[:1], second)


@pytest.mark.parametrize(("dependent", "method"), [(False, "bh"), (True, "by")])
def test_adjusted_probabilities_are_benjaminis(dependent: bool, method: str) -> None:
    p = np.random.default_rng(1).random(50) ** 3

    found = discoveries(p, 0.05, dependent=dependent)

    assert found.adjusted == pytest.approx(false_discovery_control(p, method="by" if method == "by" else "bh"))
    assert np.array_equal(found.found, found.adjusted <= 0.05)


def test_the_smallest_probabilities_of_many_tests_are_judged_as_among_all() -> None:
    p = np.random.default_rng(3).random(400)
    p[:10] /= 1e5

    everything, few = discoveries(p, 0.05), discoveries(p[p <= 0.05], 0.05, tests=400)

    assert few.adjusted[few.found] == pytest.approx(everything.adjusted[everything.found])
    assert discoveries(np.zeros(0)).found.size == 0
    with pytest.raises(OutOfShape):
        discoveries(np.array([0.5, np.nan]))
    with pytest.raises(OutOfShape):
        discoveries(p, tests=3)
