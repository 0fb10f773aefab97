"""The rules of Verifiable Credentials Data Model 2.0 that JSON-LD does not see. Pure; sections in brackets.

Of the first edition (1.1) only so much is known as suites send that are about proofs.
"""

import json
import re
from base64 import b64decode, urlsafe_b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256, sha384, sha512
from typing import Any, Final
from urllib.parse import urlsplit

import base58

from domain.badges.document import VC_CONTEXT

Json = Any
Content = Callable[[str], bytes | None]
"""What is known to stand at an address, None for what is not known: nothing is fetched."""

FIRST_CONTEXT: Final = "https://www.w3.org/2018/credentials/v1"
_STAMP: Final = re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_SRI: Final = re.compile(r"(sha256|sha384|sha512)-([A-Za-z0-9+/]+={0,2})")
_SRI_HASH: Final = {"sha256": sha256, "sha384": sha384, "sha512": sha512}
_MULTIHASH: Final = {b"\x12\x20": sha256, b"\x20\x30": sha384, b"\x13\x40": sha512}
"""Multihash prefixes: the code of a hash and the length of its digest."""
_LANGUAGE: Final = frozenset({"@value", "@language", "@direction"})
_PURPOSES: Final = frozenset({"revocation", "suspension", "message", "refresh"})
_TYPED: Final = ("credentialStatus", "credentialSchema", "refreshService", "termsOfUse", "evidence", "proof")


def faults_of_credential(credential: Json, content: Content) -> list[str]:
    """What a credential breaks, with its place; empty for a good one. Its dates are not held against any clock."""
    if not isinstance(credential, dict):
        return ["a credential is an object"]
    return [
        *_contexts(credential, VC_CONTEXT, FIRST_CONTEXT),
        *_types(credential, "VerifiableCredential"),
        *_ids(credential),
        *_issuer(credential.get("issuer"), "issuer" in credential),
        *_subjects(credential),
        *_validity(credential),
        *_names(credential),
        *_named_objects(credential),
        *_statuses(credential),
        *_schemas(credential),
        *_related(credential, content),
    ]


def faults_of_envelope(envelope: Mapping[str, Json]) -> list[str]:
    """What the object around a token breaks; its id is read elsewhere (4.13.1)."""
    return [*_contexts(envelope, VC_CONTEXT)]


def faults_of_token(header: Mapping[str, Json], claims: Mapping[str, Json], typ: str, now: datetime) -> list[str]:
    """What a token says against itself (Securing Verifiable Credentials using JOSE and COSE, 3.1)."""
    faults = [
        f"/{name}: the claims are the document, which is no claim of its own" for name in ("vc", "vp") if name in claims
    ]
    if header.get("typ", typ) != typ:
        faults.append(f"typ: {typ}")
    named = [claims[name] for name in ("issuer", "holder") if name in claims]
    if "iss" in claims and any(claims["iss"] != (one.get("id") if isinstance(one, dict) else one) for one in named):
        faults.append("/iss: who is named as issuer or holder")
    expires = claims.get("exp")
    if "exp" in claims and not (isinstance(expires, int | float) and now.timestamp() < expires):
        faults.append("/exp: a time to come")
    return faults


def faults_of_presentation(presentation: Json) -> list[str]:
    """What a presentation breaks; its credentials are judged one by one elsewhere (4.13)."""
    if not isinstance(presentation, dict):
        return ["a presentation is an object"]
    faults = [
        *_contexts(presentation, VC_CONTEXT),
        *_types(presentation, "VerifiablePresentation"),
        *_ids(presentation),
    ]
    for at, one in enumerate(listed(presentation.get("verifiableCredential", []))):
        if not isinstance(one, dict) or not one.get("type") or "@context" not in one:
            faults.append(f"/verifiableCredential/{at}: an object with a context and types, secured or enveloped")
    if "holder" in presentation:
        faults += _issuer(presentation["holder"], stated=True, name="holder")
    return faults


def in_time(credential: Mapping[str, Json], now: datetime) -> list[str]:
    """Why a credential does not hold at an instant (4.9)."""
    first, last = _period(credential)
    begins, ends = _instant(credential.get(first)), _instant(credential.get(last))
    faults = [f"/{first}: it has not begun"] if begins is not None and now < begins else []
    return [*faults, f"/{last}: it is over"] if ends is not None and now > ends else faults


def is_first_edition(document: Mapping[str, Json]) -> bool:
    """Whether it follows the first edition of the data model, by its first context."""
    return listed(document.get("@context"))[:1] == [FIRST_CONTEXT]


