"""Placing a new calibration on an old scale by the items both have (Kolen and Brennan 2014, ch. 6).

theta_old = slope theta_new + intercept, so a_old = a_new / slope and b_old = slope b_new + intercept.
"""

from collections.abc import Callable

import numpy as np
from scipy.optimize import least_squares

from domain.psychometrics.anchor_linear import LEAST_ANCHOR
from domain.psychometrics.arrays import Floats, floats, spread
from domain.psychometrics.equating import Line
from domain.psychometrics.errors import AnchorTooShort, NotConverged, OutOfShape
from domain.psychometrics.irt_model import ItemParameters, normal_nodes

Nodes = tuple[Floats, Floats]
FARTHEST = (3.0, 15.0)
"""A log slope or an intercept beyond these places no two forms of one exam on one scale: the fit ran away."""
Residuals = Callable[[ItemParameters, ItemParameters, Floats], Floats]


def mean_mean(new: ItemParameters, old: ItemParameters) -> Line:
    """Loyd and Hoover (1980): slope = M(a new) / M(a old), intercept = M(b old) - slope M(b new)."""
    _common(new, old)
    if float(new.a.mean()) <= 0 or float(old.a.mean()) <= 0:
        raise OutOfShape(detail="The mean slope of the common items must be positive.")
    return _through_means(float(new.a.mean() / old.a.mean()), new, old)


def mean_sigma(new: ItemParameters, old: ItemParameters) -> Line:
    """Marco (1977): slope = s(b old) / s(b new), intercept = M(b old) - slope M(b new); raises NoVariation."""
    _common(new, old)
    what = "The difficulty of the common items"
    return _through_means(spread(old.b, what) / spread(new.b, what), new, old)


def _through_means(slope: float, new: ItemParameters, old: ItemParameters) -> Line:
    return Line(slope=slope, intercept=float(old.b.mean() - slope * new.b.mean()))


def haebara(
    new: ItemParameters, old: ItemParameters, *, nodes: Nodes | None = None, new_nodes: Nodes | None = None,
    symmetric: bool = True,
) -> Line:  # fmt: skip
    """Haebara (1980): the least weighted sum of squared differences between each item's two characteristic curves.

    Over abilities of the old scale, `nodes` (values and weights; 41 of a standard normal from -4 to 4 unless given);
    with `symmetric` the differences on the new scale are added, over `new_nodes` (as `nodes` unless given).
    """
    return _by_curves(new, old, _item_curves, nodes, new_nodes, symmetric=symmetric)


def stocking_lord(
    new: ItemParameters, old: ItemParameters, *, nodes: Nodes | None = None, new_nodes: Nodes | None = None,
    symmetric: bool = False,
) -> Line:  # fmt: skip
    """Stocking and Lord (1983): the same for the difference between the two test characteristic curves."""
    return _by_curves(new, old, _test_curves, nodes, new_nodes, symmetric=symmetric)


def _item_curves(one: ItemParameters, other: ItemParameters, theta: Floats) -> Floats:
    return one.chances(theta) - other.chances(theta)


def _test_curves(one: ItemParameters, other: ItemParameters, theta: Floats) -> Floats:
    return floats((one.true_scores(theta) - other.true_scores(theta))[:, None])


def _by_curves(
    new: ItemParameters, old: ItemParameters, curves: Residuals, nodes: Nodes | None, new_nodes: Nodes | None, *,
    symmetric: bool,
) -> Line:  # fmt: skip
    """Least squares over (log slope, intercept), the best of several starts; raises NotConverged."""
    _common(new, old)
    theta, weights = _checked(nodes or normal_nodes(41, 4.0))
    back_theta, back_weights = _checked(new_nodes or nodes or normal_nodes(41, 4.0))

    def residuals(point: Floats) -> Floats:
        slope, intercept = float(np.exp(point[0])), float(point[1])
        found = curves(old, new.moved(slope, intercept), theta) * np.sqrt(weights)[:, None]
        if not symmetric:
            return floats(found.ravel())
        back = curves(new, old.moved(1 / slope, -intercept / slope), back_theta) * np.sqrt(back_weights)[:, None]
        return floats(np.concatenate([found.ravel(), back.ravel()]))

    fits = [fit for start in _starts(new, old) if (fit := _climbed(residuals, start)) is not None]
    if not fits:
        raise NotConverged(detail="The scale's slope and intercept did not settle.")
    slope, intercept, _ = min(fits, key=lambda fit: fit[2])
    return Line(slope=slope, intercept=intercept)


def _starts(new: ItemParameters, old: ItemParameters) -> list[tuple[float, float]]:
    """Log slope and intercept: no change at all, and mean/mean, which items of hardly any slope throw far off."""
    line = mean_mean(new, old)
    return [(0.0, 0.0), (float(np.log(line.slope)), line.intercept)]


def _climbed(residuals: Callable[[Floats], Floats], start: tuple[float, float]) -> tuple[float, float, float] | None:
    """Slope, intercept and criterion of the least squares from a start; None where they ran away.

    Where the curves of both forms are flat over all abilities they agree, and mean nothing.
    """
    try:
        fit = least_squares(residuals, start, xtol=1e-13, ftol=1e-13, gtol=1e-13, max_nfev=500)
    except ValueError:
        return None
    if not fit.success or abs(fit.x[0]) > FARTHEST[0] or abs(fit.x[1]) > FARTHEST[1]:
        return None
    return float(np.exp(fit.x[0])), float(fit.x[1]), float(fit.cost)


def _checked(nodes: Nodes) -> Nodes:
    theta, weights = nodes
    if theta.shape != weights.shape or weights.min() < 0 or weights.sum() <= 0:
        raise OutOfShape(detail="Abilities need as many weights, none of them negative.")
    return theta, weights / weights.sum()


def _common(new: ItemParameters, old: ItemParameters) -> None:
    if new.items != old.items or new.d != old.d:
        raise OutOfShape(detail="Both calibrations must have the same common items, and the same D.")
    if new.items < LEAST_ANCHOR:
        raise AnchorTooShort(detail=f"A link needs at least {LEAST_ANCHOR} common items.")
