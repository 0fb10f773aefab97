"""A form as it was taken: answers beside items and key, in arrays. Import it where it is used: it loads numpy."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from domain.psychometrics.arrays import Flags, Ints, totals
from domain.psychometrics.options import NOT_REACHED, Responses
from domain.scores.model import FormItem

Points = npt.NDArray[np.int8]


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What N people answered to the I items of a form.

    `answers` uint8[N, I] holds one byte per answer: 0 omitted, 255 not reached, else the option from 1. `keys` lists
    each item's right options (one point each), pretest items' too; none where the item was dropped. `people` names the
    rows, in ids that mean nothing by themselves.
    """

    items: tuple[FormItem, ...]
    keys: tuple[tuple[int, ...], ...]
    answers: Responses
    people: tuple[str, ...]

    @property
    def counted(self) -> Flags:
        """Which items make up the raw score: scored and not dropped; bool[I]."""
        pairs = zip(self.items, self.keys, strict=True)
        return np.array([item.scored and bool(key) for item, key in pairs], np.bool_)

    @property
    def codes(self) -> tuple[str, ...]:
        """The items' codes, in the form's order."""
        return tuple(item.code for item in self.items)

    @property
    def options(self) -> int:
        """The most options an item has."""
        return max(item.options for item in self.items)

    @property
    def raw_max(self) -> int:
        """The highest raw score."""
        return int(self.counted.sum())

    @cached_property
    def right(self) -> Points:
        """int8[N, I]: 1 where the answer is one of the item's right options, whether the item counts or not."""
        found = np.zeros(self.answers.shape, np.int8)
        for plane in range(max((len(key) for key in self.keys), default=0)):
            wanted = np.array([key[plane] if plane < len(key) else NOT_REACHED - 1 for key in self.keys], np.uint8)
            found |= (self.answers == wanted).view(np.int8)
        return found

    @cached_property
    def scored(self) -> Points:
        """int8[N, K]: the counted items alone."""
        return np.ascontiguousarray(self.right[:, self.counted])

    @cached_property
    def totals(self) -> Ints:
        """Raw scores: int64[N]."""
        return totals(self.right, self.counted)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the answers, whatever order the people come in."""
        digest = hashlib.sha256(f"{self.answers.shape[1]}\n".encode())
        for row in sorted(row.tobytes() for row in self.answers):
            digest.update(row)
        return digest.hexdigest()

    def only(self, rows: npt.NDArray[np.intp] | Flags) -> "Taken":
        """Some of the people."""
        chosen = np.arange(len(self.people))[rows]
        return Taken(
            items=self.items, keys=self.keys, answers=self.answers[chosen],
            people=tuple(self.people[row] for row in chosen),
        )  # fmt: skip

    def of_items(self, places: Sequence[int]) -> "Taken":
        """Some of the items, in this order: a form drawn from this one."""
        return Taken(
            items=tuple(self.items[place] for place in places),
            keys=tuple(self.keys[place] for place in places),
            answers=np.ascontiguousarray(self.answers[:, list(places)]),
            people=self.people,
        )


def taken(items: Sequence[FormItem], keys: Sequence[Sequence[int]], rows: Sequence[tuple[str, bytes]]) -> Taken:
    """Answers as arrays, the people in the order of their answers, and of their names where those are alike.

    Sums of fractions hang on the order of what is added up, if only in the last digit. So no figure hangs on the order
    of rows, nor on what people are called.
    """
    ordered = sorted(rows, key=lambda row: (row[1], row[0]))
    content = b"".join(answers for _, answers in ordered)
    return Taken(
        items=tuple(items),
        keys=tuple(tuple(key) for key in keys),
        answers=np.frombuffer(content, np.uint8).reshape(len(ordered), len(items)),
        people=tuple(who for who, _ in ordered),
    )
