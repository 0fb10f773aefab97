"""What screenings may refuse with."""

from domain.errors import Conflict


class NobodyToScreen(Conflict):
    """Similarity, fit and gains are judged among people: a handful has none of them."""

    code = "nobody_to_screen"
    title = "Fewer than ten attempts on this form and administration have answers."
