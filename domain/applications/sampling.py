"""A draw that anyone can do again. Pure: a public seed and the ids in, the chosen ids out.

Each id is ranked by the SHA-256 of `seed`, a colon and the id as text; the lowest ranks are chosen. Nobody who does not
know the seed beforehand can tell who will be chosen, and everybody who knows it afterwards can check.
"""

from collections.abc import Iterable
from fractions import Fraction
from hashlib import sha256
from math import ceil
from uuid import UUID


def draw(seed: str, population: Iterable[UUID], rate: float) -> tuple[UUID, ...]:
    """The share `rate` (0 to 1) of the population, rounded up, sorted. In which order the population comes is moot."""
    ids = set(population)
    wanted = ceil(Fraction(str(rate)) * len(ids))
    return tuple(sorted(sorted(ids, key=lambda one: rank(seed, one))[:wanted]))


def rank(seed: str, id_: UUID) -> str:
    """The place of an id in the draw: lowest first (SHA-256, hex)."""
    return sha256(f"{seed}:{id_}".encode()).hexdigest()


def digest(population: Iterable[UUID]) -> str:
    """SHA-256 (hex) of the ids in their order, each as text on a line of its own."""
    return sha256("".join(f"{one}\n" for one in sorted(population)).encode()).hexdigest()
