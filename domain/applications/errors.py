"""What the applications slice may refuse with."""

from domain.errors import Conflict, SeparationOfDuties


class NotRegistered(Conflict):
    """An application belongs to a candidate, and this sign-in is not tied to one yet."""

    code = "not_registered"
    title = "Register as a candidate first, or follow your invitation."


class ApplicationUnderWay(Conflict):
    """A candidate has one application per program under way, or approved and still to be used."""

    code = "application_under_way"
    title = "There already is an application for this program that is under way or approved."


class AppealUnderWay(Conflict):
    """While an appeal is heard, its application may yet be approved; another one beside it would make two."""

    code = "appeal_under_way"
    title = "An appeal in this program is being heard; wait for the decision, or take the appeal back, to apply anew."


class ClaimedByAnother(Conflict):
    """An application in review is in one reviewer's hands; whoever wants to go on with it claims it first."""

    code = "claimed_by_another"
    title = "Another reviewer has claimed this application."


class EvidenceKept(Conflict):
    """What a reviewer judged, or a decision was taken on, stays on record; another piece may be added."""

    code = "evidence_kept"
    title = "This piece was judged, so it is kept as it is; add another one."


class ConflictDeclared(SeparationOfDuties):
    """The member of staff declared a conflict of interest with this candidate."""

    code = "conflict_of_interest"
    title = "Someone else must take this step, because you have a conflict of interest with this candidate."


class AlreadyDrawn(Conflict):
    """The applications of a day stand in one draw: drawing again until the outcome pleases is no draw."""

    code = "already_drawn"
    title = "A draw already covers some of these days."
