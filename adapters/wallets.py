"""Proofs of possession by wallets' keys: JWTs as OpenID4VCI 1.0 has them (appendix F.1), read without trust.

The key comes with the proof: a JWK in the header, or a `kid` that is a `did:jwk` or `did:key`, which name their key
themselves, so that nothing is fetched. EdDSA (Ed25519) and ES256 (P-256) are taken; no other algorithm, and no key of
another kind, whatever the header says.
"""

from typing import Final

from cryptography.exceptions import InvalidSignature

from adapters.public_keys import EDWARDS, PublicKey, check, did_jwk, of_did, of_jwk
from adapters.strict import from_base64url, is_plain, json_object
from domain.wallets.model import HolderProof

TYPE: Final = "openid4vci-proof+jwt"
LARGEST: Final = 8_192
LATEST: Final = 2**37
"""In epoch seconds: a year that calendars still know (6325)."""
ALGORITHMS: Final = EDWARDS | {"ES256"}
_PARTS: Final = 3


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
    check(key, parts[0] + b"." + parts[1], from_base64url(parts[2]))
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
    if algorithm not in ALGORITHMS or ("jwk" in header) is ("kid" in header) or "x5c" in header:
        raise ValueError
    if "kid" in header:
        return of_did(str(header["kid"]), algorithm)
    jwk = header["jwk"]
    if not isinstance(jwk, dict):
        raise ValueError  # noqa: TRY004 - callers handle one kind of fault
    return did_jwk(jwk, algorithm), of_jwk(jwk, algorithm)
