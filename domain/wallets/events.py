"""What the journal says of wallets: ids only; never a code, a token or a key."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event


@dataclass(frozen=True, kw_only=True)
class _OfOffer:
    offer_id: UUID
    credential_id: UUID
    candidate_id: UUID


@dataclass(frozen=True, kw_only=True)
class WalletOffered(_OfOffer, Event, kind="wallet.offered", about="offer_id"):
    """A holder asked for an offer."""


@dataclass(frozen=True, kw_only=True)
class WalletRedeemed(_OfOffer, Event, kind="wallet.redeemed", about="offer_id"):
    """A wallet exchanged the offer's code for a token."""


@dataclass(frozen=True, kw_only=True)
class WalletPinWrong(_OfOffer, Event, kind="wallet.pin_wrong", about="offer_id"):
    """A wallet gave a wrong transaction code; `tries` in all."""

    tries: int


@dataclass(frozen=True, kw_only=True)
class WalletFetched(_OfOffer, Event, kind="wallet.fetched", about="offer_id"):
    """A wallet fetched the badge, bound to a key it proved."""

    securing: str


@dataclass(frozen=True, kw_only=True)
class WalletWithdrawn(_OfOffer, Event, kind="wallet.withdrawn", about="offer_id"):
    """The holder took the offer back, or made another."""


@dataclass(frozen=True, kw_only=True)
class WalletTold(_OfOffer, Event, kind="wallet.told", about="offer_id"):
    """The wallet reported what became of the badge."""

    event: str
