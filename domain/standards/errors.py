"""Why a study cannot go on."""

from domain.errors import Conflict


class RatingsMissing(Conflict):
    """A round is over when every judge has spoken."""

    code = "ratings_missing"
    title = "Not every judge has rated in this round."


class NoCut(Conflict):
    """The method finds no cut in what the judges said."""

    code = "no_cut"
    title = "What the judges said leads to no cut by this method."


class OneRoundOnly(Conflict):
    """Judges of a compromise method are asked once, about the whole test."""

    code = "one_round_only"
    title = "This method has one round only."
