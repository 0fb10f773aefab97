"""What the programs slice may refuse with."""

from domain.errors import Conflict


class RecognisedAlready(Conflict):
    """One provider is recognised once at a time: its days never overlap."""

    code = "recognised_already"
    title = "This provider is recognised on some of these days already."
