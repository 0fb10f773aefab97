"""Equating of randomly equivalent groups by straight lines and arcs (Kolen and Brennan 2014, ch. 2).

Scores run in whole points from 0; a distribution is float64[K + 1], counts or shares of each. A conversion says, for
each raw score of the new form X, the equivalent on the old form Y.
"""

from dataclasses import dataclass

import numpy as np

from domain.psychometrics.arrays import LEAST_PEOPLE, Floats, floats, vector
from domain.psychometrics.errors import NoVariation, OutOfShape, Singular, TooFew

ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """y = slope x + intercept."""

    slope: float
    intercept: float

    def at(self, x: Floats) -> Floats:
        """The equivalents of raw scores."""
        return floats(self.slope * x + self.intercept)

    def after(self, first: "Line") -> "Line":
        """The line that applies `first`, then this one."""
        return Line(slope=self.slope * first.slope, intercept=self.slope * first.intercept + self.intercept)


IDENTITY = Line(slope=1.0, intercept=0.0)
"""No equating: right for identical forms, and often the least wrong for very small groups."""


def distribution(counts: Floats, *, least: float = LEAST_PEOPLE) -> Floats:
    """Counts of each score, checked; raises OutOfShape for negative ones, TooFew below `least` people."""
    found = vector(counts, "A distribution of scores")
    if found.min() < 0 or len(found) < 2:
        raise OutOfShape(detail="A distribution needs two or more scores and no negative count.")
    if found.sum() < least:
        raise TooFew(detail=f"Equating needs at least {least:g} people in each group.")
    return found


def moments_of(counts: Floats) -> tuple[float, float]:
    """Mean and standard deviation (divisor N) of a distribution of scores."""
    share = counts / counts.sum()
    x = np.arange(len(counts))
    mean = float(share @ x)
    return mean, float(np.sqrt(share @ (x - mean) ** 2))


def mean_equating(x: Floats, y: Floats) -> Line:
    """Forms differ by a constant: y = x - M(X) + M(Y)."""
    mean_x, mean_y = moments_of(distribution(x))[0], moments_of(distribution(y))[0]
    return Line(slope=1.0, intercept=mean_y - mean_x)


def linear_equating(x: Floats, y: Floats) -> Line:
    """Equal standardised scores: y = s(Y)/s(X) (x - M(X)) + M(Y); raises NoVariation."""
    return line_of(*moments_of(distribution(x)), *moments_of(distribution(y)))


def line_of(mean_x: float, sd_x: float, mean_y: float, sd_y: float) -> Line:
    """The line that carries one mean and standard deviation to the other; raises NoVariation for a constant."""
    if min(sd_x, sd_y) < ROUNDING:
        raise NoVariation(detail="Scores that do not vary cannot be equated by a line.")
    slope = sd_y / sd_x
    return Line(slope=slope, intercept=mean_y - slope * mean_x)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arc:
    """Three points that a circle-arc conversion goes through: low (chance level or lowest), middle, highest."""

    low: tuple[float, float]
    middle: tuple[float, float]
    high: tuple[float, float]


def circle_arc(x: Floats, arc: Arc, *, symmetric: bool = False) -> Floats:
    """Equivalents on an arc through three points (Livingston and Kim 2009), for small groups.

    `symmetric`: the circle through the points themselves, whose inverse equates the other way round. Otherwise the
    simplified method: a straight line between the end points plus the arc of what is left. Scores below the low point
    lie on the line from (0, 0) to it. With the three points on one line, that line.

    Raises:
        OutOfShape: the points do not rise, or a score lies beyond the highest.
        Singular: the points bend so much that their circle is no rising function.

    """
    (x1, y1), (x2, y2), (x3, y3) = arc.low, arc.middle, arc.high
    if not (0 <= x1 < x2 < x3 and 0 <= y1 < y2 < y3) or x.min() < 0 or x.max() > x3:
        raise OutOfShape(detail="The three points must rise, and scores lie between 0 and the highest.")
    chord = Line(slope=(y3 - y1) / (x3 - x1), intercept=y1 - (y3 - y1) / (x3 - x1) * x1)
    bend = y2 - (chord.slope * x2 + chord.intercept)
    inside = np.maximum(x, x1)
    if abs(bend) < ROUNDING:
        above = chord.at(inside)
    elif symmetric:
        above = _on_circle(inside, (x1, y1), (x2, y2), (x3, y3), upper=bend > 0)
    else:
        above = chord.at(inside) + _on_circle(inside, (x1, 0.0), (x2, bend), (x3, 0.0), upper=bend > 0)
    found = np.where(x >= x1, above, x * (y1 / x1 if x1 else 0.0))
    if not np.isfinite(found).all() or np.any(np.diff(found[np.argsort(x)]) < 0):
        raise Singular(detail="The arc through these points does not rise everywhere: the forms differ too much.")
    return floats(found)


def _on_circle(
    x: Floats, low: tuple[float, float], middle: tuple[float, float], high: tuple[float, float], *, upper: bool
) -> Floats:
    """The ordinate on the circle through three points, NaN where the circle does not reach."""
    points = np.array([low, middle, high])
    system = 2 * (points[1:] - points[0])
    centre = np.linalg.solve(system, (points[1:] ** 2).sum(axis=1) - (points[0] ** 2).sum())
    squared = ((points[0] - centre) ** 2).sum() - (x - centre[0]) ** 2
    height = np.where(squared >= -ROUNDING, np.sqrt(np.maximum(squared, 0.0)), np.nan)
    return floats(centre[1] + height if upper else centre[1] - height)


def arc_of(x: Floats, y: Floats, *, low: tuple[float, float] = (0.0, 0.0)) -> Arc:
    """The arc of two randomly equivalent groups: from `low` (chance levels, say) by the means to the highest scores."""
    mean_x, mean_y = moments_of(distribution(x))[0], moments_of(distribution(y))[0]
    return Arc(low=low, middle=(mean_x, mean_y), high=(float(len(x) - 1), float(len(y) - 1)))
