"""Presented badges, read within bounds and without trust, and their signatures checked by our own published keys."""

from typing import Final, NoReturn

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
        bare = content.strip(b" \t\r\n\xef\xbb\xbf")
        if not bare:
            _refuse("", "empty", "Nothing was presented.")
        image = not _is_text(bare)
        text = baking.unbake(content).encode() if image else bare
        if len(text) > LARGEST:
            _refuse("", "too_large", f"At most {LARGEST} bytes.")
        try:
            return _of_json(text, image=image) if text.startswith(b"{") else _of_jwt(text, image=image)
        except (ValueError, KeyError, TypeError, RecursionError):
            _refuse("", "malformed", "It does not have the shape of a signed badge.")

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


def _refuse(pointer: str, code: str, detail: str) -> NoReturn:
    """Say what is wrong, and where; nothing of what was presented is repeated."""
    raise UnreadableBadge(Fault(pointer, code, detail)) from None


def _is_text(content: bytes) -> bool:
    """Whether this is no picture by its first bytes, whatever else it may be; a picture's fault is told by `baking`."""
    return content.startswith((b"{", b"[", b'"', b"eyJ", b"null", b"true", b"false"))


def _document(text: bytes, pointer: str) -> Document:
    try:
        document: Document = json_object(text)
    except UnicodeDecodeError:
        _refuse(pointer, "not_utf8", "It is no text in UTF-8.")
    except ValueError:
        _refuse(pointer, "not_json", "It is not one JSON object with every member once and numbers that JSON has.")
    try:
        must_be_bounded(document, deepest=DEEPEST, most=MOST_VALUES)
    except ValueError:
        _refuse(pointer, "too_deep", f"At most {DEEPEST} levels and {MOST_VALUES} values are read.")
    return document


def _of_json(text: bytes, *, image: bool) -> Presented:
    document = _document(text, "")
    options = _only_proof(document)
    suite = options.get("cryptosuite")
    securing = _SUITES.get(suite) if isinstance(suite, str) else None
    if securing is None:
        _refuse("/proof/cryptosuite", "unknown_suite", f"Known are: {', '.join(sorted(_SUITES))}.")
    _must_be_a_proof(options, document, securing)
    try:
        signature = from_base58btc(str(options.pop("proofValue")))
    except ValueError:
        signature = b""
    if len(signature) != SIGNATURE_BYTES:
        _refuse("/proof/proofValue", "malformed_signature", f"{SIGNATURE_BYTES} bytes in base58btc, after a z.")
    return Presented(securing=securing, document=document, options=options, signature=signature, image=image)


def _only_proof(document: Document) -> Document:
    """The document's one proof, taken out of it."""
    proof = document.pop("proof", None)
    if proof is None or proof == []:
        _refuse("/proof", "no_proof", "It bears no proof: it is not signed.")
    if isinstance(proof, list):
        if len(proof) > 1:
            _refuse("/proof", "several_proofs", "Badges of this body bear one proof.")
        (proof,) = proof
    if not isinstance(proof, dict):
        _refuse("/proof", "malformed_proof", "A proof is an object.")
    return dict(proof)


def _must_be_a_proof(options: Document, document: Document, securing: Securing) -> None:
    """Exactly the members that are signed, with the only values they may have; a context that is the document's."""
    members = set(options)
    if securing is Securing.EDDSA_JCS:
        if options.get("@context") != document.get("@context"):
            _refuse("/proof/@context", "other_context", "The proof's context is the document's.")
        members.discard("@context")
    if members != _PROOF or not all(isinstance(options[name], str) for name in _PROOF):
        _refuse("/proof", "malformed_proof", f"Its members are {', '.join(sorted(_PROOF))}, each a text.")
    if options["type"] != "DataIntegrityProof":
        _refuse("/proof/type", "unknown_proof", "Proofs are of the type DataIntegrityProof.")
    if options["proofPurpose"] != "assertionMethod":
        _refuse("/proof/proofPurpose", "wrong_purpose", "A badge is signed for the purpose assertionMethod.")


def _of_jwt(text: bytes, *, image: bool) -> Presented:
    parts = text.split(b".")
    if len(parts) != _PARTS:
        _refuse("", "malformed", "It is neither a JSON object nor the three parts of a compact JWS.")
    options = _document(from_base64url(parts[0]), "/header")
    if set(options) != _HEADER or not all(isinstance(value, str) for value in options.values()):
        _refuse("/header", "malformed_header", f"Its members are {', '.join(sorted(_HEADER))}, each a text.")
    securing = _TYPES.get((str(options["typ"]), str(options["alg"])))
    if securing is None:
        known = " or ".join(f"{typ} by {alg}" for typ, alg in sorted(_TYPES))
        _refuse("/header/alg", "unknown_algorithm", f"A badge is signed as {known}.")
    payload, signature = (from_base64url(part) for part in parts[1:])
    document = _document(payload, "/payload")
    message = text.rpartition(b".")[0]
    return Presented(
        securing=securing, document=document, options=options, signature=signature, message=message, image=image
    )
