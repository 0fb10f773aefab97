"""What practice may refuse with."""

from domain.errors import Conflict


class NoPractice(Conflict):
    """Not every edition offers practice exams."""

    code = "no_practice_offered"
    title = "This program offers no practice exams at present."


class TooFewPracticeItems(Conflict):
    """A practice exam is never filled up with anything but retired items."""

    code = "too_few_practice_items"
    title = "There are not enough retired items to make a practice exam of."


class PracticeLimit(Conflict):
    """An edition may say how many practice exams a candidate begins within thirty days."""

    code = "practice_limit_reached"
    title = "You have begun as many practice exams as the program allows within thirty days."


class TimeIsOver(Conflict):
    """What is answered after the time does not count."""

    code = "practice_time_over"
    title = "The time of this practice exam is over."


class PracticeGoesOn(Conflict):
    """The right answers and their rationale are shown afterwards."""

    code = "practice_in_progress"
    title = "Finish the practice exam first; then the answers and their rationale are shown."
