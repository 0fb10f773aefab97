"""Signs badges and status lists with the body's keys. No private key is seen here: a `KeyProvider` signs by purpose.

A KMS or a PKCS #11 token therefore fits behind the same port: it must make the raw signatures of EdDSA, ES256 and
RS256 over the bytes it is given.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar, cast

import orjson

from adapters.badges import did, nquads, proofs
from adapters.badges.jwt import HeldElsewhere, TurnedOver, token
from adapters.badges.multibase import base58btc, from_base58btc
from adapters.strict import from_base64url, json_object
from domain.badges.document import (
    Document,
    badge_document,
    proof_options,
    registered_claims,
    status_list_document,
)
from domain.badges.errors import UnfitFacts
from domain.badges.facts import BadgeFacts, BadgeProfile, IssuerFacts, Securing, StatusListFacts
from domain.badges.keys import BADGE_PURPOSES, ES256, PURPOSE
from domain.errors import Unavailable
from domain.ports import KeyProvider, SigningKey

T = TypeVar("T")

_TRIES: Final = 8
"""A key that is turned over between being named and signing is named anew; so often in a row, something is wrong."""


class KeyedBadgeSigner:
    """A `BadgeSigner` for the service at an address. Safe to share between threads."""

    def __init__(self, keys: KeyProvider, base_url: str) -> None:
        """Sign with `keys`, asked anew for each document, so that a rotation takes hold at once.

        `base_url` is the service's public address, without a slash at its end; ValueError without a host.
        """
        self._keys, self._base_url = keys, base_url
        self._did = did.did_of(base_url)
        self._methods: dict[tuple[str, Securing], str] = {}
        self._held: dict[str, HeldElsewhere] = {}
        self._last: dict[str, SigningKey] = {}
        self._published: tuple[tuple[str, ...], frozenset[str]] = (), frozenset()

    @property
    def did(self) -> str:
        """The certifying body's DID."""
        return self._did

    def sign(self, facts: BadgeFacts, securing: Securing) -> bytes:
        """The badge, finished; raises UnfitFacts."""
        self._check(facts.issuer)
        document = badge_document(facts)
        if securing is Securing.OB_JWT:
            return self._token(registered_claims(document, facts), securing)
        if securing is Securing.VC_JWT:
            return self._token(document, securing)
        proof = self._proof(document, proof_options(facts, securing.value, ""), securing, nquads.of_badge)
        document["proof"] = [proof] if facts.profile is BadgeProfile.OB30_STRICT else proof
        return orjson.dumps(document)

    def sign_status_list(self, facts: StatusListFacts, securing: Securing) -> bytes:
        """The status list credential, finished; raises UnfitFacts, also for `ob+jwt`."""
        self._check(facts.issuer)
        document = status_list_document(facts)
        if securing is Securing.OB_JWT:
            message = "a status list is no badge: as a token it is offered in W3C's dialect only"
            raise UnfitFacts(message)
        if securing is Securing.VC_JWT:
            return self._token(document, securing)
        options = proof_options(facts, securing.value, "")
        document["proof"] = self._proof(document, options, securing, nquads.of_status_list)
        return orjson.dumps(document)

    def verification_method(self, securing: Securing) -> str:
        """The id of the key that signs so now."""
        return self._method(self._keys.current(PURPOSE[securing]), securing)

    def verification_methods(self) -> Mapping[str, str]:
        """Every name under which a published key of ours signs, with its key id; those that sign now first."""
        ways = {purpose: [way for way in Securing if PURPOSE[way] == purpose] for purpose in BADGE_PURPOSES}
        rings = [(self._keys.all(purpose), ways[purpose]) for purpose in BADGE_PURPOSES]
        ordered = [(ring[:1], of) for ring, of in rings] + [(ring[1:], of) for ring, of in rings]
        return {self._method(key, way): key.kid for part, of in ordered for key in part for way in of}

    def publishes(self, name: str) -> bool:
        """Whether the key of this name is published at this moment; three `stat` calls where keys lie in files.

        A key that signed under a former address of the body is the same key: a name is judged by its last part alone.
        """
        kids = tuple(key.kid for purpose in BADGE_PURPOSES for key in self._keys.all(purpose))
        known, names = self._published
        if kids != known:
            # Taken after the ids, the names are never older than these.
            names = frozenset(map(_key_part, self.verification_methods()))
            self._published = kids, names
        return _key_part(name) in names

    def names(self, purpose: str, key: SigningKey) -> set[str]:
        """Every name under which documents bear this key of a purpose, published or not."""
        return {self._method(key, way) for way in Securing if PURPOSE[way] == purpose}

    def holds(self, signed: bytes) -> bool:
        """Whether a document that we signed still holds, unchanged, under a key that we publish.

        For documents of our own shapes: what a stranger presents is read as JSON-LD first. ValueError or KeyError for
        what is no such document.
        """
        if signed.startswith(b"{"):
            document = json_object(signed)
            proof = document.pop("proof")
            return self._proof_holds(document, proof[0] if isinstance(proof, list) else proof)
        kid = json_object(from_base64url(signed.split(b".")[0]))["kid"]
        message, _, signature = signed.rpartition(b".")
        return self._verifies(str(kid), message, from_base64url(signature))

    def _proof_holds(self, document: Document, proof: Any) -> bool:  # noqa: ANN401 - JSON
        options = dict(proof)
        signature = from_base58btc(options.pop("proofValue"))
        of_list = "BitstringStatusListCredential" in cast("list[str]", document["type"])
        canonical = nquads.of_status_list if of_list else nquads.of_badge
        message = proofs.message(document, options, Securing(options["cryptosuite"]), canonical)
        return self._verifies(options["verificationMethod"], message, signature)

    def _verifies(self, name: str, message: bytes, signature: bytes) -> bool:
        kid = self.verification_methods().get(name)
        return kid is not None and any(
            self._keys.verify(purpose, kid, message, signature) for purpose in BADGE_PURPOSES
        )

    def did_document(self) -> Mapping[str, object]:
        """The DID document as it stands now."""
        return did.did_document(self._did, did.published(self._keys))

    def _check(self, issuer: IssuerFacts) -> None:
        if issuer.did != self._did:
            message = "these facts name another issuer than the keys belong to"
            raise UnfitFacts(message)

    def _proof(
        self, document: Document, options: Document, securing: Securing, canonical: proofs.Canonical
    ) -> Document:
        purpose = PURPOSE[securing]

        def once(key: SigningKey) -> Document:
            options["verificationMethod"] = self._method(key, securing)
            kid, signature = self._keys.sign(purpose, proofs.message(document, options, securing, canonical))
            if kid != key.kid:
                raise TurnedOver
            value = proofs.low(signature) if purpose == ES256 else signature
            return {**options, "proofValue": base58btc(value)}

        return self._settled(purpose, once)

    def _token(self, claims: Document, securing: Securing) -> bytes:
        def once(key: SigningKey) -> bytes:
            held = self._held.get(key.kid)
            if held is None:
                held = self._held[key.kid] = HeldElsewhere(self._keys, PURPOSE[securing], key)
            return token(claims, held, self._method(key, securing), securing)

        return self._settled(PURPOSE[securing], once)

    def _settled(self, purpose: str, once: Callable[[SigningKey], T]) -> T:
        """What `once` makes with the key that signs now, which most often is the one that signed last."""
        key = self._last.get(purpose) or self._keys.current(purpose)
        for _ in range(_TRIES):
            try:
                made = once(key)
            except TurnedOver:
                key = self._keys.current(purpose)
            else:
                self._last[purpose] = key
                return made
        raise Unavailable

    def _method(self, key: SigningKey, securing: Securing) -> str:
        """A key's name as documents secured so bear it. A thumbprint names one key only, so it never changes."""
        known = self._methods.get((key.kid, securing))
        if known is None:
            known = self._methods[key.kid, securing] = self._named(key, securing)
        return known

    def _named(self, key: SigningKey, securing: Securing) -> str:
        if securing is Securing.OB_JWT:
            return f"{self._base_url}/keys/{key.kid}"
        return did.jwk_method(self._did, key) if securing is Securing.VC_JWT else did.multikey_method(self._did, key)


def _key_part(name: str) -> str:
    """What of a key's name names the key: its Multikey or thumbprint, without the DID or address before it."""
    return name.rpartition("#")[2].rpartition("/")[2]
