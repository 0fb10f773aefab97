"""Watch lists and their rows, what happened to what is watched, and the endpoints and deliveries that tell of it.

A *partner* is a caller's subject: every API key of one organisation acts as the same one.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, Self
from uuid import UUID

from domain.entity import Entity


class Digest(StrEnum):
    """How a partner hears once a day of the changes of that day, beside what endpoints are told at once."""

    NONE = "none"
    WEBHOOK = "webhook"
    MAIL = "mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchList(Entity):
    """A partner's roster; each partner has one. `digest_email` is where a digest by mail goes."""

    partner: str
    name: str
    created_at: datetime
    digest: Digest = Digest.NONE
    digest_email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchFeed(Entity):
    """How far a list's events are numbered, and up to which number a digest has told of them. Its id is the list's."""

    partner: str
    last_sequence: int = 0
    digested_sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The holder's leave to be watched: who at the partner recorded it, when it was given, and where it is kept."""

    recorded_by: str
    given_on: date
    reference: str


class WatchStatus(StrEnum):
    """`watching`; or ended, because the consent was withdrawn or because the partner needs it no more."""

    WATCHING = "watching"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch(Entity):
    """One row of a roster: a canonical number, and the partner's own `reference` for whoever holds it.

    Whether any credential has this number is neither asked nor told. One row of a list watches a number at a time.
    """

    watch_list_id: UUID
    partner: str
    number: str
    reference: str
    consent: Consent
    created_at: datetime
    status: WatchStatus = WatchStatus.WATCHING
    ended_at: datetime | None = None

    def ended(self, status: WatchStatus, at: datetime) -> Self:
        """Watched no more."""
        return replace(self, status=status, ended_at=at)


class Change(StrEnum):
    """What became of a watched credential, as far as the public record shows it."""

    SUSPENDED = "suspended"
    LIFTED = "lifted"
    REVOKED = "revoked"
    EXPIRED = "expired"
    LAPSED = "lapsed"
    RENEWED = "renewed"
    REINSTATED = "reinstated"
    RETIRED = "retired"
    NAME_CORRECTED = "name_corrected"
    CORRECTED = "corrected"


TYPES: Final = {change: f"org.certificant.credential.{change.value}.v1" for change in Change}
"""The CloudEvents type of each change."""
PING: Final = "org.certificant.ping.v1"
DIGEST: Final = "org.certificant.digest.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchEvent(Entity):
    """A change of a watched credential, written in the transaction that made it.

    `sequence` counts a partner's events from 1, in an order in which none ever comes late; None until it is given.
    `change_id` is the entry of the credential's history. `withheld` says that the consent was withdrawn since.
    """

    watch_list_id: UUID
    partner: str
    watch_id: UUID
    change_id: UUID
    number: str
    reference: str
    change: Change
    occurred_at: datetime
    sequence: int | None = None
    withheld: bool = False

    @property
    def type(self) -> str:
        """The CloudEvents type."""
        return TYPES[self.change]


class EndpointStatus(StrEnum):
    """`pending` until a ping was answered; `disabled` by its owner, by its own 410, or after days without an answer."""

    PENDING = "pending"
    ENABLED = "enabled"
    DISABLED = "disabled"


class DisabledFor(StrEnum):
    """Why an endpoint is disabled."""

    BY_PARTNER = "by_partner"
    GONE = "gone"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpoint(Entity):
    """Where a partner is told. No secret is stored: `generation` is that of the secret derived for it.

    Until `former_until` the secret of the generation before signs too. `types` are the CloudEvents types it is told
    of; none named means all. `answered_at` is when it last took a message; `reopened_at`, when its owner last asked for
    it to be told again.
    """

    partner: str
    url: str
    description: str
    created_at: datetime
    types: tuple[str, ...] = ()
    status: EndpointStatus = EndpointStatus.PENDING
    disabled_for: DisabledFor | None = None
    generation: int = 1
    former_until: datetime | None = None
    answered_at: datetime | None = None
    reopened_at: datetime | None = None

    def wants(self, type_: str) -> bool:
        """Whether it is told of events of this type."""
        return not self.types or type_ in self.types

    def answered(self, at: datetime) -> Self:
        """It took a message; a pending one is enabled by that."""
        pending = self.status is EndpointStatus.PENDING
        return replace(self, status=EndpointStatus.ENABLED if pending else self.status, answered_at=at)

    def disabled(self, reason: DisabledFor) -> Self:
        """It is told nothing any more."""
        return replace(self, status=EndpointStatus.DISABLED, disabled_for=reason)

    def reopened(self, at: datetime) -> Self:
        """It is told again; one that never took a message must take a ping first."""
        status = EndpointStatus.PENDING if self.answered_at is None else EndpointStatus.ENABLED
        return replace(self, status=status, disabled_for=None, reopened_at=at)

    def silent_since(self, at: datetime) -> bool:
        """Whether it took nothing after an instant, though nobody asked since for it to be told again."""
        return all(one is None or one <= at for one in (self.answered_at, self.reopened_at))

    def generations(self, now: datetime) -> tuple[int, ...]:
        """The generations of the secrets that sign at an instant, the present one first."""
        former = self.former_until is not None and now < self.former_until and self.generation > 1
        return (self.generation, self.generation - 1) if former else (self.generation,)


