"""Signed badges, changed: every way that this suite knows to make of a good one something that nobody may accept.

What is changed follows from the badge alone, in a fixed order: the same badge has the same mutants at each run.
"""

import base64
import copy
import hashlib
import hmac
import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations
from typing import Any, Final

import base58

from domain.badges.facts import Securing
from tests.badge_signatures import Original, signatures

Path = tuple[str | int, ...]
Json = Any


@dataclass(frozen=True, slots=True)
class Mutant:
    """What is presented, and what was done to it."""

    family: str
    what: str
    content: bytes


def mutants(original: Original) -> Iterator[Mutant]:
    """Every mutant of a badge, each with other bytes than the badge has, white space around it aside."""
    made = _of_token(original) if original.securing.is_jwt else _of_document(original)
    seen = {original.signed}
    if not original.securing.is_jwt:
        seen.add(spelled(json.loads(original.signed)))
    for family, what, content in made:
        bare = content.strip(b" \n")
        if bare not in seen:
            seen.add(content)
            yield Mutant(family, what, content)


Made = Iterator[tuple[str, str, bytes]]


# --- JSON with a proof


def _of_document(original: Original) -> Made:
    document = json.loads(original.signed)
    for family, what, changed in document_changes(document):
        yield family, what, spelled(changed)
    for what, text in doubled(document):
        yield "a member twice", what, text
    yield from _proofs(original, document)
    yield from _proof_signatures(original, document)
    yield from _moved(original, document)


def _proof_of(document: Json) -> Json:
    proof = document["proof"]
    return proof[0] if isinstance(proof, list) else proof


def _with_proof(document: Json, **members: Any) -> bytes:
    changed = copy.deepcopy(document)
    _proof_of(changed).update(members)
    return spelled(changed)


def _proofs(original: Original, document: Json) -> Made:
    proof = _proof_of(document)
    for name, values in _proof_members(original).items():
        for value in values:
            yield "proof", f"{name} {value!r:.60}", _with_proof(document, **{name: value})
    extra = {"domain": "certifier.example", "challenge": "1", "nonce": "1", "id": "urn:uuid:1", "previousProof": "x"}
    for name, value in {**extra, "expires": "2099-01-01T00:00:00Z", "@context": document["@context"][:1]}.items():
        yield "proof", f"extra {name}", _with_proof(document, **{name: value})
    foreign = [_proof_of(json.loads(one)) for way, one in original.others.items() if not way.is_jwt]
    broken = {**proof, "proofValue": foreign[0]["proofValue"]}
    lists: list[Json] = [[], [[proof]], [proof, proof], None, {"proof": proof}, "proof", 1, {}, [None]]
    lists += [[broken, proof], [proof, broken], *([proof, one] for one in foreign), *([one, proof] for one in foreign)]
    lists += [*foreign, *([one] for one in foreign)]
    for value in lists:
        yield "proof sets", f"{value!r:.60}", spelled({**document, "proof": value})
    yield "proof sets", "a proof graph", spelled({**document, "https://w3id.org/security#proof": proof})
    yield "proof sets", "no proof", spelled({name: one for name, one in document.items() if name != "proof"})


def _proof_members(original: Original) -> dict[str, tuple[Any, ...]]:
    suites = (*(way.value for way in Securing), "eddsa-2022", "ecdsa-sd-2023", "bbs-2023", "ecdsa-jcs-2019")
    suites += ("EDDSA-RDFC-2022", "eddsa-rdfc-2022 ", "", "none")
    times: tuple[str, ...] = (
        "2026-03-02T17:00:01Z",
        "2026-03-02T17:00:00.0Z",
        "2026-03-02T17:00:00+00:00",
        "2026-03-02",
        "",
    )
    times += ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-W10-1T17:00:00Z", "20260302T170000Z")
    times += ("2026-03-02t17:00:00z", "2026-03-02T24:00:00Z", "2026-03-02T17:00:60Z", "+2026-03-02T17:00:00Z")
    foreign = ("did:web:evil.example#key", "did:key:z6Mkx#z6Mkx", "", "#key")
    return {
        "cryptosuite": (*suites, None, 1, ["eddsa-rdfc-2022"]),
        "created": (*times, None, 1_772_470_800),
        "verificationMethod": (*original.methods, *foreign, None, 1, {"id": original.methods[0]}),
        "proofPurpose": (
            *("authentication", "keyAgreement", "capabilityInvocation", "", "AssertionMethod", None),
            *("https://w3id.org/security#assertionMethod", ["assertionMethod"]),
        ),
        "type": ("Ed25519Signature2020", "DataIntegrity", "", "dataintegrityproof", None, ["DataIntegrityProof"]),
        "proofValue": ("", "z", "z1", "u", None, 1, ["z"], "z" + "1" * 64, "z" + "z" * 88),
    }


