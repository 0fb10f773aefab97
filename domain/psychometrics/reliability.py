"""Reliability of a total score, and its standard error of measurement: overall, and at each score on both scales."""

from dataclasses import dataclass

import numpy as np

from domain.psychometrics.arrays import Floats, floats, vector
from domain.psychometrics.binomial import binomial_chances
from domain.psychometrics.errors import NoVariation, OutOfShape, TooFew
from domain.psychometrics.moments import Moments
from domain.psychometrics.scaled import scaled_errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """Of the counted items' total score.

    `alpha` is Cronbach's (1951); for items right or wrong it is KR-20. `lambda2` is Guttman's (1945), never below it.
    `kr21` (Kuder and Richardson 1937) takes all items for equally hard, and is None where an item gives more points
    than one. `sem` is in raw points: sd sqrt(1 - alpha); None when alpha is negative, and then none follows from it.
    """

    items: int
    people: int
    mean: float
    sd: float
    alpha: float
    lambda2: float
    kr21: float | None
    sem: float | None


def reliability(sums: Moments) -> Reliability:
    """Reliability from the sums of `moments()`.

    alpha = k/(k-1) (1 - sum var_i / var_T); lambda2 = (C + sqrt(k/(k-1) sum cov_ij^2)) / var_T with C the sum of all
    covariances of two different items; KR-21 = k/(k-1) (1 - M (k - M) / (k var_T)).

    Raises:
        TooFew: fewer than two counted items.
        NoVariation: everybody has the same total.

    """
    k = int(sums.counted.sum())
    if k < 2:
        raise TooFew(detail="Reliability needs at least two counted items.")
    variance = sums.total_variance
    if variance == 0.0:
        raise NoVariation(detail="Everybody has the same total score.")
    within = sums.covariance[np.ix_(sums.counted, sums.counted)]
    own = float(np.trace(within))
    squares = float((within**2).sum() - (np.diag(within) ** 2).sum())
    ratio = k / (k - 1)
    alpha = ratio * (1 - own / variance)
    return Reliability(
        items=k,
        people=sums.people,
        mean=sums.total_mean,
        sd=float(np.sqrt(variance)),
        alpha=alpha,
        lambda2=(variance - own + float(np.sqrt(ratio * squares))) / variance,
        kr21=_kr21(sums, k),
        sem=float(np.sqrt(variance * max(0.0, 1 - alpha))) if alpha >= 0 else None,
    )


def _kr21(sums: Moments, k: int) -> float | None:
    if not np.array_equal(np.diag(sums.cross)[sums.counted], sums.sums[sums.counted]):
        return None
    mean, variance = sums.total_mean, sums.total_variance
    return k / (k - 1) * (1 - mean * (k - mean) / (k * variance))


def kr21(items: int, mean: float, variance: float) -> float:
    """KR-21 from a score's mean and variance alone; raises NoVariation when the variance is zero."""
    if items < 2:
        raise TooFew(detail="KR-21 needs at least two items.")
    if variance <= 0:
        raise NoVariation(detail="Everybody has the same total score.")
    return items / (items - 1) * (1 - mean * (items - mean) / (items * variance))


def lord_sem(items: int) -> Floats:
    """Lord's (1955) binomial standard error at each raw score x of `items` items: sqrt(x (n - x) / (n - 1)).

    float64[items + 1]; zero at both ends.
    """
    if items < 2:
        raise TooFew(detail="A conditional standard error needs at least two items.")
    x = np.arange(items + 1.0)
    return np.sqrt(x * (items - x) / (items - 1))


def lord_keats_sem(items: int, rel: float, rel21: float) -> Floats:
    """Lord's standard errors times sqrt((1 - rel) / (1 - KR-21)) (Keats 1957), so that they average to the form's SEM.

    Raises OutOfShape when `rel` is not in [0, 1] or KR-21 not below 1.
    """
    if not 0 <= rel <= 1 or rel21 >= 1:
        raise OutOfShape(detail="A reliability must lie between 0 and 1, and KR-21 below 1.")
    return floats(lord_sem(items) * np.sqrt((1 - rel) / (1 - rel21)))


def scaled_sem_delta(raw_sem: Floats, conversion: Floats) -> Floats:
    """Scaled-score standard errors by the delta method: raw error times the conversion's local slope.

    `conversion` float64[K + 1] is the scaled score of each raw score. The slope is a central
    difference, one-sided at the two ends.
    """
    scaled = _conversion(conversion, len(raw_sem))
    return raw_sem * np.abs(np.gradient(scaled))


def scaled_sem_polynomial(raw_sem: Floats, conversion: Floats, degree: int = 4) -> Floats:
    """Scaled-score standard errors by a polynomial (Feldt and Qualls 1998): raw error times the derivative of the fit.

    The polynomial of `degree` is fitted to the whole conversion by least squares. It suits a smooth conversion; a scale
    of two straight lines has a corner at the cut, where `scaled_sem_binomial` is right and this is a smoothing.
    """
    scaled = _conversion(conversion, len(raw_sem))
    if not 1 <= degree < len(scaled):
        raise OutOfShape(detail="The degree must be at least 1 and below the number of raw scores.")
    x = np.arange(len(scaled), dtype=np.float64)
    return floats(raw_sem * np.abs(np.polynomial.Polynomial.fit(x, scaled, degree).deriv()(x)))


def scaled_sem_binomial(conversion: Floats, proportions: Floats, shrink: float = 1.0) -> Floats:
    """Scaled-score standard errors at true proportions right (Kolen, Hanson and Brennan 1992), binomial errors.

    The error is the standard deviation of the *converted* score of someone whose number right is binomial(K, tau):
    sqrt(sum s(x)^2 b(x) - (sum s(x) b(x))^2). `shrink` multiplies the variances: 1 for Lord's error model,
    (1 - rel) / (1 - KR-21) for Keats'. float64, as long as `proportions`, which lie in [0, 1].
    """
    tau = vector(proportions, "True proportions")
    if tau.min() < 0 or tau.max() > 1 or shrink < 0:
        raise OutOfShape(detail="True proportions must lie between 0 and 1, and the factor must not be negative.")
    return floats(np.sqrt(shrink) * scaled_errors(conversion, binomial_chances(len(conversion) - 1, tau)).sem)


def _conversion(conversion: Floats, length: int) -> Floats:
    scaled = vector(conversion, "The conversion")
    if len(scaled) != length or length < 2:
        raise OutOfShape(detail="The conversion must have a scaled score for each raw score.")
    return scaled
