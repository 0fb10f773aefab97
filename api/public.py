"""Answers for everyone: the same bytes for all, so that caches may keep them."""

from hashlib import sha256
from typing import Annotated, Any

from fastapi import Header, Query, Response
from pydantic import BaseModel

from api.fields import Code, Day

AsOf = Annotated[Day | None, Query(description="The day to answer for; today where it is left out.")]
IfNoneMatch = Annotated[
    str | None,
    Header(max_length=1_000, pattern=r"^[ -~]*$", description="The ETag of the answer at hand: 304 if it still holds."),
]
Program = Code
Edition = Code

_ETAG = {
    "description": "Names exactly these bytes.",
    "schema": {"type": "string", "maxLength": 34, "pattern": '^"[0-9a-f]{32}"$'},
    "example": '"5d41402abc4b2a76b9719d911017c592"',
}
_CACHING = {
    "description": "For how many seconds a cache may answer in our place.",
    "schema": {"type": "string", "maxLength": 64, "pattern": "^public, max-age=[0-9]+(, immutable)?$"},
    "example": "public, max-age=300",
}
_HEADERS = {"ETag": _ETAG, "Cache-Control": _CACHING}

CACHED: dict[int | str, dict[str, Any]] = {
    200: {"headers": _HEADERS},
    304: {"description": "The answer at hand still holds.", "headers": _HEADERS},
}
"""What a cached read passes as `responses`."""

# What holds today may end at midnight; an edition, once published, never changes.
FRESH, FOREVER = 300, 31_536_000


def cached(answer: BaseModel, if_none_match: str | None, *, seconds: int = FRESH) -> Response:
    """The answer with a strong ETag and leave to keep it for so many seconds; 304 where the caller has it already."""
    body = answer.__pydantic_serializer__.to_json(answer)
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    keep = f"public, max-age={seconds}" + (", immutable" if seconds == FOREVER else "")
    headers = {"etag": tag, "cache-control": keep}
    if if_none_match is not None and matches(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, 200, headers, "application/json")


def matches(if_none_match: str, tag: str) -> bool:
    """RFC 9110, 13.1.2: any of a list, weakly compared; `*` matches whatever there is."""
    given = {one.strip().removeprefix("W/") for one in if_none_match.split(",")}
    return tag in given or "*" in given
