"""The fee ledger."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from adapters.db.tables.base import Row, instant, json_column, stores
from domain.payments.model import Charge, Payment, Refund


@stores(Charge)
class ChargeRow(Row, table=True):
    """One thing bears each fee once per instance."""

    __tablename__ = "charges"
    __table_args__ = (
        UniqueConstraint("about_id", "fee", "instance"),
        CheckConstraint("amount_minor >= 0", name="amount"),
        CheckConstraint("refunded_minor >= 0 AND refunded_minor <= amount_minor", name="refunded"),
    )

    candidate_id: UUID = Field(foreign_key="candidates.id", index=True)
    fee: str
    about_id: UUID
    amount_minor: int
    currency: str
    edition: str
    created_at: datetime = instant()
    instance: int
    due_on: date | None
    status: str
    settled_at: datetime | None = instant(nullable=True)
    waived_by: str | None
    waived_reason: str | None
    refunded_minor: int


@stores(Payment)
class PaymentRow(Row, table=True):
    """A provider's reference is taken once."""

    __tablename__ = "payments"
    __table_args__ = (UniqueConstraint("provider", "provider_reference"),)

    candidate_id: UUID = Field(foreign_key="candidates.id", index=True)
    charge_ids: Any = json_column()
    amount_minor: int
    currency: str
    payer: str
    provider: str
    provider_reference: str
    started_at: datetime = instant()
    status: str
    received_at: datetime | None = instant(nullable=True)
    received_by: str | None
    next_url: str | None
    instructions: str


@stores(Refund)
class RefundRow(Row, table=True):
    """Read by charge."""

    __tablename__ = "refunds"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount"),)

    candidate_id: UUID = Field(foreign_key="candidates.id", index=True)
    charge_id: UUID = Field(foreign_key="charges.id", index=True)
    payment_id: UUID = Field(foreign_key="payments.id")
    amount_minor: int
    currency: str
    payer: str
    reason: str
    refunded_at: datetime = instant()
    refunded_by: str
    provider_reference: str
