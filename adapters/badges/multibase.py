"""Multibase base58btc, and the multicodec names of the keys we publish (W3C Controlled Identifiers 1.0, 2.4)."""

from typing import Final

_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_PAIRS: Final = tuple(high + low for high in _ALPHABET for low in _ALPHABET)
_VALUES: Final = {digit: value for value, digit in enumerate(_ALPHABET)}
_LONGEST: Final = 256
_PAIR: Final = 58 * 58
_FOUR: Final = 58**4
_LIMB: Final = 58**10
_ED25519: Final = b"\xed\x01"
_P256: Final = b"\x80\x24"


def base58btc(content: bytes) -> str:
    """The bytes in base58 with Bitcoin's alphabet, behind the multibase prefix `z`."""
    number = int.from_bytes(content, "big")
    limbs = []
    while number:
        number, limb = divmod(number, _LIMB)
        limbs.append(_ten_digits(limb))
    digits = "".join(reversed(limbs)).lstrip("1")
    return "z" + "1" * (len(content) - len(content.lstrip(b"\0"))) + digits


def from_base58btc(text: str) -> bytes:
    """The bytes that `text` spells in multibase base58btc; ValueError for anything else, or more than 256 digits."""
    digits = text[1:]
    if text[:1] != "z" or len(digits) > _LONGEST or any(digit not in _VALUES for digit in digits):
        message = "not multibase base58btc"
        raise ValueError(message)
    number = 0
    for digit in digits:
        number = number * 58 + _VALUES[digit]
    zeros = len(digits) - len(digits.lstrip(_ALPHABET[0]))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def ed25519_multikey(public: bytes) -> str:
    """A raw Ed25519 public key (32 bytes) as a Multikey's `publicKeyMultibase`."""
    return base58btc(_ED25519 + public)


def p256_multikey(x: bytes, y: bytes) -> str:
    """A P-256 public key by its coordinates (32 bytes each) as a Multikey's `publicKeyMultibase`: compressed."""
    return base58btc(_P256 + bytes([2 + y[-1] % 2]) + x)


def _ten_digits(limb: int) -> str:
    high, low = divmod(limb, _FOUR)
    first, high = divmod(high, _FOUR)
    return _PAIRS[first] + _PAIRS[high // _PAIR] + _PAIRS[high % _PAIR] + _PAIRS[low // _PAIR] + _PAIRS[low % _PAIR]
