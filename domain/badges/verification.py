"""What a presented badge is worth: read without trust, compared with what we issued, and judged on this day.

Only badges of this house are judged: nothing is fetched from anywhere. A presented document is held against the one
that our facts make; so a member that no signature covers, a redefined term or another order of contexts never passes,
whatever a lenient reader of JSON-LD would make of it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.badges.document import Document, badge_document, instant, registered_claims
from domain.badges.errors import UnfitFacts
from domain.badges.facts import BadgeFacts, Securing, StatusPurpose
from domain.badges.model import Badge
from domain.credentials.actions_standing import standing_now
from domain.credentials.model import Standing
from domain.errors import Invalid, NotFound
from domain.ports import BadgeReader, UnitOfWork

ADDRESS: Final = "/v1/badges/"
HOLDER: Final = "#holder"


class UnreadableBadge(Invalid):
    """What was presented is no badge in any form that this service reads."""

    code = "unreadable_badge"
    title = "This is not a badge: neither JSON with one proof, nor a compact JWT, nor an image with one baked in."


class ProofState(StrEnum):
    """What became of the signature."""

    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN_KEY = "unknown_key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """What was presented, in parts. `document` is without its proof; of a JWT it is the payload as it stands.

    `options` are the proof's members but `proofValue` (JSON), or the header (JWT). `message` is what a JWT's signature
    covers. `image` says that it was baked into one.
    """

    securing: Securing
    document: Document
    options: Document
    signature: bytes
    message: bytes = b""
    image: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at. `met` is None where it could not be, because an earlier one failed."""

    code: str
    met: bool | None
    detail: str
    fatal: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All checks, in the order in which they were made; `valid` when every one that matters is met.

    `number` and `standing` are the registry's own, told where the badge is ours and unaltered.
    """

    securing: Securing
    image: bool
    checks: tuple[Check, ...]
    number: str | None = None
    standing: Standing | None = None

    @property
    def valid(self) -> bool:
        """Whether nothing that matters stands against it."""
        return bool(self.checks) and all(check.met is True for check in self.checks if check.fatal)


_ORDER: Final = (
    ("issuer", "It names this certifying body as its issuer.", "It names another issuer, or no badge of ours."),
    ("known", "A badge with this address was issued.", "No badge with this address stands in the register."),
    ("unaltered", "It says what was issued, and nothing else.", "It says something else than what was issued."),
    ("proof", "The signature holds, by a published key.", "The signature does not hold."),
    ("begun", "Its validity has begun.", "Its validity has not begun yet."),
    ("not_ended", "Its validity has not ended.", "Its validity has ended."),
    ("not_revoked", "It was not revoked.", "It was revoked."),
    ("not_suspended", "It is not suspended.", "It is suspended."),
    ("in_force", "The credential is in force today.", "The credential is not in force today."),
    ("newest", "It is the newest version of this badge.", "There is a newer version: refresh it."),
)
_NOTICES: Final = frozenset({"newest"})


def verify(uow: UnitOfWork, reader: BadgeReader, content: bytes) -> Verdict:
    """Judge what was presented; raises UnreadableBadge, or what reading an image refuses."""
    presented = reader.read(content)
    met: dict[str, bool | None] = {"issuer": _ours(uow, presented)}
    badge = _badge(uow, presented) if met["issuer"] else None
    if met["issuer"]:
        met["known"] = badge is not None
    if badge is None:
        return _verdict(presented, met)
    facts = _as_presented(badge.facts, presented)
    met["unaltered"] = facts is not None
    if facts is None:
        return _verdict(presented, met)
    proof = reader.proof(presented, facts)
    met["proof"] = proof is ProofState.HOLDS
    if proof is not ProofState.HOLDS:
        # Nothing of it is trusted then: how a credential stands is not told to whoever merely names its number.
        return _verdict(presented, met, unknown_key=proof is ProofState.UNKNOWN_KEY)
    met["begun"], met["not_ended"] = facts.valid_from <= uow.now, uow.now < facts.valid_until
    standing = _standing(uow, badge, met)
    return replace(_verdict(presented, met), number=badge.facts.number, standing=standing)


def _standing(uow: UnitOfWork, badge: Badge, met: dict[str, bool | None]) -> Standing:
    """How the credential stands today, by its lists, the register, and its newest badge."""
    credential = standing_now(uow, uow.credentials.get(badge.credential_id))
    place = uow.status_places.first(credential_id=badge.credential_id)
    met["not_revoked"] = place is not None and not place.says(StatusPurpose.REVOCATION)
    met["not_suspended"] = place is not None and not place.says(StatusPurpose.SUSPENSION)
    met["in_force"] = credential.status is Standing.ACTIVE
    newest = uow.badges.newest(badge.credential_id)
    met["newest"] = newest is not None and newest.id == badge.id
    return credential.status


def _verdict(presented: Presented, met: Mapping[str, bool | None], *, unknown_key: bool = False) -> Verdict:
    checks = tuple(
        Check(
            code=code,
            met=met.get(code),
            detail=_told(code, met.get(code), good, bad, unknown_key=unknown_key),
            fatal=code not in _NOTICES,
        )
        for code, good, bad in _ORDER
    )
    return Verdict(securing=presented.securing, image=presented.image, checks=checks)


def _told(code: str, met: bool | None, good: str, bad: str, *, unknown_key: bool) -> str:  # noqa: FBT001 - three values
    if met is None:
        return "Not looked at, because of what stands above."
    if code == "proof" and unknown_key:
        return "The key that it names is not one that this body publishes: it never was, or was withdrawn."
    return good if met else bad


def _ours(uow: UnitOfWork, presented: Presented) -> bool:
    """Whether the document claims to be a badge of this house: by its address, its issuer and its types."""
    if uow.publisher is None:
        return False
    document = presented.document
    issuer = document.get("issuer")
    named = issuer.get("id") if isinstance(issuer, dict) else issuer
    types = document.get("type")
    return (
        _badge_id(uow, document) is not None
        and named == uow.publisher.signer.did
        and isinstance(types, list)
        and bool({"AchievementCredential", "OpenBadgeCredential"} & {one for one in types if isinstance(one, str)})
    )


def _badge_id(uow: UnitOfWork, document: Document) -> UUID | None:
    named, base = document.get("id"), "" if uow.publisher is None else uow.publisher.base_url + ADDRESS
    if not isinstance(named, str) or not named.startswith(base):
        return None
    try:
        found = UUID(named.removeprefix(base))
    except ValueError:
        return None
    return found if named == f"{base}{found}" else None


def _badge(uow: UnitOfWork, presented: Presented) -> Badge | None:
    found = _badge_id(uow, presented.document)
    if found is None:
        return None
    try:
        return uow.badges.get(found)
    except NotFound:
        return None


def _as_presented(facts: BadgeFacts, presented: Presented) -> BadgeFacts | None:
    """The facts with the holder and the signing time that were presented, where the document is what they make."""
    subject = presented.document.get("credentialSubject")
    id_ = subject.get("id") if isinstance(subject, dict) else None
    if isinstance(id_, str) and id_ != f"{facts.id}{HOLDER}" and id_.startswith("did:"):
        facts = replace(facts, holder_id=id_)
    created = presented.options.get("created")
    if isinstance(created, str):
        signed_at = _instant(created)
        if signed_at is None:
            return None
        facts = replace(facts, signed_at=signed_at)
    try:
        stated: Document = badge_document(facts)
    except UnfitFacts:
        return None
    if presented.securing is Securing.OB_JWT:
        stated = registered_claims(stated, facts)
    return facts if _spelled(presented.document) == _spelled(stated) else None


def _spelled(document: Document) -> str:
    """JSON in one spelling: to Python alone, `true` and `1` and `1.0` would be equal."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def _instant(text: str) -> datetime | None:
    """The instant, where the text is spelled as we spell it."""
    try:
        found = datetime.fromisoformat(text)
        return found if found.tzinfo is not None and instant(found) == text else None
    except (ValueError, OverflowError):
        return None
