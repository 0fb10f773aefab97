"""Amounts of money as people read them."""

_NO_MINOR_UNIT = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"]
)
_THOUSANDTHS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])


def written(amount_minor: int, currency: str) -> str:
    """`USD 1,250.00`: an amount of minor units of an ISO 4217 currency, with that currency's number of decimals."""
    decimals = 0 if currency in _NO_MINOR_UNIT else 3 if currency in _THOUSANDTHS else 2
    whole, part = divmod(abs(amount_minor), 10**decimals)
    sign = "-" if amount_minor < 0 else ""
    return f"{currency} {sign}{whole:,}" + (f".{part:0{decimals}d}" if decimals else "")
