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

    def __init__(self, pointer: str = "/effective_on") -> None:
        """Refuse the day at this place of the request."""
        super().__init__(Fault(pointer, self.code, self.title))
