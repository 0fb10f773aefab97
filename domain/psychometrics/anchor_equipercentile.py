"""Equipercentile equating of groups that differ, by common items (Kolen and Brennan 2014, ch. 5).

Joint distributions are as in `anchor_linear`: float64[K + 1, V + 1], smoothed or not.
"""

import numpy as np

from domain.psychometrics.anchor_linear import check_joint
from domain.psychometrics.arrays import Floats, floats
from domain.psychometrics.equating import Line, line_of, moments_of
from domain.psychometrics.equipercentile import carried, equipercentile, places_of, scores_of
from domain.psychometrics.errors import OutOfShape


def synthetic_distributions(first: Floats, second: Floats, weight: float = 1.0) -> tuple[Floats, Floats]:
    """The distributions of X and of Y in the synthetic population, by frequency estimation (Angoff 1971).

    The distribution of the form at each anchor score is taken to be the same in both populations (Braun and Holland
    1982): f_s(x) = w1 f1(x) + w2 sum_v f1(x | v) h2(v), and likewise for Y; shares that sum to 1.

    At an anchor score that only the other population has, the conditional distribution of the nearest score that occurs
    is taken (the lower on a tie); smooth first to do better.
    """
    check_joint(first, second)
    if not 0 <= weight <= 1:
        raise OutOfShape(detail="The weight of a population must lie between 0 and 1.")
    one, two = first / first.sum(), second / second.sum()
    h1, h2 = one.sum(axis=0), two.sum(axis=0)
    x = weight * one.sum(axis=1) + (1 - weight) * (_conditional(one) @ h2)
    y = (1 - weight) * two.sum(axis=1) + weight * (_conditional(two) @ h1)
    return floats(x), floats(y)


def _conditional(joint: Floats) -> Floats:
    """The distribution of the score at each anchor score: columns that sum to 1."""
    margin = joint.sum(axis=0)
    occurs = np.flatnonzero(margin > 0)
    nearest = occurs[np.abs(occurs[None, :] - np.arange(len(margin))[:, None]).argmin(axis=1)]
    return floats(joint[:, nearest] / margin[nearest])


def frequency_estimation(first: Floats, second: Floats, weight: float = 1.0) -> Floats:
    """Equipercentile equating in the synthetic population: float64[K + 1]; `weight` is w1."""
    return equipercentile(*synthetic_distributions(first, second, weight))


def braun_holland(first: Floats, second: Floats, weight: float = 1.0) -> Line:
    """The line that equates means and standard deviations in the synthetic population (Braun and Holland 1982)."""
    x, y = synthetic_distributions(first, second, weight)
    return line_of(*moments_of(x), *moments_of(y))


def chained_equipercentile(first: Floats, second: Floats) -> Floats:
    """X to V in population 1, then V to Y in population 2 (Dorans 1990; Livingston et al. 1990): float64[K + 1]."""
    check_joint(first, second)
    scores = np.arange(first.shape[0], dtype=np.float64)
    on_anchor = carried(first.sum(axis=1), first.sum(axis=0), places_of(scores, len(scores)))
    return scores_of(carried(second.sum(axis=0), second.sum(axis=1), on_anchor), second.shape[0])
