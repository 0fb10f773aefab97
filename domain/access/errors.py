"""What the access slice may refuse with."""

from domain.errors import Conflict


class RoleNotGrantable(Conflict):
    """A candidate is tied to a record, and machines have keys: neither role is granted to a subject."""

    code = "role_not_grantable"
    title = "This role is not given by a grant."


class OwnRole(Conflict):
    """Nobody changes their own roles."""

    code = "own_role"
    title = "Another administrator must change your roles."
