"""The reported scale under any model of raw scores: expected scaled scores, their errors and reliability.

A model enters as the chances of each raw score, float64[T, K + 1], at T true proportions (`binomial_chances`,
`error_distribution`) or abilities (`score_distribution`): Kolen, Hanson and Brennan (1992) for strong true scores,
Kolen, Zeng and Hanson (1996) for response models.
"""

from dataclasses import dataclass

import numpy as np

from domain.psychometrics.arrays import Floats, floats, vector
from domain.psychometrics.errors import NoVariation, OutOfShape


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaledErrors:
    """At each true proportion or ability: the expected scaled score `true` and its standard error `sem`, float64[T]."""

    true: Floats
    sem: Floats


def scaled_errors(conversion: Floats, chances: Floats) -> ScaledErrors:
    """Mean and standard deviation of the scaled score, sum s(x) f(x) and sqrt(sum s(x)^2 f(x) - mean^2).

    `conversion` float64[K + 1] is the scaled score of each raw score; for the raw scale itself pass 0 ... K. Raises
    OutOfShape when it is of another length than the chances.
    """
    scaled = vector(conversion, "The conversion")
    if chances.ndim != 2 or chances.shape[1] != len(scaled):
        raise OutOfShape(detail="The conversion must have a scaled score for each raw score.")
    true = chances @ scaled
    centred = scaled[None, :] - true[:, None]
    return ScaledErrors(true=floats(true), sem=floats(np.sqrt((chances * centred**2).sum(axis=1))))


def scaled_reliability(conversion: Floats, chances: Floats, weights: Floats) -> float:
    """1 - (mean error variance) / (variance of scaled scores), over true scores of these `weights` float64[T].

    Raises:
        OutOfShape: lengths differ, or weights are negative. NoVariation: everybody gets the same scaled score.

    """
    if len(weights) != len(chances) or weights.min() < 0 or weights.sum() <= 0:
        raise OutOfShape(detail="There must be a weight for each true score, none of them negative.")
    share = weights / weights.sum()
    errors = scaled_errors(conversion, chances)
    error = float(share @ errors.sem**2)
    true = float(share @ (errors.true - share @ errors.true) ** 2)
    if np.ptp(conversion) == 0 or error + true <= 0:
        raise NoVariation(detail="Everybody gets the same scaled score.")
    return true / (error + true)
