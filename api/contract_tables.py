"""The tables behind `api.contract`: failures, headers, bounds and words that every operation shares."""

from dataclasses import dataclass
from typing import Any

from domain.files.model import EXTENSIONS

Json = dict[str, Any]

# No upload is larger, in bytes; the edge answers 413 before it reads further.
LARGEST_UPLOAD = 26_214_400
# The media types of uploaded files, by tag; text/csv where a tag is not named.
UPLOAD_TYPES = {"files": tuple(EXTENSIONS), "evidence": tuple(EXTENSIONS), "items": ("application/zip", "text/xml")}
# Text never holds a control character other than tab and line ends: no store would take every one of them.
PROSE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"


@dataclass(frozen=True, slots=True)
class Failure:
    """One failing status: the component's name, when it happens, and the problem shown as its example."""

    name: str
    code: str
    title: str
    description: str
    errors: tuple[Json, ...] = ()


FAILURES: dict[str, Failure] = {
    "400": Failure(
        "Unreadable",
        "unreadable",
        "The request could not be read.",
        "The address or the body could not be read, or a required Idempotency-Key is missing.",
    ),
    "401": Failure(
        "Unauthenticated",
        "unauthenticated",
        "A valid bearer token or API key is needed.",
        "No token was sent where one is needed, or the one that was sent is not valid.",
    ),
    "403": Failure(
        "Forbidden",
        "forbidden",
        "Your roles do not allow this.",
        "The caller may not do this, took an earlier step that this one must be independent of, or asks from a page "
        "whose origin is not on the allowlist.",
    ),
    "404": Failure(
        "NotFound",
        "not_found",
        "There is no such object.",
        "There is no such object, or it is someone else's: the two are never told apart.",
    ),
    "406": Failure(
        "NotAcceptable",
        "not_acceptable",
        "This is not to be had in a form that Accept names.",
        "There is such an object, but in no media type that Accept names; `detail` lists those there are.",
    ),
    "409": Failure(
        "Conflict",
        "wrong_state",
        "This step cannot be taken from the object's present status.",
        "The object's state or a rule does not allow this; where a rule refused, `ruling` lists each clause, "
        "and where members do not fit together or what is stored, `errors` points to each.",
    ),
    "412": Failure(
        "Stale",
        "stale",
        "The object has changed since you read it.",
        "If-Match names a version that is not the present one.",
    ),
    "413": Failure(
        "TooLarge",
        "too_large",
        "The request is larger than this service accepts.",
        "The body is larger than this operation accepts.",
    ),
    "414": Failure(
        "UriTooLong",
        "uri_too_long",
        "The address is longer than this service accepts.",
        "The address is longer than 8 KiB.",
    ),
    "415": Failure(
        "UnsupportedMediaType",
        "unsupported_media_type",
        "The body is not of a media type that this operation reads.",
        "The Content-Type is none of those listed, or the body is encoded: no Content-Encoding is read.",
    ),
    "422": Failure(
        "Invalid",
        "invalid",
        "The request is not valid.",
        "A parameter or the body is malformed, or cannot be meant; `errors` points to each place.",
        ({"pointer": "/body/given_name", "code": "string_too_long", "detail": "At most 200 characters."},),
    ),
    "428": Failure(
        "PreconditionRequired",
        "precondition_required",
        "Send If-Match with the ETag you last read.",
        "If-Match is missing or empty: a change must say which version it changes.",
    ),
    "429": Failure(
        "TooManyRequests",
        "too_many_requests",
        "Too many requests; wait before the next one.",
        "The caller's quota is used up; Retry-After says for how long.",
    ),
    "500": Failure(
        "InternalError",
        "internal_error",
        "The service failed; nothing was changed.",
        "A fault of the service. `request_id` finds it in the service's own log.",
    ),
    "503": Failure(
        "Unavailable",
        "unavailable",
        "The service is not able to answer just now.",
        "A part this service stands on is away; nothing was changed. Retry-After says when to try again.",
    ),
}

