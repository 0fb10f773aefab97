"""Where panels put the cut: modified Angoff, Hofstee, Beuk, bookmark. Ratings in, cuts with their standard errors out.

No method decides: the cut of a form is approved by two people. What is handed out is the unrounded cut in raw points,
its standard error, and the whole raw score that the stated rounding makes of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import ceil, floor, pi, sqrt
from typing import Literal

import numpy as np

from domain.psychometrics.arrays import Floats, Ints, Maybe, floats
from domain.psychometrics.equating import moments_of
from domain.psychometrics.errors import NoVariation, OutOfShape, TooFew
from domain.psychometrics.irt_model import ItemParameters

LEAST_JUDGES = 2
RP67 = 2 / 3
"""The response probability of the bookmark method: two chances in three, called RP67 (Mitzel et al. 2001)."""
ROUNDING = 1e-9


class Rounding(StrEnum):
    """How an unrounded cut becomes a whole raw score. `up`: the lowest score that reaches it (71.2 is 72)."""

    UP = "up"
    HALF_UP = "half_up"
    DOWN = "down"


def whole_score(cut: float, rounding: Rounding) -> int:
    """The whole raw score of a cut; what lies within 1e-9 of a whole number is that number."""
    if abs(cut - round(cut)) < ROUNDING:
        return round(cut)
    match rounding:
        case Rounding.UP:
            return ceil(cut)
        case Rounding.DOWN:
            return floor(cut)
        case Rounding.HALF_UP:
            return floor(cut + 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A panel's cut: unrounded `raw` points, its standard error over judges, and the whole score by `rounding`.

    The error is None where it cannot be had: a jackknife in which leaving one judge out leaves no cut.
    """

    raw: float
    se: float | None
    rounding: Rounding
    whole: int


def _cut(raw: float, se: float | None, rounding: Rounding) -> Cut:
    return Cut(raw=raw, se=se, rounding=rounding, whole=whole_score(raw, rounding))


@dataclass(frozen=True, slots=True, kw_only=True)
class AngoffRound:
    """One round of ratings by J judges of I items.

    `cut` is the mean over judges of their sums over items; its `se` is that of judges drawn at random, s / sqrt(J).
    `se_items` also takes the items for a sample (Brennan and Lockwood 1980). `judge_cuts` float64[J], `item_means` and
    `item_sds` float64[I]. `agreement` is the generalizability of the item means over judges, s_i^2 / (s_i^2 +
    s_res^2 / J), None where the item means do not differ. `difficulty` is each judge's correlation with the items'
    observed p, None without one or where the judge rated all alike.
    """

    cut: Cut
    se_items: float
    judge_cuts: Floats
    item_means: Floats
    item_sds: Floats
    agreement: float | None
    difficulty: Maybe


@dataclass(frozen=True, slots=True, kw_only=True)
class Angoff:
    """All rounds, the last of which is the panel's, and how far each judge's cut moved since the round before."""

    rounds: tuple[AngoffRound, ...]
    moved: tuple[Floats, ...]

    @property
    def cut(self) -> Cut:
        """The cut of the last round."""
        return self.rounds[-1].cut


def angoff(ratings: Sequence[Floats], *, observed: Floats | None = None, rounding: Rounding = Rounding.UP) -> Angoff:
    """Modified Angoff (1971) in rounds: each judge says for each item how likely a borderline candidate gets it right.

    `ratings` holds a float64[J, I] of 0 to 1 per round, the same judges and items throughout; `observed` float64[I] are
    the items' p.

    Raises:
        TooFew: no round, fewer than two judges, or fewer than two items.
        OutOfShape: rounds of different shapes, or ratings that are not between 0 and 1 (a missing one is not).

    """
    if not ratings:
        raise TooFew(detail="There is no round of ratings.")
    if any(one.shape != ratings[0].shape for one in ratings):
        raise OutOfShape(detail="All rounds must be of the same judges and items.")
    rounds = tuple(_angoff_round(floats(one), observed, rounding) for one in ratings)
    moved = tuple(floats(after.judge_cuts - before.judge_cuts) for before, after in pairwise(rounds))
    return Angoff(rounds=rounds, moved=moved)