def _proof_signatures(original: Original, document: Json) -> Made:
    value = str(_proof_of(document)["proofValue"])
    signature = base58.b58decode(value[1:])
    for what, changed in signatures(signature, original):
        text = "z" + base58.b58encode(changed).decode()
        yield "signature", what, _with_proof(document, proofValue=text)
    for at in range(1, len(value)):
        other = "2" if value[at] != "2" else "3"
        yield "proof text", f"digit {at}", _with_proof(document, proofValue=f"{value[:at]}{other}{value[at + 1 :]}")
    for text in _other_bases(value, signature):
        yield "proof text", f"{text:.12}", _with_proof(document, proofValue=text)


def _other_bases(value: str, signature: bytes) -> list[str]:
    url = base64.urlsafe_b64encode(signature).decode()
    spelt = ["u" + url.rstrip("="), "U" + url, "f" + signature.hex(), "F" + signature.hex().upper(), url, value[1:]]
    return [
        *spelt,
        value + "=",
        value + " ",
        " " + value,
        value + "\n",
        value.swapcase(),
        "Z" + value[1:],
        "z1" + value[1:],
    ]


def _moved(original: Original, document: Json) -> Made:
    """The document, still with its proof, in a token; and the other way round."""
    bare = {name: one for name, one in document.items() if name != "proof"}
    for way, other in original.others.items():
        if way.is_jwt:
            head, _, signature = other.decode().split(".")
            for payload in (document, bare, {"vc": document}):
                yield "moved", f"into {way}", f"{head}.{encoded(payload)}.{signature}".encode()
            enveloped = {"@context": document["@context"][:1], "type": "EnvelopedVerifiableCredential"}
            yield "moved", "enveloped", spelled({**enveloped, "id": f"data:application/vc+jwt,{other.decode()}"})
        else:
            proof = json.loads(other)["proof"]
            yield "moved", f"another's proof, {way}", spelled({**bare, "proof": proof})
            yield "moved", f"this proof, {way}", spelled({**json.loads(other), "proof": document["proof"]})
    unsecured = encoded({"alg": "none", "typ": "vc+jwt", "kid": original.methods[0]})
    yield "moved", "unsecured", f"{unsecured}.{encoded(bare)}.".encode()
    yield "moved", "presented", spelled({"type": ["VerifiablePresentation"], "verifiableCredential": [document]})
    yield "moved", "in a list", spelled([document])
    yield "moved", "in UTF-16", spelled(document).decode().encode("utf-16")


# --- tokens


def _of_token(original: Original) -> Made:
    head, body, mark = original.signed.decode().split(".")
    payload = opened(body)
    for family, what, changed in document_changes(payload):
        yield family, what, f"{head}.{encoded(changed)}.{mark}".encode()
    for what, text in doubled(payload):
        yield "a member twice", what, f"{head}.{b64(text)}.{mark}".encode()
    for what, changed in signatures(unb64(mark), original):
        yield "signature", what, f"{head}.{body}.{b64(changed)}".encode()
    yield from _headers(original, opened(head), head, body, mark)
    yield from _spellings(head, body, mark)
    for way, other in original.others.items():
        if way.is_jwt:
            one, two, three = other.decode().split(".")
            for parts in (
                (one, body, mark),
                (head, two, mark),
                (head, body, three),
                (one, body, three),
                (one, two, mark),
            ):
                yield "moved", f"parts of another's {way}", ".".join(parts).encode()
        else:
            yield "moved", "a token's payload under a proof", spelled({**payload, "proof": json.loads(other)["proof"]})