def listed(value: Json) -> list[Json]:
    """One or many, as many."""
    return value if isinstance(value, list) else [value]


def is_url(value: Json) -> bool:
    """Whether it is an absolute URL as the data model wants one: a scheme, something behind it, no white space."""
    if not isinstance(value, str) or re.search(r"[\s<>\"{}|\\^`]", value):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return bool(parts.scheme and (parts.netloc or parts.path)) and not value.endswith(":")


def _contexts(document: Mapping[str, Json], *base: str) -> Iterator[str]:
    """An ordered set whose first item is the base context; then addresses or objects (4.3)."""
    stated = document.get("@context")
    if not isinstance(stated, list) or stated[:1] not in [[one] for one in base]:
        yield f"/@context: a list that begins with {VC_CONTEXT}"
    elif not all(is_url(one) or isinstance(one, dict) for one in stated):
        yield "/@context: each is an address or an object"


def _types(document: Mapping[str, Json], wanted: str) -> Iterator[str]:
    """At least one type, and the base type among them (4.5)."""
    stated = listed(document.get("type"))
    if not stated or not all(isinstance(one, str) and one for one in stated) or wanted not in stated:
        yield f"/type: texts, {wanted} among them"


def _ids(document: Mapping[str, Json]) -> Iterator[str]:
    """An id is one URL, wherever it stands (4.4)."""
    for path, value in _objects(document, ""):
        if "id" in value and not is_url(value["id"]):
            yield f"{path}/id: one URL"


def _objects(value: Json, path: str) -> Iterator[tuple[str, Mapping[str, Json]]]:
    if isinstance(value, dict):
        yield path, value
        for name, one in value.items():
            if name != "@context":
                yield from _objects(one, f"{path}/{name}")
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from _objects(one, f"{path}/{at}")


def _issuer(value: Json, stated: bool, name: str = "issuer") -> list[str]:
    """A URL, or an object that has one as its id (4.7)."""
    found = value.get("id") if isinstance(value, dict) else value
    return [] if stated and is_url(found) else [f"/{name}: a URL, or an object with one as its id"]


def _subjects(credential: Mapping[str, Json]) -> Iterator[str]:
    """One or more objects, each with at least one claim (4.8)."""
    stated = listed(credential.get("credentialSubject"))
    if not stated or not all(isinstance(one, dict) and one for one in stated):
        yield "/credentialSubject: one or more objects that say something"


def _validity(credential: Mapping[str, Json]) -> Iterator[str]:
    """Date and time stamps with a zone, the end not before the beginning (4.9); 1.1 wants a beginning."""
    first, last = _period(credential)
    found = {name: _instant(credential[name]) for name in (first, last) if name in credential}
    if is_first_edition(credential) and first not in found:
        yield f"/{first}: a dateTime"
    for name, value in found.items():
        if value is None:
            yield f"/{name}: a dateTimeStamp of XML Schema 1.1"
    begins, ends = found.get(first), found.get(last)
    if begins is not None and ends is not None and ends < begins:
        yield f"/{last}: not before {first}"


def _period(credential: Mapping[str, Json]) -> tuple[str, str]:
    """The names of the dates between which a credential holds."""
    return ("issuanceDate", "expirationDate") if is_first_edition(credential) else ("validFrom", "validUntil")


def _instant(value: Json) -> datetime | None:
    if not isinstance(value, str) or not _STAMP.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _names(credential: Mapping[str, Json]) -> Iterator[str]:
    """Text, or a language value object, or several of those (4.6, 11.1); also the issuer's."""
    issuer = credential.get("issuer")
    for where, holder in (("", credential), ("/issuer", issuer if isinstance(issuer, dict) else {})):
        for name in ("name", "description"):
            if name in holder and not _is_language(holder[name]):
                yield f"{where}/{name}: text, or objects with @value, @language and @direction"


def _is_language(value: Json) -> bool:
    if isinstance(value, str):
        return True
    stated = listed(value)
    return bool(stated) and all(
        isinstance(one, dict)
        and isinstance(one.get("@value"), str)
        and one.keys() <= _LANGUAGE
        and one.get("@direction", "ltr") in {"ltr", "rtl", None}
        for one in stated
    )


def _named_objects(credential: Mapping[str, Json]) -> Iterator[str]:
    """What is of a kind says which: status, schema, refresh service, terms, evidence, proof (4.10 on, 5.4 on)."""
    for name in _TYPED:
        for at, one in enumerate(listed(credential[name]) if name in credential else []):
            kinds = listed(one.get("type")) if isinstance(one, dict) else []
            if not kinds or not all(isinstance(kind, str) and kind for kind in kinds):
                yield f"/{name}/{at}/type: an object with a type"


