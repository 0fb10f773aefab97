"""A stranger who checks badges: a verifier that we did not write, which sees only what anybody can fetch."""

import gzip
import json
from base64 import urlsafe_b64decode
from typing import Any

import time_machine
from openbadgeslib.ob3 import OB3VerificationError
from openbadgeslib.ob3.did import resolve_verification_method
from openbadgeslib.ob3.ldp import OB3LdpVerifier, verify_data_integrity_proof

from domain.badges.model import Publisher
from tests.builders_credentials import Holder
from tests.world import ADDRESS, World

DID = "did:web:certifier.example"


class Stranger:
    """Fetches over HTTP what a badge names, without signing in, and verifies it with openbadgeslib."""

    def __init__(self, world: World) -> None:
        self._world = world

    def fetch(self, url: str, *_: object, **__: object) -> bytes:
        """What this address answers; the DID document is the signer's."""
        if url == f"{ADDRESS}/.well-known/did.json":
            return json.dumps(publisher_of(self._world).signer.did_document()).encode()  # type: ignore[attr-defined]
        answer = self._world.client.get(url.removeprefix(ADDRESS))
        assert answer.status_code == 200, answer.text
        return answer.content

    def fault(self, document: bytes, *, status: bool = True) -> str | None:
        """What the verifier has against a badge, None where it holds: proof, issuer, dates, and the status lists."""
        with time_machine.travel(self._world.clock.now, tick=False):
            try:
                OB3LdpVerifier.for_issuer_did(DID).verify(
                    document, check_status=status, download=self.fetch, verify_status_list=False
                )
            except OB3VerificationError as fault:
                return str(fault)
        return None

    def says(self, document: bytes, purpose: str) -> bool:
        """Whether the list of a purpose has this badge's bit set, read as the specification says."""
        entries = json.loads(document)["credentialStatus"]
        entry = next(one for one in as_list(entries) if one["statusPurpose"] == purpose)
        kept = self.checked(self.fetch(entry["statusListCredential"]))
        assert kept["id"] == entry["statusListCredential"]
        assert kept["credentialSubject"]["statusPurpose"] == purpose
        return bit(kept["credentialSubject"]["encodedList"], int(entry["statusListIndex"]))

    def checked(self, signed: bytes) -> Any:
        """A document of ours whose Data Integrity proof holds, under a key that the issuer's DID document names."""
        document = json.loads(signed)
        method = as_list(document["proof"])[0]["verificationMethod"]
        verify_data_integrity_proof(document, resolve_verification_method(method, self.fetch))
        return document


def bit(encoded: str, place: int) -> bool:
    """The bit of a place in an `encodedList`, counted from the left."""
    bits = bits_of(encoded)
    return bool(bits[place // 8] >> (7 - place % 8) & 1)


def bits_of(encoded: str) -> bytes:
    """The bits of an `encodedList`: multibase `u` is base64url without padding, of a gzip."""
    assert encoded[0] == "u"
    return gzip.decompress(urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4)))


def as_list(value: Any) -> list[Any]:
    """One or many, as many."""
    return value if isinstance(value, list) else [value]


def publisher_of(world: World) -> Publisher:
    """Who publishes the world's badges."""
    with world.unit() as uow:
        assert uow.publisher is not None
        return uow.publisher


def badge_of(holder: Holder, accept: str | None = None) -> bytes:
    """The badge that the holder downloads today."""
    answer = holder.get("/badge", {**holder.header, **({"accept": accept} if accept else {})})
    assert answer.status_code == 200, answer.text
    return answer.content


def refreshed(world: World, document: bytes) -> Any:
    """What the refresh service that a badge names answers."""
    url = json.loads(document)["refreshService"]["id"]
    return world.client.get(url.removeprefix(ADDRESS))
