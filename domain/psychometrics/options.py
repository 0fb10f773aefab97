"""Options and distractors: who chose what, how strong they were, and which keys look wrong.

One table of counts and sums of totals by item and option, beside the sums of `moments()`, yields every figure here.
Answers are coded one byte each: 0 omitted, 255 not reached, else the option from 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from domain.psychometrics.arrays import LEAST_PEOPLE, Floats, Ints, Maybe, floats, slices
from domain.psychometrics.errors import OutOfShape, TooFew
from domain.psychometrics.items import CONSTANT_REST, TOO_FEW, rest_variances
from domain.psychometrics.moments import Moments

Responses = npt.NDArray[np.uint8]
NOT_REACHED = 255
KELLEY = 0.27
"""The share of people in an upper or lower group that discriminates best (Kelley 1939)."""
SMALLEST = 1e-9
"""A variance of whole scores below this is none."""
NEVER_CHOSEN = "never_chosen"
ALWAYS_CHOSEN = "always_chosen"


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionTable:
    """What N people answered to I items with at most O options.

    `counts` int64[I, O + 2]: omitted, option 1 to O, not reached. `totals` int64, same shape: the sum of the total
    scores of those who answered so. `by_group` int64[G, I, O + 2]: the counts within each group of people.
    """

    people: int
    counts: Ints
    totals: Ints
    by_group: Ints

    @property
    def options(self) -> int:
        """The most options an item has."""
        return int(self.counts.shape[1]) - 2

    def traces(self) -> Floats:
        """The share of each group that answered so: float64[G, I, O + 2]; NaN for a group in which there is nobody."""
        sizes = self.by_group.sum(axis=2, keepdims=True)
        return floats(np.where(sizes > 0, self.by_group / np.maximum(sizes, 1), np.nan))


def option_table(responses: Responses, totals: Ints, options: int, groups: Ints | None = None) -> OptionTable:
    """Count answers of uint8[N, I]; `totals` int64[N]; `groups` int64[N] from 0, negative for nobody's group.

    One matrix product per code with the rows (1, total, group 0, group 1, ...): exact, as long as totals stay below
    8,192, because no sum within a chunk then reaches 2^24.

    Raises:
        OutOfShape: lengths differ, an answer is no option, or totals are too large.

    """
    _check(responses, totals, options, groups)
    people, items = responses.shape
    membership = np.full(people, -1) if groups is None else groups
    depth = int(membership.max(initial=-1)) + 1
    found = np.zeros((options + 2, 2 + depth, items), np.int64)
    codes = [*range(options + 1), NOT_REACHED]
    for part in slices(people):
        weights = _weights(totals[part], membership[part], depth)
        for place, code in enumerate(codes):
            found[place] += (weights @ (responses[part] == code).astype(np.float32)).astype(np.int64)
    return OptionTable(
        people=people,
        counts=found[:, 0].T.copy(),
        totals=found[:, 1].T.copy(),
        by_group=found[:, 2:].transpose(1, 2, 0).copy(),
    )


def _check(responses: Responses, totals: Ints, options: int, groups: Ints | None) -> None:
    if responses.ndim != 2 or responses.dtype != np.uint8 or len(totals) != len(responses):
        raise OutOfShape(detail="Responses must be a matrix of bytes with one total per row.")
    if groups is not None and len(groups) != len(responses):
        raise OutOfShape(detail="There must be one group per row.")
    if not 1 <= options < NOT_REACHED or np.any((responses > options) & (responses != NOT_REACHED)):
        raise OutOfShape(detail="A response lies outside the options.")
    if totals.size and (totals.min() < 0 or totals.max() > 8191):
        raise OutOfShape(detail="Total scores must lie between 0 and 8191.")


def _weights(totals: Ints, groups: Ints, depth: int) -> npt.NDArray[np.float32]:
    rows = np.zeros((2 + depth, len(totals)), np.float32)
    rows[0] = 1
    rows[1] = totals
    rows[2:] = groups[None, :] == np.arange(depth)[:, None]
    return rows


def bands(totals: npt.NDArray[np.integer[Any]], count: int = 5) -> Ints:
    """Groups of nearly equal size by total score, 0 the lowest: int64[N]; equal scores are never parted."""
    if not len(totals):
        raise TooFew(detail="There is nobody to divide into groups.")
    _, inverse, sizes = np.unique(totals, return_inverse=True, return_counts=True)
    middle = (np.cumsum(sizes) - sizes / 2) / len(totals)
    group = np.minimum((middle * count).astype(np.int64), count - 1)
    return np.asarray(group[inverse.reshape(-1)], np.int64)


def upper_and_lower(totals: npt.NDArray[np.integer[Any]], share: float = KELLEY) -> Ints:
    """1 for the upper group, 0 for the lower, -1 between: int64[N].

    Each takes everybody whose score is reached within `share` of the people, ties included. Where scores are so alike
    that the two would overlap, the middle score belongs to neither.
    """
    if not len(totals):
        raise TooFew(detail="There is nobody to divide into groups.")
    ordered = np.sort(totals)
    size = max(1, round(share * len(totals)))
    low, high = ordered[size - 1], ordered[len(ordered) - size]
    if low >= high:
        return np.where(totals > low, 1, np.where(totals < high, 0, -1)).astype(np.int64)
    return np.where(totals >= high, 1, np.where(totals <= low, 0, -1)).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Distractors:
    """Options of each item, coded as in `OptionTable`.

    `shares` float64[I, O + 2]; `mean_totals`, `correlations` and `reasons` are [I][O + 2]: the mean total score of
    those who answered so, and the correlation of answering so with the score on the other items (the item's own point
    taken out). None where it does not exist, for the stated reason: `never_chosen`, `always_chosen`,
    `constant_rest`, `too_few_people`.
    """

    shares: Floats
    mean_totals: tuple[Maybe, ...]
    correlations: tuple[Maybe, ...]
    reasons: tuple[tuple[str | None, ...], ...]


def analyse_options(table: OptionTable, sums: Moments, keys: Sequence[Sequence[int]]) -> Distractors:
    """Every option's share and corrected correlation; `keys` lists each item's right options (one point each)."""
    if len(keys) != len(table.counts) or len(sums.sums) != len(keys):
        raise OutOfShape(detail="The key, the table and the sums must be of one form.")
    own = np.zeros_like(table.counts)
    for item, right in enumerate(keys):
        own[item, list(right)] = int(sums.counted[item])
    rest_totals = table.totals - own * table.counts
    variances = rest_variances(sums)
    cells = [
        [_correlation(table.people, int(n), int(t), int(rest_totals[item].sum()), float(variances[item]))
         for n, t in zip(table.counts[item], rest_totals[item], strict=True)]
        for item in range(len(keys))
    ]  # fmt: skip
    return Distractors(
        shares=table.counts / table.people,
        mean_totals=tuple(
            tuple(float(t) / float(n) if n else None for n, t in zip(*row, strict=True))
            for row in zip(table.counts, table.totals, strict=True)
        ),
        correlations=tuple(tuple(r for r, _ in row) for row in cells),
        reasons=tuple(tuple(reason for _, reason in row) for row in cells),
    )


def _correlation(
    people: int, chosen: int, total: int, everybody: int, variance: float
) -> tuple[float | None, str | None]:
    """Point-biserial (M_chosen - M) n / N / sqrt(p q var_rest (N-1)/N); or why there is none."""
    reason = _why_none(people, chosen, variance)
    if reason:
        return None, reason
    numerator = people * total - chosen * everybody
    denominator = sqrt(chosen * (people - chosen)) * sqrt(variance * people * (people - 1))
    return numerator / denominator, None


def _why_none(people: int, chosen: int, variance: float) -> str | None:
    if people < LEAST_PEOPLE:
        return TOO_FEW
    if chosen in {0, people}:
        return ALWAYS_CHOSEN if chosen else NEVER_CHOSEN
    return None if variance > SMALLEST else CONSTANT_REST


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """An item whose key should be looked at.

    `strength` ranks: how much better the rival option goes with the rest of the test than the key does, in standard
    errors of a correlation (1 / sqrt N). `rival` is the option that a wrong key would most likely have hidden, None
    when nobody chose another. Reasons, each true by itself: `key_never_chosen`, `key_discriminates_negatively`,
    `rival_discriminates_better`, `rival_preferred_by_the_strong`; with any of these also `below_chance`,
    which alone is only a hard item.
    """

    item: int
    strength: float
    rival: int | None
    key_correlation: float | None
    rival_correlation: float | None
    reasons: tuple[str, ...]


def suspect_keys(
    table: OptionTable, found: Distractors, keys: Sequence[Sequence[int]], options: Sequence[int] | None = None
) -> tuple[Suspect, ...]:
    """The items with at least one reason to doubt the key, the strongest case first.

    The table's last group must be the strong one (`upper_and_lower` or `bands`). `options` says how many each item has,
    for the chance level (p below 1/k by more than two standard errors). Dropped items (no key) are passed over.
    """
    sizes = options or [table.options] * len(keys)
    suspects = [
        suspect
        for item, right in enumerate(keys)
        if right and (suspect := _suspect(item, frozenset(right), table, found, sizes[item]))
    ]
    return tuple(sorted(suspects, key=lambda suspect: (-suspect.strength, suspect.item)))


def _suspect(item: int, right: frozenset[int], table: OptionTable, found: Distractors, size: int) -> Suspect | None:
    correlations = found.correlations[item]
    key = max((r for option in right if (r := correlations[option]) is not None), default=None)
    rivals = [(r, o) for o in range(1, table.options + 1) if o not in right and (r := correlations[o]) is not None]
    best, rival = max(rivals, default=(None, None))
    reasons = tuple(_reasons(item, right, table, size, key, best, rival))
    if not reasons:
        return None
    strength = ((best or 0.0) - (key or 0.0)) * sqrt(table.people)
    return Suspect(
        item=item, strength=strength, rival=rival, key_correlation=key, rival_correlation=best, reasons=reasons
    )


def _reasons(
    item: int, right: frozenset[int], table: OptionTable, size: int, key: float | None, best: float | None,
    rival: int | None,
) -> list[str]:  # fmt: skip
    chosen = int(table.counts[item, list(right)].sum())
    chance, people = len(right) / size, table.people
    strong = table.by_group[-1, item] if len(table.by_group) else np.zeros(0, np.int64)
    tests = {
        "key_never_chosen": chosen == 0,
        "key_discriminates_negatively": key is not None and key < 0,
        "rival_discriminates_better": best is not None and best > max(key or 0.0, 0.0),
        "rival_preferred_by_the_strong": bool(
            strong.size and rival is not None and strong[rival] > strong[list(right)].sum()
        ),
        "below_chance": chosen / people < chance - 2 * sqrt(chance * max(0.0, 1 - chance) / people),
    }
    found = [reason for reason, holds in tests.items() if holds]
    return [] if found == ["below_chance"] else found