class DeliveryStatus(StrEnum):
    """`failed` is a dead letter: it is tried no more until somebody asks. `cancelled`: there is nothing to tell."""

    QUEUED = "queued"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


WAITS: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""How long after each failed try the next follows: ten tries in a little over three days, as Standard Webhooks has it,
but for its second try after five seconds, which is after a minute here."""
LEASE: Final = timedelta(minutes=2)
"""For so long a try under way keeps others from beginning; longer than any try may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDelivery(Entity):
    """One message to one endpoint. Its id is the message's id, the same at each try and each redelivery.

    `event_id` is the change it tells of; a digest tells of those numbered above `from_sequence` up to `to_sequence`.
    `tries` counts those of this round, `next_try_at` is when the next may begin.
    """

    endpoint_id: UUID
    partner: str
    type: str
    created_at: datetime
    event_id: UUID | None = None
    from_sequence: int | None = None
    to_sequence: int | None = None
    status: DeliveryStatus = DeliveryStatus.QUEUED
    tries: int = 0
    next_try_at: datetime | None = None
    delivered_at: datetime | None = None
    last_code: str | None = None

    @property
    def message_id(self) -> str:
        """What `webhook-id` says."""
        return f"msg_{self.id.hex}"

    def due(self, now: datetime) -> bool:
        """Whether a try may begin."""
        return self.status is DeliveryStatus.QUEUED and self.next_try_at is not None and self.next_try_at <= now

    def leased(self, now: datetime) -> Self:
        """A try begins; should it never end, another follows when its time is over."""
        return replace(self, next_try_at=now + LEASE)

    def delivered(self, now: datetime, code: str) -> Self:
        """It was taken."""
        return replace(
            self,
            status=DeliveryStatus.DELIVERED,
            tries=self.tries + 1,
            delivered_at=now,
            next_try_at=None,
            last_code=code,
        )

    def missed(self, now: datetime, code: str, retry_after: timedelta | None = None) -> Self:
        """It was not taken: to be tried again, no sooner than the endpoint asks; or given up after the last try."""
        tried = replace(self, tries=self.tries + 1, last_code=code)
        if self.tries >= len(WAITS):
            return tried.given_up(code)
        wait = max(WAITS[self.tries], min(retry_after or timedelta(0), WAITS[-1]))
        return replace(tried, next_try_at=now + wait)

    def given_up(self, code: str) -> Self:
        """A dead letter."""
        return replace(self, status=DeliveryStatus.FAILED, next_try_at=None, last_code=code)

    def cancelled(self) -> Self:
        """There is nothing to tell any more."""
        return replace(self, status=DeliveryStatus.CANCELLED, next_try_at=None)

    def requeued(self, now: datetime) -> Self:
        """To be tried afresh, under the same id."""
        return replace(self, status=DeliveryStatus.QUEUED, tries=0, next_try_at=now, delivered_at=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryAttempt(Entity):
    """One try of a delivery: when it began, how long it took (milliseconds), and what came back.

    `code` is `delivered`, or why not; `status_code` what the endpoint answered, None where it did not.
    """

    delivery_id: UUID
    partner: str
    number: int
    at: datetime
    milliseconds: int
    code: str
    status_code: int | None = None
