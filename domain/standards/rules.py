"""What judges may say. Pure: a study and values in, faults out."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from domain.errors import Fault
from domain.standards.model import Method, StandardSetting

ROUNDS: frozenset[Method] = frozenset({Method.ANGOFF, Method.BOOKMARK})
"""Methods whose judges hear what the others said, and may speak again."""
GROUPED: frozenset[Method] = frozenset({Method.HOFSTEE, Method.BEUK})
"""Methods that weigh what judges ask against what a group did."""


def rating_faults(study: StandardSetting, values: Sequence[float]) -> Iterator[Fault]:
    """What stands against these values: their number, their range, their order. Pointers are into the values."""
    bounds = _bounds(study)
    if len(values) != len(bounds):
        yield Fault("/values", "wrong_length", f"This method asks each judge for {len(bounds)} values.")
        return
    for place, (value, (least, most)) in enumerate(zip(values, bounds, strict=True)):
        if not least <= value <= most:
            yield Fault(f"/values/{place}", "out_of_range", f"The value must lie between {least:g} and {most:g}.")
        elif study.method is Method.BOOKMARK and value != int(value):
            yield Fault(f"/values/{place}", "not_whole", "A page has a whole number.")
    if study.method is Method.HOFSTEE:
        yield from (
            Fault(f"/values/{place}", "out_of_order", "The lowest acceptable value comes first.")
            for place in (1, 3)
            if values[place - 1] > values[place]
        )


def _bounds(study: StandardSetting) -> list[tuple[float, float]]:
    highest = float(study.raw_max)
    match study.method:
        case Method.ANGOFF:
            return [(0.0, 1.0)] * len(study.items)
        case Method.HOFSTEE:
            return [(0.0, highest), (0.0, highest), (0.0, 1.0), (0.0, 1.0)]
        case Method.BEUK:
            return [(0.0, highest), (0.0, 1.0)]
        case Method.BOOKMARK:
            return [(1.0, highest + 1)]


def panel_faults(judges: Sequence[str]) -> Iterator[Fault]:
    """Each judge once, whatever the case of the letters."""
    ordered = sorted(enumerate(judges), key=lambda one: (one[1].casefold(), one[0]))
    for (_, one), (place, other) in pairwise(ordered):
        if one.casefold() == other.casefold():
            yield Fault(f"/judges/{place}", "duplicate_judge", "Another judge has this code.")
