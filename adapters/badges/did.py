"""Who we are, as `did:web`: the DID, the ids of our keys, and the document that lists them.

Each published key stands in the document as a JsonWebKey named by its thumbprint (for JWTs) and, where Data Integrity
signs with it, as a Multikey named by its own multibase value. A revoked key stands there no more, and what it signed
verifies nowhere from then on.
"""

from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import quote, urlsplit

from adapters.badges.multibase import ed25519_multikey, p256_multikey
from adapters.strict import from_base64url
from domain.badges.keys import BADGE_PURPOSES
from domain.ports import KeyProvider, SigningKey

DID_CONTEXTS: Final = (
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/multikey/v1",
    "https://w3id.org/security/jwk/v1",
)
_PUBLIC: Final = ("kty", "crv", "x", "y", "n", "e")


def did_of(base_url: str) -> str:
    """The did:web of a service at this address (no slash at its end); ValueError without a host.

    A path becomes further parts of the DID, whose document is then looked for under that path.
    """
    parts = urlsplit(base_url)
    if not parts.hostname:
        message = "a did:web needs an address with a host"
        raise ValueError(message)
    host = parts.hostname if parts.port is None else f"{parts.hostname}%3A{parts.port}"
    steps = (quote(step, safe="") for step in parts.path.split("/") if step)
    return ":".join(("did:web", host, *steps))


def jwk_method(did: str, key: SigningKey) -> str:
    """The DID URL of a key as a JsonWebKey."""
    return f"{did}#{key.kid}"


def multikey_method(did: str, key: SigningKey) -> str:
    """The DID URL of a key as a Multikey; ValueError for a key that Data Integrity has no suite for here."""
    return f"{did}#{multikey(key)}"


def multikey(key: SigningKey) -> str:
    """A key's `publicKeyMultibase`; ValueError for one that is neither Ed25519 nor P-256."""
    if key.algorithm == "EdDSA":
        return ed25519_multikey(_member(key, "x"))
    if key.algorithm == "ES256":
        return p256_multikey(_member(key, "x"), _member(key, "y"))
    message = f"no Multikey is published for {key.algorithm}"
    raise ValueError(message)


def published(keys: KeyProvider) -> list[SigningKey]:
    """Every key of ours that badges may be checked with, those that sign now first."""
    rings = [keys.all(purpose) for purpose in BADGE_PURPOSES]
    return [*(ring[0] for ring in rings), *(key for ring in rings for key in ring[1:])]


def did_document(did: str, keys: Iterable[SigningKey]) -> dict[str, object]:
    """The DID document (W3C DID 1.0, Controlled Identifiers 1.0): every key may make assertions, and nothing else."""
    methods = [method for key in keys for method in _methods(did, key)]
    return {
        "@context": list(DID_CONTEXTS),
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def _methods(did: str, key: SigningKey) -> list[Mapping[str, object]]:
    jwk = {name: key.public_jwk[name] for name in _PUBLIC if name in key.public_jwk}
    stated: list[Mapping[str, object]] = [
        {
            "id": jwk_method(did, key),
            "type": "JsonWebKey",
            "controller": did,
            "publicKeyJwk": {**jwk, "kid": key.kid, "alg": key.algorithm},
        }
    ]
    if key.algorithm != "RS256":
        multibase = multikey(key)
        stated.insert(
            0, {"id": f"{did}#{multibase}", "type": "Multikey", "controller": did, "publicKeyMultibase": multibase}
        )
    return stated


def _member(key: SigningKey, name: str) -> bytes:
    return from_base64url(str(key.public_jwk[name]).encode())
