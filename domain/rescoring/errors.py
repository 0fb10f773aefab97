"""What rescores may refuse with."""

from domain.errors import Conflict


class ListOutOfDate(Conflict):
    """Attempts were scored, released, held or invalidated since the list was made: nobody approves what is no more."""

    code = "rescore_list_out_of_date"
    title = "Attempts have changed since this list was made; it is made anew, and to be judged again."


class VersionsNotInForce(Conflict):
    """A list may be made of drafts; it is carried out under the key and conversion that two people put in force."""

    code = "rescore_versions_not_in_force"
    title = "The key and the conversion of this run must both be in force before it is carried out."


class RescoreUnderWay(Conflict):
    """Two runs of one form would each undo what the other was approved for."""

    code = "rescore_under_way"
    title = "Another rescore of this form is being carried out."


class NothingToRescore(Conflict):
    """No attempt on the form has a score."""

    code = "nothing_to_rescore"
    title = "No attempt on this form is scored yet."
