"""How often would the same decision be taken again, and how often is it right? From one administration."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt

from domain.psychometrics.arrays import LEAST_PEOPLE, Floats, floats
from domain.psychometrics.binomial import binomial_chances
from domain.psychometrics.errors import NoVariation, OutOfShape, TooFew
from domain.psychometrics.strong_true import (
    TrueScores,
    error_distribution,
    fit_true_scores,
    lords_k,
    true_moments,
)

Scores = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """The quality of the decisions that `cuts` (lowest raw scores of the higher categories) make.

    `consistency` is the share of people whom two parallel administrations would place alike, `chance` the share that
    would be so by chance, `kappa` the agreement beyond it (None when chance is all there is: one category only).
    `accuracy` is the share placed where their true score lies; `false_higher` and `false_lower` are the shares placed
    above and below it (for one cut: passed and failed wrongly); None for methods without a distribution of true scores.
    `length` is the number of items of the error model, `true_scores` the fitted distribution.
    """

    method: str
    cuts: tuple[float, ...]
    consistency: float
    chance: float
    kappa: float | None
    accuracy: float | None = None
    false_higher: float | None = None
    false_lower: float | None = None
    length: int
    true_scores: TrueScores | None = None


def livingston_lewis(
    scores: Scores, rel: float, cuts: Sequence[float], *, minimum: float = 0.0, maximum: float
) -> Decisions:
    """Livingston and Lewis (1995), for any score whose reliability is known.

    The effective length n = ((M - min)(max - M) - rel s2) / (s2 (1 - rel)), rounded, is that of a binomial test of the
    same reliability. True proportions follow a beta distribution fitted by `fit_true_scores`. A cut at proportion c of
    the range is passed by an effective score of at least n c.

    Raises:
        OutOfShape: a cut outside (min, max], cuts out of order, scores out of range, or `rel` not within (0, 1).
        TooFew, NoVariation, Singular: the scores do not allow the model.

    """
    x = _scores(scores, minimum, maximum)
    _check(rel, cuts, minimum, maximum)
    mean, variance = float(x.mean()), float(x.var(ddof=1))
    length = round(((mean - minimum) * (maximum - mean) - rel * variance) / (variance * (1 - rel)))
    span = maximum - minimum
    proportions = [(cut - minimum) / span for cut in cuts]
    true = fit_true_scores(true_moments((x - minimum) / span * length, length))
    needed = [ceil(length * share - 1e-9) for share in proportions]
    return _judge("livingston_lewis", cuts, needed, proportions, length, true, 0.0)


def hanson_brennan(scores: Scores, rel: float | None, cuts: Sequence[float], items: int) -> Decisions:
    """Hanson and Brennan (1990): the beta-binomial family on the test's own `items`.

    With `rel` the errors are Lord's two-term compound binomial, so that they agree with that reliability; with None
    they are binomial (which implies KR-21). Raises as `livingston_lewis`.
    """
    x = _scores(scores, 0, items)
    _check(0.5 if rel is None else rel, cuts, 0, items)
    k = 0.0 if rel is None else lords_k(items, float(x.mean()), float(x.var(ddof=1)), rel)
    true = fit_true_scores(true_moments(x, items, k))
    needed = [ceil(cut - 1e-9) for cut in cuts]
    return _judge("hanson_brennan", cuts, needed, [cut / items for cut in cuts], items, true, k)


def subkoviak(scores: Scores, rel: float, cuts: Sequence[float], items: int) -> Decisions:
    """Subkoviak (1976): everybody's own chance of each category, from a true proportion regressed to the mean.

    t = rel x/n + (1 - rel) M/n; consistency is the mean over people of the sum of squared chances. Binomial errors.
    """
    x = _scores(scores, 0, items)
    _check(rel, cuts, 0, items)
    values, counts = np.unique(x, return_counts=True)
    tau = (rel * values + (1 - rel) * x.mean()) / items
    chances = _categories(binomial_chances(items, floats(tau)), [ceil(c - 1e-9) for c in cuts])
    consistency, chance, kappa = _agreement(chances, counts / counts.sum())
    return Decisions(
        method="subkoviak", cuts=tuple(cuts), consistency=consistency, chance=chance, kappa=kappa, length=items
    )


def _judge(
    method: str, cuts: Sequence[float], needed: Sequence[int], proportions: Sequence[float], length: int,
    true: TrueScores, k: float,
) -> Decisions:  # fmt: skip
    """Integrate over the true scores, piece by piece between the cuts."""
    tau, weights = true.quadrature(proportions)
    chances = _categories(error_distribution(length, tau, k), needed)
    belongs = np.searchsorted(np.asarray(proportions), tau, side="right")
    placed = np.arange(chances.shape[1])
    consistency, chance, kappa = _agreement(chances, weights)
    return Decisions(
        method=method,
        cuts=tuple(cuts),
        consistency=consistency,
        chance=chance,
        kappa=kappa,
        accuracy=float(weights @ chances[np.arange(len(tau)), belongs]),
        false_higher=float(weights @ (chances * (placed[None, :] > belongs[:, None])).sum(axis=1)),
        false_lower=float(weights @ (chances * (placed[None, :] < belongs[:, None])).sum(axis=1)),
        length=length,
        true_scores=true,
    )


def _categories(chances: Floats, needed: Sequence[int]) -> Floats:
    """Sum the chances of scores into categories, the k-th from `needed[k - 1]` on: float64[T, len(needed) + 1]."""
    edges = [0, *needed, chances.shape[1]]
    return floats(np.stack([chances[:, low:high].sum(axis=1) for low, high in pairwise(edges)], 1))


def _agreement(chances: Floats, weights: Floats) -> tuple[float, float, float | None]:
    """Consistency, its chance level, and Cohen's (1960) kappa."""
    consistency = float(weights @ (chances**2).sum(axis=1))
    chance = float(((weights @ chances) ** 2).sum())
    return consistency, chance, (consistency - chance) / (1 - chance) if 1 - chance > 1e-12 else None


def _scores(scores: Scores, minimum: float, maximum: float) -> Floats:
    x = floats(scores)
    if len(x) < LEAST_PEOPLE:
        raise TooFew(detail=f"The quality of decisions needs at least {LEAST_PEOPLE} people.")
    if x.min() < minimum or x.max() > maximum:
        raise OutOfShape(detail="A score lies outside the scale.")
    if x.min() == x.max():
        raise NoVariation(detail="Everybody has the same score.")
    return x


def _check(rel: float, cuts: Sequence[float], minimum: float, maximum: float) -> None:
    if not 0 < rel < 1:
        raise OutOfShape(detail="The reliability must lie between 0 and 1.")
    if not cuts or list(cuts) != sorted(set(cuts)) or not minimum < cuts[0] <= cuts[-1] <= maximum:
        raise OutOfShape(detail="Cuts must rise and lie within the scale.")