def _headers(original: Original, header: Json, head: str, body: str, mark: str) -> Made:
    for what, changed in _header_changes(original, header):
        yield "header", what, f"{encoded(changed)}.{body}.{mark}".encode()
    for what, text in doubled(header):
        yield "header", f"twice: {what}", f"{b64(text)}.{body}.{mark}".encode()
    for alg in ("none", "None", "NONE", "nOnE", ""):
        for signature in ("", mark):
            yield "alg none", alg, f"{encoded({**header, 'alg': alg})}.{body}.{signature}".encode()
    for alg, digest in (("HS256", hashlib.sha256), ("HS384", hashlib.sha384), ("HS512", hashlib.sha512)):
        for public in original.publics:
            for stated in (alg, header["alg"]):
                message = f"{encoded({**header, 'alg': stated})}.{body}"
                made = hmac.new(public, message.encode(), digest).digest()
                yield "HMAC by a public key", f"{alg} as {stated}", f"{message}.{b64(made)}".encode()


def _header_changes(original: Original, header: Json) -> Iterator[tuple[str, Json]]:
    for alg in ("ES256", "RS256", "PS256", "ES384", "ES512", "ES256K", "EdDSA", "Ed25519", "es256", "RSA1_5", None, 1):
        yield f"alg {alg}", {**header, "alg": alg}
    for typ in ("vc+jwt", "JWT", "jwt", "VC+JWT", "application/vc+jwt", "vc+ld+jwt", "at+jwt", "vp+jwt", "", None, 1):
        yield f"typ {typ}", {**header, "typ": typ}
    for kid in (*original.methods, "", "../keys", "did:web:evil.example#key", "https://evil.example/k", None, 1, ["x"]):
        yield f"kid {kid}", {**header, "kid": kid}
    for name in header:
        yield f"without {name}", {one: value for one, value in header.items() if one != name}
        yield f"{name} in a list", {**header, name: [header[name]]}
        yield f"{name} in capitals", {**{k: v for k, v in header.items() if k != name}, name.upper(): header[name]}
    extras: dict[str, Json] = {
        "jku": "https://evil.example/jwks",
        "x5u": "https://evil.example/x",
        "x5c": ["MII"],
        "jwk": {"kty": "oct"},
    }
    extras |= {
        "crit": ["exp"],
        "b64": False,
        "zip": "DEF",
        "cty": "vc",
        "enc": "A128GCM",
        "x5t": "x",
        "iss": "x",
        "p": {},
    }
    for name, value in extras.items():
        yield f"extra {name}", {**header, name: value}
    yield "unencoded payload", {**header, "b64": False, "crit": ["b64"]}
    yield "in another order", dict(reversed(header.items()))


def _spellings(head: str, body: str, mark: str) -> Made:
    parts = (head, body, mark)
    for at, part in enumerate(parts):
        for what, text in _respelt(part):
            changed = [*parts[:at], text, *parts[at + 1 :]]
            yield "base64url", f"part {at}: {what}", ".".join(changed).encode()
    whole = ".".join(parts)
    shapes = [whole + ".", "." + whole, f"{head}.{body}", f"{head}..{mark}", f"{head}.{body}.", f"{whole}.x.y"]
    shapes += [f"{head}.{body}.{mark}.{mark}", f"{body}.{head}.{mark}", f'"{whole}"', f"Bearer {whole}", f"{whole}~"]
    flattened = {"protected": head, "payload": body, "signature": mark}
    shapes += [json.dumps(flattened), json.dumps({"payload": body, "signatures": [flattened]}), json.dumps([whole])]
    for text in shapes:
        yield "shape", f"{text:.30}", text.encode()
    for at in range(0, len(mark), 7):
        other = "A" if mark[at] != "A" else "B"
        yield "signature text", f"sign {at}", f"{head}.{body}.{mark[:at]}{other}{mark[at + 1 :]}".encode()