def _angoff_round(ratings: Floats, observed: Floats | None, rounding: Rounding) -> AngoffRound:
    _check_ratings(ratings, observed)
    judges, items = ratings.shape
    judge_cuts = ratings.sum(axis=1)
    se = float(judge_cuts.std(ddof=1) / sqrt(judges))
    of_judges, of_items, residual = _components(ratings)
    variance = of_judges / judges + of_items / items + residual / (judges * items)
    below = of_items + residual / judges
    return AngoffRound(
        cut=_cut(float(judge_cuts.mean()), se, rounding),
        se_items=items * sqrt(variance),
        judge_cuts=floats(judge_cuts),
        item_means=floats(ratings.mean(axis=0)),
        item_sds=floats(ratings.std(axis=0, ddof=1)),
        agreement=of_items / below if of_items > 0 else None,
        difficulty=_with_difficulty(ratings, observed),
    )


def _check_ratings(ratings: Floats, observed: Floats | None) -> None:
    if ratings.ndim != 2:
        raise OutOfShape(detail="Ratings must be a matrix of judges by items.")
    if min(ratings.shape) < LEAST_JUDGES:
        raise TooFew(detail="Angoff needs at least two judges and two items.")
    if not (np.isfinite(ratings).all() and ratings.min() >= 0 and ratings.max() <= 1):
        raise OutOfShape(detail="Every rating must be given, and lie between 0 and 1.")
    if observed is not None and observed.shape != (ratings.shape[1],):
        raise OutOfShape(detail="There must be one observed difficulty per item.")


def _components(ratings: Floats) -> tuple[float, float, float]:
    """Variance components of judges, items and residual of a crossed design, by mean squares; never below zero."""
    judges, items = ratings.shape
    grand = ratings.mean()
    by_judge, by_item = ratings.mean(axis=1), ratings.mean(axis=0)
    ms_judges = items * ((by_judge - grand) ** 2).sum() / (judges - 1)
    ms_items = judges * ((by_item - grand) ** 2).sum() / (items - 1)
    rest = ratings - by_judge[:, None] - by_item[None, :] + grand
    residual = float((rest**2).sum() / ((judges - 1) * (items - 1)))
    return max(0.0, float(ms_judges - residual) / items), max(0.0, float(ms_items - residual) / judges), residual


