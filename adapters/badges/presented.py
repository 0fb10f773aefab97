"""Presented badges, read within bounds and without trust, and their signatures checked by our own published keys."""

from typing import Final

from adapters.badges import baking, nquads, proofs
from adapters.badges.multibase import from_base58btc
from adapters.badges.signer import KeyedBadgeSigner
from adapters.strict import from_base64url, json_object, must_be_bounded
from domain.badges.document import Document, badge_document
from domain.badges.facts import BadgeFacts, Securing
from domain.badges.keys import ES256, PURPOSE
from domain.badges.verification import Presented, ProofState, UnreadableBadge
from domain.errors import Fault
from domain.ports import KeyProvider

LARGEST: Final = 256 * 1024
DEEPEST: Final = 24
MOST_VALUES: Final = 4_000
SIGNATURE_BYTES: Final = 64
_PARTS: Final = 3
_PROOF: Final = frozenset({"type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue"})
_SUITES: Final = {one.value: one for one in Securing if not one.is_jwt}
_TYPES: Final = {("vc+jwt", "ES256"): Securing.VC_JWT, ("JWT", "RS256"): Securing.OB_JWT}
_HEADER: Final = frozenset({"alg", "kid", "typ"})


class PresentedBadges:
    """The port `BadgeReader`. Safe to share between threads."""

    def __init__(self, keys: KeyProvider, signer: KeyedBadgeSigner) -> None:
        """Check against the published keys of `keys`, under the names that `signer` gives them."""
        self._keys, self._signer = keys, signer

    def read(self, content: bytes) -> Presented:
        """What was presented, in parts; raises UnreadableBadge or UnreadableImage, never anything else."""
        image = not _is_text(content)
        text = baking.unbake(content).encode() if image else content.strip(b" \t\r\n\xef\xbb\xbf")
        if len(text) > LARGEST:
            raise UnreadableBadge(Fault("", "too_large", f"At most {LARGEST} bytes."))
        try:
            return _of_json(text, image=image) if text.startswith(b"{") else _of_jwt(text, image=image)
        except (ValueError, KeyError, TypeError, RecursionError):
            raise UnreadableBadge(Fault("", "malformed", "It does not have the shape of a signed badge.")) from None

    def proof(self, presented: Presented, facts: BadgeFacts) -> ProofState:
        """Whether the signature holds over the document that `facts` make, by the key that was named for that way."""
        kid = self._signer.verification_methods().get(str(presented.options[_name_of(presented.securing)]))
        if kid is None:
            return ProofState.UNKNOWN_KEY
        if PURPOSE[presented.securing] == ES256 and not proofs.is_low(presented.signature):
            return ProofState.FAILS
        message = presented.message or _message(presented, facts)
        holds = self._keys.verify(PURPOSE[presented.securing], kid, message, presented.signature)
        return ProofState.HOLDS if holds else ProofState.FAILS


def _name_of(securing: Securing) -> str:
    return "kid" if securing.is_jwt else "verificationMethod"


def _message(presented: Presented, facts: BadgeFacts) -> bytes:
    options = {name: value for name, value in presented.options.items() if name != "@context"}
    return proofs.message(badge_document(facts), options, presented.securing, nquads.of_badge)


def _is_text(content: bytes) -> bool:
    start = content[:64].lstrip(b" \t\r\n\xef\xbb\xbf")
    return start.startswith((b"{", b"eyJ"))


def _of_json(text: bytes, *, image: bool) -> Presented:
    document = json_object(text)
    must_be_bounded(document, deepest=DEEPEST, most=MOST_VALUES)
    proof = document.pop("proof")
    if isinstance(proof, list):
        (proof,) = proof
    if not isinstance(proof, dict):
        raise ValueError  # noqa: TRY004 - callers handle one kind of fault
    options: Document = dict(proof)
    securing = _SUITES[str(options["cryptosuite"])]
    _must_be_a_proof(options, document, securing)
    signature = from_base58btc(str(options.pop("proofValue")))
    if len(signature) != SIGNATURE_BYTES:
        raise ValueError
    return Presented(securing=securing, document=document, options=options, signature=signature, image=image)


def _must_be_a_proof(options: Document, document: Document, securing: Securing) -> None:
    """Exactly the members that are signed, with the only values they may have; a context that is the document's."""
    members = set(options)
    if securing is Securing.EDDSA_JCS:
        if options.get("@context") != document.get("@context"):
            raise ValueError
        members.discard("@context")
    if members != _PROOF or not all(isinstance(options[name], str) for name in _PROOF):
        raise ValueError
    if (options["type"], options["proofPurpose"]) != ("DataIntegrityProof", "assertionMethod"):
        raise ValueError


def _of_jwt(text: bytes, *, image: bool) -> Presented:
    parts = text.split(b".")
    if len(parts) != _PARTS:
        raise ValueError
    header, payload, signature = (from_base64url(part) for part in parts)
    options: Document = json_object(header)
    if set(options) != _HEADER or not all(isinstance(value, str) for value in options.values()):
        raise ValueError
    securing = _TYPES[str(options["typ"]), str(options["alg"])]
    document = json_object(payload)
    must_be_bounded(document, deepest=DEEPEST, most=MOST_VALUES)
    message = text.rpartition(b".")[0]
    return Presented(
        securing=securing, document=document, options=options, signature=signature, message=message, image=image
    )
