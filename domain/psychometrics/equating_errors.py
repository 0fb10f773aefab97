"""How sure is a conversion? Bootstrap standard errors, and whether the anchor kept its difficulty."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from domain.psychometrics.anchor_linear import LEAST_ANCHOR
from domain.psychometrics.arrays import Flags, Floats, floats, vector
from domain.psychometrics.errors import AnchorTooShort, NotConverged, NoVariation, OutOfShape, TooFew, Unmeasurable

MOST_FAILURES = 0.05
"""A conversion that fails in more of its resamples than this has no honest standard error."""
LEAST_REPLICATIONS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapErrors:
    """Standard deviation of each equivalent over the resamples, `se`; their mean less the conversion, `bias`.

    Both float64[K + 1]. `failed` resamples gave no conversion and are left out.
    """

    se: Floats
    bias: Floats
    replications: int
    failed: int


def bootstrap(
    first: Floats, second: Floats, convert: Callable[[Floats, Floats], Floats], rng: np.random.Generator, *,
    replications: int = 500, progress: Callable[[int], None] | None = None,
) -> BootstrapErrors:  # fmt: skip
    """The nonparametric bootstrap (Efron and Tibshirani 1993): people of both groups drawn anew, with replacement.

    `first` and `second` are counts of people: by score, or by score and anchor; drawing people is drawing multinomial
    counts. `convert` makes a conversion of such a pair. For a parametric bootstrap pass smoothed counts.

    Raises:
        TooFew: fewer than 20 replications.
        NotConverged: more than 5 % of the resamples gave no conversion.

    """
    if replications < LEAST_REPLICATIONS:
        raise TooFew(detail=f"A bootstrap needs at least {LEAST_REPLICATIONS} replications.")
    conversion = convert(first, second)
    found: list[Floats] = []
    for replication in range(replications):
        with suppress(Unmeasurable):  # counted below: too many of them and nothing is handed out
            found.append(convert(_drawn(first, rng), _drawn(second, rng)))
        if progress:
            progress(replication + 1)
    failed = replications - len(found)
    if failed > MOST_FAILURES * replications:
        raise NotConverged(detail=f"{failed} of {replications} resamples gave no conversion.")
    sample = np.stack(found)
    return BootstrapErrors(
        se=floats(sample.std(axis=0, ddof=1)),
        bias=floats(sample.mean(axis=0) - conversion),
        replications=replications,
        failed=failed,
    )


def _drawn(counts: Floats, rng: np.random.Generator) -> Floats:
    share = (counts / counts.sum()).ravel()
    return floats(rng.multinomial(round(float(counts.sum())), share).reshape(counts.shape))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """Whether each anchor item kept its difficulty.

    `robust_z` float64[V] is (d - median d) / (0.74 IQR) of the differences d = new - old (Huynh and Meyer 2010), and
    `drifted` where it is beyond `bound`. `distance` float64[V] is the signed distance from the principal
    axis of the two lists, old to new (the delta plot of Angoff and Ford 1973). `correlation` and `sd_ratio` (new over
    old) judge the anchor as a whole: at least .95, and from .9 to 1.1, are usually asked for.
    """

    differences: Floats
    robust_z: Floats
    drifted: Flags
    distance: Floats
    correlation: float
    sd_ratio: float


def anchor_drift(new: Floats, old: Floats, *, bound: float = 1.96) -> Drift:
    """Compare the anchor items' difficulties on two occasions: logits on one scale, or deltas (`deltas`).

    Raises:
        AnchorTooShort, OutOfShape: fewer than three items, or lists of different lengths.
        NoVariation: difficulties that are all the same, or differences of which half are alike but not all.

    """
    now, before = vector(new, "New difficulties"), vector(old, "Old difficulties")
    if len(now) != len(before):
        raise OutOfShape(detail="Both lists must be of the same items.")
    if len(now) < LEAST_ANCHOR:
        raise AnchorTooShort(detail=f"An anchor needs at least {LEAST_ANCHOR} items.")
    if np.ptp(now) == 0 or np.ptp(before) == 0:
        raise NoVariation(detail="The anchor items are all equally difficult.")
    differences = now - before
    z = _robust_z(differences)
    return Drift(
        differences=differences,
        robust_z=z,
        drifted=np.abs(z) > bound,
        distance=_from_principal_axis(before, now),
        correlation=float(np.corrcoef(before, now)[0, 1]),
        sd_ratio=float(now.std() / before.std()),
    )


def _robust_z(differences: Floats) -> Floats:
    low, middle, high = np.percentile(differences, [25, 50, 75])
    if high - low < 1e-12:
        if np.ptp(differences) < 1e-12:
            return np.zeros_like(differences)
        raise NoVariation(detail="Half of the anchor items moved alike: they have no spread to judge by.")
    return floats((differences - middle) / (0.74 * (high - low)))


def _from_principal_axis(old: Floats, new: Floats) -> Floats:
    """Perpendicular distances; the axis has slope (s_n^2 - s_o^2 + sqrt((s_n^2 - s_o^2)^2 + 4 c^2)) / (2 c)."""
    covariance = np.cov(old, new)
    gap, c = covariance[1, 1] - covariance[0, 0], covariance[0, 1]
    if c == 0:
        raise NoVariation(detail="Old and new difficulties do not go together at all.")
    slope = (gap + np.sqrt(gap**2 + 4 * c**2)) / (2 * c)
    intercept = new.mean() - slope * old.mean()
    return floats((new - slope * old - intercept) / np.sqrt(slope**2 + 1))


def deltas(p: Floats) -> Floats:
    """Difficulties on the delta scale, 13 + 4 z(1 - p); raises OutOfShape for p of 0 or 1, which have none."""
    share = vector(p, "Proportions right")
    if share.min() <= 0 or share.max() >= 1:
        raise OutOfShape(detail="An item that all or none get right has no delta.")
    return floats(13 - 4 * ndtri(share))
