"""Rasch and two-parameter logistic models by marginal maximum likelihood (Bock and Aitkin 1981).

Ability is standard normal. Instead of EM, which creeps, the marginal log-likelihood itself is climbed by Newton steps;
its first and second derivatives need only the posterior weights of the E-step (Louis 1982). With d_i = -D a_i b_i and
natural slopes s_i = D a_i, a person's log-likelihood at node q is (x . s) theta_q + x . d - sum_i log(1 +
exp(s_i theta_q + d_i)): of rank two, so that no pass over people by items by nodes is needed for its value. For the
Rasch model x . s depends on the raw score alone, and the E-step runs over raw scores.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logsumexp

from domain.psychometrics.arrays import LEAST_PEOPLE, Floats, Ints, Scored, binary, floats, frequencies, slices, totals
from domain.psychometrics.errors import NotConverged, OutOfShape, TooFew
from domain.psychometrics.irt_model import ItemParameters, item_parameters, normal_nodes
from domain.psychometrics.items import CONSTANT_ITEM
from domain.psychometrics.newton import Slope, Top, maximise

LEAST_NODES = 101
STEEPEST = 30.0
"""A natural slope beyond this is an item that separates people perfectly: it has no maximum."""
FLATTEST = 1e-6
"""A natural slope below this has no difficulty: b = -d / s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A fitted model.

    `parameters` are of the items at the places `items` int64[J] of the form, in its order. `left_out` names the others
    with the reason (`constant_item`: all right or all wrong, whose difficulty is infinite). Standard errors, from the
    observed information, are `se_a` and `se_b` float64[J]; `se_a` is zero where the slope was given.
    """

    model: str
    people: int
    items: Ints
    left_out: tuple[tuple[int, str], ...]
    parameters: ItemParameters
    se_a: Floats
    se_b: Floats
    log_likelihood: float
    free: int
    steps: int

    @property
    def aic(self) -> float:
        """Akaike's (1974) criterion: 2 k - 2 log L."""
        return 2 * self.free - 2 * self.log_likelihood


def fit_rasch(scored: Scored, *, slope: float | None = None, d: float = 1.0, nodes: int = LEAST_NODES) -> Calibration:
    """The Rasch model: one slope for all items, estimated unless `slope` gives it; `scored` 0/1 of N people, I items.

    Raises:
        TooFew: fewer than ten people, or fewer than two items that vary.
        OutOfShape: fewer than 101 nodes, or points other than 0 and 1.
        NotConverged, Singular: the fit failed, and no value is handed out.

    """
    kept, left_out = _varying(scored, nodes)
    answers = scored[:, kept]
    counts = frequencies(totals(answers), len(kept))
    model = _Rasch(counts, floats(answers.sum(axis=0, dtype=np.int64)), nodes, None if slope is None else slope * d)
    top = _upright(model, model.start(), len(kept))
    s = float(top.at[-1]) if slope is None else slope * d
    if not FLATTEST < s < STEEPEST:
        raise NotConverged(detail="The common slope is not positive and finite: the items do not go together.")
    easiness = top.at[: len(kept)]
    covariance = floats(np.linalg.inv(top.information))
    se_s = float(np.sqrt(covariance[-1, -1])) if slope is None else 0.0
    return Calibration(
        model="rasch",
        people=len(scored),
        items=kept,
        left_out=left_out,
        parameters=item_parameters(s / d, -easiness / s, d=d),
        se_a=np.full(len(kept), se_s / d),
        se_b=_se_of_rasch_b(easiness, s, covariance, free_slope=slope is None),
        log_likelihood=top.value,
        free=len(top.at),
        steps=top.steps,
    )


def fit_two_parameter(scored: Scored, *, d: float = 1.0, nodes: int = LEAST_NODES) -> Calibration:
    """The two-parameter logistic model, from the Rasch solution on; raises as `fit_rasch`.

    An item whose slope runs away (it separates people perfectly) makes the fit fail by name.
    """
    kept, left_out = _varying(scored, nodes)
    answers = scored[:, kept].astype(np.float64)
    rasch = fit_rasch(scored, nodes=nodes)
    start = np.concatenate([-rasch.parameters.a * rasch.parameters.b, rasch.parameters.a])
    model = _TwoParameter(answers, nodes)
    top = _upright(model, start, len(kept))
    easiness, s = np.split(top.at, 2)
    if np.abs(s).max() > STEEPEST or np.abs(s).min() < FLATTEST:
        raise NotConverged(detail=f"The slope of item {int(kept[np.abs(s).argmax()])} does not settle.")
    se_a, se_b = _se_of_two(top, easiness, s)
    return Calibration(
        model="two_parameter",
        people=len(scored),
        items=kept,
        left_out=left_out,
        parameters=item_parameters(s / d, -easiness / s, d=d),
        se_a=se_a / d,
        se_b=se_b,
        log_likelihood=top.value,
        free=len(top.at),
        steps=top.steps,
    )


