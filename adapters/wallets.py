"""Proofs of possession by wallets' keys: JWTs as OpenID4VCI 1.0 has them (appendix F.1), read without trust.

The key comes with the proof: a JWK in the header, or a `kid` that is a `did:jwk` or `did:key`, which name their key
themselves, so that nothing is fetched. EdDSA (Ed25519) and ES256 (P-256) are taken; no other algorithm, and no key of
another kind, whatever the header says.
"""

from typing import Final

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from adapters.badges.multibase import from_base58btc
from adapters.strict import from_base64url, is_plain, json_object, to_base64url
from domain.wallets.model import HolderProof

TYPE: Final = "openid4vci-proof+jwt"
LARGEST: Final = 8_192
COORDINATE: Final = 32
LATEST: Final = 2**37
"""In epoch seconds: a year that calendars still know (6325)."""
_PARTS: Final = 3
_ED25519, _P256 = b"\xed\x01", b"\x80\x24"

EDWARDS: Final = frozenset({"EdDSA", "Ed25519"})
"""One algorithm by its general name and by its own (RFC 9864)."""
PublicKey = Ed25519PublicKey | ec.EllipticCurvePublicKey
KEYS: Final[dict[str, tuple[str, str, tuple[str, ...]]]] = {
    "EdDSA": ("OKP", "Ed25519", ("x",)),
    "Ed25519": ("OKP", "Ed25519", ("x",)),
    "ES256": ("EC", "P-256", ("x", "y")),
}


class JwtWalletProofs:
    """The port `WalletProofs`."""

    def read(self, proof: str) -> HolderProof | None:
        """What a proof says; None for whatever is malformed, of another type, or does not hold by its own key."""
        try:
            return _read(proof)
        except (ValueError, KeyError, TypeError, InvalidSignature):
            return None


def _read(proof: str) -> HolderProof:
    if len(proof) > LARGEST or not proof.isascii():
        raise ValueError
    parts = proof.encode().split(b".")
    if len(parts) != _PARTS:
        raise ValueError
    header, claims = json_object(from_base64url(parts[0])), json_object(from_base64url(parts[1]))
    if header.get("typ") != TYPE or "crit" in header:
        raise ValueError
    algorithm = str(header["alg"])
    holder, key = _key(header, algorithm)
    _check(key, parts[0] + b"." + parts[1], from_base64url(parts[2]))
    return _claimed(claims, holder)


def _claimed(claims: dict[str, object], holder: str) -> HolderProof:
    audience, nonce, issued_at = claims["aud"], claims["nonce"], claims["iat"]
    if not is_plain(audience, 2_048) or not is_plain(nonce, 512):
        raise ValueError
    if type(issued_at) is not int or not 0 <= issued_at < LATEST:
        raise ValueError
    return HolderProof(holder=holder, nonce=str(nonce), audience=str(audience), issued_at=issued_at)


def _key(header: dict[str, object], algorithm: str) -> tuple[str, PublicKey]:
    """The DID of the key that a header names, and the key; exactly one way of naming it is taken."""
    if algorithm not in KEYS or ("jwk" in header) is ("kid" in header) or "x5c" in header:
        raise ValueError
    if "jwk" in header:
        jwk = header["jwk"]
        if not isinstance(jwk, dict) or "d" in jwk:
            raise ValueError
        return _did_jwk(jwk, algorithm), _of_jwk(jwk, algorithm)
    did, _, fragment = str(header["kid"]).partition("#")
    if did.startswith("did:jwk:") and fragment in {"", "0"}:
        jwk = json_object(from_base64url(did.removeprefix("did:jwk:").encode()))
        if "d" in jwk:
            raise ValueError
        return did, _of_jwk(jwk, algorithm)
    if did.startswith("did:key:") and fragment in {"", did.removeprefix("did:key:")}:
        return did, _of_multikey(did.removeprefix("did:key:"), algorithm)
    raise ValueError


def _did_jwk(jwk: dict[str, object], algorithm: str) -> str:
    """A DID that is the key itself, of its necessary members only."""
    kind, curve, members = KEYS[algorithm]
    stated = {"crv": curve, "kty": kind, **{name: str(jwk[name]) for name in members}}
    return f"did:jwk:{to_base64url(orjson.dumps(stated, option=orjson.OPT_SORT_KEYS))}"


def _of_jwk(jwk: dict[str, object], algorithm: str) -> PublicKey:
    kind, curve, members = KEYS[algorithm]
    if (jwk.get("kty"), jwk.get("crv")) != (kind, curve):
        raise ValueError
    numbers = [from_base64url(str(jwk[name]).encode()) for name in members]
    if any(len(number) != COORDINATE for number in numbers):
        raise ValueError
    if algorithm in EDWARDS:
        return Ed25519PublicKey.from_public_bytes(numbers[0])
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + numbers[0] + numbers[1])


def _of_multikey(multikey: str, algorithm: str) -> PublicKey:
    content = from_base58btc(multikey)
    if algorithm in EDWARDS and content.startswith(_ED25519):
        return Ed25519PublicKey.from_public_bytes(content.removeprefix(_ED25519))
    if algorithm == "ES256" and content.startswith(_P256):
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), content.removeprefix(_P256))
    raise ValueError


def _check(key: PublicKey, message: bytes, signature: bytes) -> None:
    if len(signature) != 2 * COORDINATE:
        raise ValueError
    if isinstance(key, Ed25519PublicKey):
        return key.verify(signature, message)
    r, s = int.from_bytes(signature[:COORDINATE], "big"), int.from_bytes(signature[COORDINATE:], "big")
    return key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
