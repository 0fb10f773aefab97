"""Why an assembly cannot go on."""

from domain.errors import Conflict


class PoolChanged(Conflict):
    """An item of the solution changed since: what was assembled is not what would be printed."""

    code = "pool_changed"
    title = "An item of this solution was changed, retired or used since. Assemble the forms anew."
