"""What the renewals slice may refuse with."""

from domain.errors import Conflict, Contradiction, Fault


class NoCycle(Conflict):
    """The credential has no cycle that takes activities, renewals or extensions: it is revoked or retired."""

    code = "no_cycle"
    title = "This credential has no renewal cycle under way."


class NotExtended(Contradiction):
    """An extension moves the last day on, never back."""

    code = "not_an_extension"
    title = "The day must lie after the present last day of the cycle."

    def __init__(self) -> None:
        """Refuse the day of the request."""
        super().__init__(Fault("/until", self.code, self.title))


class ExtensionOver(Contradiction):
    """An extension that would be over already makes nothing valid: only military service undoes an expiry."""

    code = "extension_over"
    title = "The day has passed; only military service, proved late, extends a cycle to a day that has."

    def __init__(self) -> None:
        """Refuse the day of the request."""
        super().__init__(Fault("/until", self.code, self.title))


class TooLateToExtend(Conflict):
    """After the lapse only military service, proved late, makes an expiry not to have happened."""

    code = "too_late_to_extend"
    title = "The credential has lapsed; it can be reinstated, and only military service extends it now."


class UnknownCategory(Contradiction):
    """The policy does not count this category."""

    code = "unknown_category"
    title = "The policy knows no such category of continuing education."

    def __init__(self, pointer: str = "/category") -> None:
        """Refuse the category at this place of the request."""
        super().__init__(Fault(pointer, self.code, self.title))
