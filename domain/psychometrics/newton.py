"""Maximisation by damped Newton steps: quadratic near the top, never downhill on the way."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from domain.psychometrics.arrays import Floats, floats
from domain.psychometrics.errors import NotConverged, Singular


class Slope(NamedTuple):
    """A function's value, gradient and information (minus its second derivatives) at a point."""

    value: float
    gradient: Floats
    information: Floats


class Top(NamedTuple):
    """Where the maximum is, its value, the information there, and the number of steps taken."""

    at: Floats
    value: float
    information: Floats
    steps: int


def maximise(
    value: Callable[[Floats], float], slope: Callable[[Floats], Slope], start: Floats, *,
    tolerance: float = 1e-10, most: int = 100,
) -> Top:  # fmt: skip
    """Climb from `start` until a further step would gain less than `tolerance`.

    The gain still to be had is half the Newton decrement, g' I^-1 g / 2, in the function's own unit (for a
    log-likelihood, the unit does not depend on the parameters' scales).

    Raises:
        NotConverged: `most` steps were not enough, or no step leads upwards.
        Singular: the information is not positive definite at the top.

    """
    at = start.copy()
    for step in range(most):
        here = slope(at)
        direction, damped = _direction(here)
        gain = 0.5 * float(here.gradient @ direction)
        if gain < tolerance * max(1.0, abs(here.value) * 1e-6):
            if damped:
                raise Singular(detail="The data do not determine every parameter.")
            return Top(at, here.value, here.information, step)
        at = _uphill(value, here, at, direction)
    raise NotConverged(detail=f"The fit did not settle within {most} steps.")


def _direction(here: Slope) -> tuple[Floats, bool]:
    """The Newton direction; where the information is not positive definite, with as much added as makes it so."""
    if not (np.isfinite(here.gradient).all() and np.isfinite(here.information).all()):
        raise NotConverged(detail="The fit ran away.")
    size = float(np.abs(np.diag(here.information)).max()) or 1.0
    ridge = 0.0
    while ridge < 10 * size:
        try:
            factor = cho_factor(here.information + ridge * np.eye(len(here.gradient)))
        except LinAlgError:
            ridge = max(4 * ridge, 1e-6 * size)
            continue
        return floats(cho_solve(factor, here.gradient)), ridge > 0
    raise Singular(detail="The data do not determine every parameter.")


def _uphill(value: Callable[[Floats], float], here: Slope, at: Floats, direction: Floats) -> Floats:
    """Halve the step until it gains something."""
    scale = 1.0
    slack = 1e-12 * max(1.0, abs(here.value))
    for _ in range(40):
        there = at + scale * direction
        if value(there) >= here.value - slack:
            return there
        scale /= 2
    raise NotConverged(detail="No step improves the fit.")
