"""What the badges slice may refuse with."""

from domain.errors import Conflict


class UnfitFacts(ValueError):
    """Facts that no badge can state: a fault of ours, or of a program's settings, never of the holder's."""


class BadgeSuspended(Conflict):
    """The credential is suspended: its badge is not handed out anew until the suspension is lifted."""

    code = "badge_suspended"
    title = "The credential is suspended; its badge is not to be relied on until the suspension is lifted."


class BadgeWithdrawn(Conflict):
    """The credential was revoked or given up: its badge is not handed out anew."""

    code = "badge_withdrawn"
    title = "The credential was withdrawn for good; its badge is not to be relied on."
