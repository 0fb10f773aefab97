"""What the credentials slice may refuse with."""

from domain.errors import Conflict, Contradiction, Fault


class NameUnchanged(Conflict):
    """The credential bears the candidate's present legal name already."""

    code = "name_unchanged"
    title = "The credential bears this name already; change the candidate's legal name first."


class DayOutOfRange(Contradiction):
    """A change takes effect on a day that has come, and takes back nothing that was recorded before it."""

    code = "day_out_of_range"
    title = "The day must lie between the last change of the credential's standing and today."

    def __init__(self) -> None:
        """Refuse the day of a change."""
        super().__init__(Fault("/effective_on", self.code, self.title))


class DayToCome(Contradiction):
    """The registry says how a credential stands or stood, never how it will."""

    code = "day_to_come"
    title = "The day asked about is still to come."

    def __init__(self) -> None:
        """Refuse the day of a question."""
        super().__init__(Fault("/query/as_of", self.code, self.title))