def _respelt(part: str) -> Iterator[tuple[str, str]]:
    for tail in ("=", "==", "====", "A", "AA", "A==", " ", "\n", "%3D", "\0"):
        yield f"{tail!r} after it", part + tail
    for head in (" ", "=", "A", "\n"):
        yield f"{head!r} before it", head + part
    middle = len(part) // 2
    for sign in (" ", "\n", "\r\n", "=", "+", "/", "\u0430", "\u200b"):
        yield f"{sign!r} within it", part[:middle] + sign + part[middle:]
    yield "the other alphabet", part.replace("-", "+").replace("_", "/")
    yield "one sign shorter", part[:-1]
    yield "nothing", ""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet.index(part[-1])
    for step in (1, 2, 3):
        # Where a part ends within a group, its last sign holds bits that no byte has: another sign, the same bytes.
        yield f"other spare bits, {step}", part[:-1] + alphabet[last ^ step]


# --- documents


def document_changes(document: Json) -> Iterator[tuple[str, str, Json]]:
    """The document with one thing changed: family, what, and how it reads then. The proof is left as it is."""
    for path, value in places(document):
        if path[:1] != ("proof",):
            yield from _changes_at(document, path, value)
    yield from _lengthened(document, (), document)
    for what, contexts in _contexts(document["@context"]):
        yield "context", what, {**document, "@context": contexts}


def _changes_at(document: Json, path: Path, value: Json) -> Iterator[tuple[str, str, Json]]:
    yield "dropped", str(path), without(document, path)
    for what, other in others_than(value):
        yield "field", f"{path} {what}", with_value(document, path, other)
    if isinstance(path[-1], str):
        last = path[-1]
        for name in sorted({last.upper(), f"{last} ", f"@{last}", last.replace("e", "\u0435")} - {last}):
            yield "member", f"{path} as {name!r}", renamed(document, path, name)
    if isinstance(value, dict):
        yield from _lengthened(document, path, value)
    if isinstance(value, list):
        for other in _arranged(value):
            yield "array", str(path), with_value(document, path, other)


def _lengthened(document: Json, path: Path, value: Json) -> Iterator[tuple[str, str, Json]]:
    extras = {"extra": "x", "@id": "urn:x", "__proto__": {}, "@included": [], "\u200b": 1, "id": "urn:x", "proof": {}}
    for name in sorted(extras.keys() - value.keys()):
        yield "extra member", f"{path} {name!r}", with_value(document, (*path, name), extras[name])


def others_than(value: Json) -> Iterator[tuple[str, Json]]:
    """Values that are not this one, though a lenient reader might think so."""
    yield "null", None
    yield "in a list", [value]
    yield "in an object", {"@value": value}
    if isinstance(value, bool):
        yield from (("flipped", not value), ("1", int(value)), ("1.0", float(value)), ("text", str(value).lower()))
    elif isinstance(value, int):
        yield from (("one more", value + 1), ("a fraction", float(value)), ("text", str(value)), ("exp", value * 10))
    elif isinstance(value, str):
        yield from _texts(value)
    else:
        yield from (("empty", type(value)()), ("text", json.dumps(value)))


def _texts(value: str) -> Iterator[tuple[str, Json]]:
    yield from (("empty", ""), ("true", True), ("nought", 0), ("backwards", value[::-1]))
    yield from (("capitals", value.swapcase()), ("a space", f"{value} "), ("a joiner", f"{value}\u200b"))
    yield from (("cut", value[:-1]), ("twice", value + value), ("a NUL", f"{value}\0"), ("surrogate", f"{value}\ud800"))
    yield "look-alikes", value.translate(str.maketrans("aceopxy0", "\u0430\u0441\u0435\u043e\u0440\u0445\u0443\u041e"))
    yield "wide", "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in value)
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        yield form, unicodedata.normalize(form, value)
    if value.isdigit():
        yield from (("a number", int(value)), ("one more", str(int(value) + 1)), ("padded", f"0{value}"))
        yield from (("signed", f"+{value}"), ("first", "0"), ("Arabic", value.translate(ARABIC)), ("last", "131071"))
    if value[10:11] == "T" and value.endswith("Z"):
        yield from (("zone", f"{value[:-1]}+00:00"), ("fraction", f"{value[:-1]}.000Z"), ("small", value.lower()))
        yield from (
            ("a day", value[:10]),
            ("a year on", f"{int(value[:4]) + 1}{value[4:]}"),
            ("late", f"2999{value[4:]}"),
        )
        yield from (("early", f"1999{value[4:]}"), ("leap", f"{value[:17]}60Z"), ("blank", value.replace("T", " ")))
    if value.startswith(("https://", "did:")):
        yield from (("plain", value.replace("https:", "http:")), ("slash", f"{value}/"), ("fragment", f"{value}#x"))
        yield from (("query", f"{value}?x"), ("dots", value.replace("example", "example.")), ("port", f"{value}:443"))
        yield from (("foreign", value.replace("certifier.example", "evil.example")), ("did", "did:key:z6Mkx#a#b"))
        yield from (("other did", "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"), ("bad did", "did: x"))


