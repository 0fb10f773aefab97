"""The nominal response model (Bock 1972) at known abilities: how likely each person is to give each answer."""

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp, softmax

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
    """Fit each item by penalised maximum likelihood, abilities taken as known.

    `responses` uint8[N, I] as in `options` (0 omitted, 255 not reached: left out of the item's fit), `theta`
    float64[N], such as expected abilities under a model for right answers.

    Raises:
        OutOfShape: lengths differ, or an answer is no option. TooFew: fewer than ten people reached an item.

    """
    if responses.ndim != 2 or len(theta) != len(responses):
        raise OutOfShape(detail="There must be one ability per row of responses.")
    if np.any((responses > options) & (responses != NOT_REACHED)):
        raise OutOfShape(detail="A response lies outside the options.")
    intercepts = np.full((responses.shape[1], options + 1), LOWEST)
    slopes = np.zeros_like(intercepts)
    for item, answers in enumerate(responses.T):
        reached = answers != NOT_REACHED
        if reached.sum() < LEAST_PEOPLE:
            raise TooFew(detail=f"Item {item} was reached by fewer than {LEAST_PEOPLE} people.")
        given = np.unique(answers[reached])
        found = _one_item(np.searchsorted(given, answers[reached]), theta[reached], len(given))
        intercepts[item, given], slopes[item, given] = found
    return NominalItems(intercepts=intercepts, slopes=slopes)


def _one_item(answers: "np.typing.NDArray[np.intp]", theta: Floats, count: int) -> tuple[Floats, Floats]:
    """Intercepts and slopes of `count` answers, by Newton steps; the prior alone would centre them at zero."""
    chosen = np.zeros((len(answers), count))
    chosen[np.arange(len(answers)), answers] = 1.0
    design = np.column_stack([np.ones_like(theta), theta])
    kept = chosen.T @ design
    size = 2 * count

    def value(point: Floats) -> float:
        logits = design @ point.reshape(count, 2).T
        return float((kept * point.reshape(count, 2)).sum() - logsumexp(logits, axis=1).sum() - _penalty(point))

    def slope(point: Floats) -> Slope:
        p = softmax(design @ point.reshape(count, 2).T, axis=1)
        gradient = (kept - p.T @ design).ravel() - RIDGE * point
        blocks = np.zeros((count, 2, count, 2))
        for row in range(2):
            for column in range(2):
                weight = design[:, row] * design[:, column]
                crossed = -(p.T * weight) @ p
                crossed[np.diag_indices(count)] += weight @ p
                blocks[:, row, :, column] = crossed
        return Slope(value(point), gradient, blocks.reshape(size, size) + RIDGE * np.eye(size))

    top = maximise(value, slope, np.zeros(size), tolerance=1e-8).at.reshape(count, 2)
    return floats(top[:, 0]), floats(top[:, 1])


def _penalty(point: Floats) -> float:
    return 0.5 * RIDGE * float(point @ point)
