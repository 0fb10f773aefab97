"""Linear equating of groups that differ, by common items (Kolen and Brennan 2014, ch. 4).

Population 1 took the new form X, population 2 the old form Y; both took the anchor V. A joint distribution is
float64[K + 1, V + 1], the counts of people by score and anchor score.
"""

from dataclasses import dataclass

import numpy as np

from domain.psychometrics.arrays import LEAST_PEOPLE, Floats, Ints, floats
from domain.psychometrics.equating import Line, line_of
from domain.psychometrics.errors import AnchorTooShort, NoVariation, OutOfShape, TooFew

LEAST_ANCHOR = 3
"""An anchor of two items carries nothing; the usual advice is a fifth of the form, or 20 items (Angoff 1971)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """Moments of score and anchor in one population, divisor N."""

    mean: float
    sd: float
    anchor_mean: float
    anchor_sd: float
    covariance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorLine:
    """A linear equating with the regressions of score on anchor, gamma 1 and 2, it rests on.

    `synthetic` is (mean X, sd X, mean Y, sd Y) in the synthetic population; None for methods that have none.
    """

    line: Line
    gammas: tuple[float, float]
    synthetic: tuple[float, float, float, float] | None


def joint_counts(scores: Ints, anchor: Ints, maximum: int, anchor_maximum: int) -> Floats:
    """How many have each score and anchor score: float64[maximum + 1, anchor_maximum + 1]; raises OutOfShape."""
    if scores.shape != anchor.shape or scores.ndim != 1:
        raise OutOfShape(detail="Everybody needs a score and an anchor score.")
    if scores.size and (min(scores.min(), anchor.min()) < 0 or scores.max() > maximum or anchor.max() > anchor_maximum):
        raise OutOfShape(detail="A score lies outside the form or the anchor.")
    flat = np.bincount(scores * (anchor_maximum + 1) + anchor, minlength=(maximum + 1) * (anchor_maximum + 1))
    return floats(flat.reshape(maximum + 1, anchor_maximum + 1))


def check_joint(first: Floats, second: Floats) -> None:
    """Two populations' joint distributions must share an anchor, of three items or more, and have ten people each."""
    if first.ndim != 2 or second.ndim != 2 or first.shape[1] != second.shape[1]:
        raise OutOfShape(detail="Both groups must have taken the same anchor.")
    if first.shape[1] - 1 < LEAST_ANCHOR:
        raise AnchorTooShort(detail=f"An anchor needs at least {LEAST_ANCHOR} items.")
    if min(first.sum(), second.sum()) < LEAST_PEOPLE:
        raise TooFew(detail=f"Equating needs at least {LEAST_PEOPLE} people in each group.")
    if min(first.min(), second.min()) < 0:
        raise OutOfShape(detail="A count cannot be negative.")


def joint_moments(counts: Floats) -> Joint:
    """Means, standard deviations and covariance; raises NoVariation where score or anchor is constant."""
    share = counts / counts.sum()
    x, v = np.arange(share.shape[0]), np.arange(share.shape[1])
    mean, anchor_mean = float(share.sum(axis=1) @ x), float(share.sum(axis=0) @ v)
    sd = float(np.sqrt(share.sum(axis=1) @ (x - mean) ** 2))
    anchor_sd = float(np.sqrt(share.sum(axis=0) @ (v - anchor_mean) ** 2))
    if min(np.count_nonzero(share.sum(axis=0)), np.count_nonzero(share.sum(axis=1))) < 2:
        raise NoVariation(detail="Everybody in a group has the same score, or the same anchor score.")
    covariance = float((x - mean) @ share @ (v - anchor_mean))
    return Joint(mean=mean, sd=sd, anchor_mean=anchor_mean, anchor_sd=anchor_sd, covariance=covariance)


def tucker(first: Floats, second: Floats, weight: float = 1.0) -> AnchorLine:
    """Tucker (Gulliksen 1950): the regression of score on anchor is the same in both populations.

    gamma = cov(X, V) / var(V). `weight` is w1, the share of population 1 in the synthetic population.
    """
    check_joint(first, second)
    one, two = joint_moments(first), joint_moments(second)
    return synthetic_line(one, two, one.covariance / one.anchor_sd**2, two.covariance / two.anchor_sd**2, weight)


