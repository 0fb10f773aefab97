"""What a Data Integrity proof signs: the hash of its options and the hash of the document, one after the other.

The suites are `eddsa-rdfc-2022` and `eddsa-jcs-2022` (W3C Data Integrity EdDSA Cryptosuites 1.0) and `ecdsa-rdfc-2019`
on P-256 (W3C Data Integrity ECDSA Cryptosuites 1.0). All three hash with SHA-256, and the `proofValue` is base58btc.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, Final

from adapters.badges import nquads
from domain.badges.document import Document
from domain.badges.facts import Securing

Canonical = Callable[[Mapping[str, Any]], bytes]

_P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_HALF: Final = 32


def message(document: Document, options: Document, securing: Securing, canonical: Canonical) -> bytes:
    """The 64 bytes to sign. `canonical` gives the document's canonical N-Quads.

    For `eddsa-jcs-2022` the options are given the document's context, which then stands in the proof too.
    """
    if securing is Securing.EDDSA_JCS:
        options["@context"] = document["@context"]
        return sha256(_jcs(options)).digest() + sha256(_jcs(document)).digest()
    return sha256(nquads.of_proof(options)).digest() + sha256(canonical(document)).digest()


def low(signature: bytes) -> bytes:
    """A P-256 signature (r and s, 64 bytes) with the lower of its two s.

    With (r, s) also (r, n - s) verifies, and anyone can reckon it: two signatures for one signing. We sign with the
    lower, and take no other from who presents a badge of ours.
    """
    s = int.from_bytes(signature[_HALF:], "big")
    return signature if 2 * s < _P256_ORDER else signature[:_HALF] + (_P256_ORDER - s).to_bytes(_HALF, "big")


def is_low(signature: bytes) -> bool:
    """Whether a P-256 signature has the lower of its two s."""
    return 2 * int.from_bytes(signature[_HALF:], "big") < _P256_ORDER


def _jcs(value: Document) -> bytes:
    """RFC 8785's canonical JSON."""
    import rfc8785  # noqa: PLC0415 - one suite needs it, on request

    return rfc8785.dumps(value)  # type: ignore[arg-type] # its type of JSON is recursive, ours is an object of objects
