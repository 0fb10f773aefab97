"""The arrays that psychometrics passes around, and the checks they all go through."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from domain.psychometrics.errors import NoVariation, OutOfShape, TooFew

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Scored = npt.NDArray[np.integer[Any]]
"""Points, one row per person and one column per item: whole numbers from 0 to `MOST_POINTS`."""
Maybe = tuple[float | None, ...]
"""Figures that may not exist; a sibling field of the same length gives the reason for each None."""

CHUNK = 2_048
"""People taken at a time: working arrays stay in the processor's cache, and sums stay exact in 32-bit floats."""
MOST_POINTS = 90
"""The most points an item may give: 2,048 products of two of them are still exact in a 32-bit float (2^24)."""
LEAST_PEOPLE = 10
"""Below this, correlations are not reported: a group of three has them, and they mean nothing."""


def matrix(scored: Scored) -> Scored:
    """`scored` itself, once it is a matrix of points with a row and a column; raises OutOfShape or TooFew."""
    if scored.ndim != 2 or not np.issubdtype(scored.dtype, np.integer):
        raise OutOfShape(detail="Scored responses must be a matrix of whole numbers.")
    if 0 in scored.shape:
        raise TooFew(detail="There is nobody, or no item, to measure.")
    if scored.min() < 0 or scored.max() > MOST_POINTS:
        raise OutOfShape(detail=f"Points of an item must lie between 0 and {MOST_POINTS}.")
    return scored


def binary(scored: Scored) -> Scored:
    """`scored`, once every item is right (1) or wrong (0); raises OutOfShape."""
    if matrix(scored).max() > 1:
        raise OutOfShape(detail="Every item must be scored right or wrong for this figure.")
    return scored


def floats(values: npt.ArrayLike) -> Floats:
    """`values` as float64, which they mostly are already."""
    return np.asarray(values, dtype=np.float64)


def slices(length: int) -> Iterator[slice]:
    """Slices of at most `CHUNK` that cover `length`."""
    return (slice(start, start + CHUNK) for start in range(0, length, CHUNK))


def totals(scored: Scored, counted: Flags | None = None) -> Ints:
    """Each person's points on the counted items (all of them, unless said): int64[N]."""
    weights = np.ones(scored.shape[1], np.float32) if counted is None else counted.astype(np.float32)
    found = np.empty(len(scored), np.int64)
    for part in slices(len(scored)):
        found[part] = scored[part].astype(np.float32) @ weights
    return found


def frequencies(scores: npt.NDArray[np.integer[Any]], maximum: int) -> Floats:
    """How many have each score from 0 to `maximum`: float64[maximum + 1]; raises OutOfShape outside of it."""
    if scores.size and not (scores.min() >= 0 and scores.max() <= maximum):
        raise OutOfShape(detail=f"Scores must lie between 0 and {maximum}.")
    return np.bincount(scores, minlength=maximum + 1).astype(np.float64)


def vector(values: npt.ArrayLike, what: str) -> Floats:
    """`values` as a finite, non-empty float64 vector; raises OutOfShape, naming `what`."""
    found = np.asarray(values, dtype=np.float64)
    if found.ndim != 1 or not found.size or not np.isfinite(found).all():
        raise OutOfShape(detail=f"{what} must be a list of finite numbers.")
    return found


def spread(values: Floats, what: str, ddof: int = 0) -> float:
    """The standard deviation of `values`; raises NoVariation, naming `what`, when it is none."""
    if values.size <= ddof or float(np.ptp(values)) == 0.0:
        raise NoVariation(detail=f"{what} does not vary.")
    return float(np.std(values, ddof=ddof))