def _upright(model: "_Rasch | _TwoParameter", start: Floats, items: int) -> Top:
    """The top of the likelihood on which most items rise with ability.

    Ability is symmetric, so a scale turned upside down fits as well, and the climb may end on either.
    """
    top = maximise(model.value, model.slope, start)
    if top.at[items:].sum() >= 0:
        return top
    turned = np.concatenate([top.at[:items], -top.at[items:]])
    again = maximise(model.value, model.slope, turned)
    return again._replace(steps=top.steps + again.steps)


def _varying(scored: Scored, nodes: int) -> tuple[Ints, tuple[tuple[int, str], ...]]:
    """The places of items that some got right and some wrong, and the others with the reason."""
    if nodes < LEAST_NODES:
        raise OutOfShape(detail=f"At least {LEAST_NODES} nodes are needed.")
    right = binary(scored).sum(axis=0, dtype=np.int64)
    if len(scored) < LEAST_PEOPLE:
        raise TooFew(detail=f"A calibration needs at least {LEAST_PEOPLE} people.")
    varies = (right > 0) & (right < len(scored))
    if varies.sum() < 2:
        raise TooFew(detail="A calibration needs at least two items that some people get right and some wrong.")
    left = tuple((int(item), CONSTANT_ITEM) for item in np.flatnonzero(~varies))
    return np.flatnonzero(varies).astype(np.int64), left


def _softplus_sum(easiness: Floats, slopes: Floats | float, theta: Floats) -> Floats:
    """Sum over items of log(1 + exp(s theta + d)): float64[Q]."""
    return floats(np.logaddexp(0.0, np.multiply.outer(theta, slopes * np.ones_like(easiness)) + easiness).sum(axis=1))


class _Rasch:
    """The marginal log-likelihood over raw scores; the point is (d_1 ... d_J, s), or without s when that is given."""

    def __init__(self, counts: Floats, right: Floats, nodes: int, given: float | None) -> None:
        self.counts, self.right, self.given = counts, right, given
        self.scores = np.arange(len(counts), dtype=np.float64)
        self.theta, weights = normal_nodes(nodes)
        self.log_weights = np.log(weights)

    def start(self) -> Floats:
        """Logits of the proportions right, a little stretched for the spread of abilities; slope 1."""
        people = self.counts.sum()
        easiness = 1.2 * np.log((self.right + 0.5) / (people - self.right + 0.5))
        return easiness if self.given is not None else np.append(easiness, 1.0)

    def parts(self, at: Floats) -> tuple[Floats, float]:
        return (at, self.given) if self.given is not None else (at[:-1], float(at[-1]))

    def joint(self, at: Floats) -> Floats:
        """Log weight and likelihood of each raw score at each node, the item sums left out: float64[R, Q]."""
        easiness, s = self.parts(at)
        base = self.log_weights - _softplus_sum(easiness, s, self.theta)
        return floats(np.multiply.outer(self.scores, s * self.theta) + base)

    def value(self, at: Floats) -> float:
        return float(self.right @ self.parts(at)[0] + self.counts @ logsumexp(self.joint(at), axis=1))

    def slope(self, at: Floats) -> Slope:
        """Gradient E[g] and information -E[second derivative] - Cov[g], over posterior weights of each raw score."""
        easiness, s = self.parts(at)
        joint = self.joint(at)
        norm = logsumexp(joint, axis=1)
        posterior = np.exp(joint - norm[:, None])
        p = expit(np.multiply.outer(self.theta, s * np.ones_like(easiness)) + easiness)
        expected = self.counts @ posterior
        by_score = (self.counts * self.scores) @ posterior
        true = p.sum(axis=1)
        gradient = np.append(self.right - expected @ p, self.theta @ (by_score - expected * true))
        information = self._information(posterior, p, expected, by_score)
        size = len(at)
        value = float(self.right @ easiness + self.counts @ norm)
        return Slope(value, gradient[:size], information[:size, :size])

    def _information(self, posterior: Floats, p: Floats, expected: Floats, by_score: Floats) -> Floats:
        theta, true, pq = self.theta, p.sum(axis=1), p * (1 - p)
        squared = (self.counts * self.scores**2) @ posterior
        means = np.column_stack([-(posterior @ p), self.scores * (posterior @ theta) - posterior @ (theta * true)])
        second = np.zeros((p.shape[1] + 1, p.shape[1] + 1))
        second[:-1, :-1] = np.diag(expected @ pq) - p.T @ (expected[:, None] * p)
        second[:-1, -1] = (expected * theta) @ pq + p.T @ (theta * (by_score - expected * true))
        second[-1, :-1] = second[:-1, -1]
        second[-1, -1] = theta**2 @ (expected * pq.sum(axis=1) - squared + 2 * true * by_score - true**2 * expected)
        return floats(second + means.T @ (self.counts[:, None] * means))


