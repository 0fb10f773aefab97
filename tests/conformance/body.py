"""The certifying body behind the harness: it issues and verifies by the badge adapter's keys and proofs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final
from urllib.parse import unquote
from uuid import uuid4

import base58
import jsonschema
import rfc8785

from adapters.badges import proofs
from adapters.badges.did import multikey
from adapters.badges.jwt import HeldElsewhere, token
from adapters.badges.multibase import base58btc
from adapters.badges.schemas import published
from adapters.badges.signer import KeyedBadgeSigner
from adapters.keys import FileKeyProvider
from adapters.strict import from_base64url, json_object
from domain.badges.facts import IssuerFacts, Securing, StatusListFacts, StatusPurpose
from domain.badges.keys import PURPOSE
from domain.badges.rules import empty, encoded, is_set, with_bit
from tests.builders_badge_facts import verifies
from tests.conformance import linked_data, rules

Json = Any
DEEPEST: Final = 24
MOST_VALUES: Final = 4_000
SHARD: Final = 131_072
REQUEST: Final = "request"
"""What a credential says in place of its status to be given places in our lists."""
PROOF_CONTEXT: Final = "https://w3id.org/security/data-integrity/v2"
"""What the first edition's context lacks: the terms of a proof."""
SUITES: Final = {one.value: one for one in Securing if not one.is_jwt}
_PROOF: Final = frozenset({"type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue"})
_MORE: Final = frozenset({"@context", "id", "expires", "domain", "challenge", "nonce", "previousProof"})
ENVELOPES: Final = {
    "EnvelopedVerifiableCredential": "data:application/vc+jwt,",
    "EnvelopedVerifiablePresentation": "data:application/vp+jwt,",
}


