"""What the badges slice may refuse with."""


class UnfitFacts(ValueError):
    """Facts that no badge can state: a fault of ours, or of a program's settings, never of the holder's."""
