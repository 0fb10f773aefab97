"""Binomial chances, without the weight of a statistics library at import."""

import numpy as np
from scipy.special import gammaln, xlog1py, xlogy

from domain.psychometrics.arrays import Floats, floats


def binomial_chances(items: int, tau: Floats) -> Floats:
    """P(x right of `items`) at each true proportion: float64[T, items + 1]; exact at proportions of 0 and 1 too."""
    x = np.arange(items + 1)
    ways = gammaln(items + 1) - gammaln(x + 1) - gammaln(items - x + 1)
    return floats(np.exp(ways + xlogy(x, tau[:, None]) + xlog1py(items - x, -tau[:, None])))
