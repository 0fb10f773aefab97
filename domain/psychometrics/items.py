"""Classical item analysis: difficulty and discrimination."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from domain.psychometrics.arrays import LEAST_PEOPLE, Floats, Maybe
from domain.psychometrics.moments import Moments

CONSTANT_ITEM = "constant_item"
CONSTANT_REST = "constant_rest"
TOO_FEW = "too_few_people"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAnalysis:
    """A form's items, in its order.

    `mean` float64[I] is the mean number of points: for items that are right or wrong, the proportion right, p. `sd` has
    the divisor N - 1. `point_biserial` is the correlation with the score on the *other* counted items; None where it
    does not exist, and then `reasons` says why: `constant_item` (all right, or all wrong), `constant_rest`,
    `too_few_people`. `biserial` is the same for a normal variable behind the item; also None for items with more
    points than one. `alpha_if_deleted` is the reliability of the remaining counted items, None for items that do not
    count, or when fewer than two remain, or those do not vary, or people are too few.
    """

    people: int
    mean: Floats
    sd: Floats
    point_biserial: Maybe
    reasons: tuple[str | None, ...]
    biserial: Maybe
    alpha_if_deleted: Maybe


def analyse_items(sums: Moments) -> ItemAnalysis:
    """The classical statistics of each item, from the sums of `moments()`."""
    covariance = sums.covariance
    variance = np.diag(covariance)
    correlations, reasons = _corrected(sums, covariance)
    return ItemAnalysis(
        people=sums.people,
        mean=sums.sums / sums.people,
        sd=np.sqrt(variance),
        point_biserial=correlations,
        reasons=reasons,
        biserial=_biserial(sums, correlations),
        alpha_if_deleted=_alphas_without(covariance, sums),
    )


def rest_variances(sums: Moments) -> Floats:
    """The variance of the total score without each item's own points, divisor N - 1: float64[I].

    Var(T - x) = Var T - 2 Cov(x, T) + Var x for counted items; for the others simply Var T.
    """
    return _rest(sums, sums.covariance)[1]


def _rest(sums: Moments, covariance: Floats) -> tuple[Floats, Floats]:
    """Covariance of each item with the rest score, and the variance of that rest score."""
    with_total = covariance[:, sums.counted].sum(axis=1)
    own = np.where(sums.counted, np.diag(covariance), 0.0)
    return with_total - own, sums.total_variance - np.where(sums.counted, 2 * with_total, 0.0) + own


def _corrected(sums: Moments, covariance: Floats) -> tuple[Maybe, tuple[str | None, ...]]:
    """Corrected item-total correlations (Henrysson 1963): r(x, T - x), in whole numbers until the last division."""
    with_rest, rest = _rest(sums, covariance)
    variance = np.diag(covariance)
    # A constant rest is exactly zero in whole numbers; computed in floats it is only nearly so.
    varies = rest > 1e-12 * max(1.0, sums.total_variance)
    found: list[float | None] = []
    reasons: list[str | None] = []
    for item in range(len(variance)):
        reason = _why_none(sums.people, float(variance[item]), rest_varies=bool(varies[item]))
        reasons.append(reason)
        found.append(None if reason else float(with_rest[item] / np.sqrt(variance[item] * rest[item])))
    return tuple(found), tuple(reasons)


def _why_none(people: int, variance: float, *, rest_varies: bool) -> str | None:
    if people < LEAST_PEOPLE:
        return TOO_FEW
    if variance == 0.0:
        return CONSTANT_ITEM
    return None if rest_varies else CONSTANT_REST


def _biserial(sums: Moments, correlations: Maybe) -> Maybe:
    """Biserials: r_pb sqrt(p q) / phi(z_p), phi the normal density at the p-quantile (Lord and Novick 1968, 15.10)."""
    right = np.diag(sums.cross) == sums.sums  # points squared equal points: only 0 and 1 occur
    p = sums.sums / sums.people
    return tuple(
        r if r is None else (float(r * _biserial_factor(p[item])) if right[item] else None)
        for item, r in enumerate(correlations)
    )


def _biserial_factor(p: float) -> float:
    density = np.exp(-0.5 * ndtri(p) ** 2) / np.sqrt(2 * np.pi)
    return float(np.sqrt(p * (1 - p)) / density)


def _alphas_without(covariance: Floats, sums: Moments) -> Maybe:
    """Coefficient alpha of the counted items but one, for each of them."""
    counted = np.flatnonzero(sums.counted)
    within = covariance[np.ix_(counted, counted)]
    variances, rows, whole = np.diag(within), within.sum(axis=1), within.sum()
    remaining, left = whole - 2 * rows + variances, variances.sum() - variances
    found: list[float | None] = [None] * len(covariance)
    k = len(counted) - 1
    for place, item in enumerate(counted):
        if k > 1 and sums.people >= LEAST_PEOPLE and remaining[place] > 1e-12 * max(1.0, whole):
            found[item] = float(k / (k - 1) * (1 - left[place] / remaining[place]))
    return tuple(found)
