"""Public data with published answers."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

DATA = Path(__file__).parents[2] / "data"
LSAT6_COUNTS = (
    3, 6, 2, 11, 1, 1, 3, 4, 1, 8, 0, 16, 0, 3, 2, 15,
    10, 29, 14, 81, 3, 28, 15, 80, 16, 56, 21, 173, 11, 61, 28, 298,
)  # fmt: skip
"""How many of 1,000 people gave each pattern of five answers, in binary order (00000, 00001, ...): Bock and Lieberman
(1970), section 6 of the Law School Admission Test."""


def lsat6() -> npt.NDArray[np.uint8]:
    """LSAT section 6, 1,000 people on five items."""
    patterns = np.array([[(code >> bit) & 1 for bit in (4, 3, 2, 1, 0)] for code in range(32)], np.uint8)
    return np.repeat(patterns, LSAT6_COUNTS, axis=0)


def exam1() -> npt.NDArray[np.uint8]:
    """The exam of jMetrik's tests: 6,000 people on 56 items."""
    packed = np.frombuffer((DATA / "exam1.bits").read_bytes(), np.uint8)
    return np.unpackbits(packed).reshape(6000, 56)


def exam1_by_spss() -> dict[str, Any]:
    """What SPSS says of it."""
    found: dict[str, Any] = json.loads((DATA / "exam1_spss.json").read_text())
    return found


def simulated(
    people: int, items: int, seed: int = 7, slope: float = 1.0, ability: float = 0.0
) -> npt.NDArray[np.uint8]:
    """People of normal ability on items of spread difficulty, by the logistic model."""
    rng = np.random.default_rng(seed)
    theta = rng.normal(ability, 1, people)
    chances = 1 / (1 + np.exp(-slope * (theta[:, None] - np.linspace(-2, 2, items))))
    return (rng.random((people, items)) < chances).astype(np.uint8)
