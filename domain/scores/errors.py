"""What the scores slice may refuse with."""

from domain.errors import Conflict


class FormNotApproved(Conflict):
    """Responses are read by a form's items and scored by its key: both must be approved, and so frozen, first."""

    code = "form_not_approved"
    title = "No key of this form is approved yet; its items could still change."


class AdministrationNotHeld(Conflict):
    """Responses come of exams that were sat."""

    code = "administration_not_held"
    title = "No exam of this administration was sat: it is planned or cancelled, or its first day is to come."


class ConversionMissing(Conflict):
    """There is no approved table from raw to scaled scores."""

    code = "conversion_missing"
    title = "No conversion of this form is approved yet."


class ConversionDoesNotFit(Conflict):
    """The approved key scores another number of items than the approved conversion was made for."""

    code = "conversion_does_not_fit"
    title = "The approved conversion is not made for as many points as the approved key gives."


class ReleaseUnderWay(Conflict):
    """Scores that are being released must not change meanwhile."""

    code = "release_under_way"
    title = "A release of these scores is under way; let it finish, or reject it."


class NothingToRelease(Conflict):
    """No score is ready to leave."""

    code = "nothing_to_release"
    title = "No scored attempt of this form and administration waits for its release."


class UnscoredAttempts(Conflict):
    """Some attempts are not scored, or not by the versions in force."""

    code = "unscored_attempts"
    title = "Some attempts are not scored by the approved key and conversion; score them first."


class SupersededVersions(Conflict):
    """What is released is what scores the form now."""

    code = "superseded_versions"
    title = "Another key or conversion is in force than these scores were made with; reject the release and score anew."


class TooManyApprovals(Conflict):
    """The policy asks for more people than a release records."""

    code = "too_many_approvals"
    title = "The policy asks for more than two people to release scores, which this service does not record."


class AlreadyHeld(Conflict):
    """One hold of each kind stands at a time."""

    code = "already_held"
    title = "A hold of this kind stands on the attempt already."


class NotHeld(Conflict):
    """An invalidation follows a hold: what was found, and by whom, is on record first."""

    code = "not_held"
    title = "The attempt must be on hold before it can be invalidated."
