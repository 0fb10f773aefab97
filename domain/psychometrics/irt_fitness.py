"""Does the model fit? Residuals of items and people, scores against their expectation, odd answer patterns."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, log_ndtr

from domain.psychometrics.arrays import Floats, Ints, Maybe, Scored, binary, floats, totals
from domain.psychometrics.errors import OutOfShape
from domain.psychometrics.irt_model import ItemParameters, normal_nodes, score_distribution

LEAST_EXPECTED = 1.0
"""Cells with a smaller expectation are joined with their neighbours (Orlando and Thissen 2000)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidualFit:
    """Mean squares of residuals (Wright and Masters 1982): near 1 where the model holds, above where it is noisier.

    `outfit` is the mean of (x - P)^2 / PQ; `infit` the same weighted by PQ. `outfit_z` and `infit_z` are their
    Wilson-Hilferty transforms, about standard normal. By item (float64[I]) and by person (float64[N]).
    """

    item_outfit: Floats
    item_infit: Floats
    item_outfit_z: Floats
    item_infit_z: Floats
    person_outfit: Floats
    person_infit: Floats
    person_outfit_z: Floats
    person_infit_z: Floats


def residual_fit(scored: Scored, items: ItemParameters, theta: Floats) -> ResidualFit:
    """Infit and outfit at estimated abilities float64[N]; `scored` 0/1 of N people on the items. Raises OutOfShape."""
    if binary(scored).shape != (len(theta), items.items):
        raise OutOfShape(detail="There must be one ability per row and one parameter per column.")
    p = items.chances(theta)
    pq = np.maximum(p * (1 - p), 1e-12)
    squared = (scored - p) ** 2
    by_item, by_person = _mean_squares(squared, pq, 0), _mean_squares(squared, pq, 1)
    return ResidualFit(
        item_outfit=by_item[0], item_infit=by_item[1], item_outfit_z=by_item[2], item_infit_z=by_item[3],
        person_outfit=by_person[0], person_infit=by_person[1], person_outfit_z=by_person[2],
        person_infit_z=by_person[3],
    )  # fmt: skip


