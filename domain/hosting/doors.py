"""The door to badges of other issuers: they are read, and their signatures checked, before a transaction begins."""

from typing import Protocol

from domain.hosting.model import Given


class ForeignBadges(Protocol):
    """Reads badges that holders' programs give to be kept."""

    def read(self, content: bytes, *, compact: bool) -> Given:
        """A badge whose signature holds, JSON with its proof or a compact JWS; one of our own is read and no more.

        Keys may have to be fetched: never in a transaction. Raises UnfitBadge with the clause that stands against it,
        or TooLarge.
        """
        ...