# What an answer says when its route says nothing better.
ANSWERS = {
    "200": "The answer.",
    "201": "It was made; Location names it.",
    "202": "Accepted; the job at Location says how far it is.",
    "204": "Done; there is nothing to say.",
}


def _header(description: str, schema: Json, example: object) -> Json:
    return {"description": description, "schema": schema, "example": example}


def _text(length: int, pattern: str) -> Json:
    return {"type": "string", "maxLength": length, "pattern": pattern}


HEADERS: dict[str, Json] = {
    "Access-Control-Allow-Origin": _header(
        "The origin that may read this answer in a browser; sent to origins on the allowlist.",
        _text(2048, r"^(\*|https?://[^\s/]+)$"),
        "https://portal.certifier.example",
    ),
    "Allow": _header("The methods this path knows.", _text(100, r"^[A-Z]+(, [A-Z]+)*$"), "GET, POST"),
    "ETag": _header(
        "The version of the object: send it back in If-Match to change it.", _text(20, r'^"[1-9][0-9]{0,17}"$'), '"7"'
    ),
    "Idempotent-Replayed": _header(
        "Sent as `true` when this is the stored answer of an earlier request with the same Idempotency-Key.",
        {"type": "string", "enum": ["true"]},
        "true",
    ),
    "Link": _header(
        'Where the list goes on: `<…>; rel="next"`. Absent on the last page.',
        _text(4096, r"^<[^<>]*>.*$"),
        '</v1/applications?cursor=bzE3&limit=50>; rel="next"',
    ),
    "Location": _header(
        "Where the new object, or the job, is found.", _text(2048, r"^[!-~]+$"), "/v1/jobs/0190f3c2-8a5e-7c11-9d2b-5f0e"
    ),
    "RateLimit": _header(
        "What is left of the caller's quota: `r` requests in the next `t` seconds. Absent where none is counted, "
        "as in public verification.",
        _text(200, r'^"[a-z_]+";r=[0-9]+;t=[0-9]+$'),
        '"default";r=58;t=12',
    ),
    "RateLimit-Policy": _header(
        "The caller's quota: `q` requests in each `w` seconds.",
        _text(200, r'^"[a-z_]+";q=[0-9]+;w=[0-9]+$'),
        '"default";q=60;w=60',
    ),
    "Retry-After": _header(
        "Seconds to wait before trying again.",
        {"type": "integer", "minimum": 0, "maximum": 86_400, "format": "int32"},
        12,
    ),
    "WWW-Authenticate": _header(
        "How to authenticate.", _text(1024, r"^Bearer.*$"), 'Bearer realm="certificant", error="invalid_token"'
    ),
    "X-Request-Id": _header(
        "The id of this request in the service's own log.",
        _text(64, r"^[A-Za-z0-9-]+$"),
        "0190f3c2-8a5e-7c11-9d2b-5f0e6a7b8c9d",
    ),
}

BY_STATUS: dict[str, tuple[str, ...]] = {
    "every": ("Access-Control-Allow-Origin", "RateLimit", "RateLimit-Policy", "X-Request-Id"),
    "201": ("Location",),
    "202": ("Location", "Retry-After"),
    "401": ("WWW-Authenticate",),
    "405": ("Allow",),
    "429": ("Retry-After",),
    "503": ("Retry-After",),
}

_KEY = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}
_KEY_TEXT = (
    "A value of the client's own making, new for each intended effect (a UUID, say). The same request with the same "
    "key within 24 hours gets the same answer and happens once."
)

IF_MATCH = (
    "The ETag last read: the change is made only if the object is still that version. Of a list one must be it; `*` is "
    "whichever version it is."
)

PARAMETERS: dict[str, Json] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": _KEY_TEXT,
        "schema": _KEY,
    },
    "OptionalIdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": _KEY_TEXT,
        "schema": _KEY,
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": IF_MATCH,
        "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": 200,
            "pattern": r'^(\*|"[1-9][0-9]{0,17}"(, "[1-9][0-9]{0,17}"){0,8})$',
        },
    },
}

