"""Item analysis and reliability: SPSS's figures, arithmetic by hand, and what must be said of bad input."""

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from domain.psychometrics.arrays import CHUNK, frequencies, totals
from domain.psychometrics.errors import NoVariation, OutOfShape, TooFew
from domain.psychometrics.items import analyse_items
from domain.psychometrics.moments import moments
from domain.psychometrics.reliability import (
    kr21,
    lord_keats_sem,
    lord_sem,
    reliability,
    scaled_sem_binomial,
    scaled_sem_delta,
    scaled_sem_polynomial,
)
from tests.domain.psychometrics.published import exam1, exam1_by_spss, lsat6, simulated


def test_alpha_and_lambda2_of_exam1_are_those_of_spss() -> None:
    expected = exam1_by_spss()

    found = reliability(moments(exam1()))

    assert found.alpha == pytest.approx(expected["alpha"], abs=1e-12)
    assert found.lambda2 == pytest.approx(expected["lambda2"], abs=1e-12)


def test_corrected_item_total_correlations_of_exam1_are_those_of_spss() -> None:
    expected = exam1_by_spss()

    found = analyse_items(moments(exam1()))

    assert found.point_biserial == pytest.approx(expected["item_total_corrected"], abs=1e-9)
    assert found.alpha_if_deleted == pytest.approx(expected["alpha_if_deleted"], abs=1e-9)
    assert set(found.reasons) == {None}


def test_a_pretest_item_is_measured_against_the_whole_score_and_a_counted_one_without_itself() -> None:
    scored = simulated(400, 12)
    counted = np.array([True] * 10 + [False] * 2)
    score = scored[:, :10].sum(axis=1, dtype=float)

    found = analyse_items(moments(scored, counted))

    naive = [np.corrcoef(scored[:, i], score - scored[:, i] * counted[i])[0, 1] for i in range(12)]
    assert found.point_biserial == pytest.approx(naive, abs=1e-12)
    assert found.alpha_if_deleted[10:] == (None, None)
    assert found.mean == pytest.approx(scored.mean(axis=0))
    assert found.sd == pytest.approx(scored.std(axis=0, ddof=1))


def test_items_that_all_or_none_get_right_have_no_correlation_and_the_reason_is_given() -> None:
    scored = simulated(200, 5)
    scored[:, 1], scored[:, 3] = 1, 0

    found = analyse_items(moments(scored))

    assert found.point_biserial[1] is None
    assert found.point_biserial[3] is None
    assert found.biserial[1] is None
    assert [found.reasons[i] for i in (0, 1, 3)] == [None, "constant_item", "constant_item"]
    assert found.mean[[1, 3]].tolist() == [1.0, 0.0]


def test_one_item_alone_has_no_rest_to_go_with() -> None:
    found = analyse_items(moments(simulated(50, 1)))

    assert (found.point_biserial, found.reasons) == ((None,), ("constant_rest",))


def test_three_people_have_difficulties_but_no_correlations() -> None:
    found = analyse_items(moments(simulated(3, 6)))

    assert set(found.point_biserial) == {None}
    assert set(found.reasons) == {"too_few_people"}


def test_the_biserial_is_the_point_biserial_over_the_normal_ordinate() -> None:
    found = analyse_items(moments(lsat6()))

    ordinate = NormalDist().pdf(NormalDist().inv_cdf(0.924))
    expected = (found.point_biserial[0] or 0) * (0.924 * 0.076) ** 0.5 / ordinate
    assert found.biserial[0] == pytest.approx(expected)


def test_items_with_several_points_are_analysed_but_have_no_biserial_and_no_kr21() -> None:
    scored = simulated(300, 6).astype(np.int64)
    scored[:, 0] *= 3

    found, whole = analyse_items(moments(scored)), reliability(moments(scored))

    assert found.biserial[0] is None
    assert found.biserial[1] is not None
    assert whole.kr21 is None
    covariance = np.cov(scored.T)
    assert whole.alpha == pytest.approx(6 / 5 * (1 - np.trace(covariance) / covariance.sum()))


