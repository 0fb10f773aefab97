"""Badges of other issuers, signed by libraries that are not ours: openbadgeslib and joserfc."""

import json
from hashlib import sha256
from typing import Any, Final

import base58
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey
from openbadgeslib.ob3.ldp import add_data_integrity_proof

from tests.builders_badge_facts import canonical

VC: Final = "https://www.w3.org/ns/credentials/v2"
OB: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
ID: Final = "https://badges.elsewhere.example/credentials/3732"
ELSEWHERE: Final = "https://elsewhere.example/issuers/565049"


class Issuer:
    """Somebody else who signs badges, with an Ed25519 key that is their DID (did:key)."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()
        public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.multikey = "z" + base58.b58encode(b"\xed\x01" + public).decode()
        self.did = f"did:key:{self.multikey}"
        self.method = f"{self.did}#{self.multikey}"
        self._pem = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def signed(self, document: dict[str, Any] | None = None, method: str | None = None) -> bytes:
        """A badge with a proof by `eddsa-rdfc-2022`, as openbadgeslib makes it."""
        whole = a_badge(self.did) if document is None else document
        return json.dumps(add_data_integrity_proof(whole, self._pem, method or self.method)).encode()

    def signed_anyhow(self, document: dict[str, Any], suite: str = "eddsa-jcs-2022", **options: Any) -> bytes:
        """A proof over whatever it is, step by step from the specifications; no library judges the document."""
        said = {
            "type": "DataIntegrityProof",
            "cryptosuite": suite,
            "created": "2026-03-01T12:00:00Z",
            "verificationMethod": self.method,
            "proofPurpose": "assertionMethod",
            **options,
        }
        if suite.endswith("jcs-2022"):
            message = sha256(rfc8785.dumps(said)).digest() + sha256(rfc8785.dumps(document)).digest()
        else:
            whole = {**said, "@context": document["@context"]}
            message = sha256(canonical(whole)).digest() + sha256(canonical(document)).digest()
        value = "z" + base58.b58encode(self._key.sign(message)).decode()
        return json.dumps({**document, "proof": {**said, "proofValue": value}}).encode()

    def token(self, document: dict[str, Any] | None = None, **header: Any) -> bytes:
        """A badge as a token of this key, named by `kid`."""
        key = OKPKey.import_key(self._pem)
        whole = with_claims(a_badge(self.did)) if document is None else document
        return _token(whole, {"alg": "Ed25519", "kid": self.method, "typ": "JWT", **header}, key)


class TokenIssuer:
    """Somebody else who signs tokens as Open Badges 3.0 has them, the public key in the header."""

    def __init__(self, algorithm: str = "RS256") -> None:
        self.algorithm = algorithm
        self.key = RSAKey.generate_key(2048) if algorithm == "RS256" else ECKey.generate_key("P-256")

    def token(self, document: dict[str, Any] | None = None, **header: Any) -> bytes:
        """A badge as a token; header members that are None are left out."""
        whole = with_claims(a_badge()) if document is None else document
        public = {"jwk": self.jwk, "alg": self.algorithm, "typ": "JWT", **header}
        return _token(whole, public, self.key)

    @property
    def jwk(self) -> dict[str, Any]:
        """The public key."""
        return {name: value for name, value in self.key.as_dict(private=False).items() if name != "kid"}


def a_badge(issuer: str = ELSEWHERE, /, **members: Any) -> dict[str, Any]:
    """An AchievementCredential without a proof, in force since 2025; members that are None are left out."""
    good: dict[str, Any] = {
        "@context": [VC, OB],
        "id": ID,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": issuer, "type": ["Profile"], "name": "Elsewhere University"},
        "validFrom": "2025-01-01T00:00:00Z",
        "name": "Teamwork",
        "credentialSubject": {
            "id": "did:example:ebfeb1f712ebc6f1c276e12ec21",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "https://elsewhere.example/achievements/teamwork",
                "type": ["Achievement"],
                "criteria": {"narrative": "Peers recognise good work\tin a “group”."},
                "description": "Works well with others.",
                "name": "Teamwork",
                "creditsAvailable": 1.5,
            },
        },
    }
    return {name: value for name, value in {**good, **members}.items() if value is not None}


def with_claims(document: dict[str, Any], **claims: Any) -> dict[str, Any]:
    """A badge with the registered claims that Open Badges 3.0 asks for; claims that are None are left out."""
    issuer = document["issuer"]
    said = {
        "iss": issuer["id"] if isinstance(issuer, dict) else issuer,
        "jti": document["id"],
        "nbf": 1735689600,
        "sub": document["credentialSubject"].get("id"),
        **claims,
    }
    return {**document, **{name: value for name, value in said.items() if value is not None}}


def altered(signed: bytes, **members: Any) -> bytes:
    """A signed document with other members."""
    return json.dumps({**json.loads(signed), **members}).encode()


def _token(document: dict[str, Any], header: dict[str, Any], key: Any) -> bytes:
    kept = {name: value for name, value in header.items() if value is not None}
    return jws.serialize_compact(
        kept, json.dumps(document), key, algorithms=["RS256", "ES256", "Ed25519", "EdDSA", "PS256"]
    ).encode()