# What a parameter means, where its route does not say.
WORDS = {
    "as_of": "The day to answer for; today in the program's zone where it is left out.",
    "cursor": "Where the page begins: the cursor of the page before, exactly as it was given.",
    "if-match": IF_MATCH,
    "idempotency-key": _KEY_TEXT,
    "limit": "How many at most.",
    "sort": "The field to order by; a minus before it for descending.",
    "status": "Only those of this status.",
}

SCHEMES: dict[str, Json] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": (
            "An access token of the configured OpenID Connect issuer, checked as RFC8725 asks: pinned algorithms, "
            "issuer, audience, type and expiry. `/.well-known/oauth-protected-resource` names the issuer."
        ),
    },
}

# A format bounds its own text, in characters.
FORMATS = {
    "binary": LARGEST_UPLOAD,
    "date": 10,
    "date-time": 35,
    "duration": 64,
    "email": 254,
    "idn-email": 254,
    "time": 21,
    "uri": 2048,
    "uri-reference": 2048,
    "uuid": 36,
}

# What answers never exceed where their model says nothing closer. Inputs state their own bounds, and enforce them.
OUTPUT_BOUNDS: dict[str, Json] = {
    "array": {"maxItems": 10_000},
    "integer": {"minimum": -(2**53) + 1, "maximum": 2**53 - 1},
    "string": {"maxLength": 65_536, "pattern": PROSE},
}

_FAULT: Json = {
    "type": "object",
    "title": "ProblemError",
    "description": "One fault of a request.",
    "required": ["pointer", "code", "detail"],
    "properties": {
        "pointer": {"description": "Where: a JSON Pointer into the request.", **_text(1024, PROSE)},
        "code": {"description": "Which kind, for programs.", **_text(100, "^[a-z0-9_.]+$")},
        "detail": {"description": "A sentence for people.", **_text(1024, PROSE)},
    },
}
_SOURCE: Json = {
    "type": "object",
    "title": "ProblemSource",
    "description": "Where a clause is written.",
    "required": ["edition", "paragraph"],
    "properties": {"edition": _text(100, PROSE), "paragraph": _text(200, PROSE)},
}
_FINDING: Json = {
    "type": "object",
    "title": "ProblemFinding",
    "description": "One judged clause.",
    "required": ["clause", "met", "code", "asked", "found"],
    "properties": {
        "clause": _text(200, PROSE),
        "met": {"type": "boolean"},
        "code": _text(100, "^[a-z0-9_.]+$"),
        "asked": _text(4000, PROSE),
        "found": _text(4000, PROSE),
        "source": {"anyOf": [{"$ref": "#/components/schemas/ProblemSource"}, {"type": "null"}]},
        "evidence": {"type": "array", "maxItems": 1000, "items": _text(200, PROSE)},
        "parts": {"type": "array", "maxItems": 1000, "items": {"$ref": "#/components/schemas/ProblemFinding"}},
    },
}
_RULING: Json = {
    "type": "object",
    "title": "ProblemRuling",
    "description": "Every clause of the question, met or not.",
    "required": ["granted", "findings"],
    "properties": {
        "granted": {"type": "boolean"},
        "findings": {"type": "array", "maxItems": 1000, "items": {"$ref": "#/components/schemas/ProblemFinding"}},
    },
}

PROBLEM: dict[str, Json] = {
    "Problem": {
        "type": "object",
        "title": "Problem",
        "description": "Why a request failed (RFC 9457). It never repeats the input.",
        "required": ["type", "title", "status", "code", "request_id"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference", "maxLength": 2048},
            "title": _text(500, PROSE),
            "status": {"type": "integer", "minimum": 400, "maximum": 599, "format": "int32"},
            "detail": _text(4000, PROSE),
            "code": {"description": "A stable name for programs.", **_text(100, "^[a-z0-9_]+$")},
            "request_id": _text(64, "^[A-Za-z0-9-]+$"),
            "errors": {"type": "array", "maxItems": 1000, "items": {"$ref": "#/components/schemas/ProblemError"}},
            "ruling": {"$ref": "#/components/schemas/ProblemRuling"},
        },
    },
    "ProblemError": _FAULT,
    "ProblemFinding": _FINDING,
    "ProblemRuling": _RULING,
    "ProblemSource": _SOURCE,
}

