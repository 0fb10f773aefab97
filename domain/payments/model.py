"""The fee ledger."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
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
    """Something owed: `fee` is the policy's fee code, `about_id` the thing it is for (an application, a registration …).

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


class PaymentStatus(StrEnum):
    """Where a payment stands."""

    STARTED = "started"
    RECEIVED = "received"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment(Entity):
    """Money on its way for one or several charges. `payer` is `candidate` or `sponsor:<reference>`: refunds go there."""

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
