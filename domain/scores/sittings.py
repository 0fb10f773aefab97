"""What an import of responses deals in: whose row it is, and what is stored of it. Plain tuples: there are many."""

from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

Ref = str
"""A row's id as the store spells it: handed back to the store as it came, never looked into."""


class Identifier(StrEnum):
    """What the rows of a file name their candidates by."""

    CANDIDATE = "candidate_number"
    AUTHORIZATION = "authorization_number"
    REGISTRATION = "registration_number"


class Seat(NamedTuple):
    """Who a row's name stands for, and what they may have sat under.

    `candidate` None: nobody bears this name. `authorization` None: no booking in this administration, and no open
    authorization whose window meets it. `session` is where the booking is, if one is; `stored` the responses that are
    kept of this candidate, form and administration already; `booked` says that the booking is not closed yet.
    `elsewhere`: what would authorize them holds a seat in another administration.
    """

    name: str
    candidate: Ref | None = None
    authorization: Ref | None = None
    registration: Ref | None = None
    session: Ref | None = None
    stored: bytes | None = None
    booked: bool = False
    elsewhere: bool = False


class Sitting(NamedTuple):
    """One accepted row: the seat it was taken on, when, the answers, and the score where it is known."""

    seat: Seat
    taken_on: date
    responses: bytes
    raw: int | None = None
    scaled: int | None = None
    passed: bool | None = None
    domain_raw: list[int] = []  # noqa: RUF012 - a tuple's default, which nobody changes


class Score(NamedTuple):
    """The score of one stored attempt."""

    attempt: Ref
    raw: int
    scaled: int
    passed: bool
    domain_raw: list[int]


class Intake(NamedTuple):
    """What the sittings of one batch have in common. Version numbers are None where they are not scored yet."""

    administration_id: UUID
    form_id: UUID
    import_id: UUID
    key_number: int | None
    conversion_number: int | None
    attempts_per_authorization: int


class Figures(NamedTuple):
    """A form in an administration, in numbers; invalidated attempts are left out.

    `scored` of `attempts` have a score, of which `passed` passed; `held` are on hold, `released` have left. `mean` and
    `deviation` (of the sample, n - 1) are in raw points, None for too few.
    """

    attempts: int
    scored: int
    passed: int
    held: int
    released: int
    mean: float | None
    deviation: float | None
