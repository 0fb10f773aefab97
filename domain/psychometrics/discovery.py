"""Many tests at once: which findings stand when the share of false ones among them is held down."""

from typing import NamedTuple

import numpy as np

from domain.psychometrics.arrays import Flags, Floats, floats
from domain.psychometrics.errors import OutOfShape


class Discoveries(NamedTuple):
    """Which tests are found at rate q, and each one's adjusted p: the least q at which it would be."""

    found: Flags
    adjusted: Floats


def discoveries(p: Floats, q: float = 0.05, *, tests: int | None = None, dependent: bool = False) -> Discoveries:
    """Hold the false discovery rate at `q` (Benjamini and Hochberg 1995): p_(k) m / k, made monotone from the top.

    `dependent` uses Benjamini and Yekutieli's (2001) factor sum 1/k, which holds under any dependence. `p` float64[n]
    may be the smallest of `tests` probabilities, when all that are left out exceed `q`. Raises OutOfShape.
    """
    total = len(p) if tests is None else tests
    if not 0 < q < 1 or total < len(p):
        raise OutOfShape(detail="The rate must lie between 0 and 1, and there be as many tests as probabilities.")
    if not len(p):
        return Discoveries(np.zeros(0, np.bool_), floats(p))
    if not (np.isfinite(p).all() and p.min() >= 0 and p.max() <= 1):
        raise OutOfShape(detail="Probabilities must lie between 0 and 1.")
    order = np.argsort(p, kind="stable")
    factor = float((1 / np.arange(1, total + 1)).sum()) if dependent else 1.0
    raised = p[order] * total * factor / np.arange(1, len(p) + 1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return Discoveries(adjusted <= q, adjusted)
