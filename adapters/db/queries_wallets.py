"""What wallets ask of the store beyond equality: the oldest nonces, by the index of their time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Select, delete, select

from adapters.db.repository import SqlRepository
from adapters.db.tables.wallets import WalletNonceRow
from domain.wallets.model import WalletNonce

_NONCES = WalletNonceRow.__table__  # type: ignore[attr-defined]


def old_nonces(before: datetime, most: int) -> Select[tuple[UUID]]:
    """The ids of the oldest nonces that were used before then, at most so many."""
    return select(_NONCES.c.id).where(_NONCES.c.used_at < before).order_by(_NONCES.c.used_at).limit(most)


class WalletNonceRepository(SqlRepository[WalletNonce]):
    """The port `WalletNonces`."""

    def __init__(self, connection: Connection) -> None:
        """Speak through `connection`."""
        super().__init__(connection, WalletNonce)

    def forget(self, before: datetime, limit: int) -> int:
        """Remove at most `limit` that were used before then, oldest first; how many."""
        forget = delete(_NONCES).where(_NONCES.c.id.in_(old_nonces(before, limit)))
        return int(self._connection.execute(forget).rowcount)
