"""The strong true-score model: a beta distribution of true proportions right, (compound) binomial errors.

Lord (1965), Hanson (1991). The distribution is fitted by moments with four parameters; where those cannot be had, with
three, and at last with two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, roots_jacobi, roots_legendre

from domain.psychometrics.arrays import Floats, floats
from domain.psychometrics.binomial import binomial_chances
from domain.psychometrics.errors import NoVariation, OutOfShape, Singular

NODES = 64
WELL_INSIDE = 30.0
"""A shape parameter beyond this vanishes so smoothly at its end that no weight function is needed there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueScores:
    """A beta distribution with shapes `a` and `b` between `lower` and `upper`, and how many parameters were fitted."""

    a: float
    b: float
    lower: float
    upper: float
    parameters: int

    def moments(self, count: int = 4) -> Floats:
        """The first raw moments of true proportions."""
        unit = np.cumprod([(self.a + k) / (self.a + self.b + k) for k in range(count)])
        raised = np.concatenate(([1.0], unit))
        span = self.upper - self.lower
        return floats([_binomial_sum(raised, k, self.lower, span) for k in range(1, count + 1)])

    def quadrature(self, cuts: Sequence[float] = (), nodes: int = NODES) -> tuple[Floats, Floats]:
        """Nodes (true proportions) and weights (summing to 1) that integrate smoothly between the `cuts`."""
        span = self.upper - self.lower
        inner = sorted({(cut - self.lower) / span for cut in cuts if self.lower < cut < self.upper})
        edges = [0.0, *inner, 1.0]
        parts = [self._segment(low, high, nodes) for low, high in pairwise(edges)]
        at = np.concatenate([x for x, _ in parts])
        weights = np.concatenate([w for _, w in parts])
        return self.lower + span * at, weights / weights.sum()

    def _segment(self, low: float, high: float, nodes: int) -> tuple[Floats, Floats]:
        """Gauss-Jacobi where the density has a power at an end of the unit interval, else Gauss-Legendre."""
        left = self.a - 1 if low == 0.0 and self.a < WELL_INSIDE else 0.0
        right = self.b - 1 if high == 1.0 and self.b < WELL_INSIDE else 0.0
        x, w = roots_jacobi(nodes, right, left) if left or right else roots_legendre(nodes)
        at = low + (high - low) * (x + 1) / 2
        scale = (1 + left + right) * np.log((high - low) / 2)
        powers = (self.a - 1 - left) * np.log(at) + (self.b - 1 - right) * np.log1p(-at)
        return floats(at), floats(w * np.exp(powers + scale - betaln(self.a, self.b)))


def _binomial_sum(unit: Floats, power: int, lower: float, span: float) -> float:
    """E (lower + span T)^power from the raw moments of T."""
    total, ways = 0.0, 1
    for j in range(power + 1):
        total += ways * lower ** (power - j) * span**j * float(unit[j])
        ways = ways * (power - j) // (j + 1)
    return total


def fit_true_scores(moments: Floats) -> TrueScores:
    """A beta distribution with these first raw moments: four of them, or three or two where more do not allow one.

    Four parameters (Hanson 1991) must give 0 <= lower < upper <= 1 and positive shapes; else three with lower = 0,
    else two with 0 and 1.

    Raises:
        NoVariation: the moments leave no variance of true scores.
        Singular: not even two parameters fit (more variance than proportions can have).

    """
    m1, m2 = float(moments[0]), float(moments[1])
    if m2 - m1**2 <= 1e-12:
        raise NoVariation(
            detail="The scores vary no more than chance alone would make them: true scores do not differ."
        )
    for needed, fit in ((4, _four), (3, _three), (2, _two)):
        found = fit(moments) if len(moments) >= needed else None
        if found is not None:
            return found
    raise Singular(detail="No beta distribution has the moments of these scores.")


