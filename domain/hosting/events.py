"""What the journal says of hosting: ids only; neither what a badge says nor who issued it."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event


@dataclass(frozen=True, kw_only=True)
class _OfHostedBadge:
    hosted_badge_id: UUID
    candidate_id: UUID


@dataclass(frozen=True, kw_only=True)
class HostedBadgeKept(_OfHostedBadge, Event, kind="hosted_badge.kept", about="hosted_badge_id"):
    """A badge of another issuer was taken in for its holder."""


@dataclass(frozen=True, kw_only=True)
class HostedBadgeReplaced(_OfHostedBadge, Event, kind="hosted_badge.replaced", about="hosted_badge_id"):
    """A newer form of a kept badge took its place."""


@dataclass(frozen=True, kw_only=True)
class HolderProfileStated(Event, kind="holder_profile.stated", about="candidate_id"):
    """A holder stated anew who they are."""

    candidate_id: UUID
