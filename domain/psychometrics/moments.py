"""One pass over a scored matrix, from which every classical statistic follows.

The pass multiplies the matrix with itself in 32-bit floats, a chunk of people at a time; within a chunk every sum is a
whole number below 2^24 and so exact, and chunks are added up in 64-bit integers.
"""

from dataclasses import dataclass

import numpy as np

from domain.psychometrics.arrays import Flags, Floats, Ints, Scored, matrix, slices
from domain.psychometrics.errors import OutOfShape, TooFew


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Sums over `people`: of each item's points, `sums` int64[I], and of products of two items, `cross` int64[I, I].

    `counted` bool[I] says which items make up the total score; the others (pretest, dropped) are looked at beside it.
    """

    people: int
    sums: Ints
    cross: Ints
    counted: Flags

    @property
    def covariance(self) -> Floats:
        """float64[I, I], divisor N - 1. The numerators are exact, so only the division rounds."""
        numerators = self.people * self.cross - np.outer(self.sums, self.sums)
        return numerators / (self.people * (self.people - 1.0))

    @property
    def total(self) -> int:
        """The sum of everybody's total scores."""
        return int(self.sums[self.counted].sum())

    @property
    def total_squared(self) -> int:
        """The sum of everybody's squared total scores."""
        return int(self.cross[np.ix_(self.counted, self.counted)].sum())

    @property
    def with_total(self) -> Ints:
        """For each item, the sum over people of its points times their total score: int64[I]."""
        found: Ints = self.cross[:, self.counted].sum(axis=1)
        return found

    @property
    def total_mean(self) -> float:
        """The mean total score."""
        return self.total / self.people

    @property
    def total_variance(self) -> float:
        """The variance of the total score, divisor N - 1."""
        return (self.people * self.total_squared - self.total**2) / (self.people * (self.people - 1.0))


def moments(scored: Scored, counted: Flags | None = None) -> Moments:
    """The sums of N people's points on I items; all items count unless `counted` (bool[I]) says which.

    Raises:
        OutOfShape: the matrix holds something else than points, or `counted` is of another length.
        TooFew: fewer than two people.

    """
    people, items = matrix(scored).shape
    if people < 2:
        raise TooFew(detail="At least two people are needed.")
    counted = np.ones(items, np.bool_) if counted is None else counted.astype(np.bool_)
    if counted.shape != (items,):
        raise OutOfShape(detail="The list of counted items must be as long as the form.")
    sums = np.zeros(items, np.int64)
    cross = np.zeros((items, items), np.int64)
    for part in slices(people):
        points = scored[part].astype(np.float32)
        sums += (np.ones(len(points), np.float32) @ points).astype(np.int64)
        cross += (points.T @ points).astype(np.int64)
    return Moments(people=people, sums=sums, cross=cross, counted=counted)