def _mean_squares(squared: Floats, pq: Floats, axis: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Outfit and infit with their transforms; the variances are those of squared Bernoulli residuals."""
    count = squared.shape[axis]
    outfit = (squared / pq).mean(axis=axis)
    weight = pq.sum(axis=axis)
    infit = squared.sum(axis=axis) / weight
    outfit_sd = np.sqrt(np.maximum((1 / pq - 4).sum(axis=axis), 1e-12)) / count
    infit_sd = np.sqrt(np.maximum((pq - 4 * pq**2).sum(axis=axis), 1e-12)) / weight
    return floats(outfit), floats(infit), _cube_root(outfit, outfit_sd), _cube_root(infit, infit_sd)


def _cube_root(mean_square: Floats, sd: Floats) -> Floats:
    """The transform (m^(1/3) - 1) 3 / sd + sd / 3."""
    return floats((np.cbrt(mean_square) - 1) * 3 / sd + sd / 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFit:
    """S-X2 of each item (Orlando and Thissen 2000): chi-squared, degrees of freedom, p.

    None where joining cells leaves no degree of freedom; `reasons` then says `too_few_cells`.
    """

    chi_squared: Maybe
    degrees: tuple[int, ...]
    p: Maybe
    reasons: tuple[str | None, ...]


def score_fit(scored: Scored, items: ItemParameters, *, parameters_per_item: int, nodes: int = 101) -> ScoreFit:
    """Right answers to each item at each raw score against the model's expectation, under a standard normal ability.

    E(right | score k) = sum_q P f(k - 1 | others) w / sum_q f(k) w, the f by Lord and Wingersky. `parameters_per_item`
    are taken off the degrees of freedom (Rasch 1, two-parameter 2).
    """
    answers = binary(scored)
    if answers.shape[1] != items.items:
        raise OutOfShape(detail="There must be one column of answers per item.")
    theta, weights = normal_nodes(nodes)
    p = items.chances(theta)
    whole = weights @ score_distribution(p)
    score = totals(answers)
    people = np.bincount(score, minlength=items.items + 1).astype(np.float64)
    cells = [
        _one_item(answers[:, item], score, people, _expected(p, item, weights, whole), parameters_per_item)
        for item in range(items.items)
    ]
    return ScoreFit(
        chi_squared=tuple(value for value, _ in cells),
        degrees=tuple(df for _, df in cells),
        p=tuple(None if value is None else float(chdtrc(df, value)) for value, df in cells),
        reasons=tuple("too_few_cells" if value is None else None for value, _ in cells),
    )


def _expected(p: Floats, item: int, weights: Floats, whole: Floats) -> Floats:
    """P(right | raw score) for scores 1 to I - 1."""
    others = score_distribution(np.delete(p, item, axis=1))
    right = (weights * p[:, item]) @ others
    return floats(right[:-1] / whole[1:-1])


def _one_item(
    right: Scored, score: Ints, people: Floats, expected: Floats, parameters: int
) -> tuple[float | None, int]:
    observed = np.bincount(score, weights=right, minlength=len(people))[1:-1]
    count = people[1:-1]
    groups = _joined(count * expected, count * (1 - expected))
    n, o, e = (np.add.reduceat(values, groups) for values in (count, observed, count * expected))
    degrees = len(groups) - parameters
    if degrees < 1 or min(e.min(), (n - e).min()) <= 0:
        return None, max(degrees, 0)
    return float(((o - e) ** 2 / (e * (n - e) / n)).sum()), degrees


def _joined(right: Floats, wrong: Floats) -> list[int]:
    """Where each cell begins, once cells of too small an expectation are joined from the left, the last backwards."""
    starts, begun, sums = [0], 0, np.zeros(2)
    for place in range(len(right)):
        if sums.min() >= LEAST_EXPECTED and place > begun:
            starts.append(place)
            begun, sums = place, np.zeros(2)
        sums += (right[place], wrong[place])
    if sums.min() < LEAST_EXPECTED and len(starts) > 1:
        starts.pop()
    return starts


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFit:
    """How likely each person's pattern is, standardised: `lz` (Drasgow, Levine and Williams 1985) and `lz_star`.

    `lz_star` corrects for the ability having been estimated (Snijders 2001) and is about standard normal; strongly
    negative values are patterns the model does not expect. `p` is its lower-tail probability. float64[N].
    """

    lz: Floats
    lz_star: Floats
    p: Floats


def person_fit(scored: Scored, items: ItemParameters, theta: Floats, *, warm: bool = True) -> PersonFit:
    """Person fit at abilities estimated by Warm's method (`warm`) or by maximum likelihood; for items with c = 0.

    W = sum (x - P) w with w = log(P / Q); lz = W / sqrt(sum PQ w^2). With r = P'/(PQ), c = sum P' w / sum P' r and
    w* = w - c r: lz* = (W + c r0) / sqrt(sum PQ w*^2), r0 = J / (2 I) for Warm's estimate and 0 for the likeliest.
    """
    if binary(scored).shape != (len(theta), items.items) or items.c.max() > 0:
        raise OutOfShape(detail="Person fit needs one ability per row, and items without a lower asymptote.")
    slopes = items.d * items.a
    p = items.chances(theta)
    pq = np.maximum(p * (1 - p), 1e-15)
    w = slopes * (theta[:, None] - items.b)
    deviance = ((scored - p) * w).sum(axis=1)
    information = pq @ slopes**2
    shift = (pq * w) @ slopes / information
    offset = (pq * (1 - 2 * p)) @ slopes**3 / (2 * information) if warm else np.zeros(len(theta))
    plain = np.sqrt(np.maximum((pq * w**2).sum(axis=1), 1e-15))
    reduced = np.sqrt(np.maximum((pq * (w - shift[:, None] * slopes) ** 2).sum(axis=1), 1e-15))
    star = (deviance + shift * offset) / reduced
    return PersonFit(lz=floats(deviance / plain), lz_star=floats(star), p=floats(np.exp(log_ndtr(star))))


def guttman_errors(scored: Scored) -> Ints:
    """For each person, how many pairs of items have the harder right and the easier wrong: int64[N] (Guttman 1944).

    Items are ordered by their proportion right; no model is needed.
    """
    answers = binary(scored)
    order = np.argsort(-answers.mean(axis=0), kind="stable")
    sorted_answers = answers[:, order].astype(np.int64)
    wrong_before = np.cumsum(1 - sorted_answers, axis=1)
    found: Ints = (sorted_answers * wrong_before).sum(axis=1)
    return found


def normed_guttman_errors(scored: Scored) -> Floats:
    """Guttman errors as a share of the most that the raw score allows, r (I - r); zero where it allows none."""
    score = totals(binary(scored))
    most = score * (scored.shape[1] - score)
    return floats(guttman_errors(scored) / np.maximum(most, 1))