def levine_observed(first: Floats, second: Floats, weight: float = 1.0, *, internal: bool = True) -> AnchorLine:
    """Levine (1955), observed scores: true scores on form and anchor are perfectly related; congeneric errors (Angoff).

    Internal anchor: gamma = var(X) / cov(X, V). External: (var(X) + cov) / (var(V) + cov).
    """
    check_joint(first, second)
    one, two = joint_moments(first), joint_moments(second)
    return synthetic_line(one, two, levine_gamma(one, internal=internal), levine_gamma(two, internal=internal), weight)


def levine_true(first: Floats, second: Floats, *, internal: bool = True) -> AnchorLine:
    """Levine (1955), true scores: l(x) = g2/g1 (x - M1(X)) + M2(Y) + g2 (M1(V) - M2(V)); no synthetic population."""
    check_joint(first, second)
    one, two = joint_moments(first), joint_moments(second)
    g1, g2 = levine_gamma(one, internal=internal), levine_gamma(two, internal=internal)
    slope = g2 / g1
    intercept = two.mean + g2 * (one.anchor_mean - two.anchor_mean) - slope * one.mean
    return AnchorLine(line=Line(slope=slope, intercept=intercept), gammas=(g1, g2), synthetic=None)


def chained_linear(first: Floats, second: Floats) -> AnchorLine:
    """X to V in population 1, V to Y in population 2, each by a line; gammas are s(X)/s(V) and s(Y)/s(V)."""
    check_joint(first, second)
    one, two = joint_moments(first), joint_moments(second)
    to_anchor = line_of(one.mean, one.sd, one.anchor_mean, one.anchor_sd)
    from_anchor = line_of(two.anchor_mean, two.anchor_sd, two.mean, two.sd)
    gammas = (one.sd / one.anchor_sd, two.sd / two.anchor_sd)
    return AnchorLine(line=from_anchor.after(to_anchor), gammas=gammas, synthetic=None)


def levine_gamma(group: Joint, *, internal: bool) -> float:
    """The true-score regression of the form on its anchor; raises NoVariation when they do not go together."""
    if group.covariance <= 0:
        raise NoVariation(detail="Form and anchor do not go together, so the anchor carries nothing.")
    if internal:
        return group.sd**2 / group.covariance
    return (group.sd**2 + group.covariance) / (group.anchor_sd**2 + group.covariance)


def synthetic_line(one: Joint, two: Joint, gamma_1: float, gamma_2: float, weight: float) -> AnchorLine:
    """The linear equating in the synthetic population of weights w1 and 1 - w1 (Kolen and Brennan 2014, eq. 4.17-4.20).

    M_s(X) = M1(X) - w2 g1 D, M_s(Y) = M2(Y) + w1 g2 D, var_s(X) = var1(X) - w2 g1^2 E + w1 w2 g1^2 D^2, var_s(Y) =
    var2(Y) + w1 g2^2 E + w1 w2 g2^2 D^2, with D the difference of anchor means and E of anchor variances.
    """
    if not 0 <= weight <= 1:
        raise OutOfShape(detail="The weight of a population must lie between 0 and 1.")
    other = 1 - weight
    d = one.anchor_mean - two.anchor_mean
    e = one.anchor_sd**2 - two.anchor_sd**2
    variance_x = one.sd**2 - other * gamma_1**2 * e + weight * other * (gamma_1 * d) ** 2
    variance_y = two.sd**2 + weight * gamma_2**2 * e + weight * other * (gamma_2 * d) ** 2
    if min(variance_x, variance_y) <= 0:
        raise NoVariation(detail="The groups differ so much that no variance is left in the synthetic population.")
    synthetic = (
        one.mean - other * gamma_1 * d,
        float(np.sqrt(variance_x)),
        two.mean + weight * gamma_2 * d,
        float(np.sqrt(variance_y)),
    )
    return AnchorLine(line=line_of(*synthetic), gammas=(gamma_1, gamma_2), synthetic=synthetic)
