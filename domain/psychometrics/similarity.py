"""Answers more alike than chance and ability explain, over all pairs of people.

Both indices compare the number of identical answers with what option probabilities expect. Expectations for all pairs
at once are matrix products, one per option; people are taken in blocks, and only pairs that could be found are kept.
A finding is evidence for a hold: it invalidates nothing by itself.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from domain.psychometrics.arrays import Floats, Ints, floats
from domain.psychometrics.discovery import discoveries
from domain.psychometrics.errors import OutOfShape, TooFew
from domain.psychometrics.options import NOT_REACHED, Responses

BLOCK = 512
"""People compared with everybody at a time."""
Single = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarPairs:
    """The pairs found at false discovery rate `q`, the most striking first; each array has one entry per pair.

    For omega `first` is the supposed copier and `second` the source, and both orders are tests; for GBT the order means
    nothing. `matches` identical answers were given where `expected` were; `p` is the chance of so many or more,
    `adjusted` the least rate at which the pair would be found. `tests` were made.
    """

    index: Literal["omega", "gbt"]
    q: float
    tests: int
    first: Ints
    second: Ints
    matches: Ints
    expected: Floats
    statistic: Floats
    p: Floats
    adjusted: Floats


def omega(
    responses: Responses, chances: Floats, *, q: float = 0.05, dependent: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> SimilarPairs:  # fmt: skip
    """Wollack's (1997) omega for every ordered pair: (matches - E) / sqrt(V), upper tail of the normal distribution.

    E = sum P and V = sum P (1 - P), with P the copier's chance of the very answer that the source gave.

    `responses` uint8[N, I] (0 omitted counts as an answer, 255 not reached is left out), `chances` float[N, I, O + 1].

    Raises:
        TooFew: fewer than two people. OutOfShape: shapes differ, or an answer is no option.

    """
    given, likely = _prepared(responses, chances)
    people = len(given)
    kept: list[tuple[npt.NDArray[Any], ...]] = []
    for rows in _blocks(people, progress):
        matches = given[rows] @ given.T
        expected = likely[rows] @ given.T
        variance = expected - (likely[rows] ** 2) @ given.T
        z = (matches - expected) / np.sqrt(np.maximum(variance, 1e-6))
        z[np.arange(len(z)), np.arange(rows.start, rows.start + len(z))] = -np.inf
        at = np.nonzero(z >= _deviate(q))
        kept.append((at[0] + rows.start, at[1], matches[at], expected[at], z[at]))
    first, second, found, mean, z = (np.concatenate(column) for column in zip(*kept, strict=True))
    p = floats(ndtr(-z.astype(np.float64)))
    return _found("omega", q, people * (people - 1), (first, second, found, mean, z), p, dependent=dependent)


def gbt(
    responses: Responses, chances: Floats, *, q: float = 0.05, dependent: bool = False, screen: float = 1e-3,
    progress: Callable[[int, int], None] | None = None,
) -> SimilarPairs:  # fmt: skip
    """The generalised binomial test of every pair (van der Linden and Sotaridona 2006).

    It is the exact chance of so many identical answers, each item's chance being sum_k P_k(first) P_k(second).
    Pairs are screened by a normal approximation; those below `screen` get the exact distribution. Screening loses
    nothing as long as the largest p found stays well below `screen`. Arguments and errors as in `omega`.
    """
    given, likely = _prepared(responses, chances)
    people = len(given)
    products = _products(likely.reshape(chances.shape))
    kept: list[tuple[npt.NDArray[Any], ...]] = []
    for rows in _blocks(people, progress):
        matches = given[rows] @ given.T
        expected = likely[rows] @ likely.T
        variance = expected - products[rows] @ products.T
        z = (matches - 0.5 - expected) / np.sqrt(np.maximum(variance, 1e-6))
        z[np.arange(people)[None, :] <= np.arange(rows.start, rows.start + len(z))[:, None]] = -np.inf
        at = np.nonzero(z >= _deviate(min(screen, q)))
        kept.append((at[0] + rows.start, at[1], matches[at], expected[at], z[at]))
    first, second, found, mean, z = (np.concatenate(column) for column in zip(*kept, strict=True))
    p = _exact(likely.reshape(chances.shape), first, second, found)
    columns = (first, second, found, mean, z)
    return _found("gbt", q, people * (people - 1) // 2, columns, p, dependent=dependent)


def tail_of_matches(chances: Floats, matches: npt.NDArray[Any]) -> Floats:
    """P(at least so many successes) of independent trials: float64[M] from chances float64[M, I] and counts [M].

    The generalised binomial distribution, one trial at a time.
    """
    pairs, items = chances.shape
    found = np.zeros((items + 1, pairs))
    found[0] = 1.0
    for item in range(items):
        p = chances[:, item]
        found[1 : item + 2] = found[1 : item + 2] * (1 - p) + found[: item + 1] * p
        found[0] *= 1 - p
    tails = np.cumsum(found[::-1], axis=0)[::-1]
    return floats(np.clip(tails[np.rint(matches).astype(np.int64), np.arange(pairs)], 0.0, 1.0))


def _prepared(responses: Responses, chances: Floats) -> tuple[Single, Single]:
    """Answers given, one column per item and answer, and their chances, with what was not reached zero in both."""
    people = len(responses)
    if people < 2:
        raise TooFew(detail="Similarity needs at least two people.")
    if chances.shape[:2] != responses.shape:
        raise OutOfShape(detail="There must be a chance for each person, item and answer.")
    reached = responses != NOT_REACHED
    if np.any(responses[reached] >= chances.shape[2]):
        raise OutOfShape(detail="A response lies outside the options.")
    given = (responses[:, :, None] == np.arange(chances.shape[2])).astype(np.float32)
    likely = chances.astype(np.float32) * reached[:, :, None]
    return given.reshape(people, -1), likely.reshape(people, -1)


def _products(likely: Single) -> Single:
    """For each item all products of two answers' chances, so that (sum_k a_k b_k)^2 is one inner product."""
    answers = likely.shape[2]
    columns = [
        likely[:, :, k] * likely[:, :, m] * np.float32(1.0 if k == m else 2**0.5)
        for k in range(answers)
        for m in range(k, answers)
    ]
    return np.stack(columns, axis=2).reshape(len(likely), -1)


