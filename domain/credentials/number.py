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


_TIMES_G: Final = bytes(_times_g(element) for element in range(32))

# What people write for a symbol, and what they put between groups: spaces, hyphens and the dashes word processors make.
_TYPED: Final = ALPHABET.encode() + ALPHABET.lower().encode() + b"IiLlOo"
_MEANT: Final = bytes([*range(32), *range(32), 1, 1, 1, 1, 0, 0])
_NO_SYMBOL: Final = 0xFF
_VALUES: Final = bytearray([_NO_SYMBOL] * 256)
for _typed, _meant in zip(_TYPED, _MEANT, strict=True):
    _VALUES[_typed] = _meant
_LETTERS: Final = ALPHABET.encode().ljust(256)
_SEPARATORS: Final = b" \t\r\n-_."
_WIDE_SPACES: Final = "\u00a0\u2009\u202f"
_WIDE_DASHES: Final = "\u2010\u2011\u2012\u2013\u2014\u2212"
_NARROWED: Final = dict.fromkeys(map(ord, _WIDE_SPACES + _WIDE_DASHES), "-")
_BETWEEN: Final = f" {_WIDE_SPACES}_.{_WIDE_DASHES}-"
# What a number may be written as, for contracts: all that `parse` reads on one line, but for the check symbol.
WRITTEN: Final = rf"^([A-Za-z][A-Za-z0-9]{{1,11}}[{_BETWEEN}]+)?([0-9A-TV-Za-tv-z][{_BETWEEN}]*){{16}}$"
_PROGRAM_BEFORE: Final = re.compile(rb"\s*[A-Za-z][A-Za-z0-9]{1,11}[" + re.escape(_SEPARATORS) + rb"]+(?=\S)")


class MalformedNumber(Invalid):
    """The text cannot be a credential number: wrong length, a symbol outside the alphabet, or a check that fails."""

    code = "malformed_number"
    title = "This is not a credential number. Please compare it with the certificate, symbol by symbol."


# As this service writes it. Nearly all that are asked about come so, from links and programs, and are read as one
# integer of eighty bits: each bit of the check's sum is the parity of some of them.
_CANONICAL: Final = re.compile("[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3}").fullmatch
_DIGITS: Final = bytes.maketrans(ALPHABET.encode(), b"0123456789abcdefghijklmnopqrstuv")


def _added_up() -> list[int]:
    """For each of the five bits of the sum, a mask of the number's bits that it adds up."""
    masks = [0] * 5
    for bit in range(5 * SYMBOLS):
        element = 1 << bit % 5
        for _ in range(bit // 5 + 1):
            element = _times_g(element)
        for row in range(5):
            masks[row] |= (element >> row & 1) << bit
    return masks


_SUM_0, _SUM_1, _SUM_2, _SUM_3, _SUM_4 = _added_up()


def new_number(randomness: bytes) -> str:
    """The canonical number made of the first 75 bits of `randomness`, `RANDOM_BYTES` of them from a secure source."""
    if len(randomness) != RANDOM_BYTES:
        message = f"a number is made of {RANDOM_BYTES} random bytes"
        raise ValueError(message)
    bits = int.from_bytes(randomness, "big") >> _UNUSED_BITS
    values = bytes(bits >> 5 * place & 31 for place in reversed(range(SYMBOLS - 1)))
    check = 0
    for value in values:
        check = _TIMES_G[check ^ value]
    return _grouped(values + bytes([check]))


def parse(text: str) -> str:
    """The canonical number that a person meant, before any look-up.

    Small letters count as capitals, I and L as 1, O as 0; spaces and dashes are read past, and so is a program's code
    written before the number (`CPOM 7K3M-…`).

    Raises:
        MalformedNumber: no credential ever had such a number.

    """
    if _CANONICAL(text) is not None:
        if _adds_up(int(text.encode().translate(_DIGITS, b"-"), 32)):
            return text
        raise MalformedNumber
    values = _read(text)
    total = 0
    try:
        for value in values:
            total = _TIMES_G[total ^ value]
    except IndexError:
        raise MalformedNumber from None
    if total or len(values) != SYMBOLS:
        raise MalformedNumber
    return _grouped(values)


def _adds_up(number: int) -> bool:
    return not (
        (number & _SUM_0).bit_count() & 1
        or (number & _SUM_1).bit_count() & 1
        or (number & _SUM_2).bit_count() & 1
        or (number & _SUM_3).bit_count() & 1
        or (number & _SUM_4).bit_count() & 1
    )


def _read(text: str) -> bytes:
    """The values of the symbols in a text, without what separates them; `_NO_SYMBOL` for what is none."""
    if len(text) > _LONGEST:
        raise MalformedNumber
    try:
        typed = text.encode() if text.isascii() else text.translate(_NARROWED).encode()
    except UnicodeEncodeError:
        raise MalformedNumber from None
    values = typed.translate(_VALUES, _SEPARATORS)
    if len(values) > SYMBOLS and (program := _PROGRAM_BEFORE.match(typed)):
        values = typed[program.end() :].translate(_VALUES, _SEPARATORS)
    return values


def _grouped(values: bytes) -> str:
    symbols = values.translate(_LETTERS).decode()
    return f"{symbols[:4]}-{symbols[4:8]}-{symbols[8:12]}-{symbols[12:]}"
