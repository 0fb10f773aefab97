"""What endpoints are sent, as the OpenAPI document's `webhooks`."""

from typing import Any, Final

from domain.watching.model import DIGEST, PING, TYPES, Change

Json = dict[str, Any]
NDJSON: Final = "application/x-ndjson"
JSON_LINES: Final = "application/jsonl"

_SENTENCES: Final = {
    Change.SUSPENDED: "Its use was forbidden for the time being.",
    Change.LIFTED: "A suspension ended: it stands again as its dates say.",
    Change.REVOKED: "It was withdrawn, for good.",
    Change.EXPIRED: "Its last valid day passed without a renewal; it may still be renewed late.",
    Change.LAPSED: "The grace after its expiry passed too.",
    Change.RENEWED: "It is valid for longer: it was renewed, or its last day was moved on.",
    Change.REINSTATED: "A lapsed one is valid again.",
    Change.RETIRED: "Its holder gave it up, for good.",
    Change.NAME_CORRECTED: "It bears another name: its holder's legal name changed.",
    Change.CORRECTED: "Something else of its public record was put right.",
}
_NUMBER: Final = "^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$"
_CHANGE: Final = "WebhookChange"
_DIGEST: Final = "WebhookDigest"
_PING: Final = "WebhookPing"


def webhooks() -> Json:
    """The member `webhooks` of the document: one for each type of message."""
    told = {type_: _operation(_SENTENCES[change], change.value, _CHANGE) for change, type_ in TYPES.items()}
    told[DIGEST] = _operation("The changes of a day, for lists that want a digest.", "digest", _DIGEST)
    told[PING] = _operation("A sign of life: sent to each new endpoint, and when it is asked for.", "ping", _PING)
    return told


def schemas() -> dict[str, Json]:
    """The bodies of the messages, as components."""
    change = _object(
        "What changed: ids, the number and the partner's own reference, nothing of the person.",
        {
            "event_id": _uuid("The event's id, as `GET /v1/events` names it."),
            "sequence": _whole("The event's number; none that is smaller comes later."),
            "watch_id": _uuid("The row of the roster."),
            "number": _string("The number on the certificate.", 19, _NUMBER),
            "reference": _string("The partner's own reference.", 200),
        },
    )
    listed = {**change, "properties": {"type": _string("The type.", 100), **change["properties"]}}
    listed["required"] = ["type", *change["required"]]
    digest = _object(
        "The changes numbered above `from_sequence` up to `to_sequence`.",
        {
            "from_sequence": _whole("The number before the first."),
            "to_sequence": _whole("The number of the last."),
            "changes": {"type": "array", "maxItems": 500, "items": listed},
            "more": {"type": "boolean", "description": "Whether there are more than are listed."},
        },
    )
    ping = _object("Whose ping.", {"endpoint_id": _uuid("The endpoint's id.")})
    return {
        _CHANGE: _envelope("A change of a watched credential.", change, subject=True),
        _DIGEST: _envelope("The changes of a day.", digest),
        _PING: _envelope("A ping.", ping),
    }


def _operation(sentence: str, name: str, schema: str) -> Json:
    return {
        "post": {
            "tags": ["webhooks"],
            "operationId": f"webhook_{name}",
            "summary": sentence.rstrip("."),
            "description": (
                f"{sentence} The body is a CloudEvents 1.0 event, signed by Standard Webhooks in `webhook-id`, "
                "`webhook-timestamp` and `webhook-signature`; the same id may come more than once."
            ),
            "security": [{}],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
            },
            "responses": {
                "2XX": {"description": "Taken. The body is not read."},
                "410": {"description": "The endpoint is gone: it is disabled at once."},
                "default": {"description": "Not taken: tried again for three days, later each time."},
            },
        }
    }


def _envelope(sentence: str, data: Json, *, subject: bool = False) -> Json:
    members = {
        "specversion": {"type": "string", "const": "1.0", "description": "CloudEvents' version."},
        "id": _string("The message's id, equal to `webhook-id`.", 36, "^msg_[0-9a-f]{32}$"),
        "source": {"type": "string", "format": "uri", "maxLength": 2048, "description": "This service's events."},
        "type": _string("The type.", 100, r"^org\.certificant\.[a-z_.]+\.v1$"),
        "time": _instant("When it happened."),
        "timestamp": _instant("The same, under the name of Standard Webhooks."),
        "data": data,
    }
    if subject:
        members["subject"] = _string("The number of the credential.", 19)
    return _object(sentence, members)


def _object(sentence: str, members: dict[str, Json]) -> Json:
    return {
        "type": "object",
        "description": sentence,
        "required": list(members),
        "properties": members,
        "additionalProperties": True,
    }


def _string(sentence: str, longest: int, pattern: str = r"^[^\x00-\x1f\x7f]*$") -> Json:
    return {"type": "string", "maxLength": longest, "pattern": pattern, "description": sentence}


def _uuid(sentence: str) -> Json:
    return {"type": "string", "format": "uuid", "maxLength": 36, "description": sentence}


def _instant(sentence: str) -> Json:
    return {"type": "string", "format": "date-time", "maxLength": 35, "description": sentence}


def _whole(sentence: str) -> Json:
    return {"type": "integer", "format": "int64", "minimum": 0, "maximum": 2**53 - 1, "description": sentence}