class Refused(ValueError):
    """What was handed in is not issued, or does not verify; `faults` says why."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass
class Body:
    """A body at an address, with keys in a directory. Its two status lists are kept in memory."""

    keys: FileKeyProvider
    base_url: str
    lists: dict[StatusPurpose, bytes] = field(default_factory=lambda: dict.fromkeys(StatusPurpose, empty(SHARD)))
    places: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.signer = KeyedBadgeSigner(self.keys, self.base_url)

    @property
    def issuers(self) -> dict[str, str]:
        """In whose names it signs: the body's did:web, and each of its keys as a did:key, with what each is for."""
        keys = {f"did:key:{multikey(self.keys.current(PURPOSE[way]))}": way.value for way in SUITES.values()}
        return {self.signer.did: "any", **keys}

    # --- issuing

    def issue(self, credential: Json, securing: Securing) -> Json:
        """The credential with a proof, or enveloped as a JWT; raises Refused."""
        _bounded(credential)
        credential = json.loads(json.dumps(credential))
        if isinstance(credential, dict):
            self._complete(credential)
        _require(rules.faults_of_credential(credential, _content))
        if rules.is_first_edition(credential):
            _require(["/@context: an envelope is for the second edition"] if securing.is_jwt else [])
            credential["@context"] = [one for one in credential["@context"] if one != PROOF_CONTEXT] + [PROOF_CONTEXT]
        issuer = credential["issuer"]
        name = issuer["id"] if isinstance(issuer, dict) else issuer
        method = self._method(name, securing)
        former = credential.pop("proof", None)
        linked_data_of(credential)
        if securing.is_jwt:
            return self._enveloped(credential, method)
        options = self._options(credential, securing, method)
        covered = self._message(credential, options, securing)
        _, signature = self.keys.sign(PURPOSE[securing], covered)
        made = {**options, "proofValue": base58btc(proofs.low(signature) if "ecdsa" in securing else signature)}
        return {**credential, "proof": made if former is None else [*rules.listed(former), made]}

    def _complete(self, credential: dict[str, Json]) -> None:
        """A place in the lists where one is asked for."""
        if credential.get("credentialStatus") == REQUEST:
            place = len(self.places)
            name = credential.setdefault("id", f"urn:uuid:{uuid4()}")
            self.places[name] = place
            credential["credentialStatus"] = [self._entry(purpose, place) for purpose in StatusPurpose]

    def _entry(self, purpose: StatusPurpose, place: int) -> Json:
        address = f"{self.base_url}/status-lists/{purpose}"
        return {
            "id": f"{address}#{place}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": purpose.value,
            "statusListIndex": str(place),
            "statusListCredential": address,
        }

    def _method(self, issuer: str, securing: Securing) -> str:
        if issuer == self.signer.did:
            return self.signer.verification_method(securing)
        key = self.keys.current(PURPOSE[securing])
        if key.algorithm != "RS256" and issuer == f"did:key:{multikey(key)}":
            return f"{issuer}#{multikey(key)}"
        raise Refused(["/issuer: not one in whose name this body signs so"])

    def _options(self, credential: Json, securing: Securing, method: str) -> dict[str, Json]:
        created = datetime.now(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
        options = {
            "type": "DataIntegrityProof",
            "cryptosuite": securing.value,
            "created": created,
            "verificationMethod": method,
            "proofPurpose": "assertionMethod",
        }
        return {"@context": credential["@context"], **options} if securing is Securing.EDDSA_JCS else options

    @staticmethod
    def _message(document: dict[str, Json], options: dict[str, Json], securing: Securing) -> bytes:
        """What a proof signs: the hash of its options and that of the document, in canonical form."""
        if securing is Securing.EDDSA_JCS:
            return hashed(_jcs(options), _jcs(document))
        return hashed(linked_data_of({**options, "@context": document["@context"]}), linked_data_of(document))

    def _enveloped(self, credential: Json, method: str) -> Json:
        purpose = PURPOSE[Securing.VC_JWT]
        held = HeldElsewhere(self.keys, purpose, self.keys.current(purpose))
        signed = token(credential, held, method, Securing.VC_JWT).decode()
        name = "EnvelopedVerifiableCredential"
        return {"@context": credential["@context"][:1], "id": ENVELOPES[name] + signed, "type": name}

    # --- verifying

    def verify(self, credential: Json, now: datetime) -> Json:
        """The credential within, where all holds; raises Refused."""
        _bounded(credential)
        found, document = self._opened(credential, "EnvelopedVerifiableCredential")
        faults = rules.faults_of_credential(document, _content)
        _require(faults)
        if found is None:
            self._proofs(document, "assertionMethod", {})
        _require(
            [
                *self._signer_is(document, "issuer", found),
                *rules.in_time(document, now),
                *self._status(document),
                *_schemas(document),
            ]
        )
        return document

    def verify_presentation(self, presentation: Json, expected: Mapping[str, str], now: datetime) -> Json:
        """The presentation within, where its proof, its challenge and each credential hold; raises Refused."""
        _bounded(presentation)
        found, document = self._opened(presentation, "EnvelopedVerifiablePresentation")
        _require(rules.faults_of_presentation(document))
        if found is None and "proof" in document:
            self._proofs(document, "authentication", expected)
        elif expected:
            raise Refused(["/proof: none, for the challenge that was set"])
        for one in rules.listed(document.get("verifiableCredential", [])):
            self.verify(one, now)
        return document

    def _opened(self, document: Json, envelope: str) -> tuple[str | None, Json]:
        """What an envelope holds, with the key's name; else the document itself."""
        if not isinstance(document, dict) or envelope not in rules.listed(document.get("type")):
            return None, document
        _require(rules.faults_of_envelope(document))
        address = document.get("id")
        if not isinstance(address, str) or not address.startswith(ENVELOPES[envelope]):
            raise Refused([f"/id: {ENVELOPES[envelope]}…"])
        typ = ENVELOPES[envelope].removeprefix("data:application/").removesuffix(",")
        return self._of_token(unquote(address.removeprefix(ENVELOPES[envelope])).encode(), typ)

    def _of_token(self, signed: bytes, typ: str) -> tuple[str, Json]:
        try:
            head, body, mark = (from_base64url(part) for part in signed.split(b"."))
            header, payload = json_object(head), json_object(body)
        except ValueError:
            raise Refused(["no compact JWT"]) from None
        name = str(header.get("kid"))
        message = signed.rpartition(b".")[0]
        if header.get("alg") != "ES256" or "crit" in header or not verifies(self._key(name), message, mark):
            raise Refused(["the token's signature does not hold"])
        _require(rules.faults_of_token(header, payload, typ, datetime.now(UTC)))
        return name, payload

    def _proofs(self, document: Json, purpose: str, expected: Mapping[str, str]) -> None:
        stated = rules.listed(document.get("proof", []))
        if not stated:
            raise Refused(["/proof: there is none"])
        bare = {name: one for name, one in document.items() if name != "proof"}
        for proof in stated:
            _require(_faults_of_proof(proof, purpose, expected))
            self._proof(_chained(bare, proof, stated), proof)

    def _proof(self, document: Json, proof: Json) -> None:
        _require(rules.in_time({"validUntil": proof["expires"]} if "expires" in proof else {}, datetime.now(UTC)))
        securing = SUITES[proof["cryptosuite"]]
        key = self._key(proof["verificationMethod"])
        if ("ecdsa" in securing) != key.startswith(b"\x80\x24"):
            raise Refused(["/proof/verificationMethod: a key of another kind"])
        options = {name: one for name, one in proof.items() if name != "proofValue"}
        if "@context" in options and options["@context"] != document["@context"][: len(options["@context"])]:
            raise Refused(["/proof/@context: the document's begins with it"])
        if securing is Securing.EDDSA_JCS and "@context" in options:
            document = {**document, "@context": options["@context"]}
        signature = base58.b58decode(proof["proofValue"][1:])
        if len(signature) != 64 or not verifies(key, self._message(document, options, securing), signature):
            raise Refused(["/proof: the signature does not hold"])

    def _key(self, name: str) -> bytes:
        """A key's multicodec bytes: of a did:key by itself, of our DID from its document; nobody else is asked."""
        did, _, part = name.partition("#")
        known = {
            f"{self.signer.did}#{multikey(key)}": multikey(key) for way in SUITES.values() for key in self._ring(way)
        }
        known |= {f"{self.signer.did}#{key.kid}": multikey(key) for key in self._ring(Securing.VC_JWT)}
        text = part if did == f"did:key:{part}" else known.get(name, "")
        try:
            found = base58.b58decode(text[1:]) if text[:1] == "z" else b""
        except ValueError:
            found = b""
        if (found[:2], len(found)) not in {(b"\xed\x01", 34), (b"\x80\x24", 35)}:
            raise Refused(["/proof/verificationMethod: no key that is known here"])
        return found

    def _ring(self, way: Securing) -> list[Any]:
        return self.keys.all(PURPOSE[way])

    def _signer_is(self, document: Json, member: str, kid: str | None) -> list[str]:
        """Who is named must be among those who signed; where the name is a DID, which says so by itself."""
        methods = [kid] if kid else [one["verificationMethod"] for one in rules.listed(document["proof"])]
        held = warnings_of(document) or any(one.partition("#")[0] == named_in(document, member) for one in methods)
        return [] if held else [f"/{member}: not who signed"]

    # --- status

    def status_list(self, purpose: StatusPurpose) -> Json:
        """One of the two lists, signed now."""
        now = datetime.now(UTC).replace(microsecond=0)
        facts = StatusListFacts(
            id=f"{self.base_url}/status-lists/{purpose}",
            purpose=purpose,
            encoded=encoded(self.lists[purpose]),
            issuer=IssuerFacts(did=self.signer.did, name="Conformance", url=self.base_url),
            valid_from=now,
            signed_at=now,
            ttl=1_000,
        )
        return json.loads(self.signer.sign_status_list(facts, Securing.EDDSA_RDFC))

    def set_status(self, credential: str, purpose: StatusPurpose, *, on: bool) -> None:
        """Set or clear a credential's bit; Refused for one that was given no place."""
        if credential not in self.places:
            raise Refused(["/credentialId: not one that was given a place"])
        self.lists[purpose] = with_bit(self.lists[purpose], self.places[credential], on=on)

    def _status(self, document: Json) -> list[str]:
        faults = []
        for at, one in enumerate(rules.listed(document.get("credentialStatus", []))):
            purpose = next((p for p in StatusPurpose if one.get("statusPurpose") == p.value), None)
            if purpose is None or one.get("statusListCredential") != f"{self.base_url}/status-lists/{purpose}":
                continue
            place = int(one["statusListIndex"])
            if place >= SHARD:
                faults.append(f"/credentialStatus/{at}/statusListIndex: beyond the list's end")
            elif is_set(self.lists[purpose], place):
                faults.append(f"/credentialStatus/{at}: the list of {purpose} says so of it")
        return faults


def named_in(document: Json, member: str) -> str:
    """The URL of whoever is named as a document's issuer or holder."""
    stated = document.get(member)
    return str(stated.get("id") if isinstance(stated, dict) else stated)


def warnings_of(document: Json) -> list[str]:
    """What nobody here can tell of a document that verifies: a page that lists an issuer's keys is not fetched."""
    known = "issuer" not in document or named_in(document, "issuer").startswith("did:")
    return [] if known else ["/issuer: no DID; whether the key is theirs was not looked up"]


def _chained(document: Json, proof: Json, all_: list[Json]) -> Json:
    """What a proof covers: the document; and with it, of a chain, the earlier proofs that it names as they stand.

    Verifiable Credential Data Integrity 1.0, 4.5: each that is named must be there; they are verified in their turn.
    """
    names = set(rules.listed(proof.get("previousProof", [])))
    earlier = [one for one in all_ if isinstance(one, dict) and one.get("id") in names]
    if {one["id"] for one in earlier} != names:
        raise Refused(["/proof/previousProof: the ids of other proofs here"])
    return {**document, "proof": earlier} if names else document


def hashed(options: bytes, document: bytes) -> bytes:
    """The hash of the options and that of the document, one after the other."""
    return sha256(options).digest() + sha256(document).digest()


def _jcs(value: dict[str, Json]) -> bytes:
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        raise Refused(["values that canonical JSON does not spell"]) from None


def linked_data_of(document: dict[str, Json]) -> bytes:
    """Its canonical N-Quads; raises Refused."""
    try:
        return linked_data.canonical(document)
    except linked_data.Unfit as fault:
        raise Refused([str(fault)]) from None


def _faults_of_proof(proof: Json, purpose: str, expected: Mapping[str, str]) -> list[str]:
    if not isinstance(proof, dict) or not (_PROOF - {"created"}) <= proof.keys() <= _PROOF | _MORE:
        return ["/proof: the members of a DataIntegrityProof, and no others"]
    texts = [one for name, one in proof.items() if name not in {"@context", "previousProof"}]
    texts += rules.listed(proof.get("previousProof", []))
    if not all(isinstance(one, str) for one in texts):
        return ["/proof: its members are texts"]
    faults = ["/proof/id: a URL"] if "id" in proof and not rules.is_url(proof["id"]) else []
    faults += ["/proof/type: DataIntegrityProof"] if proof["type"] != "DataIntegrityProof" else []
    faults += ["/proof/cryptosuite: one that is known here"] if proof["cryptosuite"] not in list(SUITES) else []
    faults += [f"/proof/proofPurpose: {purpose}"] if proof["proofPurpose"] != purpose else []
    faults += ["/proof/proofValue: base58btc"] if not _is_base58(proof["proofValue"]) else []
    faults += [f"/proof/{name}: a dateTimeStamp" for name in ("created", "expires") if not _is_time(proof, name)]
    return faults + [f"/proof/{name}: what was asked for" for name, one in expected.items() if proof.get(name) != one]


def _is_time(proof: Json, name: str) -> bool:
    return name not in proof or rules._instant(proof[name]) is not None


def _is_base58(value: Json) -> bool:
    alphabet = base58.BITCOIN_ALPHABET.decode()
    return isinstance(value, str) and value[:1] == "z" and 1 < len(value) < 256 and set(value[1:]) <= set(alphabet)


def _bounded(document: Json) -> None:
    _require(rules.measured(document, deepest=DEEPEST, most=MOST_VALUES))


def _require(faults: list[str]) -> None:
    if faults:
        raise Refused(faults)


def _content(address: str) -> bytes | None:
    """What is pinned at an address: a context or a schema of ours."""
    return linked_data.pinned_bytes(address)


def _schemas(document: Json) -> list[str]:
    """Whether it fits the schemas it names, as far as they are known here."""
    faults = []
    for at, one in enumerate(rules.listed(document.get("credentialSchema", []))):
        name = one["id"].rpartition("/")[2]
        if one.get("type") == "JsonSchema" and name in published():
            found = jsonschema.Draft202012Validator(json.loads(published()[name])).iter_errors(document)
            faults += [f"/credentialSchema/{at}: {error.json_path}" for error in found]
    return faults
