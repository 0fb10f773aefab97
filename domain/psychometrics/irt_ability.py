"""Abilities from answers or raw scores, under fitted item parameters."""

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from domain.psychometrics.arrays import Floats, Maybe, Scored, binary, floats, slices
from domain.psychometrics.errors import NotConverged, OutOfShape
from domain.psychometrics.irt_model import ItemParameters, normal_nodes, score_distribution

ALL_RIGHT = "all_right"
ALL_WRONG = "all_wrong"
STEPS = 60
FARTHEST = 40.0
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """`theta` and its standard error, one per person (or per raw score).

    None where no finite estimate exists; `reasons` then says `all_right` or `all_wrong`.
    """

    theta: Maybe
    se: Maybe
    reasons: tuple[str | None, ...]


def expected_abilities(
    scored: Scored, items: ItemParameters, *, mean: float = 0.0, sd: float = 1.0, nodes: int = 101
) -> tuple[Floats, Floats]:
    """EAP: mean and standard deviation of each person's posterior under a normal prior (Bock and Mislevy 1982).

    `scored` is 0/1 of N people on the items; float64[N] twice. They exist for everybody.
    """
    _fits(scored, items)
    standard, weights = normal_nodes(nodes)
    theta = mean + sd * standard
    p = items.chances(theta)
    right, wrong = np.log(p).T, np.log1p(-p).T
    found = np.empty((2, len(scored)))
    for part in slices(len(scored)):
        x = scored[part].astype(np.float64)
        found[:, part] = _moments(x @ (right - wrong) + wrong.sum(axis=0) + np.log(weights), theta)
    return floats(found[0]), floats(found[1])


def expected_abilities_by_score(
    items: ItemParameters, *, mean: float = 0.0, sd: float = 1.0, nodes: int = 101
) -> tuple[Floats, Floats]:
    """EAP of each raw score 0 to I, whatever its pattern (Thissen et al. 1995): float64[I + 1] twice."""
    standard, weights = normal_nodes(nodes)
    theta = mean + sd * standard
    likelihood = score_distribution(items.chances(theta)).T
    return _moments(np.log(np.maximum(likelihood, 1e-300)) + np.log(weights), theta)


def _moments(joint: Floats, theta: Floats) -> tuple[Floats, Floats]:
    posterior = np.exp(joint - logsumexp(joint, axis=1)[:, None])
    mean = posterior @ theta
    return floats(mean), floats(np.sqrt(np.maximum(posterior @ theta**2 - mean**2, 0.0)))


def likeliest_abilities(scored: Scored, items: ItemParameters) -> Abilities:
    """Maximum likelihood where no item has a lower asymptote: sum D a (x - P) = 0, se = 1 / sqrt(information)."""
    _fits(scored, items)
    _without_guessing(items)
    weights = items.d * items.a
    targets = scored.astype(np.float64) @ weights
    return _solved(targets, items, warm=False)


def likeliest_abilities_by_score(items: ItemParameters) -> Abilities:
    """Maximum likelihood of each raw score 0 to I, for items of one slope; raises OutOfShape for others."""
    return _solved(_score_targets(items), items, warm=False)


def warm_abilities(scored: Scored, items: ItemParameters) -> Abilities:
    """Warm's (1989) weighted likelihood, finite for all: sum D a (x - P) + J / (2 I) = 0, J = sum P' P'' / (P Q)."""
    _fits(scored, items)
    _without_guessing(items)
    return _solved(scored.astype(np.float64) @ (items.d * items.a), items, warm=True)


def warm_abilities_by_score(items: ItemParameters) -> Abilities:
    """Warm's estimate of each raw score 0 to I, for items of one slope; raises OutOfShape for others."""
    return _solved(_score_targets(items), items, warm=True)


def _score_targets(items: ItemParameters) -> Floats:
    _without_guessing(items)
    if np.ptp(items.a) > ROUNDING:
        raise OutOfShape(detail="A raw score has one ability only where all items share a slope.")
    return floats(items.d * items.a[0] * np.arange(items.items + 1))


def _solved(targets: Floats, items: ItemParameters, *, warm: bool) -> Abilities:
    """Solve for each distinct weighted score, and say why where there is no solution."""
    if items.a.min() <= 0:
        raise OutOfShape(detail="Ability by maximum likelihood needs positive slopes.")
    values, inverse = np.unique(targets, return_inverse=True)
    whole = float((items.d * items.a).sum())
    low, high = (values <= ROUNDING) & (not warm), (values >= whole - ROUNDING) & (not warm)
    finite = ~(low | high)
    theta = np.zeros(len(values))
    theta[finite] = _roots(values[finite], items, warm=warm)
    se = 1 / np.sqrt(np.maximum(items.information(theta).sum(axis=1), 1e-12))
    why = [ALL_WRONG if low[k] else (ALL_RIGHT if high[k] else None) for k in range(len(values))]
    places = inverse.reshape(-1)
    return Abilities(
        theta=tuple(None if why[k] else float(theta[k]) for k in places),
        se=tuple(None if why[k] else float(se[k]) for k in places),
        reasons=tuple(why[k] for k in places),
    )


def _roots(targets: Floats, items: ItemParameters, *, warm: bool) -> Floats:
    """Bracketed Newton steps, all people at once; the score function falls through zero."""
    low, high = np.full(len(targets), -FARTHEST), np.full(len(targets), FARTHEST)
    theta = np.zeros(len(targets))
    for _ in range(2 * STEPS):
        gradient, information = _score_function(theta, targets, items, warm=warm)
        low, high = np.where(gradient > 0, theta, low), np.where(gradient > 0, high, theta)
        step = theta + gradient / np.maximum(information, 1e-12)
        new = np.where((step > low) & (step < high), step, (low + high) / 2)
        if len(new) == 0 or np.abs(new - theta).max() < 1e-10:
            return floats(new)
        theta = new
    raise NotConverged(detail="An ability estimate did not settle.")


def _score_function(theta: Floats, targets: Floats, items: ItemParameters, *, warm: bool) -> tuple[Floats, Floats]:
    slopes = items.d * items.a
    p = items.chances(theta)
    pq = p * (1 - p)
    information = pq @ slopes**2
    gradient = targets - p @ slopes
    if warm:
        # P' = s PQ and P'' = s^2 PQ (1 - 2 P), so J = sum s^3 PQ (1 - 2 P).
        gradient = gradient + (pq * (1 - 2 * p)) @ slopes**3 / (2 * np.maximum(information, 1e-300))
    return floats(gradient), floats(information)


def _fits(scored: Scored, items: ItemParameters) -> None:
    if binary(scored).shape[1] != items.items:
        raise OutOfShape(detail="There must be one column of answers per item.")


def _without_guessing(items: ItemParameters) -> None:
    if items.c.max() > 0:
        raise OutOfShape(
            detail="With a lower asymptote the likelihood may have several tops: use the expected ability."
        )