def _four(moments: Floats) -> TrueScores | None:
    """By mean, variance, skewness and kurtosis (Johnson, Kotz and Balakrishnan 1995, 25.3).

    r = 6 (k - s^2 - 1) / (6 + 3 s^2 - 2 k) is a + b; a and b are r/2 (1 -/+ sqrt(1 - 24 (r+1) / (k (r+2)(r+3) -
    3 (r+1)(r-6)))), a the smaller where the skew is positive.
    """
    m1, m2, m3, m4 = (float(m) for m in moments[:4])
    variance = m2 - m1**2
    skew = (m3 - 3 * m1 * m2 + 2 * m1**3) / variance**1.5
    kurtosis = (m4 - 4 * m1 * m3 + 6 * m1**2 * m2 - 3 * m1**4) / variance**2
    below = 6 + 3 * skew**2 - 2 * kurtosis
    if below <= 0:
        return None
    r = 6 * (kurtosis - skew**2 - 1) / below
    inner = (r + 2) * (r + 3) * kurtosis - 3 * (r + 1) * (r - 6)
    root = 1 - 24 * (r + 1) / inner if inner > 0 else -1.0
    if r <= 0 or root < 0:
        return None
    half = np.sqrt(root) * np.sign(skew)
    a, b = r / 2 * (1 - half), r / 2 * (1 + half)
    if min(a, b) <= 0:
        return None
    step = np.sqrt(variance * (r + 1) / (a * b))
    return _checked(a, b, m1 - a * step, m1 + b * step, 4)


def _three(moments: Floats) -> TrueScores | None:
    """With lower = 0. The ratios of successive moments are u (a + k) / (a + b + k), linear in the unknowns."""
    m1, m2, m3 = (float(m) for m in moments[:3])
    first, second, third = m1, m2 / m1, m3 / m2
    below = 2 * second - first - third
    if below <= 0:
        return None
    s = 2 * (third - second) / below
    upper = second * (s + 1) - first * s
    a = first * s / upper if upper > 0 else -1.0
    return _checked(a, s - a, 0.0, upper, 3)


def _two(moments: Floats) -> TrueScores | None:
    m1, m2 = float(moments[0]), float(moments[1])
    s = (m1 - m2) / (m2 - m1**2)
    return _checked(m1 * s, (1 - m1) * s, 0.0, 1.0, 2)


def _checked(a: float, b: float, lower: float, upper: float, parameters: int) -> TrueScores | None:
    if not (a > 0 and b > 0 and 0 <= lower < upper <= 1):
        return None
    return TrueScores(a=float(a), b=float(b), lower=float(lower), upper=float(upper), parameters=parameters)


def lords_k(items: int, mean: float, variance: float, rel: float) -> float:
    """Lord's k of the two-term approximation to the compound binomial (Lord 1965), so that errors average to the SEM.

    k = n [(n-1)(s2 - e2) - n s2 + m (n - m)] / (2 [m (n - m) - (s2 - e2)]), with e2 = s2 (1 - rel).
    """
    true = variance * rel
    below = 2 * (mean * (items - mean) - true)
    if below <= 0:
        raise Singular(detail="The scores vary too much for a binomial error model.")
    return items * ((items - 1) * true - items * variance + mean * (items - mean)) / below


def true_moments(scores: npt.NDArray[Any], items: int, k: float = 0.0) -> Floats:
    """The first four raw moments of true proportions, from observed scores on a test of `items` items.

    A test of two or three items has no more moments than items.

    Factorial moments of X give m_r = (E X^(r) + k r (r-1) (n-2)^(r-2) m_(r-1)) / (n^(r) + k r (r-1) (n-2)^(r-2)), where
    x^(r) is a falling factorial (Lord 1965; Hanson 1991). Scores need not be whole.
    """
    if items < 2:
        raise OutOfShape(detail="A strong true-score model needs a test of at least two items.")
    x = scores.astype(np.float64)
    found = [1.0]
    falling = np.ones_like(x)
    for r in range(1, min(4, items) + 1):
        falling = falling * (x - (r - 1))
        ways = _falling(items, r)
        extra = k * r * (r - 1) * _falling(items - 2, r - 2) if r > 1 else 0.0
        found.append((float(falling.mean()) + extra * found[r - 1]) / (ways + extra))
    return floats(found[1:])


def _falling(n: int, r: int) -> float:
    return float(np.prod([n - j for j in range(r)])) if r > 0 else 1.0


def error_distribution(items: int, tau: Floats, k: float = 0.0) -> Floats:
    """The chance of each raw score at each true proportion: float64[T, items + 1].

    Binomial; with k the two-term compound binomial b(x; n) - k t (1-t) [b(x; n-2) - 2 b(x-1; n-2) + b(x-2; n-2)].
    """
    chances = binomial_chances(items, tau)
    if k:
        shorter = np.pad(binomial_chances(items - 2, tau), ((0, 0), (2, 2)))
        bend = shorter[:, 2:] - 2 * shorter[:, 1:-1] + shorter[:, :-2]
        chances -= k * (tau * (1 - tau))[:, None] * bend
    return chances
