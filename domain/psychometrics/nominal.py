"""The nominal response model (Bock 1972) at known abilities: how likely each person is to give each answer."""

from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from domain.psychometrics.arrays import LEAST_PEOPLE, Floats, floats
from domain.psychometrics.errors import OutOfShape, TooFew
from domain.psychometrics.newton import Slope, maximise
from domain.psychometrics.options import NOT_REACHED, Responses

RIDGE = 0.05
"""Precision of a normal prior on slopes and intercepts, so that an answer few people gave has finite parameters."""
LOWEST = -40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NominalItems:
    """P(answer k | theta) = exp(z_k + l_k theta) / sum, with k = 0 for omitted and 1 ... O for the options.

    `intercepts` z and `slopes` l are float64[I, O + 1], each row summing to zero over the answers that were given; an
    answer nobody gave has an intercept so low that its chance is nothing.
    """

    intercepts: Floats
    slopes: Floats

    def chances(self, theta: Floats) -> Floats:
        """float64[N, I, O + 1] at abilities float64[N]."""
        return floats(softmax(self.intercepts + self.slopes * theta[:, None, None], axis=2))


def fit_nominal(responses: Responses, theta: Floats, options: int) -> NominalItems:
    """Fit each item by penalised maximum likelihood, abilities taken as known, to the nearest hundredth.

    `responses` uint8[N, I] as in `options` (0 omitted, 255 not reached: left out of the item's fit), `theta`
    float64[N], such as expected abilities under a model for right answers.

    Raises:
        OutOfShape: lengths differ, or an answer is no option. TooFew: fewer than ten people reached an item.

    """
    if responses.ndim != 2 or len(theta) != len(responses):
        raise OutOfShape(detail="There must be one ability per row of responses.")
    if np.any((responses > options) & (responses != NOT_REACHED)):
        raise OutOfShape(detail="A response lies outside the options.")
    values, place = np.unique(np.round(theta, 2), return_inverse=True)
    places = place.reshape(-1) * (NOT_REACHED + 1)
    intercepts = np.full((responses.shape[1], options + 1), LOWEST)
    slopes = np.zeros_like(intercepts)
    for item, answers in enumerate(responses.T):
        found = np.bincount(places + answers, minlength=len(values) * (NOT_REACHED + 1))
        counts = found.reshape(len(values), -1)[:, : options + 1]
        if counts.sum() < LEAST_PEOPLE:
            raise TooFew(detail=f"Item {item} was reached by fewer than {LEAST_PEOPLE} people.")
        given = np.flatnonzero(counts.sum(axis=0))
        intercepts[item, given], slopes[item, given] = _one_item(floats(counts[:, given]), values)
    return NominalItems(intercepts=intercepts, slopes=slopes)


def _one_item(counts: Floats, theta: Floats) -> tuple[Floats, Floats]:
    """Intercepts and slopes of K answers from their counts at each ability, float64[T, K], by Newton steps.

    The likelihood does not change when all intercepts, or all slopes, move together; the prior centres them at zero.
    """
    answers = counts.shape[1]
    people = counts.sum(axis=1)
    design = np.column_stack([np.ones_like(theta), theta])
    kept = counts.T @ design

    def value(point: Floats) -> float:
        logits = design @ point.reshape(answers, 2).T
        return float((counts * logits).sum() - people @ _log_sum(logits)) - 0.5 * RIDGE * float(point @ point)

    def slope(point: Floats) -> Slope:
        logits = design @ point.reshape(answers, 2).T
        p = np.exp(logits - _log_sum(logits)[:, None])
        gradient = (kept - (p * people[:, None]).T @ design).ravel() - RIDGE * point
        blocks = np.zeros((answers, 2, answers, 2))
        for row in range(2):
            for column in range(2):
                weight = people * design[:, row] * design[:, column]
                crossed = -(p.T * weight) @ p
                crossed[np.diag_indices(answers)] += weight @ p
                blocks[:, row, :, column] = crossed
        size = 2 * answers
        return Slope(value(point), floats(gradient), floats(blocks.reshape(size, size) + RIDGE * np.eye(size)))

    top = maximise(value, slope, np.zeros(2 * answers), tolerance=1e-8).at.reshape(answers, 2)
    return floats(top[:, 0]), floats(top[:, 1])


def _log_sum(logits: Floats) -> Floats:
    most = logits.max(axis=1)
    return floats(most + np.log(np.exp(logits - most[:, None]).sum(axis=1)))
