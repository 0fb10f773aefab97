"""Public keys that strangers name by what the key is: a JWK, did:jwk, did:key. Nothing is fetched.

An algorithm is pinned to its kind of key: whatever a header says, no key is used with another one.
"""

from collections.abc import Mapping
from typing import Final

import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from adapters.badges.multibase import from_base58btc
from adapters.strict import from_base64url, json_object, to_base64url

PublicKey = Ed25519PublicKey | ec.EllipticCurvePublicKey | RSAPublicKey
COORDINATE: Final = 32
EDWARDS: Final = frozenset({"EdDSA", "Ed25519"})
"""One algorithm by its general name and by its own (RFC 9864)."""
RSA: Final = "RS256"
KEYS: Final[Mapping[str, tuple[str, str | None, tuple[str, ...]]]] = {
    "EdDSA": ("OKP", "Ed25519", ("x",)),
    "Ed25519": ("OKP", "Ed25519", ("x",)),
    "ES256": ("EC", "P-256", ("x", "y")),
    RSA: ("RSA", None, ("n", "e")),
}
"""The kind of key, the curve and the members of each algorithm."""
MODULUS: Final = range(256, 1025)
"""How long an RSA modulus may be, in bytes (2,048 to 8,192 bits)."""
_EXPONENT_BYTES: Final = 4
_ED25519, _P256 = b"\xed\x01", b"\x80\x24"


def of_jwk(jwk: Mapping[str, object], algorithm: str) -> PublicKey:
    """The public key of a JWK, for this algorithm; ValueError or KeyError for any other kind, or a private one."""
    kind, curve, members = KEYS[algorithm]
    if "d" in jwk or (jwk.get("kty"), jwk.get("crv")) != (kind, curve):
        raise ValueError
    parts = [from_base64url(str(jwk[name]).encode()) for name in members]
    if algorithm == RSA:
        return _rsa(parts[0], parts[1])
    if any(len(part) != COORDINATE for part in parts):
        raise ValueError
    if algorithm in EDWARDS:
        return Ed25519PublicKey.from_public_bytes(parts[0])
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + parts[0] + parts[1])


def of_multikey(multikey: str, algorithm: str) -> PublicKey:
    """The public key of a Multikey, for this algorithm; ValueError for any other kind."""
    content = from_base58btc(multikey)
    if algorithm in EDWARDS and content.startswith(_ED25519):
        return Ed25519PublicKey.from_public_bytes(content.removeprefix(_ED25519))
    if algorithm == "ES256" and content.startswith(_P256):
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), content.removeprefix(_P256))
    raise ValueError


def of_did(address: str, algorithm: str) -> tuple[str, PublicKey]:
    """The DID and the key of a `did:jwk` or `did:key`, with or without a fragment; ValueError for anything else."""
    did, _, fragment = address.partition("#")
    if did.startswith("did:jwk:") and fragment in {"", "0"}:
        return did, of_jwk(json_object(from_base64url(did.removeprefix("did:jwk:").encode())), algorithm)
    if did.startswith("did:key:") and fragment in {"", did.removeprefix("did:key:")}:
        return did, of_multikey(did.removeprefix("did:key:"), algorithm)
    raise ValueError


def did_jwk(jwk: Mapping[str, object], algorithm: str) -> str:
    """A DID that is the key itself, of its necessary members only."""
    kind, curve, members = KEYS[algorithm]
    stated = {"kty": kind, **({} if curve is None else {"crv": curve}), **{name: str(jwk[name]) for name in members}}
    return f"did:jwk:{to_base64url(orjson.dumps(stated, option=orjson.OPT_SORT_KEYS))}"


def check(key: PublicKey, message: bytes, signature: bytes) -> None:
    """Return where the key made this signature; raises InvalidSignature, or ValueError for one of another length.

    Signatures are raw: 64 bytes of r and s for P-256, as JWS and Data Integrity have them.
    """
    if isinstance(key, RSAPublicKey):
        return key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    if len(signature) != 2 * COORDINATE:
        raise ValueError
    if isinstance(key, Ed25519PublicKey):
        return key.verify(signature, message)
    r, s = int.from_bytes(signature[:COORDINATE], "big"), int.from_bytes(signature[COORDINATE:], "big")
    return key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))


def _rsa(modulus: bytes, exponent: bytes) -> RSAPublicKey:
    if len(modulus) not in MODULUS or not 1 <= len(exponent) <= _EXPONENT_BYTES:
        raise ValueError
    return RSAPublicNumbers(int.from_bytes(exponent, "big"), int.from_bytes(modulus, "big")).public_key()
