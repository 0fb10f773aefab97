"""What a test centre's accommodation code says. Pure."""

import re

_EXTRA_TIME = re.compile(r"ET(\d{2})(HR|MN)")
_MINUTES = {"HR": 60, "MN": 1}


def minutes_of(code: str) -> int:
    """The extra minutes that a code means: `ET01HR` is 60, `ET30MN` is 30; 0 for every other arrangement."""
    match = _EXTRA_TIME.fullmatch(code)
    return int(match[1]) * _MINUTES[match[2]] if match else 0
