"""Does an item treat two groups of equal ability alike? Mantel-Haenszel over raw scores."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from domain.psychometrics.arrays import LEAST_PEOPLE, Flags, Floats, Ints, Maybe, Scored, binary, floats, slices, totals
from domain.psychometrics.errors import OutOfShape, TooFew

ETS_LARGE = 1.5
ETS_SMALL = 1.0
ONE_SIDED = 1.645
"""The normal deviate of a one-sided test at 5 %."""
SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Dif:
    """Differential functioning of each item, focal against reference group.

    `delta` is MH D-DIF, -2.35 log alpha (Holland and Thayer 1988): negative where the item is harder for the focal
    group than for equally able members of the other; `se` its standard error (Robins, Breslow and Greenland 1986).
    `chi_squared` has the continuity correction, `p` one degree of freedom. `p_dif` is the standardised difference of
    proportions right, focal less reference (Dorans and Kulick 1986). `grade` is that of ETS (Zieky 1993): A negligible,
    B, C large, with the sign of `delta` for B and C. None where the comparison does not exist; `reasons` then says
    `constant_item`, `no_common_scores` or `no_odds_ratio` (right and wrong answers never oppose each other).
    """

    alpha: Maybe
    delta: Maybe
    se: Maybe
    chi_squared: Maybe
    p: Maybe
    p_dif: Maybe
    grade: tuple[str | None, ...]
    reasons: tuple[str | None, ...]


def mantel_haenszel(scored: Scored, focal: Flags, *, strata: Ints | None = None, purify: bool = False) -> Dif:
    """Compare the groups within each raw score; `scored` 0/1 of N people on I items, `focal` bool[N].

    `strata` int64[N] from 0 are matched on instead, when given. With `purify` a first round finds items of grade C, and
    scores without them (but with the item under study) are matched on in a second.

    Raises:
        TooFew: fewer than ten people in a group. OutOfShape: lengths differ.

    """
    answers = binary(scored)
    if focal.shape != (len(answers),) or (strata is not None and strata.shape != focal.shape):
        raise OutOfShape(detail="Everybody must belong to one of the two groups.")
    if min(int(focal.sum()), int((~focal).sum())) < LEAST_PEOPLE:
        raise TooFew(detail=f"Each group needs at least {LEAST_PEOPLE} people.")
    matched = totals(answers) if strata is None else strata
    first = _dif([_tables(answers, focal, matched)])
    if not purify or strata is not None:
        return first
    clean = np.array([not (grade or "").startswith("C") for grade in first.grade])
    if clean.all():
        return first
    base = totals(answers, clean)
    own = [base + np.where(clean[item], 0, answers[:, item].astype(np.int64)) for item in range(answers.shape[1])]
    shared = _tables(answers, focal, base)
    parts = [
        tuple(table[:, [item]] for table in shared) if clean[item] else _tables(answers[:, [item]], focal, own[item])
        for item in range(answers.shape[1])
    ]
    return _dif(parts)


def _tables(answers: Scored, focal: Flags, strata: Ints) -> tuple[Floats, ...]:
    """Right and wrong of the reference, right and wrong of the focal group, by stratum and item: float64[S, I] each."""
    depth = int(strata.max()) + 1
    right = np.zeros((2, depth, answers.shape[1]))
    people = np.zeros((2, depth))
    for part in slices(len(answers)):
        points = answers[part].astype(np.float32)
        for group, member in enumerate((~focal[part], focal[part])):
            belongs = ((strata[part][None, :] == np.arange(depth)[:, None]) & member).astype(np.float32)
            right[group] += belongs @ points
            people[group] += belongs.sum(axis=1)
    return right[0], people[0][:, None] - right[0], right[1], people[1][:, None] - right[1]


def _dif(parts: "list[tuple[Floats, ...]]") -> Dif:
    rows = [_one_item(*(table[:, item] for table in tables)) for tables in parts for item in range(tables[0].shape[1])]
    columns = list(zip(*rows, strict=True))
    return Dif(
        alpha=columns[0], delta=columns[1], se=columns[2], chi_squared=columns[3], p=columns[4], p_dif=columns[5],
        grade=columns[6], reasons=columns[7],
    )  # fmt: skip


Row = tuple[float | None, float | None, float | None, float | None, float | None, float | None, str | None, str | None]


def _one_item(a: Floats, b: Floats, c: Floats, d: Floats) -> Row:
    """All figures of one item from its tables by stratum: a, b right and wrong reference; c, d focal."""
    if (a + c).sum() == 0 or (b + d).sum() == 0:
        return (*(None,) * 7, "constant_item")
    both = (a + b > 0) & (c + d > 0)
    a, b, c, d = a[both], b[both], c[both], d[both]
    total = a + b + c + d
    if not len(total) or (a + c).sum() == 0 or (b + d).sum() == 0:
        return (*(None,) * 7, "no_common_scores")
    r, s = a * d / total, b * c / total
    if r.sum() == 0 or s.sum() == 0:
        return (*(None,) * 7, "no_odds_ratio")
    alpha = float(r.sum() / s.sum())
    delta, se = -2.35 * float(np.log(alpha)), 2.35 * float(np.sqrt(_log_variance(a, b, c, d, total)))
    chi = _chi_squared(a, b, c, d, total)
    p = float(chdtrc(1, chi))
    p_dif = float(((c + d) * (c / (c + d) - a / (a + b))).sum() / (c + d).sum())
    return alpha, delta, se, chi, p, p_dif, _grade(delta, se, p), None


def _log_variance(a: Floats, b: Floats, c: Floats, d: Floats, total: Floats) -> float:
    """Of log alpha: PR / 2R^2 + (PS + QR) / 2RS + QS / 2S^2 in sums, P = (a+d)/n, Q = (b+c)/n, R = ad/n, S = bc/n."""
    p, q, r, s = (a + d) / total, (b + c) / total, a * d / total, b * c / total
    first = (p * r).sum() / (2 * r.sum() ** 2)
    middle = (p * s + q * r).sum() / (2 * r.sum() * s.sum())
    return float(first + middle + (q * s).sum() / (2 * s.sum() ** 2))


def _chi_squared(a: Floats, b: Floats, c: Floats, d: Floats, total: Floats) -> float:
    """(|sum a - E| - 1/2)^2 / var, hypergeometric within strata (Mantel and Haenszel 1959)."""
    reference, focal, right, wrong = a + b, c + d, a + c, b + d
    expected = reference * right / total
    variance = reference * focal * right * wrong / (total**2 * np.maximum(total - 1, 1))
    if variance.sum() == 0:
        return 0.0
    return float(max(0.0, abs((a - expected).sum()) - 0.5) ** 2 / variance.sum())


def _grade(delta: float, se: float, p: float) -> str:
    size, sign = abs(delta), "+" if delta > 0 else "-"
    if size < ETS_SMALL or p >= SIGNIFICANT:
        return "A"
    large = size >= ETS_LARGE and (size - ETS_SMALL) / se > ONE_SIDED if se > 0 else size >= ETS_LARGE
    return f"C{sign}" if large else f"B{sign}"


def standardised_difference(first: Floats, second: Floats) -> float:
    """Cohen's d between two groups' scores, pooled: their overall impact, to be read beside the items' DIF."""
    if min(len(first), len(second)) < 2:
        raise TooFew(detail="Each group needs at least two people.")
    pooled = ((len(first) - 1) * first.var(ddof=1) + (len(second) - 1) * second.var(ddof=1)) / (
        len(first) + len(second) - 2
    )
    if pooled == 0:
        raise TooFew(detail="The scores do not vary within the groups.")
    return float(floats(first).mean() - floats(second).mean()) / float(np.sqrt(pooled))
