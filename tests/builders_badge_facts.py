"""Facts for badges and status lists, a signer of them, and a verifier that shares no code with either."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

import base58
import pyoxigraph
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from openbadgeslib.ob3.contexts import bundled_contexts

from domain.badges.facts import (
    SCHEMA_PATH,
    AchievementFacts,
    BadgeFacts,
    BadgeProfile,
    EvidenceFacts,
    IdentityFacts,
    IssuerFacts,
    StatusListFacts,
    StatusPlaceFacts,
    StatusPurpose,
)

BASE: Final = "https://certs.example"
DID: Final = "did:web:certs.example"
ISSUER: Final = IssuerFacts(did=DID, name="The Certifying Body", url=BASE, email="certification@certs.example")
ACHIEVEMENT: Final = AchievementFacts(
    id=f"{BASE}/programs/CPOM/editions/cpom-2026",
    name="Certified Pharmacy Operations Manager",
    description="Leads the operations of a pharmacy.",
    criteria="Met a pathway of the edition and passed the examination POM-001.",
    criteria_url=f"{BASE}/programs/CPOM/editions/cpom-2026/criteria",
    program="CPOM",
    exam="POM-001",
    exam_title="Certified Pharmacy Operations Manager Examination",
    edition="cpom-2026",
    image_url=f"{BASE}/badges/cpom.png",
)
ANYTHING: Final = BadgeFacts(
    id=f"{BASE}/v1/badges/5f0f8d0c-6f6e-4d9a-9e6f-1c1f6f0f8d0c",
    number="CPOM-7K3M-9Q2T-X",
    profile=BadgeProfile.VCDM2,
    issuer=ISSUER,
    achievement=ACHIEVEMENT,
    identity=IdentityFacts.hiding("holder@mail.example", "4fd1b7a0c9"),
    awarded_at=datetime(2026, 3, 1, 5, tzinfo=UTC),
    valid_from=datetime(2026, 3, 1, 5, tzinfo=UTC),
    valid_until=datetime(2099, 3, 2, 5, tzinfo=UTC),
    signed_at=datetime(2026, 3, 1, 17, 30, tzinfo=UTC),
    places=tuple(
        StatusPlaceFacts(purpose=purpose, list_url=f"{BASE}/v1/status-lists/0-{purpose}", index=94_567)
        for purpose in StatusPurpose
    ),
    holder_name="Zoë Ångström-Li",
    evidence=(
        EvidenceFacts(
            id="urn:uuid:0190aa54-3f5e-7c7b-9d3e-3f5e7c7b9d3e",
            name="Determination under policy edition cpom-2026",
            narrative="Every requirement of the edition was met.",
            genre="Determination",
        ),
    ),
    refresh_url=f"{BASE}/v1/badges/5f0f8d0c-6f6e-4d9a-9e6f-1c1f6f0f8d0c/refresh",
    schema_url=f"{BASE}{SCHEMA_PATH}",
)
A_LIST: Final = StatusListFacts(
    id=f"{BASE}/v1/status-lists/0-revocation",
    purpose=StatusPurpose.REVOCATION,
    encoded="uH4sIAAAAAAAC_-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA",
    issuer=ISSUER,
    valid_from=datetime(2026, 3, 1, 17, 30, tzinfo=UTC),
    signed_at=datetime(2026, 3, 1, 17, 30, tzinfo=UTC),
    ttl=300_000,
)


def badge_facts(**otherwise: Any) -> BadgeFacts:
    """The facts of one good badge, with these fields otherwise."""
    return replace(ANYTHING, **otherwise)


def list_facts(**otherwise: Any) -> StatusListFacts:
    """The facts of one good status list, with these fields otherwise."""
    return replace(A_LIST, **otherwise)


def canonical(document: Mapping[str, Any]) -> bytes:
    """A document's canonical N-Quads as Oxigraph makes them of its JSON-LD, with the contexts of openbadgeslib."""
    known = bundled_contexts()
    whole = {**document, "@context": [known[address]["@context"] for address in document["@context"]]}
    quads = pyoxigraph.parse(json.dumps(whole).encode(), format=pyoxigraph.RdfFormat.JSON_LD)
    dataset = pyoxigraph.Dataset(quads)
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return "".join(sorted(f"{quad} .\n" for quad in dataset)).encode()


def jcs(value: object) -> bytes:
    """Canonical JSON of what holds ASCII names, text, whole numbers and booleans: RFC 8785 says no more about those."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def holds(signed: bytes, did_document: Mapping[str, Any]) -> bool:
    """Whether a Data Integrity proof holds, recomputed step by step from the specifications."""
    document = json.loads(signed)
    proof = document.pop("proof")
    proof = dict(proof[0] if isinstance(proof, list) else proof)
    signature = base58.b58decode(proof.pop("proofValue")[1:])
    method = next((one for one in did_document["verificationMethod"] if one["id"] == proof["verificationMethod"]), None)
    if method is None or method["id"] not in did_document["assertionMethod"]:
        return False
    if proof["cryptosuite"].endswith("jcs-2022"):
        hashed = sha256(jcs(proof)).digest() + sha256(jcs(document)).digest()
    else:
        proof["@context"] = document["@context"]
        hashed = sha256(canonical(proof)).digest() + sha256(canonical(document)).digest()
    return verifies(base58.b58decode(method["publicKeyMultibase"][1:]), hashed, signature)


def verifies(multikey: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the key of these multicodec bytes made this signature."""
    try:
        if multikey[:2] == b"\xed\x01":
            Ed25519PublicKey.from_public_bytes(multikey[2:]).verify(signature, message)
        else:
            assert multikey[:2] == b"\x80\x24"
            r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
            public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), multikey[2:])
            public.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def spelled(part: bytes) -> Any:
    """What one part of a compact JWT holds."""
    return json.loads(urlsafe_b64decode(part + b"=" * (-len(part) % 4)))
