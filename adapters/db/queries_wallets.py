"""What wallets ask of the store beyond equality: the oldest nonces, by the index of their time."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, delete, select

from adapters.db.repository import SqlRepository
from adapters.db.tables.wallets import WalletNonceRow
from domain.wallets.model import WalletNonce

_NONCES = WalletNonceRow.__table__  # type: ignore[attr-defined]
_OLD: Final = (
    select(_NONCES.c.id)
    .where(_NONCES.c.used_at < bindparam("before"))
    .order_by(_NONCES.c.used_at)
    .limit(bindparam("most"))
)
_FORGET: Final = delete(_NONCES).where(_NONCES.c.id.in_(_OLD))


class WalletNonceRepository(SqlRepository[WalletNonce]):
    """The port `WalletNonces`."""

    def __init__(self, connection: Connection) -> None:
        """Speak through `connection`."""
        super().__init__(connection, WalletNonce)

    def forget(self, before: datetime, limit: int) -> int:
        """Remove at most `limit` that were used before then, oldest first; how many."""
        return int(self._connection.execute(_FORGET, {"before": before, "most": limit}).rowcount)
