"""Was there time enough? How far people got, and how much of what is missing was never reached."""

from dataclasses import dataclass

import numpy as np

from domain.psychometrics.arrays import Floats
from domain.psychometrics.errors import TooFew
from domain.psychometrics.options import NOT_REACHED, Responses


@dataclass(frozen=True, slots=True, kw_only=True)
class Speededness:
    """Of one administration, items in the order of presentation.

    `reached` float64[I] is the share of people who reached each item; `finished` the share who reached the last;
    `everybody_reached` the share of the form that all of them reached. `unspeeded` is the usual rule (Swineford 1974):
    at least 80 % reach the last item and everybody reaches three quarters of the form. `variance_ratio` is the variance
    of the number not reached over that of the number not right (Gulliksen 1950, ch. 17); None when all are right.
    """

    reached: Floats
    finished: float
    everybody_reached: float
    unspeeded: bool
    variance_ratio: float | None


def speededness(responses: Responses, right: Floats) -> Speededness:
    """From answers uint8[N, I] (255 not reached) and the number right of each person, float64[N]; raises TooFew."""
    people, items = responses.shape
    if not people or not items:
        raise TooFew(detail="There is nobody, or no item, to measure.")
    missing = responses == NOT_REACHED
    reached = 1.0 - missing.mean(axis=0)
    not_reached = missing.sum(axis=1)
    everybody = 1.0 - float(not_reached.max()) / items
    wrong = float(np.var(items - right))
    finished = float(reached[-1])
    return Speededness(
        reached=reached,
        finished=finished,
        everybody_reached=everybody,
        unspeeded=finished >= 0.8 and everybody >= 0.75,
        variance_ratio=float(np.var(not_reached)) / wrong if wrong > 0 else None,
    )
