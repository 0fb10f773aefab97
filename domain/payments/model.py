"""The fee ledger."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from domain.entity import Entity


class ChargeStatus(StrEnum):
    """Whether a charge still stands open."""

    OPEN = "open"
    PAID = "paid"
    WAIVED = "waived"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge(Entity):
    """Something owed: `fee` is the policy's fee code, `about_id` the thing it is for (an application, say).

    `amount_minor` is in the currency's minor unit and never negative. One thing bears each fee at most once
    per `instance` (a second reschedule is a second instance).
    """

    candidate_id: UUID
    fee: str
    about_id: UUID
    amount_minor: int
    currency: str
    edition: str
    created_at: datetime
    instance: int = 1
    due_on: date | None = None
    status: ChargeStatus = ChargeStatus.OPEN
    settled_at: datetime | None = None
    waived_by: str | None = None
    waived_reason: str | None = None
    refunded_minor: int = 0

    @property
    def refundable_minor(self) -> int:
        """What may still go back to the payer: what was paid less what went back, in minor units."""
        return self.amount_minor - self.refunded_minor if self.status is ChargeStatus.PAID else 0

    def paid(self, at: datetime) -> Self:
        """Money for it came in."""
        return replace(self, status=ChargeStatus.PAID, settled_at=at)

    def waived(self, at: datetime, by: str, reason: str) -> Self:
        """Nothing is asked for it any more, by `by`'s decision."""
        return replace(self, status=ChargeStatus.WAIVED, settled_at=at, waived_by=by, waived_reason=reason)

    def cancelled(self, at: datetime) -> Self:
        """What it was for did not come about."""
        return replace(self, status=ChargeStatus.CANCELLED, settled_at=at)

    def reopened(self) -> Self:
        """What it is for came about after all, or is asked for again once all of it went back."""
        return replace(self, status=ChargeStatus.OPEN, settled_at=None, refunded_minor=0)

    def refunded(self, amount_minor: int) -> Self:
        """So much more of it went back; when all has, it is refunded."""
        back = self.refunded_minor + amount_minor
        whole = back == self.amount_minor
        return replace(self, refunded_minor=back, status=ChargeStatus.REFUNDED if whole else self.status)


class PaymentStatus(StrEnum):
    """Where a payment stands."""

    STARTED = "started"
    RECEIVED = "received"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment(Entity):
    """Money on its way for one or several charges. `payer`: `candidate` or `sponsor:<reference>`; refunds go there."""

    candidate_id: UUID
    charge_ids: tuple[UUID, ...]
    amount_minor: int
    currency: str
    payer: str
    provider: str
    provider_reference: str
    started_at: datetime
    status: PaymentStatus = PaymentStatus.STARTED
    received_at: datetime | None = None
    received_by: str | None = None
    next_url: str | None = None
    instructions: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund(Entity):
    """Money sent back to whoever paid."""

    candidate_id: UUID
    charge_id: UUID
    payment_id: UUID
    amount_minor: int
    currency: str
    payer: str
    reason: str
    refunded_at: datetime
    refunded_by: str
    provider_reference: str
