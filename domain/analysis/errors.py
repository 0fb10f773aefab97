"""What the analysis slice may refuse with."""

from domain.errors import Conflict


class NothingTaken(Conflict):
    """Nobody took the form in this administration, or every attempt was invalidated."""

    code = "nothing_taken"
    title = "There are no responses to this form in this administration."


class InputsChanged(Conflict):
    """Figures of one analysis must all be of the same answers."""

    code = "inputs_changed"
    title = "The responses changed while the analysis was under way; ask for it again."


class NoItemFigures(Conflict):
    """The item bank is told what an analysis found of items, so the analysis must have looked at them."""

    code = "no_item_figures"
    title = "The analysis has no figures of items."


class SheetNeedsParts(Conflict):
    """A statistics sheet tells what an analysis found, and cannot tell what was not asked."""

    code = "sheet_needs_parts"
    title = "The analysis lacks parts that the sheet tells: scores, items, reliability and decisions."


class NoReferenceConversion(Conflict):
    """A scale is carried from the reference form, which must have one."""

    code = "no_reference_conversion"
    title = "The run's reference form had no conversion, so there is no scale to carry over."
