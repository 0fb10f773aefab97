"""Signatures that are not the one that was made, in every form that the algebra of their kind allows."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from domain.badges.facts import Securing

ED25519_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A good badge with what a forger may know: other good badges, the published keys, all names of keys.

    `others` are of another credential, secured in every way; `publics` are spellings of public keys as bytes.
    """

    signed: bytes
    securing: Securing
    others: Mapping[Securing, bytes]
    methods: tuple[str, ...]
    publics: tuple[bytes, ...]
    rsa_modulus: int


def signatures(signature: bytes, original: Original) -> Iterator[tuple[str, bytes]]:
    """The signature with each byte changed, cut, lengthened, and in the forms that algebra allows for its kind."""
    for at, byte in enumerate(signature):
        yield f"byte {at}", signature[:at] + bytes([byte ^ 1 << at % 8]) + signature[at + 1 :]
    for size in (0, 1, 31, 32, 63, 65, 96, 128, len(signature) - 1):
        yield f"{size} bytes", (signature * 3)[:size]
    for tail in (b"\0", b"\0\0", b"\x01", signature):
        yield f"{len(tail)} more after it", signature + tail
        yield f"{len(tail)} more before it", tail + signature
    yield "nothing but zeros", bytes(len(signature))
    yield "nothing but ones", b"\xff" * len(signature)
    yield "backwards", signature[::-1]
    kinds: dict[Securing, Callable[[bytes, Original], Iterator[tuple[str, bytes]]]] = {
        Securing.EDDSA_RDFC: _edwards,
        Securing.EDDSA_JCS: _edwards,
        Securing.OB_JWT: _rsa,
    }
    yield from kinds.get(original.securing, _ecdsa)(signature, original)


def _edwards(signature: bytes, _: Original) -> Iterator[tuple[str, bytes]]:
    """RFC 8032, section 5.1.7: S must be less than L, or whoever holds one signature holds several."""
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    for times in range(1, 16):
        if s + times * ED25519_ORDER < 2**256:
            yield f"S + {times} L", r + (s + times * ED25519_ORDER).to_bytes(32, "little")
    yield "L - S", r + (ED25519_ORDER - s).to_bytes(32, "little")
    yield "R negated", r[:31] + bytes([r[31] ^ 0x80]) + signature[32:]
    yield "S before R", signature[32:] + r
    for point in (b"\x01" + bytes(31), bytes(32), b"\xec" + b"\xff" * 30 + b"\x7f", b"\x01" + bytes(30) + b"\x80"):
        yield "R of small order, S nought", point + bytes(32)
        yield "R of small order", point + signature[32:]


def _ecdsa(signature: bytes, _: Original) -> Iterator[tuple[str, bytes]]:
    order, zero = P256_ORDER, bytes(32)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")

    def both(one: int, other: int) -> bytes:
        return one.to_bytes(32, "big") + other.to_bytes(32, "big")

    yield "n - s", both(r, order - s)
    yield "n - r", both(order - r, s)
    yield "both negated", both(order - r, order - s)
    yield "s before r", both(s, r)
    for name, value in (("nought", 0), ("one", 1), ("n", order), ("n - 1", order - 1), ("n + 1", order + 1)):
        yield f"r is {name}", both(value, s)
        yield f"s is {name}", both(r, value)
        yield f"both are {name}", both(value, value)
    for name, one, other in (("r", r + order, s), ("s", r, s + order)):
        if max(one, other) < 2**256:
            yield f"{name} + n", both(one, other)
    der = b"".join(b"\x02\x21\x00" + half for half in (signature[:32], signature[32:]))
    yield "DER", b"\x30" + bytes([len(der)]) + der
    yield "wide halves", zero + signature[:32] + zero + signature[32:]


def _rsa(signature: bytes, original: Original) -> Iterator[tuple[str, bytes]]:
    modulus, size = original.rsa_modulus, len(signature)
    s = int.from_bytes(signature, "big")
    for name, value in (("n - s", modulus - s), ("one", 1), ("n", modulus), ("n - 1", modulus - 1), ("s + 1", s + 1)):
        yield name, value.to_bytes(size, "big")
    yield "s + n", (s + modulus).to_bytes(size + 1, "big")
    yield "s squared", pow(s, 2, modulus).to_bytes(size, "big")
