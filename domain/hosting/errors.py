"""What a host refuses badges with."""

from domain.errors import Conflict, Invalid
from domain.hosting.model import MOST, MOST_BYTES


class UnfitBadge(Invalid):
    """The badge cannot be kept; its fault says which clause stands against it."""

    code = "unfit_badge"
    title = "This badge cannot be kept."


class ShelfFull(Conflict):
    """As many badges are kept for this holder as this service keeps."""

    code = "shelf_full"
    title = f"At most {MOST} badges of other issuers, and {MOST_BYTES // 1_048_576} MiB, are kept for one holder."
