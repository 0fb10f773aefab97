"""What the payments slice may refuse with."""

from domain.errors import Conflict


class PaymentUnderWay(Conflict):
    """A charge stands in one payment at a time: finish that one, or mark it as failed."""

    code = "payment_under_way"
    title = "A payment for this charge is under way; it must arrive or fail first."


class SettledAlready(Conflict):
    """Money came for charges that were paid or waived meanwhile: it belongs to its payer."""

    code = "settled_already"
    title = "What this payment was for is settled already; send the money back to whoever paid."


class NotDueAnyMore(Conflict):
    """The step that a charge asks for can follow no more, or asks for another fee by now."""

    code = "not_due_any_more"
    title = "What this charge is for is not to be had any more; ask anew what is due today."


class RefundTooLarge(Conflict):
    """No more goes back than was paid and has not gone back yet."""

    code = "refund_too_large"
    title = "More would go back than was paid for this charge."