def _with_difficulty(ratings: Floats, observed: Floats | None) -> Maybe:
    if observed is None or np.ptp(observed) == 0:
        return (None,) * len(ratings)
    return tuple(float(np.corrcoef(row, observed)[0, 1]) if np.ptp(row) > 0 else None for row in ratings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compromise:
    """A cut between what judges ask absolutely and what the group did.

    `cut` is None where the judges' line and the curve of the group do not meet; `reason` is then `no_intersection`.
    `fail_rate` is the share of the group below the unrounded cut, on the curve drawn through whole scores. The cut's
    standard error is a jackknife over judges.
    """

    cut: Cut | None
    fail_rate: float | None
    reason: str | None = None


def hofstee(cuts: Floats, fail_rates: Floats, scores: Floats, *, rounding: Rounding = Rounding.UP) -> Compromise:
    """Hofstee (1983): where the judges' line of cut and fail rate meets the curve of how many would fail at each cut.

    The line runs from (lowest cut, highest fail rate) to (highest cut, lowest fail rate), all four means over judges.
    `cuts` float64[J, 2] are each judge's lowest and highest acceptable cut in raw points, `fail_rates` likewise the
    lowest and highest acceptable shares failing; `scores` float64[K + 1] counts people by raw score.

    Raises:
        TooFew, OutOfShape: fewer than two judges; pairs out of order, off the scale or missing; nobody tested.

    """
    _check_pairs(cuts, len(scores) - 1, "cuts")
    _check_pairs(fail_rates, 1, "fail rates")
    curve = _fail_curve(scores)

    def at(judges: Ints) -> float | None:
        low, high = cuts[judges].mean(axis=0)
        least, most = fail_rates[judges].mean(axis=0)
        if high - low < ROUNDING:
            return float(low) if least <= _fails(curve, low) <= most else None
        return _crossing(lambda x: _fails(curve, x) - (most - (most - least) * (x - low) / (high - low)), low, high)

    return _compromise(at, len(cuts), curve, rounding)


def beuk(cuts: Floats, pass_rates: Floats, scores: Floats, *, rounding: Rounding = Rounding.UP) -> Compromise:
    """Beuk (1984): from the judges' mean cut and mean pass rate, along a line as steep as their spreads, to the curve.

    The line through (mean cut, mean pass rate) has slope s(pass rate) / s(cut); where judges agree on the cut but not
    on the rate it is upright, and the cut is their mean. `cuts` float64[J] in raw points, `pass_rates` float64[J] as
    shares, `scores` float64[K + 1] counts people by raw score.

    Raises:
        NoVariation: the judges agree on both, so that no line follows.
        TooFew, OutOfShape: as in `hofstee`.

    """
    _check_list(cuts, len(scores) - 1, "cuts")
    _check_list(pass_rates, 1, "pass rates")
    if len(cuts) != len(pass_rates):
        raise OutOfShape(detail="Every judge gives a cut and a pass rate.")
    if np.ptp(cuts) == 0 and np.ptp(pass_rates) == 0:
        raise NoVariation(detail="All judges say the same, so there is no line between cut and pass rate.")
    curve = _fail_curve(scores)

    def at(judges: Ints) -> float | None:
        k, v = cuts[judges], pass_rates[judges]
        spread_k, spread_v = float(np.ptp(k)), float(np.ptp(v))
        if spread_k == 0:
            return float(k.mean())
        slope = float(v.std() / k.std()) if spread_v else 0.0
        return _crossing(lambda x: v.mean() + slope * (x - k.mean()) - 1 + _fails(curve, x), 0.0, len(curve) - 1.0)

    return _compromise(at, len(cuts), curve, rounding)


def _compromise(at: Callable[[Ints], float | None], judges: int, curve: Floats, rounding: Rounding) -> Compromise:
    everybody = np.arange(judges)
    raw = at(everybody)
    if raw is None:
        return Compromise(cut=None, fail_rate=None, reason="no_intersection")
    without = [at(np.delete(everybody, judge)) for judge in range(judges)]
    known = np.array([one for one in without if one is not None])
    se = sqrt((judges - 1) * float(known.var())) if len(known) == judges else None
    return Compromise(cut=_cut(raw, se, rounding), fail_rate=_fails(curve, raw))


def _fail_curve(scores: Floats) -> Floats:
    """The share below each raw score 0 ... K: who fails if that is the cut."""
    if scores.ndim != 1 or scores.sum() <= 0 or scores.min() < 0:
        raise OutOfShape(detail="The group's scores must be counts of at least one person.")
    return floats(np.concatenate(([0.0], np.cumsum(scores)[:-1])) / scores.sum())


def _fails(curve: Floats, cut: float) -> float:
    return float(np.interp(cut, np.arange(len(curve)), curve))


def _crossing(gap: Callable[[float], float], low: float, high: float) -> float | None:
    """Where an increasing, piecewise linear function is zero between two scores; None where it is not."""
    knots = np.unique(np.concatenate([[low, high], np.arange(ceil(low), floor(high) + 1)]))
    values = np.array([gap(float(x)) for x in knots])
    if values[0] > ROUNDING or values[-1] < -ROUNDING:
        return None
    return float(np.interp(0.0, values, knots))


def _check_pairs(pairs: Floats, most: float, what: str) -> None:
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        raise OutOfShape(detail=f"Every judge gives a lowest and a highest of the {what}.")
    for column in pairs.T:
        _check_list(column, most, what)
    if np.any(pairs[:, 0] > pairs[:, 1]):
        raise OutOfShape(detail=f"A judge's lowest of the {what} is above the highest.")


def _check_list(values: Floats, most: float, what: str) -> None:
    if values.ndim != 1 or len(values) < LEAST_JUDGES:
        raise TooFew(detail="At least two judges are needed.")
    if not (np.isfinite(values).all() and values.min() >= 0 and values.max() <= most):
        raise OutOfShape(detail=f"All {what} must be given, and lie between 0 and {most:g}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookmark:
    """A panel's bookmarks.

    `order` int64[I] is the ordered booklet (places of items on the form, easiest first), `locations` float64[I] the
    abilities in that order, `judge_thetas` float64[J] each judge's cut ability and `theta` the panel's, with its
    standard error. The cut in raw points has its standard error by the slope of the test characteristic curve.
    """

    order: Ints
    locations: Floats
    judge_thetas: Floats
    theta: float
    theta_se: float
    cut: Cut


def response_locations(items: ItemParameters, probability: float = RP67) -> Floats:
    """The ability at which each item is answered right with this probability, guessing taken out: float64[I].

    theta = b + log(p / (1 - p)) / (D a): the probability is that of the logistic part (Mitzel et al. 2001).
    """
    if not 0 < probability < 1 or items.a.min() <= 0:
        raise OutOfShape(detail="The response probability must lie between 0 and 1, and slopes above 0.")
    return floats(items.b + np.log(probability / (1 - probability)) / (items.d * items.a))


def bookmark(
    pages: Ints, items: ItemParameters, *, probability: float = RP67, centre: Literal["median", "mean"] = "median",
    at: Literal["before", "on", "between"] = "before", rounding: Rounding = Rounding.UP,
) -> Bookmark:  # fmt: skip
    """The bookmark method (Lewis, Mitzel and Green 1996).

    `pages` int64[J] holds each judge's page, from 1: the first item that a borderline candidate would *not* get right
    with the response probability; I + 1 when all would be.
    A judge's cut ability is the location of the page `before` it (the last mastered), `on` it, or halfway `between`. On
    the first page there is no page before, nor after the last: the nearest is taken. The panel's is the median or mean;
    the standard error of the median is that of the mean times sqrt(pi / 2).

    Raises:
        TooFew: fewer than two judges. OutOfShape: a page outside the booklet, or a slope that is not positive.

    """
    if len(pages) < LEAST_JUDGES:
        raise TooFew(detail="At least two judges are needed.")
    if pages.min() < 1 or pages.max() > items.items + 1:
        raise OutOfShape(detail="A bookmark lies outside the booklet.")
    found = response_locations(items, probability)
    order = np.argsort(found, kind="stable")
    locations = found[order]
    before, on = locations[np.maximum(pages - 2, 0)], locations[np.minimum(pages - 1, items.items - 1)]
    judges = floats({"before": before, "on": on, "between": (before + on) / 2}[at])
    theta = float(np.median(judges) if centre == "median" else judges.mean())
    se = float(judges.std(ddof=1) / sqrt(len(judges))) * (sqrt(pi / 2) if centre == "median" else 1.0)
    where = np.array([theta])
    slope = float(items.slopes(where).sum())
    return Bookmark(
        order=order.astype(np.int64), locations=floats(locations), judge_thetas=judges, theta=theta, theta_se=se,
        cut=_cut(float(items.true_scores(where)[0]), slope * se, rounding),
    )  # fmt: skip


def impact(scores: Floats, cut: int) -> tuple[float, float, float]:
    """The share of the group that a whole cut passes, and the group's mean and standard deviation."""
    share = scores / scores.sum()
    mean, sd = moments_of(scores)
    return float(share[cut:].sum()), mean, sd
