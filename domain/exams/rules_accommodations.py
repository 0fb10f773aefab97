"""What a test centre's accommodation code says. Pure."""

import re
from collections.abc import Iterable

from domain.errors import Contradiction, Fault

MOST_MINUTES = 1_440
"""How much longer than its own minutes an exam is at most, by all accommodations together: a day."""

_EXTRA_TIME = re.compile(r"ET(\d{2})(HR|MN)")
_MINUTES = {"HR": 60, "MN": 1}


def minutes_of(code: str) -> int:
    """The extra minutes that a code means: `ET01HR` is 60, `ET30MN` is 30; 0 for every other arrangement."""
    match = _EXTRA_TIME.fullmatch(code)
    return int(match[1]) * _MINUTES[match[2]] if match else 0


def must_be_possible(code: str) -> None:
    """Raise Contradiction for a code that means more extra time than there can be."""
    if minutes_of(code) > MOST_MINUTES:
        detail = f"The code means more than {MOST_MINUTES} extra minutes, which is the most there are."
        raise Contradiction(Fault("/code", "too_much_time", detail))


def granted(code: str, said: int | None, others: Iterable[int]) -> int:
    """The extra minutes that are granted: those said, or else the code's; `others` are those granted before.

    Raises Contradiction where the code, or all of them together, come to more than there can be.
    """
    if said is None:
        must_be_possible(code)
    minutes, before = minutes_of(code) if said is None else said, sum(others)
    if minutes + before > MOST_MINUTES:
        detail = (
            f"With the {before} minutes granted before it is more than {MOST_MINUTES}, which is the most there are."
        )
        raise Contradiction(Fault("/extra_minutes", "too_much_time", detail))
    return minutes
