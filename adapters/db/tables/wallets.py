"""Offers to wallets, and nonces that were used."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from adapters.db.tables.base import Row, instant, json_column, stores
from domain.wallets.model import WalletNonce, WalletOffer


@stores(WalletOffer)
class WalletOfferRow(Row, table=True):
    """Looked up by the digests of what wallets present."""

    __tablename__ = "wallet_offers"

    credential_id: UUID = Field(foreign_key="credentials.id", index=True)
    candidate_id: UUID = Field(foreign_key="candidates.id", index=True)
    code_digest: str = Field(unique=True)
    pin_digest: str
    expires_at: datetime = instant()
    created_at: datetime = instant()
    status: str
    wrong_pins: int
    token_digest: str | None = Field(unique=True)
    token_expires_at: datetime | None = instant(nullable=True)
    notification_ids: dict[str, str] = json_column()
    holder: str | None
    fetched_at: datetime | None = instant(nullable=True)
    told: str | None


@stores(WalletNonce)
class WalletNonceRow(Row, table=True):
    """Each nonce is used once."""

    __tablename__ = "wallet_nonces"

    digest: str = Field(unique=True)
    used_at: datetime = instant(index=True)
