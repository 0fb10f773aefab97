"""What sending a letter may end in."""

from enum import StrEnum

from domain.errors import DomainError


class Reason(StrEnum):
    """Why a message will never arrive as it is."""

    RECIPIENT_GONE = "recipient_gone"
    BAD_ADDRESS = "bad_address"
    UNSAFE_HEADER = "unsafe_header"
    RECIPIENT_REFUSED = "recipient_refused"
    MESSAGE_REFUSED = "message_refused"
    ADDRESS_NOT_SUPPORTED = "address_not_supported"


class Undeliverable(DomainError):
    """This message will never arrive as it is; trying again changes nothing."""

    code = "undeliverable"
    title = "The message cannot be delivered."

    def __init__(self, reason: Reason, detail: str | None = None) -> None:
        """Give the message up for `reason`."""
        super().__init__(detail)
        self.reason = reason
