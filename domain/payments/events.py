"""What the journal says of money: ids, codes and amounts in minor units."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event


@dataclass(frozen=True, kw_only=True)
class ChargeRaised(Event, kind="charge.raised", about="charge_id"):
    """Something became owed."""

    charge_id: UUID
    candidate_id: UUID
    about_id: UUID
    fee: str
    instance: int
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class ChargeWaived(Event, kind="charge.waived", about="charge_id"):
    """Staff let someone off a charge; the reason stands with the charge."""

    charge_id: UUID
    candidate_id: UUID
    waived_by: str


@dataclass(frozen=True, kw_only=True)
class ChargeCancelled(Event, kind="charge.cancelled", about="charge_id"):
    """What a charge was for did not come about."""

    charge_id: UUID
    candidate_id: UUID


@dataclass(frozen=True, kw_only=True)
class PaymentStarted(Event, kind="payment.started", about="payment_id"):
    """A payment for one or several charges began."""

    payment_id: UUID
    candidate_id: UUID
    charges: int
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class PaymentReceived(Event, kind="payment.received", about="payment_id"):
    """The money of a payment came in."""

    payment_id: UUID
    candidate_id: UUID
    amount_minor: int
    currency: str
    received_by: str


@dataclass(frozen=True, kw_only=True)
class PaymentFailed(Event, kind="payment.failed", about="payment_id"):
    """A payment will not arrive; its charges stand open again for another."""

    payment_id: UUID
    candidate_id: UUID


@dataclass(frozen=True, kw_only=True)
class ChargeRefunded(Event, kind="charge.refunded", about="charge_id"):
    """Money went back to whoever paid."""

    charge_id: UUID
    candidate_id: UUID
    refund_id: UUID
    payment_id: UUID
    amount_minor: int
    currency: str
