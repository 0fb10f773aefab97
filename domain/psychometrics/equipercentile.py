"""Equipercentile equating with uniform kernels (Kolen and Brennan 2014, section 2.5)."""

import numpy as np

from domain.psychometrics.arrays import Floats, floats
from domain.psychometrics.equating import distribution

ROUNDING = 1e-12


def percentile_ranks(counts: Floats, x: Floats) -> Floats:
    """The share of people below x, each whole score spread evenly over half a point to either side: 0 to 1.

    P(x) = F(x* - 1) + (x - x* + 1/2) f(x*), x* the whole score nearest to x (halves go up).
    """
    upto = _cumulated(counts)
    below, share = np.concatenate(([0.0], upto[:-1])), counts / counts.sum()
    whole = np.clip(np.floor(x + 0.5), 0, len(share) - 1).astype(np.int64)
    part = np.clip(x - whole + 0.5, 0.0, 1.0)
    return floats(np.minimum(below[whole] + part * share[whole], 1.0))


def inverse_bounds(counts: Floats, p: Floats) -> tuple[Floats, Floats]:
    """The lowest and highest scores whose percentile rank is p: they differ where nobody has a score in between.

    Kolen and Brennan's x_L and x_U; -1/2 and K + 1/2 at the ends of the scale.
    """
    share = counts / counts.sum()
    upto = _cumulated(counts)
    below = np.concatenate(([0.0], upto[:-1]))
    first_above = np.searchsorted(upto, p + ROUNDING, side="right")
    first_reaching = np.searchsorted(upto, p - ROUNDING, side="left")
    return _within(p, below, share, first_reaching), _within(p, below, share, first_above)


def _within(p: Floats, below: Floats, share: Floats, whole: "np.typing.NDArray[np.intp]") -> Floats:
    """Interpolate within a score's point; beyond the last score, the upper end of the scale."""
    top = len(share)
    inside = np.minimum(whole, top - 1)
    mass = np.where(share[inside] > 0, share[inside], 1.0)
    part = np.clip((p - below[inside]) / mass, 0.0, 1.0)
    return floats(np.where(whole < top, inside - 0.5 + part, top - 0.5))


def _cumulated(counts: Floats) -> Floats:
    """The share of people at or below each score; exactly 1 from the highest score that occurs."""
    sums = np.cumsum(counts)
    return floats(sums / sums[-1])


def scores_at(counts: Floats, p: Floats) -> Floats:
    """The score at percentile rank p; the middle of the gap where nobody has the scores around it."""
    low, high = inverse_bounds(counts, p)
    return floats((low + high) / 2)


def equipercentile(x: Floats, y: Floats, at: Floats | None = None) -> Floats:
    """The scores on Y with the percentile ranks that the scores `at` (0 ... K, unless given) have on X.

    Where x lies in a gap that nobody has on X and its percentile rank falls into a gap of Y too (below the lowest
    score and above the highest it always does), the one gap is stretched over the other. So a form equated to itself
    is itself, whatever its distribution, and the conversion never falls.
    """
    from_x, to_y = distribution(x, least=0), distribution(y, least=0)
    scores = np.arange(len(from_x), dtype=np.float64) if at is None else at
    p = percentile_ranks(from_x, scores)
    low, high = inverse_bounds(to_y, p)
    gap_low, gap_high = inverse_bounds(from_x, p)
    width = gap_high - gap_low
    part = np.where(width > 0, (scores - gap_low) / np.where(width > 0, width, 1.0), 0.5)
    return floats(low + np.clip(part, 0.0, 1.0) * (high - low))
