"""What wallets ask of the store beyond equality."""

from datetime import datetime
from typing import Protocol

from domain.stores import Repository
from domain.wallets.model import WalletNonce


class WalletNonces(Repository[WalletNonce], Protocol):
    """Nonces that were used."""

    def forget(self, before: datetime, limit: int) -> int:
        """Remove at most `limit` that were used before then, oldest first; how many."""
        ...