def _se_of_rasch_b(easiness: Floats, s: float, covariance: Floats, *, free_slope: bool) -> Floats:
    """By the delta method for b = -d / s."""
    j = len(easiness)
    variance = np.diag(covariance)[:j] / s**2
    if free_slope:
        variance = variance + easiness**2 / s**4 * covariance[-1, -1] - 2 * easiness / s**3 * covariance[:j, -1]
    return floats(np.sqrt(np.maximum(variance, 0.0)))


def _se_of_two(top: Top, easiness: Floats, s: Floats) -> tuple[Floats, Floats]:
    covariance = np.linalg.inv(top.information)
    j = len(s)
    of_d, of_s, both = np.diag(covariance)[:j], np.diag(covariance)[j:], np.diag(covariance[:j, j:])
    variance = of_d / s**2 + easiness**2 / s**4 * of_s - 2 * easiness / s**3 * both
    return floats(np.sqrt(of_s)), floats(np.sqrt(np.maximum(variance, 0.0)))


class _TwoParameter:
    """The marginal log-likelihood over people, a chunk at a time; the point is (d_1 ... d_J, s_1 ... s_J)."""

    def __init__(self, answers: Floats, nodes: int) -> None:
        patterns, counts = np.unique(answers.astype(np.uint8), axis=0, return_counts=True)
        self.answers, self.counts = patterns.astype(np.float64), counts.astype(np.float64)
        self.right = self.counts @ self.answers
        self.theta, weights = normal_nodes(nodes)
        self.log_weights = np.log(weights)

    def joint(self, part: slice, at: Floats, base: Floats) -> Floats:
        easiness, s = np.split(at, 2)
        x = self.answers[part]
        return floats(np.multiply.outer(x @ s, self.theta) + (x @ easiness)[:, None] + base)

    def base(self, at: Floats) -> Floats:
        easiness, s = np.split(at, 2)
        return floats(self.log_weights - _softplus_sum(easiness, s, self.theta))

    def value(self, at: Floats) -> float:
        base = self.base(at)
        return sum(
            float(self.counts[part] @ logsumexp(self.joint(part, at, base), axis=1))
            for part in slices(len(self.answers))
        )

    def slope(self, at: Floats) -> Slope:
        """Gradient and information; the item-by-item sums of x_i x_j E[theta^k] are products of chunk matrices."""
        easiness, s = np.split(at, 2)
        p = expit(np.multiply.outer(self.theta, s) + easiness)
        sums = _Sums(len(s), len(self.theta))
        base = self.base(at)
        for part in slices(len(self.answers)):
            sums.add(self.answers[part], self.counts[part], self.joint(part, at, base), p, self.theta)
        expected, theta = sums.expected, self.theta
        gradient = np.concatenate([self.right - expected @ p, sums.right @ theta - (expected * theta) @ p])
        return Slope(sums.value, gradient, self._information(sums, p))

    def _information(self, sums: "_Sums", p: Floats) -> Floats:
        """-E[second derivatives] - E[g g'] + E[g] E[g]', with g = (x - P)(1, theta)."""
        theta, expected, pq, j = self.theta, sums.expected, p * (1 - p), p.shape[1]
        second = sums.means.copy()
        for row, column in ((0, 0), (0, 1), (1, 0), (1, 1)):
            power = theta ** (row + column)
            crossed = sums.right @ (power[:, None] * p)
            squares = sums.squares[row + column] - crossed - crossed.T + p.T @ ((expected * power)[:, None] * p)
            block = second[row * j : (row + 1) * j, column * j : (column + 1) * j]
            block += np.diag((expected * power) @ pq) - squares
        return second


class _Sums:
    """What a pass over people adds up for the derivatives of the two-parameter model."""

    def __init__(self, items: int, nodes: int) -> None:
        self.value = 0.0
        self.expected = np.zeros(nodes)
        self.right = np.zeros((items, nodes))
        self.squares = np.zeros((3, items, items))
        self.means = np.zeros((2 * items, 2 * items))

    def add(self, x: Floats, counts: Floats, joint: Floats, p: Floats, theta: Floats) -> None:
        norm = logsumexp(joint, axis=1)
        posterior = np.exp(joint - norm[:, None])
        weighted = posterior * counts[:, None]
        self.value += float(counts @ norm)
        self.expected += weighted.sum(axis=0)
        self.right += x.T @ weighted
        for power in range(3):
            self.squares[power] += x.T @ (x * (weighted @ theta**power)[:, None])
        means = np.hstack([x - posterior @ p, x * (posterior @ theta)[:, None] - posterior @ (theta[:, None] * p)])
        self.means += means.T @ (means * counts[:, None])
