"""Errors and reliability on the reported scale, against simulation and the raw scale."""

import numpy as np
import pytest

from domain.psychometrics.binomial import binomial_chances
from domain.psychometrics.errors import NoVariation, OutOfShape
from domain.psychometrics.irt_model import item_parameters, normal_nodes, score_distribution
from domain.psychometrics.reliability import scaled_sem_binomial
from domain.psychometrics.scaled import scaled_errors, scaled_reliability
from domain.psychometrics.strong_true import TrueScores

CORNER = np.where(np.arange(41) < 27, 100 + 620 / 27 * np.arange(41), 720 + 180 / 13 * (np.arange(41) - 27))
"""A scale of two straight lines that meet at a cut of 27 of 40 points."""


def test_on_the_raw_scale_the_error_under_a_response_model_is_the_root_of_summed_item_variances() -> None:
    items = item_parameters(1.1, np.linspace(-1.5, 1.5, 40), 0.1)
    theta = np.array([-1.0, 0.0, 1.5])
    p = items.chances(theta)

    found = scaled_errors(np.arange(41.0), score_distribution(p))

    assert found.true == pytest.approx(p.sum(axis=1))
    assert found.sem == pytest.approx(np.sqrt((p * (1 - p)).sum(axis=1)))


def test_scaled_scores_of_simulated_people_vary_as_the_model_says() -> None:
    items = item_parameters(1.1, np.linspace(-1.5, 1.5, 40))
    p = items.chances(np.array([0.4]))[0]
    raw = (np.random.default_rng(1).random((20_000, 40)) < p).sum(axis=1)

    found = scaled_errors(CORNER, score_distribution(p[None, :]))

    assert found.true[0] == pytest.approx(CORNER[raw].mean(), abs=1.5)
    assert found.sem[0] == pytest.approx(CORNER[raw].std(), rel=0.02)


def test_reliability_on_the_raw_scale_under_binomial_errors_is_kr21() -> None:
    true = TrueScores(a=6.0, b=3.0, lower=0.0, upper=1.0, parameters=2)
    tau, weights = true.quadrature()

    found = scaled_reliability(np.arange(41.0), binomial_chances(40, tau), weights)

    # the Spearman-Brown form of a beta-binomial: n / (n + a + b)
    assert found == pytest.approx(40 / 49)
    assert 0.7 < scaled_reliability(CORNER, binomial_chances(40, tau), weights) < 40 / 49 + 0.05


def test_the_binomial_case_is_the_one_of_lord() -> None:
    tau = np.array([0.0, 0.5, 0.675, 1.0])

    found = scaled_errors(CORNER, binomial_chances(40, tau)).sem

    assert found == pytest.approx(scaled_sem_binomial(CORNER, tau))
    assert found[[0, 3]] == pytest.approx([0, 0])


def test_scales_that_do_not_fit_or_do_not_vary_are_refused() -> None:
    theta, weights = normal_nodes()
    chances = score_distribution(item_parameters(1.0, np.zeros(5)).chances(theta))

    with pytest.raises(OutOfShape):
        scaled_errors(np.arange(5.0), chances)
    with pytest.raises(OutOfShape):
        scaled_reliability(np.arange(6.0), chances, weights[:-1])
    with pytest.raises(NoVariation):
        scaled_reliability(np.full(6, 500.0), chances, weights)
