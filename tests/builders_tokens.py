"""A forge for access tokens, honest and otherwise: it signs whatever bytes it is handed."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from adapters.jwks import JwksSource, StaticJwks
from adapters.strict import to_base64url
from adapters.tokens import JoseTokenVerifier, TokenTerms

NOON = 1_790_000_000
ISSUER = "https://login.example.org/"
AUDIENCE = "https://api.example.org"
LEEWAY = 5
ABSENT = object()


@dataclass
class HandClock:
    """A clock that a test turns by hand."""

    now: float = NOON

    def __call__(self) -> float:
        return self.now


@cache
def _named_ec_key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def _sized_rsa_key(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def ec_key(name: str = "first") -> ec.EllipticCurvePrivateKey:
    return _named_ec_key(name)


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return _sized_rsa_key(bits)


def b64int(value: int, width: int | None = None) -> str:
    return to_base64url(value.to_bytes(width or (value.bit_length() + 7) // 8, "big"))


def an_ec_jwk(kid: str = "ec-1", key: ec.EllipticCurvePrivateKey | None = None, **extra: Any) -> dict[str, Any]:
    numbers = (key or ec_key()).public_key().public_numbers()
    face = {"kty": "EC", "crv": "P-256", "x": b64int(numbers.x, 32), "y": b64int(numbers.y, 32)}
    return {**face, "kid": kid, "use": "sig", "alg": "ES256", **extra}


def an_rsa_jwk(kid: str = "rsa-1", bits: int = 2048, **extra: Any) -> dict[str, Any]:
    numbers = rsa_key(bits).public_key().public_numbers()
    return {"kty": "RSA", "n": b64int(numbers.n), "e": b64int(numbers.e), "kid": kid, "use": "sig", **extra}


def a_jwks(*keys: dict[str, Any]) -> dict[str, Any]:
    return {"keys": list(keys) or [an_ec_jwk(), an_rsa_jwk()]}


def a_header(**changes: Any) -> dict[str, Any]:
    return _changed({"alg": "ES256", "kid": "ec-1", "typ": "at+jwt"}, changes)


def some_claims(**changes: Any) -> dict[str, Any]:
    usual = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "auth0|5f7c8ec7c33c6c004bbafe82",
        "iat": NOON - 60,
        "exp": NOON + 600,
        "jti": "one-token",
        "roles": ["reviewer"],
    }
    return _changed(usual, changes)


def es256(signing_input: bytes, key: ec.EllipticCurvePrivateKey | None = None) -> bytes:
    r, s = decode_dss_signature((key or ec_key()).sign(signing_input, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def rs256(signing_input: bytes) -> bytes:
    return rsa_key().sign(signing_input, padding.PKCS1v15(), hashes.SHA256())


def a_token(
    header: dict[str, Any] | bytes | None = None,
    claims: dict[str, Any] | bytes | None = None,
    sign: Callable[[bytes], bytes] = es256,
) -> str:
    """A compact JWS of the header and claims (bytes are taken as they are)."""
    parts = (a_header() if header is None else header, some_claims() if claims is None else claims)
    signing_input = ".".join(to_base64url(_spelled(part)) for part in parts)
    return f"{signing_input}.{to_base64url(sign(signing_input.encode()))}"


def some_terms(**changes: Any) -> TokenTerms:
    return TokenTerms(**{"issuer": ISSUER, "audiences": frozenset({AUDIENCE}), "leeway": LEEWAY, **changes})


def a_verifier(source: JwksSource | None = None, clock: HandClock | None = None, **more: Any) -> JoseTokenVerifier:
    terms = more.pop("terms", None) or some_terms()
    return JoseTokenVerifier(source or StaticJwks(a_jwks()), terms, clock=clock or HandClock(), **more)


def _changed(usual: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (usual | changes).items() if value is not ABSENT}


def _spelled(part: dict[str, Any] | bytes) -> bytes:
    return part if isinstance(part, bytes) else json.dumps(part).encode()
