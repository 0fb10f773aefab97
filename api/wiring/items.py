"""What stands behind the item bank's ports."""

from adapters.qti import QtiExchange
from domain.ports import ItemExchange


def exchange() -> ItemExchange:
    """QTI 3.0, in and out."""
    return QtiExchange()
