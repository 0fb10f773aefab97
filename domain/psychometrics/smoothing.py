"""Log-linear presmoothing of score distributions, of one score and of a score with its anchor.

Holland and Thayer (1987, 2000): log p is a polynomial in the score; by maximum likelihood the smoothed distribution
keeps as many moments of the data as the polynomial has degrees.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from domain.psychometrics.arrays import Flags, Floats, floats
from domain.psychometrics.equating import distribution
from domain.psychometrics.errors import NotConverged, OutOfShape, Unmeasurable
from domain.psychometrics.newton import Slope, maximise

HIGHEST_DEGREE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoothed:
    """A smoothed distribution: `counts` of the shape of the data and with its sum, and how it was come by.

    `degree` counts the free coefficients. `aic` is 2 degree - 2 log L of the multinomial; `tried` lists (degree, AIC)
    of every polynomial that was compared, those that could not be fitted left out.
    """

    counts: Floats
    degree: int
    aic: float
    tried: tuple[tuple[int, float], ...]


def smooth(counts: Floats, degree: int) -> Smoothed:
    """A distribution smoothed by a polynomial of `degree`, keeping that many moments.

    Raises:
        OutOfShape: the degree is not between 1 and the number of scores less one.
        Singular, NotConverged: so many moments are not determined by these data.

    """
    data = distribution(counts)
    if not 1 <= degree < len(data):
        raise OutOfShape(detail="The degree must be at least 1 and below the number of scores.")
    fitted, log_likelihood = _fit(data, _powers(len(data), degree))
    aic = 2 * degree - 2 * log_likelihood
    return Smoothed(counts=fitted, degree=degree, aic=aic, tried=((degree, aic),))


def smooth_by_aic(counts: Floats, degrees: Sequence[int] = range(1, HIGHEST_DEGREE + 1)) -> Smoothed:
    """The polynomial with the least AIC among `degrees`, the lower on a tie; raises NotConverged if none fits."""
    data = distribution(counts)
    found: list[Smoothed] = []
    for degree in degrees:
        if degree < len(data):
            try:
                found.append(smooth(data, degree))
            except Unmeasurable:
                continue  # these data do not determine so many moments
    if not found:
        raise NotConverged(detail="No polynomial could be fitted to these scores.")
    best = min(found, key=lambda one: (one.aic, one.degree))
    tried = tuple((one.degree, one.aic) for one in found)
    return Smoothed(counts=best.counts, degree=best.degree, aic=best.aic, tried=tried)


def smooth_joint(
    counts: Floats, degree: int, anchor_degree: int, cross: int = 1, *, possible: Flags | None = None
) -> Smoothed:
    """A joint distribution of score and anchor, float64[K + 1, V + 1], smoothed.

    Keeps `degree` moments of the score, `anchor_degree` of the anchor, and the cross moments x^i v^j for i, j up to
    `cross`. `possible` marks the cells that can occur (`internal_cells` for an internal anchor); the others stay zero.
    Raises as `smooth`.
    """
    if counts.ndim != 2 or not 0 <= cross <= min(degree, anchor_degree):
        raise OutOfShape(detail="A joint distribution has two scores, and no more cross moments than moments.")
    cells = np.ones(counts.shape, np.bool_) if possible is None else possible
    if cells.shape != counts.shape or counts[~cells].any():
        raise OutOfShape(detail="Some people have scores that are marked as impossible.")
    x, v = _powers(counts.shape[0], degree), _powers(counts.shape[1], anchor_degree)
    columns = [np.repeat(column, counts.shape[1]) for column in x.T] + [np.tile(c, counts.shape[0]) for c in v.T]
    columns += [np.outer(x[:, i], v[:, j]).ravel() for i in range(cross) for j in range(cross)]
    design = np.column_stack(columns)[cells.ravel()]
    data = distribution(counts.ravel()[cells.ravel()])
    fitted, log_likelihood = _fit(data, design)
    whole = np.zeros(counts.size)
    whole[cells.ravel()] = fitted
    size = design.shape[1]
    aic = 2 * size - 2 * log_likelihood
    return Smoothed(counts=whole.reshape(counts.shape), degree=size, aic=aic, tried=((size, aic),))


def internal_cells(maximum: int, anchor_maximum: int) -> Flags:
    """The cells that can occur when the anchor's points are part of the score: v <= x <= K - V + v."""
    x, v = np.arange(maximum + 1)[:, None], np.arange(anchor_maximum + 1)[None, :]
    return np.asarray((v <= x) & (x - v <= maximum - anchor_maximum))


def _powers(length: int, degree: int) -> Floats:
    """Polynomials of degree 1 to `degree`, orthonormal over the scores: float64[length, degree]."""
    x = np.linspace(-1.0, 1.0, length)
    basis = np.linalg.qr(np.vander(x, degree + 1, increasing=True))[0]
    return floats(basis[:, 1:] * np.sqrt(length))


def _fit(data: Floats, design: Floats) -> tuple[Floats, float]:
    """Fitted counts and log-likelihood of log p = design b - log sum, for multinomial data."""
    people = data.sum()
    kept = design.T @ data

    def value(b: Floats) -> float:
        return float(kept @ b - people * logsumexp(design @ b))

    def slope(b: Floats) -> Slope:
        log_p = design @ b
        norm = logsumexp(log_p)
        p = np.exp(log_p - norm)
        mean = design.T @ p
        information = people * ((design.T * p) @ design - np.outer(mean, mean))
        return Slope(float(kept @ b - people * norm), floats(kept - people * mean), floats(information))

    top = maximise(value, slope, np.zeros(design.shape[1]), tolerance=1e-14)
    log_p = design @ top.at
    return floats(people * np.exp(log_p - logsumexp(log_p))), top.value
