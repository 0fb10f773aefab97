"""What the arithmetic refuses: data from which the figure asked for cannot be had."""

from domain.errors import Invalid


class Unmeasurable(Invalid):
    """The data do not allow the figure that was asked for; the subclasses say why."""

    code = "unmeasurable"
    title = "The data do not allow this figure."


class OutOfShape(Unmeasurable):
    """Arrays that do not fit together, or values outside what they can be."""

    code = "data_out_of_shape"
    title = "The data do not have the shape or range that this figure needs."


class TooFew(Unmeasurable):
    """Too few people, items, judges or scores."""

    code = "too_few_observations"
    title = "There are too few observations for this figure."


class NoVariation(Unmeasurable):
    """What should differ between people or items does not."""

    code = "no_variation"
    title = "The values do not vary, so this figure does not exist."


class AnchorTooShort(TooFew):
    """The common items are too few to carry a scale from one form to another."""

    code = "anchor_too_short"
    title = "The anchor has too few common items."


class Singular(Unmeasurable):
    """A system of equations has no single answer."""

    code = "singular_system"
    title = "The equations have no single solution for these data."


class NotConverged(Unmeasurable):
    """An iterative fit did not settle: none of its values are handed out."""

    code = "fit_not_converged"
    title = "The fit did not converge."