def test_sums_are_the_same_over_several_chunks_and_for_any_order_of_people() -> None:
    scored = simulated(CHUNK + 100, 7)
    shuffled = np.random.default_rng(1).permutation(scored)

    one, other = moments(scored), moments(shuffled)

    wide = scored.astype(np.int64)
    assert np.array_equal(one.cross, wide.T @ wide)
    assert np.array_equal(one.cross, other.cross)
    assert np.array_equal(totals(scored), wide.sum(axis=1))


@settings(max_examples=25)
@given(st.integers(2, 60), st.integers(2, 8), st.integers(0, 10_000))
def test_lambda2_is_never_below_alpha(people: int, items: int, seed: int) -> None:
    scored = np.random.default_rng(seed).integers(0, 2, (people, items))
    scored[0], scored[1] = 0, 1

    found = reliability(moments(scored))

    assert found.lambda2 >= found.alpha - 1e-12


def test_nothing_is_measured_where_nothing_varies() -> None:
    same = np.ones((20, 4), np.uint8)

    with pytest.raises(NoVariation):
        reliability(moments(same))
    with pytest.raises(TooFew):
        reliability(moments(simulated(20, 1)))
    with pytest.raises(TooFew):
        moments(simulated(1, 4))
    with pytest.raises(TooFew):
        moments(np.zeros((0, 4), np.uint8))
    with pytest.raises(NoVariation):
        kr21(10, 5, 0)


def test_what_is_no_matrix_of_points_is_refused() -> None:
    with pytest.raises(OutOfShape):
        moments(np.array([1, 0, 1]))
    with pytest.raises(OutOfShape):
        moments(np.array([[1, -1], [0, 1]]))
    with pytest.raises(OutOfShape):
        moments(simulated(20, 3), np.array([True]))
    with pytest.raises(OutOfShape):
        frequencies(np.array([1, 9]), 5)


def test_a_negative_alpha_gives_no_standard_error() -> None:
    scored = np.array([[1, 0], [0, 1], [1, 0], [0, 1], [1, 1], [0, 1]])

    found = reliability(moments(scored))

    assert found.alpha < 0
    assert found.sem is None


def test_lords_errors_average_to_the_error_that_kr21_implies_and_keats_to_that_of_the_form() -> None:
    scored = exam1()
    whole = reliability(moments(scored))
    share = frequencies(totals(scored), 56) / 6000
    population_variance = whole.sd**2 * 5999 / 6000
    rel21 = kr21(56, whole.mean, population_variance)

    lord, keats = lord_sem(56), lord_keats_sem(56, whole.alpha, rel21)

    assert share @ lord**2 == pytest.approx(population_variance * (1 - rel21))
    assert share @ keats**2 == pytest.approx(population_variance * (1 - whole.alpha))
    assert (lord[0], lord[56]) == (0, 0)
    assert lord[28] == pytest.approx((28 * 28 / 55) ** 0.5)


def test_on_a_straight_scale_all_three_scaled_errors_are_the_raw_one_stretched() -> None:
    conversion = np.linspace(100.0, 300.0, 41)
    raw = lord_sem(40)

    assert scaled_sem_delta(raw, conversion) == pytest.approx(5 * raw)
    assert scaled_sem_polynomial(raw, conversion, 3) == pytest.approx(5 * raw)
    tau = np.linspace(0.0, 1.0, 41)
    assert scaled_sem_binomial(conversion, tau) == pytest.approx(5 * np.sqrt(40 * tau * (1 - tau)))


def test_the_scaled_error_at_the_corner_of_a_two_line_scale_lies_between_its_slopes() -> None:
    conversion = np.where(np.arange(121) < 80, 100 + 7.75 * np.arange(121), 720 + 4.5 * (np.arange(121) - 80))

    found = scaled_sem_binomial(conversion, np.array([80 / 120]))[0]

    raw = np.sqrt(120 * (2 / 3) * (1 / 3))
    assert 4.5 * raw < found < 7.75 * raw


def test_scaled_errors_need_a_conversion_of_the_same_form() -> None:
    with pytest.raises(OutOfShape):
        scaled_sem_delta(lord_sem(10), np.arange(9.0))
    with pytest.raises(OutOfShape):
        scaled_sem_binomial(np.arange(9.0), np.array([1.2]))
    with pytest.raises(OutOfShape):
        scaled_sem_polynomial(lord_sem(10), np.arange(11.0), 11)