# Bodies of several media types that routes read by themselves.
BODIES: dict[str, Json] = {
    "PresentedBadge": {
        "type": "object",
        "title": "PresentedBadge",
        "description": "A badge as JSON (Open Badges 3.0), with its proof; whatever else it holds is looked at too.",
        "additionalProperties": True,
    },
}

INFO: Json = {
    "description": (
        "From self-check to renewal: eligibility, applications, exams, scores, credentials and the public registry of "
        "a certifying body. Every refusal lists its reasons, clause by clause."
    ),
    # Which body it is, each service's settings say: `contract.of_body` puts it into the document that is served.
    "contact": {
        "name": "The certifying body",
        "url": "https://certifier.example/contact",
        "email": "api@certifier.example",
    },
    "license": {"name": "The certifying body's terms of use", "url": "https://certifier.example/terms"},
    "termsOfService": "https://certifier.example/terms",
}

SERVERS: list[Json] = [
    {"url": "/", "description": "The service this document came from, production or sandbox.", "x-internal": False},
]

TAGS: dict[str, str] = {
    "access": "Who the caller is, granted roles, and API keys of machine partners.",
    "programs": "Programs and their dated policy editions, read by anyone and published by staff.",
    "eligibility": "The self-check: the full ruling on anyone's facts, without an account.",
    "candidates": "Candidates, their names, licences and education.",
    "applications": "Applications from draft to determination and appeal.",
    "evidence": "Documents that prove what an application states.",
    "exams": "The exam's calendar: administrations and their sessions.",
    "authorizations": "Authorizations to test: given, extended, used up.",
    "registrations": "Seats: booked, moved, given back, missed.",
    "accommodations": "Arrangements for candidates who need them.",
    "scores": "Forms, keys, responses, scores and their release.",
    "rescores": "Scoring a form anew: who changes, what follows, two people's approval.",
    "assemblies": "Forms assembled from the item bank by a mixed-integer programme, or why none exists.",
    "badge_host": "The host's side of the Open Badges 3.0 API: a holder's badges for whom the holder lets at them.",
    "wallets": "OpenID for Verifiable Credential Issuance: a candidate's wallet fetches the badge.",
    "standard_settings": "Panels of judges, their rounds and ratings, and the cuts they come to.",
    "analyses": "Forms analysed: items, reliability, decisions, subgroups, response models; statistics sheets.",
    "equating": "Forms equated to each other, and the conversions that come of it.",
    "items": "The item bank: items in versions, sets, enemies, exposure, statistics; QTI 3.0 in and out.",
    "practice": "Timed practice exams of retired items, and what to read for each domain of the exam.",
    "irregularities": "Screenings of an administration, flags with their evidence, and decisions on them.",
    "test_centres": "Files to and from test centres, their receipts, and rows that wait for staff.",
    "credentials": "Credentials: issue, suspend, revoke, reinstate, retire.",
    "certificates": "Certificates to print, signed, and badge pictures.",
    "badges": "What anyone can check of a credential without asking us: signed badges and their status lists.",
    "registry": "The public record: is this credential good, today or on another day?",
    "renewals": "Renewal cycles, continuing education and renewal.",
    "payments": "Charges, payments, waivers and refunds.",
    "files": "Uploaded files.",
    "notices": "Letters to candidates, and what became of them.",
    "jobs": "Long work: progress, outcomes, cancellation.",
    "journal": "The sealed record of what happened.",
    "watching": "Rosters of partners: whose credentials they watch, and what became of those.",
    "webhooks": "Endpoints that are told of events, the messages to them, and each try.",
    "sandbox": "What only a sandbox has: a clock that can be moved.",
    "service": "The service about itself: health, keys, metadata.",
}
