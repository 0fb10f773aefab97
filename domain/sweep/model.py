"""What the sweep asks of the store, and what it gets back."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One set of credentials to turn: those under an edition whose last valid day lies before `before`.

    At most `limit` of them. `grace_days` are the edition's. Letters go to those whose last valid day is `letters_from`
    or later; `title` is the program as the letter names it.
    """

    edition: str
    title: str
    before: date
    grace_days: int
    letters_from: date
    limit: int


@dataclass(frozen=True, slots=True)
class Turned:
    """How many were turned, and the letters that were written about it, still to be sent."""

    count: int
    letters: tuple[UUID, ...] = ()
