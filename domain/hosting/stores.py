"""What hosting asks of the store beyond equality."""

from typing import Protocol
from uuid import UUID

from domain.hosting.model import Heading, HostedBadge
from domain.stores import Repository


class HostedBadges(Repository[HostedBadge], Protocol):
    """Badges of other issuers."""

    def headings(self, candidate_id: UUID) -> list[Heading]:
        """A holder's, without their documents, oldest id first."""
        ...
