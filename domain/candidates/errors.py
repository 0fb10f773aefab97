"""What the candidates slice may refuse with."""

from domain.errors import Conflict


class AlreadyLinked(Conflict):
    """A subject belongs to one candidate, and a candidate's first subject is not replaced."""

    code = "already_linked"
    title = "This sign-in is tied to a candidate already."


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
