"""Scoring a whole administration at once: answers in, raw scores out. Import it where it is used: it loads numpy."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from domain.scores.keys import AnswerKey
from domain.scores.responses import NOT_REACHED, OMITTED

Responses = npt.NDArray[np.uint8]
Counts = npt.NDArray[np.int32]

CHUNK = 8_192
"""Candidates scored at a time: the working arrays stay in the processor's cache."""
NO_OPTION = 254
"""A byte that no answer has."""


class RawScores(NamedTuple):
    """`raw` is int32[N], 0 to the key's `raw_max`; `domain_raw` int32[N, D], whose rows sum to it."""

    raw: Counts
    domain_raw: Counts


def score_matrix(responses: Responses, key: AnswerKey) -> RawScores:
    """Raw scores of N candidates on the key's I items: `responses` is uint8[N, I], coded as in `responses.py`.

    An item scores one point when the answer is one of its right options; omitted and not reached score nothing.
    Raises ValueError when the matrix is not of the key's width.
    """
    if responses.ndim != 2 or responses.shape[1] != key.items or responses.dtype != np.uint8:  # noqa: PLR2004 - a matrix
        message = f"responses of shape {responses.shape} and type {responses.dtype} do not fit {key.items} items"
        raise ValueError(message)
    planes = _planes(key)
    membership = _membership(key)
    domain_raw = np.zeros((len(responses), len(key.domains)), dtype=np.int32)
    for start in range(0, len(responses), CHUNK):
        answers = responses[start : start + CHUNK]
        right = answers == planes[0]
        for plane in planes[1:]:
            right |= answers == plane
        # The library's own matrix product serves floats alone; sums of points are exact in 32 bits up to 2^24.
        domain_raw[start : start + CHUNK] = right.astype(np.float32) @ membership
    return RawScores(domain_raw.sum(axis=1, dtype=np.int32), domain_raw)


def mark_not_reached(responses: Responses) -> Responses:
    """A copy of uint8[N, I], items in the order of presentation, with the omitted answers at the end as not reached."""
    blank = responses == OMITTED
    trailing = np.logical_and.accumulate(blank[:, ::-1], axis=1)[:, ::-1]
    return np.where(trailing, np.uint8(NOT_REACHED), responses)


def as_matrix(rows: list[bytes], items: int) -> Responses:
    """Stored rows, each of `items` bytes, as uint8[N, I]; raises ValueError where one has another length."""
    if any(len(row) != items for row in rows):
        message = f"a stored row is not of {items} items"
        raise ValueError(message)
    return np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(len(rows), items)


def _planes(key: AnswerKey) -> list[Responses]:
    """The k-th right option of every item, as many planes as the richest item has options that score."""
    depth = max(1, *map(len, key.correct))
    return [
        np.array([options[k] if k < len(options) else NO_OPTION for options in key.correct], dtype=np.uint8)
        for k in range(depth)
    ]


def _membership(key: AnswerKey) -> npt.NDArray[np.float32]:
    """float32[I, D]: 1 where the item belongs to the domain and scores."""
    membership = np.zeros((key.items, len(key.domains)), dtype=np.float32)
    for item, (domain, options) in enumerate(zip(key.domain_of, key.correct, strict=True)):
        membership[item, domain] = 1 if options else 0
    return membership
