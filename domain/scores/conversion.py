"""From raw to scaled scores: a table per form, computed once in whole numbers and frozen.

Two straight lines meet at the cut: (raw_min, scale minimum), (cut, passing score), (raw_max, scale maximum). Halves
round up, never to the even neighbour. The decision is always raw >= cut; the scale only reports it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from domain.errors import Contradiction, Fault
from domain.programs.exam_terms import Scale


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionTable:
    """The scaled score of each raw score from 0 to `len(scaled) - 1`, and the raw score that passes."""

    cut: int
    scaled: tuple[int, ...]

    @property
    def raw_max(self) -> int:
        """The highest raw score that the table knows."""
        return len(self.scaled) - 1

    def scaled_of(self, raw: int) -> int:
        """The scaled score of `raw`; raises ValueError outside 0 to `raw_max`."""
        if not 0 <= raw <= self.raw_max:
            message = f"a raw score of {raw} is outside 0 to {self.raw_max}"
            raise ValueError(message)
        return self.scaled[raw]

    def passes(self, raw: int) -> bool:
        """The decision: the cut itself passes."""
        return raw >= self.cut


def whole_cut(cut: Decimal | int) -> int:
    """The lowest raw score that reaches `cut`.

    A standard-setting panel may ask for 71.2 points. Raw scores are whole: 71 falls short of that and 72 reaches it,
    so a cut is always rounded up, and the passing score of the scale is anchored there.
    """
    return ceil(cut)


def two_segments(raw_max: int, cut: Decimal | int, scale: Scale, *, raw_min: int = 0) -> ConversionTable:
    """The table of a form of `raw_max` points with this cut.

    `raw_min` (0 unless, say, the chance level is wanted) and what lies below it get the scale's minimum. The cut gets
    exactly the passing score, one point below it at least one less.

    Raises:
        Contradiction: the cut lies outside 1 to `raw_max`, or `raw_min` is not below it.

    """
    anchor = whole_cut(cut)
    if not 1 <= anchor <= raw_max:
        raise Contradiction(Fault("/cut", "out_of_range", f"The cut must lie between 1 and {raw_max} raw points."))
    if not 0 <= raw_min < anchor:
        fault = Fault("/raw_min", "out_of_range", "The lowest raw score of the scale must lie below the cut.")
        raise Contradiction(fault)
    low, middle, high = scale.minimum, scale.passing, scale.maximum
    below = [
        max(low, min(middle - 1, low + _half_up((middle - low) * (raw - raw_min), anchor - raw_min)))
        for raw in range(anchor)
    ]
    above = [
        middle + _half_up((high - middle) * (raw - anchor), raw_max - anchor) for raw in range(anchor + 1, raw_max + 1)
    ]
    return ConversionTable(cut=anchor, scaled=(*below, middle, *above))


def stored_table(scaled: Sequence[int], cut: int, raw_max: int, scale: Scale) -> ConversionTable:
    """A table that was equated elsewhere, once it keeps what a table must keep; Contradiction lists every fault."""
    faults = tuple(_table_faults(scaled, cut, raw_max, scale))
    if faults:
        raise Contradiction(*faults)
    return ConversionTable(cut=cut, scaled=tuple(scaled))


def _table_faults(scaled: Sequence[int], cut: int, raw_max: int, scale: Scale) -> Iterator[Fault]:
    if len(scaled) != raw_max + 1:
        yield Fault("/scaled", "wrong_length", f"The table must list the {raw_max + 1} raw scores from 0 to {raw_max}.")
        return
    if not 1 <= cut <= raw_max:
        yield Fault("/cut", "out_of_range", f"The cut must lie between 1 and {raw_max} raw points.")
        return
    if scaled[cut] != scale.passing:
        yield Fault(f"/scaled/{cut}", "cut_is_not_passing", f"The cut must be reported as exactly {scale.passing}.")
    if scaled[cut - 1] >= scale.passing:
        yield Fault(f"/scaled/{cut - 1}", "failing_looks_passing", f"One below the cut must lie below {scale.passing}.")
    for raw, value in enumerate(scaled):
        if not scale.minimum <= value <= scale.maximum:
            yield Fault(f"/scaled/{raw}", "out_of_range", "The value lies outside the scale.")
        if raw and value < scaled[raw - 1]:
            yield Fault(f"/scaled/{raw}", "falls", "A higher raw score must not have a lower scaled score.")


def _half_up(numerator: int, denominator: int) -> int:
    """The quotient to the nearest whole number, halves up; exact, because nothing leaves the integers."""
    return (2 * numerator + denominator) // (2 * denominator)