def _statuses(credential: Mapping[str, Json]) -> Iterator[str]:
    """What an entry of a bitstring status list must say (Bitstring Status List 1.0, 2.1)."""
    for at, one in enumerate(listed(credential.get("credentialStatus", []))):
        if not isinstance(one, dict) or one.get("type") != "BitstringStatusListEntry":
            continue
        index = one.get("statusListIndex")
        if not isinstance(index, str) or not re.fullmatch(r"0|[1-9]\d{0,9}", index):
            yield f"/credentialStatus/{at}/statusListIndex: digits, as text"
        if one.get("statusPurpose") not in _PURPOSES:
            yield f"/credentialStatus/{at}/statusPurpose: one of {', '.join(sorted(_PURPOSES))}"
        if not is_url(one.get("statusListCredential")):
            yield f"/credentialStatus/{at}/statusListCredential: a URL"


def _schemas(credential: Mapping[str, Json]) -> Iterator[str]:
    """A schema has a type and a URL (4.11)."""
    for at, one in enumerate(listed(credential.get("credentialSchema", []))):
        if not isinstance(one, dict) or not is_url(one.get("id")):
            yield f"/credentialSchema/{at}/id: a URL"


def _related(credential: Mapping[str, Json], content: Content) -> Iterator[str]:
    """Each related resource once, by its URL, with a digest that fits what is known to stand there (5.3)."""
    if "relatedResource" not in credential:
        return
    stated, seen = listed(credential["relatedResource"]), set()
    if not stated:
        yield "/relatedResource: one object or more"
    for at, one in enumerate(stated):
        place = f"/relatedResource/{at}"
        if not isinstance(one, dict) or not is_url(one.get("id")):
            yield f"{place}: an object whose id is a URL"
            continue
        if one["id"] in seen:
            yield f"{place}/id: named once"
        seen.add(one["id"])
        yield from _digests(one, place, content(one["id"]))


def _digests(resource: Mapping[str, Json], place: str, known: bytes | None) -> Iterator[str]:
    if not {"digestSRI", "digestMultibase"} & resource.keys():
        yield f"{place}: digestSRI or digestMultibase"
    for name, read in (("digestSRI", _sri), ("digestMultibase", _multihash)):
        for value in listed(resource[name]) if name in resource else []:
            found = read(value)
            if not found:
                yield f"{place}/{name}: a digest by SHA-256, SHA-384 or SHA-512"
            elif known is not None and not any(make(known).digest() == digest for make, digest in found):
                yield f"{place}/{name}: the digest of what stands there"


Digest = tuple[Callable[[bytes], Any], bytes]


def _sri(value: Json) -> list[Digest]:
    """The digests of a Subresource Integrity text; none where a part of it is no digest."""
    found: list[Digest] = []
    for part in value.split() if isinstance(value, str) else []:
        matched = _SRI.fullmatch(part)
        digest = b64decode(matched[2] + "=" * (-len(matched[2]) % 4)) if matched else b""
        if matched is None or len(digest) != _SRI_HASH[matched[1]]().digest_size:
            return []
        found.append((_SRI_HASH[matched[1]], digest))
    return found


def _multihash(value: Json) -> list[Digest]:
    """The digest of a multihash in base58btc or base64url; or SHA-256 bare, as in the examples of the data model."""
    if not isinstance(value, str):
        return []
    try:
        content = base58.b58decode(value[1:]) if value[:1] == "z" else _base64url(value)
    except (ValueError, NotBase64):
        return []
    if len(content) == sha256().digest_size:
        return [(sha256, content)]
    make = _MULTIHASH.get(content[:2])
    return [(make, content[2:])] if make is not None and len(content) == content[1] + 2 else []


def _base64url(value: str) -> bytes:
    if not re.fullmatch(r"u[A-Za-z0-9_-]+", value):
        message = "no multibase that is known here"
        raise ValueError(message)
    return urlsafe_b64decode(value[1:] + "=" * ((1 - len(value)) % 4))


def measured(value: Json, *, deepest: int, most: int) -> list[str]:
    """Whether a document is within bounds, before anything reads it further."""
    waiting, seen = [(value, 1)], 0
    while waiting:
        one, depth = waiting.pop()
        seen += 1
        if depth > deepest or seen > most:
            return [f"at most {deepest} levels and {most} values"]
        below = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        waiting.extend((each, depth + 1) for each in below)
    return [] if len(json.dumps(value)) <= 64 * most else ["too long"]
