"""What the exams slice may refuse with, beside rulings."""

from domain.errors import Conflict


class NothingDue(Conflict):
    """The step can be taken without a fee: there is nothing to charge."""

    code = "nothing_due"
    title = "Nothing is to be paid for this step."
