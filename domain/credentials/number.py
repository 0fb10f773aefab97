"""A credential's number: 75 random bits that a person can read out, type and mistype without reaching a stranger.

Sixteen symbols of Crockford's base 32 (no I, L, O, U) in groups of four, `7K3M-Q0DV-2XHT-9PE4`. The sixteenth is a
check symbol of the same alphabet, because Crockford's own (modulo 37) needs `* ~ $ = U`, which nobody can say and no
address carries. No program stands in the number: it is the same number when a program is renamed.

The check is a shortened Reed-Solomon code with one check symbol (I. S. Reed and G. Solomon, *Polynomial codes over
certain finite fields*, 1960) over GF(2⁵) with the primitive polynomial x⁵ + x² + 1. With g = x and symbols d₁ … d₁₅ as
five-bit vectors, check = Σ g^(16-i) · dᵢ. A wrong symbol changes the sum by g^k · e, which is never 0 for e ≠ 0. Two
symbols that changed places, neighbours or not, the check among them, change it by (g^j + g^k)(a + b), which is 0 only
for a = b, because the powers of g repeat after 31 and there are 16. So each of these slips is found; any other slips
through once in 32 times.
"""

import re
from typing import Final

from domain.errors import Invalid

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_BYTES: Final = 10
SYMBOLS: Final = 16
_LONGEST: Final = 64
_UNUSED_BITS: Final = 8 * RANDOM_BYTES - 5 * (SYMBOLS - 1)

_FIELD_POLYNOMIAL: Final = 0b100101


def _times_g(element: int) -> int:
    doubled = element << 1
    return doubled ^ _FIELD_POLYNOMIAL if doubled & 0b100000 else doubled


_TIMES_G: Final = tuple(_times_g(element) for element in range(32))
_VALUE: Final = {symbol: value for value, symbol in enumerate(ALPHABET)}

# What people write for a symbol, and what they put between groups: spaces, hyphens and the dashes word processors make.
_SEPARATORS: Final = " \t\r\n\u00a0\u2009\u202f-_.\u2010\u2011\u2012\u2013\u2014\u2212"
_FOLDED: Final = {
    **{ord(symbol.lower()): symbol for symbol in ALPHABET},
    **dict.fromkeys(map(ord, "IiLl"), "1"),
    **dict.fromkeys(map(ord, "Oo"), "0"),
    **dict.fromkeys(map(ord, _SEPARATORS)),
}
_BETWEEN: Final = "".join(symbol for symbol in _SEPARATORS if symbol not in "\t\r\n-") + "-"
# What a number may be written as, for contracts: all that `parse` reads on one line, but for the check symbol.
WRITTEN: Final = rf"^([A-Za-z][A-Za-z0-9]{{1,11}}[{_BETWEEN}]+)?([0-9A-TV-Za-tv-z][{_BETWEEN}]*){{16}}$"
_PROGRAM_BEFORE: Final = re.compile(rf"\s*[A-Za-z][A-Za-z0-9]{{1,11}}[{re.escape(_SEPARATORS)}]+(?=[^\s])")


class MalformedNumber(Invalid):
    """The text cannot be a credential number: wrong length, a symbol outside the alphabet, or a check that fails."""

    code = "malformed_number"
    title = "This is not a credential number. Please compare it with the certificate, symbol by symbol."


def new_number(randomness: bytes) -> str:
    """The canonical number made of the first 75 bits of `randomness`, `RANDOM_BYTES` of them from a secure source."""
    if len(randomness) != RANDOM_BYTES:
        message = f"a number is made of {RANDOM_BYTES} random bytes"
        raise ValueError(message)
    bits = int.from_bytes(randomness, "big") >> _UNUSED_BITS
    body = "".join(ALPHABET[bits >> 5 * place & 31] for place in reversed(range(SYMBOLS - 1)))
    return _grouped(body + ALPHABET[_check(body)])


def parse(text: str) -> str:
    """The canonical number that a person meant, before any look-up.

    Small letters count as capitals, I and L as 1, O as 0; spaces and dashes are read past, and so is a program's code
    written before the number (`CPOM 7K3M-…`).

    Raises:
        MalformedNumber: no credential ever had such a number.

    """
    if len(text) > _LONGEST:
        raise MalformedNumber
    symbols = text.translate(_FOLDED)
    if len(symbols) > SYMBOLS and (program := _PROGRAM_BEFORE.match(text)):
        symbols = text[program.end() :].translate(_FOLDED)
    if len(symbols) != SYMBOLS:
        raise MalformedNumber
    try:
        fits = _check(symbols[:-1]) == _VALUE[symbols[-1]]
    except KeyError:
        raise MalformedNumber from None
    if not fits:
        raise MalformedNumber
    return _grouped(symbols)


def _check(body: str) -> int:
    """The value of the check symbol, by Horner's rule. Raises KeyError for a symbol outside the alphabet."""
    total = 0
    for symbol in body:
        total = _TIMES_G[total ^ _VALUE[symbol]]
    return total


def _grouped(symbols: str) -> str:
    return f"{symbols[:4]}-{symbols[4:8]}-{symbols[8:12]}-{symbols[12:]}"
