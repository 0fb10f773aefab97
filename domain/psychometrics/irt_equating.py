"""Equating by response models whose parameters lie on one scale (Kolen and Brennan 2014, ch. 6)."""

import numpy as np

from domain.psychometrics.arrays import Floats, floats
from domain.psychometrics.equipercentile import equipercentile
from domain.psychometrics.errors import NotConverged, OutOfShape
from domain.psychometrics.irt_model import ItemParameters, score_distribution

FARTHEST = 60.0
Population = tuple[Floats, Floats]


def ability_at(true_scores: Floats, items: ItemParameters) -> Floats:
    """The abilities at which items have these expected scores, between the sum of c and the number of items."""
    if items.a.min() <= 0:
        raise OutOfShape(detail="A true score has one ability only where all slopes are positive.")
    low, high = np.full(len(true_scores), -FARTHEST), np.full(len(true_scores), FARTHEST)
    theta = np.zeros(len(true_scores))
    for _ in range(200):
        error = items.true_scores(theta) - true_scores
        low, high = np.where(error < 0, theta, low), np.where(error < 0, high, theta)
        step = theta - error / np.maximum(items.slopes(theta).sum(axis=1), 1e-12)
        new = np.where((step > low) & (step < high), step, (low + high) / 2)
        if not len(new) or np.abs(new - theta).max() < 1e-11:
            return floats(new)
        theta = new
    raise NotConverged(detail="A true score has no ability within reach.")


def true_score_equating(x: ItemParameters, y: ItemParameters) -> Floats:
    """For each raw score 0 ... K on X, the true score on Y of the same ability: float64[K + 1] (Lord 1980, ch. 13).

    Raw scores at or below the sum of X's lower asymptotes have no ability; there, as Kolen (1981) does, a line from
    (0, 0) to the two sums. All right on X is all right on Y.
    """
    scores = np.arange(x.items + 1, dtype=np.float64)
    floor_x, floor_y = float(x.c.sum()), float(y.c.sum())
    found = np.where(scores == x.items, float(y.items), scores * (floor_y / floor_x if floor_x > 0 else 0.0))
    inside = (scores > floor_x) & (scores < x.items)
    found[inside] = y.true_scores(ability_at(scores[inside], x))
    return floats(found)


def model_distribution(items: ItemParameters, population: Population) -> Floats:
    """The distribution of number right in a population of abilities (values and weights): shares, float64[K + 1]."""
    theta, weights = population
    if theta.shape != weights.shape or weights.min() < 0 or weights.sum() <= 0:
        raise OutOfShape(detail="Abilities need as many weights, none of them negative.")
    return floats((weights / weights.sum()) @ score_distribution(items.chances(theta)))


def observed_score_equating(
    x: ItemParameters, y: ItemParameters, first: Population, second: Population | None = None, weight: float = 1.0
) -> Floats:
    """Equipercentile equating of the two forms' model-implied distributions: float64[K + 1] (Lord and Wingersky 1984).

    In the synthetic population: `weight` of `first`, the rest of `second` (values and weights of ability on the common
    scale). With a weight of 1 no second population is needed.
    """
    if not 0 <= weight <= 1 or (second is None and weight != 1):
        raise OutOfShape(detail="The weight must lie between 0 and 1; below 1 a second population is needed.")
    on_x, on_y = model_distribution(x, first), model_distribution(y, first)
    if second is not None:
        on_x = weight * on_x + (1 - weight) * model_distribution(x, second)
        on_y = weight * on_y + (1 - weight) * model_distribution(y, second)
    return equipercentile(on_x, on_y)
