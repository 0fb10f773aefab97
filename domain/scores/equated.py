"""From equated raw points to the reported scale: decided unrounded, then mapped. Pure, in exact fractions.

A form that was equated keeps, for each of its raw scores, the unrounded equivalent on the *base* form, where the cut
was set. Whoever's equivalent reaches that cut passes. Reported is what the base form's two lines, (0, minimum), (cut,
passing score), (most points, maximum), give for the equivalent, rounded half up at the very end; the lowest raw score
that passes is reported as exactly the passing score, and whoever fails as less.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor, isfinite

from domain.errors import Contradiction, Fault
from domain.programs.exam_terms import Scale
from domain.scores.conversion import ConversionTable, two_segments
from domain.scores.model import Conversion

NEARLY = 1e-9
"""Two equivalents that differ by less than this are one: equating a form to itself must not move its cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EquatedTable:
    """A conversion of an equated form: the table, the unrounded equivalents on the base form, and the cut there.

    `base_max` is the base form's highest raw score. `by_lines` says that the base form's scale is of two lines; else
    the reference form's table was read between its entries.
    """

    table: ConversionTable
    equated: tuple[float, ...]
    base_cut: float
    base_max: int
    by_lines: bool


def equated_table(equivalents: Sequence[float], reference: Conversion, scale: Scale) -> EquatedTable:
    """The conversion of a new form whose raw scores have these equivalents on the reference form.

    Where the reference form was equated itself, its own equivalents carry on to the base form. Raises Contradiction
    where the equivalents fall, or are no numbers, or nobody could pass or fail.
    """
    _must_rise(equivalents)
    base_cut, base_max = base_of(reference)
    carried = reference.equated or tuple(float(raw) for raw in range(len(reference.scaled)))
    on_base = tuple(_interpolated(value, carried) for value in equivalents)
    cut = next((raw for raw, value in enumerate(on_base) if value >= base_cut - NEARLY), None)
    if cut is None or cut == 0:
        raise Contradiction(Fault("/equivalents", "no_cut", "No raw score of the form separates passing from failing."))
    reported = _reporting(reference, scale, base_cut, base_max)
    own, there = tuple(equivalents), on_base
    scaled = [_half_up(reported.at(own[raw], there[raw])) for raw in range(len(own))]
    return EquatedTable(
        table=ConversionTable(cut=cut, scaled=_parted(scaled, cut, scale)),
        equated=on_base,
        base_cut=base_cut,
        base_max=base_max,
        by_lines=reported.by_lines,
    )


def base_of(conversion: Conversion) -> tuple[float, int]:
    """The cut on the base form, in its raw points, and its highest raw score; a form not equated is its own base."""
    if conversion.base_cut is None or conversion.base_max is None:
        return float(conversion.cut_raw), len(conversion.scaled) - 1
    return conversion.base_cut, conversion.base_max


def decides_unrounded(conversion: Conversion) -> bool:
    """Whether passing by the stored cut is passing by the unrounded equivalent, for every raw score."""
    if not conversion.equated:
        return True
    base_cut, _ = base_of(conversion)
    return all(
        (value >= base_cut - NEARLY) == (raw >= conversion.cut_raw) for raw, value in enumerate(conversion.equated)
    )


def _must_rise(equivalents: Sequence[float]) -> None:
    for raw, value in enumerate(equivalents):
        if not isfinite(value):
            raise Contradiction(Fault(f"/equivalents/{raw}", "not_a_number", "The equivalent is no number."))
        if raw and value < equivalents[raw - 1] - NEARLY:
            fault = Fault(f"/equivalents/{raw}", "falls", "A higher raw score must not have a lower equivalent.")
            raise Contradiction(fault)


def _interpolated(value: float, table: Sequence[float]) -> float:
    """The table's value at a raw score between two of its own; beyond its ends, one point for one point."""
    last = len(table) - 1
    if value <= 0:
        return table[0] + value
    if value >= last:
        return table[last] + (value - last)
    low = floor(value)
    return table[low] + (value - low) * (table[low + 1] - table[low])


@dataclass(frozen=True, slots=True)
class _Reporting:
    """The reported score, not yet rounded, of an equivalent on the reference form and on the base form."""

    reference: Conversion
    scale: Scale
    knots: tuple[tuple[Fraction, Fraction], ...]
    by_lines: bool

    def at(self, own: float, on_base: float) -> Fraction:
        return self._on_lines(on_base) if self.by_lines else self._on_table(own)

    def _on_lines(self, value: float) -> Fraction:
        exact = Fraction(value)
        place = min(max(bisect_right([x for x, _ in self.knots], exact), 1), 2)
        (x0, y0), (x1, y1) = self.knots[place - 1], self.knots[place]
        found = y0 + (exact - x0) * (y1 - y0) / (x1 - x0) if x1 > x0 else y1
        return min(max(found, Fraction(self.scale.minimum)), Fraction(self.scale.maximum))

    def _on_table(self, value: float) -> Fraction:
        """A table that is not of two lines is read between its entries."""
        table = self.reference.scaled
        exact = min(max(Fraction(value), Fraction(0)), Fraction(len(table) - 1))
        low = min(floor(exact), len(table) - 2)
        return table[low] + (exact - low) * (table[low + 1] - table[low])


def _reporting(reference: Conversion, scale: Scale, base_cut: float, base_max: int) -> _Reporting:
    knots = (
        (Fraction(0), Fraction(scale.minimum)),
        (Fraction(base_cut), Fraction(scale.passing)),
        (Fraction(base_max), Fraction(scale.maximum)),
    )
    return _Reporting(reference, scale, knots, _lies_on_lines(reference, scale))


def _lies_on_lines(reference: Conversion, scale: Scale) -> bool:
    """Whether the reference form's own table is the one of two lines, or was made of equivalents by them."""
    if reference.equated:
        return reference.by_lines
    raw_max = len(reference.scaled) - 1
    return reference.scaled == two_segments(raw_max, reference.cut_raw, scale).scaled


def _half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def _parted(scaled: Sequence[int], cut: int, scale: Scale) -> tuple[int, ...]:
    """The cut is reported as exactly the passing score, what fails as less, and no entry falls."""
    below = [min(value, scale.passing - 1) for value in scaled[:cut]]
    above = [max(value, scale.passing) for value in scaled[cut + 1 :]]
    return (*below, scale.passing, *above)
