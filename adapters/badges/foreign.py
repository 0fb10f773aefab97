"""Badges of other issuers, read within bounds, their signatures checked by the keys that they name.

Data Integrity by `eddsa-rdfc-2022`, `ecdsa-rdfc-2019` (P-256), `eddsa-jcs-2022` and `ecdsa-jcs-2019` (P-256), and
compact JWS by RS256, ES256 and Ed25519. Where the key is named by a DID, it is the issuer's own or it is none; a key in
a token's header proves only that the token was not altered, as Open Badges 3.0 has it.
"""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

from cryptography.exceptions import InvalidSignature

from adapters.badges.linked_data import Unfit, canonical
from adapters.badges.multibase import from_base58btc
from adapters.public_keys import KEYS, PublicKey, check, of_did, of_jwk
from adapters.published_keys import KeysElsewhere
from adapters.strict import from_base64url, json_object, must_be_bounded
from domain.errors import Fault, TooLarge
from domain.hosting import rules
from domain.hosting.errors import UnfitBadge
from domain.hosting.model import LARGEST, Given

Json = Mapping[str, Any]
DEEPEST: Final = 24
MOST_VALUES: Final = 4_000
MOST_PROOFS: Final = 4
_PARTS: Final = 3
_SUITES: Final = {
    "eddsa-rdfc-2022": "EdDSA",
    "ecdsa-rdfc-2019": "ES256",
    "eddsa-jcs-2022": "EdDSA",
    "ecdsa-jcs-2019": "ES256",
}
_SELF_NAMED: Final = ("did:key:", "did:jwk:")
_ELSEWHERE: Final = ("did:web:", "https://")
_NOT_LOOKED: Final = "Its key is neither in a jwk nor named by did:key, did:jwk, did:web or an https address."
_OB_TYPES: Final = frozenset({None, "JWT"})
_W3C_TYPE: Final = "vc+jwt"
_HEADER: Final = frozenset({"alg", "kid", "jwk", "typ", "cty", "iss"})
_MALFORMED: Final = (ValueError, KeyError, TypeError, RecursionError)


