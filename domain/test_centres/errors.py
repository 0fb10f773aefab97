"""What test-centre exchange may refuse with."""

from domain.errors import Conflict


class RowNotCarriedOut(Conflict):
    """The authorization it was matched to does not allow what the row says; it stays parked."""

    code = "row_not_carried_out"
    title = "The row cannot be carried out for this authorization; it stays parked."
