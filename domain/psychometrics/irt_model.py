"""Logistic response models: chances, information, and the distribution of number-right scores."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from domain.psychometrics.arrays import Floats, Ints, floats, vector
from domain.psychometrics.errors import OutOfShape

NORMAL_D = 1.7
"""With D = 1.7 a slope is nearly that of the normal ogive (Haley 1952)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemParameters:
    """P(right | theta) = c + (1 - c) / (1 + exp(-D a (theta - b))), for I items.

    `a`, `b` and `c` are float64[I]; Rasch items share one `a` and have c = 0. `d` is the scaling constant D.
    """

    a: Floats
    b: Floats
    c: Floats
    d: float = 1.0

    @property
    def items(self) -> int:
        """How many items."""
        return len(self.b)

    def chances(self, theta: Floats) -> Floats:
        """P(right): float64[T, I] at float64[T] abilities."""
        return floats(self.c + (1 - self.c) * expit(self.d * self.a * (theta[:, None] - self.b)))

    def slopes(self, theta: Floats) -> Floats:
        """The derivatives of `chances` by theta: D a (1 - c) L (1 - L), L the logistic part."""
        logistic = expit(self.d * self.a * (theta[:, None] - self.b))
        return floats(self.d * self.a * (1 - self.c) * logistic * (1 - logistic))

    def information(self, theta: Floats) -> Floats:
        """Fisher information of each item, P'^2 / (P Q): float64[T, I] (Lord 1980, eq. 5-9)."""
        p = self.chances(theta)
        return floats(self.slopes(theta) ** 2 / np.maximum(p * (1 - p), 1e-300))

    def true_scores(self, theta: Floats) -> Floats:
        """The test characteristic curve, the expected number right: float64[T]."""
        return floats(self.chances(theta).sum(axis=1))

    def moved(self, slope: float, intercept: float) -> "ItemParameters":
        """The same items on the scale theta* = slope theta + intercept: a / slope, slope b + intercept."""
        if slope <= 0:
            raise OutOfShape(detail="A scale's slope must be positive.")
        return ItemParameters(a=self.a / slope, b=slope * self.b + intercept, c=self.c, d=self.d)

    def only(self, items: Ints) -> "ItemParameters":
        """Some of the items, by their places."""
        return ItemParameters(a=self.a[items], b=self.b[items], c=self.c[items], d=self.d)


def item_parameters(a: Floats | float, b: Floats, c: Floats | float = 0.0, *, d: float = 1.0) -> ItemParameters:
    """Parameters, once they are of one length and possible (else OutOfShape); `a`, `c` may be one number for all."""
    places = vector(b, "Difficulties")
    slopes, floor = np.broadcast_to(floats(a), places.shape).copy(), np.broadcast_to(floats(c), places.shape).copy()
    vector(slopes, "Slopes"), vector(floor, "Lower asymptotes")
    if floor.min() < 0 or floor.max() >= 1 or d <= 0:
        raise OutOfShape(detail="A lower asymptote must lie within [0, 1), and D above 0.")
    return ItemParameters(a=slopes, b=places, c=floor, d=d)


def normal_nodes(count: int = 101, bound: float = 6.0) -> tuple[Floats, Floats]:
    """Evenly spaced nodes of a standard normal ability and their weights, which sum to 1.

    For smooth integrands this rectangle rule is as exact as any (its error falls exponentially with the spacing).
    """
    theta = np.linspace(-bound, bound, count)
    weights = np.exp(-0.5 * theta**2)
    return theta, weights / weights.sum()


def score_distribution(chances: Floats) -> Floats:
    """P(number right = x | theta): float64[T, I + 1] from P(right) float64[T, I] (Lord and Wingersky 1984).

    One item is added at a time: f(x) <- f(x) Q + f(x - 1) P.
    """
    abilities, items = chances.shape
    found = np.zeros((items + 1, abilities))
    found[0] = 1.0
    for item, p in enumerate(chances.T):
        found[1 : item + 2] = found[1 : item + 2] * (1 - p) + found[: item + 1] * p
        found[0] *= 1 - p
    return floats(found.T)