class SignedElsewhere:
    """The port `ForeignBadges`. Safe to share between threads."""

    def __init__(self, own: str, elsewhere: KeysElsewhere | None = None) -> None:
        """`own` is the certifying body's DID. `elsewhere` fetches keys; without it those that need it are refused."""
        self._own, self._elsewhere = own, elsewhere

    def read(self, content: bytes, *, compact: bool) -> Given:
        """A badge whose signature holds; see the port."""
        if len(content) > LARGEST:
            raise TooLarge
        return self._token(content.strip()) if compact else self._document(content)

    def _document(self, content: bytes) -> Given:
        try:
            document = json_object(content)
            must_be_bounded(document, deepest=DEEPEST, most=MOST_VALUES)
            proofs = document.pop("proof")
        except _MALFORMED:
            raise UnfitBadge(
                Fault("", "malformed", "It is no JSON object with a proof, within the bounds of a badge.")
            ) from None
        given = rules.stated(document, content, compact=False)
        if given.issuer == self._own:
            return replace(given, own=True)
        found = proofs if isinstance(proofs, list) else [proofs]
        if not 1 <= len(found) <= MOST_PROOFS:
            raise UnfitBadge(Fault("/proof", "proof", f"One to {MOST_PROOFS} proofs are looked at."))
        refusals = [self._against(one, document, given) for one in found]
        if None not in refusals:
            raise next(one for one in refusals if one is not None)
        return given

    def _against(self, proof: object, document: Json, given: Given) -> UnfitBadge | None:
        """What stands against one proof; of several, one that holds is enough."""
        try:
            options, algorithm, signature = _options(proof)
            key = self._key(str(options["verificationMethod"]), algorithm, given)
            check(key, _message(options, document), signature)
        except UnfitBadge as refusal:
            return refusal
        except Unfit as fault:
            return UnfitBadge(Fault("", "canonical_form", str(fault)))
        except (InvalidSignature, *_MALFORMED):
            return UnfitBadge(Fault("/proof", "proof", "Its signature does not hold by the key that it names."))
        return None

    def _token(self, content: bytes) -> Given:
        try:
            parts = content.split(b".")
            header, document, signature = _parts(parts)
        except _MALFORMED:
            raise UnfitBadge(
                Fault("", "malformed", "It is no compact JWS of a badge, of its size and depth.")
            ) from None
        given = rules.stated(document, content, compact=True)
        rules.claims_must_agree(document, given, needed=header.get("typ") in _OB_TYPES)
        if given.issuer == self._own:
            return replace(given, own=True)
        try:
            check(self._named(header, given), parts[0] + b"." + parts[1], signature)
        except (InvalidSignature, *_MALFORMED):
            raise UnfitBadge(Fault("", "proof", "Its signature does not hold by the key that it names.")) from None
        return given

    def _named(self, header: Json, given: Given) -> PublicKey:
        algorithm = str(header["alg"])
        if "jwk" in header:
            return of_jwk(dict(header["jwk"]), algorithm)
        return self._key(str(header["kid"]), algorithm, given)

    def _key(self, name: str, algorithm: str, given: Given) -> PublicKey:
        """The key of this name; one that a DID names must be the issuer's."""
        did = name.partition("#")[0]
        if name.startswith("did:") and did != given.issuer:
            raise UnfitBadge(Fault("/issuer", "issuer_key", "The key that signed it is not the issuer's."))
        if name.startswith(_SELF_NAMED):
            return of_did(name, algorithm)[1]
        if self._elsewhere is None or not name.startswith(_ELSEWHERE):
            raise UnfitBadge(Fault("", "key_elsewhere", _NOT_LOOKED))
        return self._elsewhere.key(name, algorithm)


def _parts(parts: list[bytes]) -> tuple[Json, dict[str, Any], bytes]:
    """The header, the payload and the signature of a JWS; ValueError for what no badge has."""
    if len(parts) != _PARTS:
        raise ValueError
    header, document = json_object(from_base64url(parts[0])), json_object(from_base64url(parts[1]))
    if set(header) - _HEADER or header.get("typ") not in {*_OB_TYPES, _W3C_TYPE} or header["alg"] not in KEYS:
        raise ValueError
    if "jwk" not in header and not isinstance(header["kid"], str):
        raise ValueError
    must_be_bounded(document, deepest=DEEPEST, most=MOST_VALUES)
    return header, document, from_base64url(parts[2])


def _options(proof: object) -> tuple[dict[str, Any], str, bytes]:
    """A proof's options, the algorithm of its suite, and the signature."""
    if not isinstance(proof, dict) or "previousProof" in proof:
        raise ValueError
    options = dict(proof)
    if (options["type"], options["proofPurpose"]) != ("DataIntegrityProof", "assertionMethod"):
        raise ValueError
    algorithm = _SUITES.get(str(options["cryptosuite"]))
    if algorithm is None:
        raise UnfitBadge(Fault("/proof/cryptosuite", "suite", f"The suites that are read are {', '.join(_SUITES)}."))
    return options, algorithm, from_base58btc(options.pop("proofValue"))


def _message(options: dict[str, Any], document: Json) -> bytes:
    """The bytes that a proof signs: the hash of its options, then that of the document (both suites' section 3.3)."""
    if "-jcs-" not in options["cryptosuite"]:
        whole = {**options, "@context": document["@context"]}
        return sha256(canonical(whole)).digest() + sha256(canonical(document)).digest()
    import rfc8785  # noqa: PLC0415 - two suites need it

    if options.get("@context", document["@context"]) != document["@context"]:
        raise ValueError
    return sha256(rfc8785.dumps(options)).digest() + sha256(rfc8785.dumps(dict(document))).digest()
