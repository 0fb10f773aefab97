"""What the candidates slice may refuse with."""

from domain.errors import Conflict, SeparationOfDuties


class AlreadyLinked(Conflict):
    """A subject belongs to one candidate, and a candidate's first subject is not replaced."""

    code = "already_linked"
    title = "This sign-in is tied to a candidate already."


class CandidateLinked(Conflict):
    """A candidate has one sign-in. Where it is lost, an administrator ends it before another is tied."""

    code = "candidate_linked"
    title = "This candidate has a sign-in already."


class NotLinked(Conflict):
    """There is no sign-in to end."""

    code = "not_linked"
    title = "No sign-in is tied to this candidate."


class StaffSignIn(SeparationOfDuties):
    """A sign-in with staff roles is not tied to a candidate: who acts for the body would act as whom they act on."""

    code = "staff_sign_in"
    title = "A sign-in with staff roles is tied to no candidate; apply with another one of yours."


class InvitationSpent(Conflict):
    """The link was used, or its time is over."""

    code = "invitation_spent"
    title = "This invitation was used before or has run out; ask for a new one."


class EmailNotVerified(Conflict):
    """The identity provider has not verified the e-mail address that would tie this sign-in to a candidate."""

    code = "email_not_verified"
    title = "Your identity provider must verify your e-mail address first."


class NameChangeNeedsStaff(Conflict):
    """Once an application was submitted, staff change the legal name, on a document that shows it."""

    code = "name_change_needs_staff"
    title = "Send the document that shows your new name; staff change it."