def _blocks(people: int, progress: Callable[[int, int], None] | None) -> Iterator[slice]:
    for start in range(0, people, BLOCK):
        yield slice(start, start + BLOCK)
        if progress:
            progress(min(start + BLOCK, people), people)


def _deviate(p: float) -> float:
    return -float(ndtri(p))


def _exact(likely: Single, first: Ints, second: Ints, matches: npt.NDArray[Any]) -> Floats:
    found = np.empty(len(first))
    for start in range(0, len(first), BLOCK):
        part = slice(start, start + BLOCK)
        both = np.einsum("mik,mik->mi", likely[first[part]], likely[second[part]], dtype=np.float64)
        found[part] = tail_of_matches(np.minimum(both, 1.0), matches[part])
    return found


def _found(
    index: Literal["omega", "gbt"], q: float, tests: int, columns: tuple[npt.NDArray[Any], ...], p: Floats, *,
    dependent: bool,
) -> SimilarPairs:  # fmt: skip
    which, adjusted = discoveries(p, q, tests=tests, dependent=dependent)
    order = np.flatnonzero(which)[np.argsort(p[which], kind="stable")]
    first, second, matches, expected, z = (column[order] for column in columns)
    return SimilarPairs(
        index=index,
        q=q,
        tests=tests,
        first=first.astype(np.int64),
        second=second.astype(np.int64),
        matches=np.rint(matches).astype(np.int64),
        expected=floats(expected),
        statistic=floats(z),
        p=p[order],
        adjusted=adjusted[order],
    )
