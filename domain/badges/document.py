"""Badges and status lists as documents: Open Badges 3.0 and Verifiable Credentials 2.0, before any proof. Pure.

Only terms that the pinned contexts define are used, each spelled by its term: JSON-LD drops what it does not know in
silence, and a verifier that compares the compacted form with the document must find them equal. Every node but one has
an id of its own, so that a canonical form needs no more than one blank node: the identity object, to which the 1EdTech
schema allows no id.
"""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from domain.badges.errors import UnfitFacts
from domain.badges.facts import (
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

Document = dict[str, object]

VC_CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"
OB_CONTEXT: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OB_EXTENSIONS: Final = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
BADGE_CONTEXTS: Final = (VC_CONTEXT, OB_CONTEXT, OB_EXTENSIONS)
OB_SCHEMA: Final = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"

_STATED: Final[Mapping[BadgeProfile, tuple[StatusPurpose, ...]]] = {
    BadgeProfile.VCDM2: (StatusPurpose.REVOCATION, StatusPurpose.SUSPENSION),
    BadgeProfile.OB30_STRICT: (StatusPurpose.REVOCATION,),
}
_PART: Final = r"(?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]++|%[0-9A-Fa-f]{2})++"
_URI: Final = re.compile(rf"(?:https?://|urn:uuid:|did:[a-z0-9]+:){_PART}(?:#{_PART})?")
_MOST_PLACES: Final = 2**31
_JSON: Final = json.JSONDecoder()
_UNFIT: Final = re.compile(r"[\ud800-\udfff\ufffe\uffff]")


def badge_document(facts: BadgeFacts) -> Document:
    """The AchievementCredential that states these facts, in the shape of their profile, without a proof.

    Raises UnfitFacts for an id that is no URI, text that no UTF-8 holds, a time without a zone, a validity that ends
    before it begins, or a status place that the profile needs and the facts lack.
    """
    begins, ends = instant(facts.valid_from), instant(facts.valid_until)
    if ends <= begins:
        message = "a badge's validity ends after it begins"
        raise UnfitFacts(message)
    document: Document = {
        "@context": list(BADGE_CONTEXTS),
        "id": _uri(facts.id),
        "type": ["VerifiableCredential", "AchievementCredential"],
        "name": _text(facts.achievement.name),
        "issuer": _issuer(facts.issuer),
        "awardedDate": instant(facts.awarded_at),
        "validFrom": begins,
        "validUntil": ends,
        "credentialSubject": _subject(facts),
    }
    if facts.evidence:
        document["evidence"] = [_evidence(one) for one in facts.evidence]
    document["credentialStatus"] = _status(facts)
    if schema := _schema(facts):
        document["credentialSchema"] = [schema]
    if facts.refresh_url is not None:
        document["refreshService"] = {"id": _uri(facts.refresh_url), "type": "1EdTechCredentialRefresh"}
    return document


def status_list_document(facts: StatusListFacts) -> Document:
    """The BitstringStatusListCredential that states these facts, without a proof. Raises UnfitFacts."""
    if not facts.encoded.startswith("u") or facts.ttl < 0:
        message = "a status list is base64url with its multibase prefix, and keeps for no negative time"
        raise UnfitFacts(message)
    document: Document = {
        "@context": [VC_CONTEXT],
        "id": _uri(facts.id),
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": _uri(facts.issuer.did),
        "validFrom": instant(facts.valid_from),
    }
    if facts.valid_until is not None:
        document["validUntil"] = instant(facts.valid_until)
    document["credentialSubject"] = {
        "id": _within(facts.id, "list"),
        "type": "BitstringStatusList",
        "statusPurpose": facts.purpose.value,
        "encodedList": facts.encoded,
        "ttl": facts.ttl,
    }
    return document


def achievement_document(facts: AchievementFacts) -> Document:
    """The Achievement by itself, as a page of its own: the same as badges embed it. Raises UnfitFacts."""
    return {"@context": list(BADGE_CONTEXTS), **_achievement(facts)}


def proof_options(facts: BadgeFacts | StatusListFacts, cryptosuite: str, method: str) -> Document:
    """A Data Integrity proof as yet without its value; `method` is the DID URL of the key that signs."""
    return {
        "type": "DataIntegrityProof",
        "cryptosuite": cryptosuite,
        "created": instant(facts.signed_at),
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }


def registered_claims(document: Document, facts: BadgeFacts) -> Document:
    """The claims that Open Badges 3.0 (section 8.2) puts beside the credential's own members in a JWT."""
    return {
        **document,
        "iss": facts.issuer.did,
        "jti": facts.id,
        "sub": facts.subject_id,
        "nbf": int(facts.valid_from.timestamp()),
        "exp": int(facts.valid_until.timestamp()),
    }


def signed_with(signed: bytes) -> str:
    """What a signed document of ours names as its key: the proof's verification method, or the JWT header's `kid`."""
    if signed.startswith(b"{"):
        # Read by its end, where the proof stands: no text holds these very bytes, for its quotes are escaped.
        method = signed.rpartition(b'"verificationMethod":')[2].decode()
        return str(_JSON.raw_decode(method)[0])
    header = signed.partition(b".")[0]
    return str(json.loads(urlsafe_b64decode(header + b"=" * (-len(header) % 4)))["kid"])


@lru_cache(maxsize=256)
def instant(at: datetime) -> str:
    """An RFC 3339 time in UTC, in whole seconds; UnfitFacts for a time without a zone."""
    if at.tzinfo is None:
        message = "a time without a zone is no instant"
        raise UnfitFacts(message)
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def _subject(facts: BadgeFacts) -> Document:
    id_ = _uri(facts.subject_id) if facts.holder_id else _within(facts.id, "holder")
    subject: Document = {"id": id_, "type": ["AchievementSubject"]}
    if facts.holder_name is not None:
        subject["name"] = _text(facts.holder_name)
    subject["licenseNumber"] = _text(facts.number)
    subject["identifier"] = [_identity(facts.identity)]
    subject["achievement"] = _achievement(facts.achievement)
    return subject


def _identity(facts: IdentityFacts) -> Document:
    return {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": _text(facts.hash),
        "identityType": _text(facts.kind),
        "salt": _text(facts.salt),
    }


def _achievement(facts: AchievementFacts) -> Document:
    stated: Document = {
        "id": _uri(facts.id),
        "type": ["Achievement"],
        "name": _text(facts.name),
        "description": _text(facts.description),
        "criteria": {"id": _uri(facts.criteria_url), "narrative": _text(facts.criteria)},
        "achievementType": _text(facts.achievement_type),
        "humanCode": _text(facts.program),
        "version": _text(facts.edition),
        "inLanguage": _text(facts.language),
        "alignment": [_exam(facts)],
    }
    if facts.image_url is not None:
        stated["image"] = {"id": _uri(facts.image_url), "type": "Image"}
    return stated


def _exam(facts: AchievementFacts) -> Document:
    """The exam, as what the achievement was measured by: a node of the program's scheme."""
    return {
        "id": _within(facts.id.partition("#")[0], f"exam-{quote(_text(facts.exam), safe='')}"),
        "type": ["Alignment"],
        "targetCode": facts.exam,
        "targetName": _text(facts.exam_title),
        "targetFramework": facts.edition,
        "targetType": "ext:Examination",
        "targetUrl": _uri(facts.criteria_url),
    }


def _issuer(facts: IssuerFacts) -> Document:
    stated: Document = {
        "id": _uri(facts.did),
        "type": ["Profile"],
        "name": _text(facts.name),
        "url": _uri(facts.url),
    }
    if facts.email is not None:
        stated["email"] = _text(facts.email)
    return stated


def _evidence(facts: EvidenceFacts) -> Document:
    return {
        "id": _uri(facts.id),
        "type": ["Evidence"],
        "name": _text(facts.name),
        "narrative": _text(facts.narrative),
        "genre": _text(facts.genre),
    }


def _status(facts: BadgeFacts) -> object:
    held = {place.purpose: place for place in facts.places}
    wanted = _STATED[facts.profile]
    if not held.keys() >= set(wanted):
        message = f"a badge of the profile {facts.profile} needs a place for each of: {', '.join(wanted)}"
        raise UnfitFacts(message)
    entries = [_entry(held[purpose]) for purpose in wanted]
    return entries[0] if facts.profile is BadgeProfile.OB30_STRICT else entries


def _entry(place: StatusPlaceFacts) -> Document:
    if not 0 <= place.index < _MOST_PLACES:
        message = "a place in a status list counts from 0"
        raise UnfitFacts(message)
    return {
        "id": _within(place.list_url, str(place.index)),
        "type": "BitstringStatusListEntry",
        "statusPurpose": place.purpose.value,
        "statusListIndex": str(place.index),
        "statusListCredential": _uri(place.list_url),
    }


def _schema(facts: BadgeFacts) -> Document | None:
    """1EdTech's schema for the strict profile, whatever the facts name; the service's own for the other."""
    if facts.profile is BadgeProfile.OB30_STRICT:
        return {"id": OB_SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}
    return None if facts.schema_url is None else {"id": _uri(facts.schema_url), "type": "JsonSchema"}


@lru_cache(maxsize=1024)
def _uri(value: str) -> str:
    if not _URI.fullmatch(value):
        message = "an id of a badge is an absolute https, http, did or urn:uuid URI of ASCII characters"
        raise UnfitFacts(message)
    return value


def _within(whole: str, part: str) -> str:
    """The id of a part of what has an id: that id with a fragment, which it may not have already."""
    if "#" in _uri(whole):
        message = "an id of which a part is named has no fragment: it must be a URI without `#`"
        raise UnfitFacts(message)
    return f"{whole}#{part}"


def _text(value: str) -> str:
    """Text that every reader takes alike: no lone surrogate, and neither of the two code points that are none."""
    if value.isascii():
        return value
    if _UNFIT.search(value):
        message = "text of a badge holds no lone surrogate and no noncharacter"
        raise UnfitFacts(message)
    return value