ARABIC: Final = {ord("0") + digit: 0x660 + digit for digit in range(10)}


def _arranged(value: list[Json]) -> Iterator[list[Json]]:
    yield from ([], [*value, *value[-1:]], [*value, None], [*value, "x"], [*value, {}], [value])
    yield value[::-1]
    yield value[1:]
    yield [*value[1:], *value[:1]]


def _contexts(stated: list[str]) -> Iterator[tuple[str, Json]]:
    for other in permutations(stated):
        yield "another order", list(other)
    inline: Json = {"name": "https://schema.org/alternateName"}
    others: list[Json] = [[*stated, inline], [inline, *stated], [*stated, "https://evil.example/c"], stated[0], {}, ""]
    for changed in (*others, None):
        yield "another context", changed
    yield "an alias", [*stated, {"@vocab": "urn:x:"}]
    yield "W3C's first", ["https://www.w3.org/2018/credentials/v1", *stated[1:]]


def places(value: Json, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Every member and element below a value, with where it stands."""
    below: list[tuple[str | int, Json]] = []
    if isinstance(value, dict):
        below = list(value.items())
    elif isinstance(value, list):
        below = list(enumerate(value))
    for name, one in below:
        yield (*path, name), one
        yield from places(one, (*path, name))


def with_value(document: Json, path: Path, value: Json) -> Json:
    """A copy with another value at a place."""
    if not path:
        return value
    step = path[0]
    below = document.get(step) if isinstance(document, dict) else document[step]
    changed = copy.copy(document)
    changed[step] = with_value(below, path[1:], value)
    return changed


def without(document: Json, path: Path) -> Json:
    """A copy that lacks what stands at a place."""
    changed = copy.copy(document)
    if len(path) == 1:
        del changed[path[0]]
    else:
        changed[path[0]] = without(document[path[0]], path[1:])
    return changed


def renamed(document: Json, path: Path, name: str) -> Json:
    """A copy in which a member has another name."""
    value: Json = document
    for step in path:
        value = value[step]
    return with_value(without(document, path), (*path[:-1], name), value)


def doubled(document: Json) -> Iterator[tuple[str, bytes]]:
    """The text with one member given twice, once with another value, which stands before or behind the good one."""
    for path, value in places(document):
        if isinstance(path[-1], str):
            for other in ("x", value):
                text = json.dumps(with_value(document, (*path[:-1], "\u0001"), other))
                yield f"{path} behind", text.replace('"\\u0001"', json.dumps(path[-1])).encode()
            first = json.dumps(with_value(without(document, path), (*path[:-1], "\u0001"), "x"))
            both = f'{json.dumps(path[-1])}: "x", {json.dumps(path[-1])}: {json.dumps(value)}'
            yield f"{path} before", first.replace('"\\u0001": "x"', both).encode()


# --- spelling


def spelled(value: Json) -> bytes:
    """JSON, lone surrogates escaped."""
    return json.dumps(value, separators=(",", ":")).encode()


def b64(content: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """The bytes of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encoded(value: Json) -> str:
    """A part of a token."""
    return b64(spelled(value))


def opened(part: str) -> Json:
    """What a part of a token holds."""
    return json.loads(unb64(part))
