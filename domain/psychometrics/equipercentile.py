"""Equipercentile equating with uniform kernels (Kolen and Brennan 2014, section 2.5)."""

from typing import NamedTuple

import numpy as np

from domain.psychometrics.arrays import Floats, floats
from domain.psychometrics.equating import distribution

ROUNDING = 1e-12
"""Two shares of people are one when they differ by less than this part of themselves."""


def percentile_ranks(counts: Floats, x: Floats) -> Floats:
    """The share of people below x, each whole score spread evenly over half a point to either side: 0 to 1.

    P(x) = F(x* - 1) + (x - x* + 1/2) f(x*), x* the whole score nearest to x (halves go up).
    """
    return floats(np.minimum(_mass(counts, places_of(x, len(counts)).from_low), 1.0))


def scores_at(counts: Floats, p: Floats) -> Floats:
    """The score at percentile rank p; the middle of the gap where nobody has the scores around it.

    The gap's ends are Kolen and Brennan's x_L and x_U.
    """
    low, high = _reach(counts, p)
    return floats((low + high) / 2 - 0.5)


class Places(NamedTuple):
    """Places on a scale by their distances from its two ends, -1/2 and K + 1/2: float64 each, summing to K + 1.

    Smoothed tails hold so little that a score alone cannot tell its rank: beside 100.5, a distance of 1e-18 is nothing.
    """

    from_low: Floats
    from_high: Floats


def places_of(x: Floats, length: int) -> Places:
    """Scores as places on a scale of `length` whole scores."""
    return Places(floats(np.clip(x + 0.5, 0.0, length)), floats(np.clip(length - 0.5 - x, 0.0, length)))


def equipercentile(x: Floats, y: Floats, at: Floats | None = None) -> Floats:
    """The scores on Y with the percentile ranks that the scores `at` (0 ... K, unless given) have on X.

    Where x lies in a gap that nobody has on X and its percentile rank falls into a gap of Y too (below the lowest
    score and above the highest it always does), the one gap is stretched over the other. So a form equated to itself
    is itself, whatever its distribution, and the conversion never falls.
    """
    scores = np.arange(len(x), dtype=np.float64) if at is None else at
    return scores_of(carried(x, y, places_of(scores, len(x))), len(y))


def scores_of(places: Places, length: int) -> Floats:
    """The scores at these places of a scale of `length` whole scores."""
    near_low = places.from_low <= places.from_high
    return floats(np.where(near_low, places.from_low - 0.5, length - 0.5 - places.from_high))


def carried(x: Floats, y: Floats, at: Places) -> Places:
    """The places on Y with the percentile ranks of these places on X, each counted from the end with fewer people."""
    from_x, to_y = distribution(x, least=0), distribution(y, least=0)
    below, above = _mass(from_x, at.from_low), _mass(from_x[::-1], at.from_high)
    low = _across(from_x, to_y, at.from_low, below)
    high = _across(from_x[::-1], to_y[::-1], at.from_high, above)
    fewer_below, length = below <= above, float(len(to_y))
    return Places(floats(np.where(fewer_below, low, length - high)), floats(np.where(fewer_below, length - low, high)))


def _mass(counts: Floats, distance: Floats) -> Floats:
    """The share of people within a distance of the lower end."""
    share, below = _shares(counts)
    whole = np.minimum(distance.astype(np.int64), len(share) - 1)
    return floats(below[whole] + (distance - whole) * share[whole])


def _across(from_x: Floats, to_y: Floats, distance: Floats, mass: Floats) -> Floats:
    """The distances from Y's lower end with the mass that these have on X, a gap stretched over a gap."""
    low, high = _reach(to_y, mass)
    gap_low, gap_high = _reach(from_x, mass)
    width = gap_high - gap_low
    part = np.where(width > 0, (distance - gap_low) / np.where(width > 0, width, 1.0), 0.5)
    return floats(low + np.clip(part, 0.0, 1.0) * (high - low))


def _reach(counts: Floats, mass: Floats) -> tuple[Floats, Floats]:
    """The least and the greatest distance from the lower end within which so many people are."""
    share, below = _shares(counts)
    upto = np.append(below[1:], below[-1] + share[-1])
    near = mass * ROUNDING
    bounds = []
    for whole in (np.searchsorted(upto, mass - near, side="left"), np.searchsorted(upto, mass + near, side="right")):
        inside = np.minimum(whole, len(share) - 1)
        people = np.where(share[inside] > 0, share[inside], 1.0)
        part = np.clip((mass - below[inside]) / people, 0.0, 1.0)
        bounds.append(floats(np.where(whole < len(share), inside + part, float(len(share)))))
    return bounds[0], bounds[1]


def _shares(counts: Floats) -> tuple[Floats, Floats]:
    """Everybody's share at each score, and below each."""
    share = counts / counts.sum()
    return floats(share), floats(np.concatenate(([0.0], np.cumsum(share)[:-1])))
