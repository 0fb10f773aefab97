"""Scores that rose too much, and answers that came too fast or too slow."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, ndtr, stdtr

from domain.psychometrics.arrays import LEAST_PEOPLE, Flags, Floats, floats, vector
from domain.psychometrics.discovery import discoveries
from domain.psychometrics.errors import NoVariation, OutOfShape, TooFew

LEAST_ITEMS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Gains:
    """Of N people who were tested twice.

    All float64[N]: the score `expected` the second time, how far above it they came in standard errors (`statistic`),
    the chance `p` of as much or more, and that `adjusted` for the number of people. `found` bool[N] are the
    gains found at the false discovery rate asked for.
    """

    expected: Floats
    statistic: Floats
    p: Floats
    adjusted: Floats
    found: Flags


def gains_by_regression(first: Floats, second: Floats, *, q: float = 0.05) -> Gains:
    """Against the regression of second on first scores, each person left out of it (externally studentised residuals).

    t = e sqrt((n - 3) / (S (1 - h) - e^2)), n - 3 degrees of freedom (Belsley, Kuh and Welsch 1980, eq. 2.26).

    Raises:
        TooFew: fewer than ten repeaters. NoVariation: first scores all alike, or second scores exactly on a line.

    """
    x, y = _pairs(first, second)
    n = len(x)
    if np.ptp(x) == 0:
        raise NoVariation(detail="All first scores are alike, so nothing can be expected from them.")
    centred = x - x.mean()
    slope = float(centred @ y / (centred @ centred))
    expected = y.mean() + slope * centred
    residual = y - expected
    leverage = 1 / n + centred**2 / (centred @ centred)
    left = (residual @ residual) * (1 - leverage) - residual**2
    if left.min() <= 1e-12 * max(1.0, float(y @ y)):
        raise NoVariation(detail="The second scores follow the first exactly but for one person at most.")
    statistic = residual * np.sqrt((n - 3) / left)
    return _gains(expected, statistic, floats(stdtr(n - 3, -statistic)), q)


def gains_by_error(
    first: Floats, second: Floats, sem_first: float, sem_second: float, *, growth: float = 0.0, q: float = 0.05
) -> Gains:
    """Against the errors of measurement: z = (second - first - growth) / sqrt(sem1^2 + sem2^2), for small groups.

    `growth` is the gain that practice and learning explain. Raises OutOfShape when no error is positive.
    """
    x, y = vector(first, "First scores"), vector(second, "Second scores")
    if len(x) != len(y) or min(sem_first, sem_second) < 0 or sem_first + sem_second <= 0:
        raise OutOfShape(detail="Everybody needs two scores, and standard errors must be positive.")
    statistic = (y - x - growth) / np.hypot(sem_first, sem_second)
    return _gains(floats(x + growth), floats(statistic), floats(ndtr(-statistic)), q)


def _gains(expected: Floats, statistic: Floats, p: Floats, q: float) -> Gains:
    found, adjusted = discoveries(p, q)
    return Gains(expected=expected, statistic=statistic, p=p, adjusted=adjusted, found=found)


def _pairs(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    x, y = vector(first, "First scores"), vector(second, "Second scores")
    if len(x) != len(y):
        raise OutOfShape(detail="Everybody needs two scores.")
    if len(x) < LEAST_PEOPLE:
        raise TooFew(detail=f"A regression of gains needs at least {LEAST_PEOPLE} people.")
    return x, y


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseTimes:
    """The lognormal model of response times (van der Linden 2006).

    `intensity` and `precision` float64[I] are each item's mean log time and one over its residual standard deviation;
    `speed` float64[N] is positive for people faster than average. `residuals` float64[N, I] are standardised: strongly
    negative where an answer came too fast for the item and the person. `p` float64[N] judges each person's sum of
    squares (chi-squared, I - 1 degrees of freedom; Marianti et al. 2014), `found` holds its false discovery rate.
    """

    intensity: Floats
    precision: Floats
    speed: Floats
    residuals: Floats
    p: Floats
    adjusted: Floats
    found: Flags


def response_times(seconds: Floats, *, q: float = 0.05) -> ResponseTimes:
    """Fit log t = intensity - speed + error / precision to complete times float64[N, I], in seconds.

    Intensities are means over people, speeds precision-weighted means over items, in turn until they settle.

    Raises:
        TooFew: fewer than ten people or three items. OutOfShape: a time that is missing or not positive.
        NoVariation: an item on which everybody's time follows their speed exactly.

    """
    if seconds.ndim != 2 or len(seconds) < LEAST_PEOPLE or seconds.shape[1] < LEAST_ITEMS:
        raise TooFew(detail=f"Response times need at least {LEAST_PEOPLE} people and three items.")
    if not (np.isfinite(seconds).all() and seconds.min() > 0):
        raise OutOfShape(detail="Every response time must be given and positive.")
    logs = np.log(seconds)
    intensity = logs.mean(axis=0)
    weights = np.ones(logs.shape[1])
    for _ in range(50):
        weights = 0.5 * weights + 0.5 / _residual_variances(logs - intensity, weights)
    speed = -((logs - intensity) @ weights) / weights.sum()
    standardised = (logs - intensity + speed[:, None]) * np.sqrt(weights)
    p = floats(chdtrc(logs.shape[1] - 1, (standardised**2).sum(axis=1)))
    found, adjusted = discoveries(p, q)
    return ResponseTimes(
        intensity=floats(intensity), precision=floats(np.sqrt(weights)), speed=floats(speed),
        residuals=floats(standardised), p=p, adjusted=adjusted, found=found,
    )  # fmt: skip


def _residual_variances(centred: Floats, weights: Floats) -> Floats:
    """Of each item beyond people's speed, which was estimated from the item too and so took out a share."""
    residual = centred - ((centred @ weights) / weights.sum())[:, None]
    variance = (residual**2).sum(axis=0) / ((len(centred) - 1) * (1 - weights / weights.sum()))
    if variance.min() < 1e-12:
        raise NoVariation(detail="The times of an item do not vary beyond the speed of people.")
    return floats(variance)
