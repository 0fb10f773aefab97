"""Which of the forms that a thing is to be had in a caller asks for: RFC 9110's Accept, the server's order on a tie."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Final, Generic, TypeVar

from fastapi import Header, Response

from api.edge_errors import NotAcceptable
from api.public import matches

T = TypeVar("T")

# OpenAPI forbids a parameter of this name: the media types of the answer say what may stand in it.
Accept = Annotated[str | None, Header(alias="accept", max_length=1_000, include_in_schema=False)]

_RANGE: Final = re.compile(r"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)/([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(?:;(.*))?", re.DOTALL)
_QUALITY: Final = re.compile(r"\s*[qQ]\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*")
_ANYTHING: Final = "*/*"
_FOR_EVERYONE: Final = {"vary": "Accept", "access-control-allow-origin": "*", "x-content-type-options": "nosniff"}


@dataclass(frozen=True, slots=True)
class Offer(Generic[T]):
    """One form: its media type, and what the server calls it."""

    media_type: str
    form: T


def chosen(accept: str | None, offers: Sequence[Offer[T]]) -> Offer[T]:
    """The offer that the caller likes best; the first of those liked alike. A caller who says nothing likes all.

    Raises NotAcceptable, which names the offers, where the caller takes none of them.
    """
    ranges = [found for one in (accept or _ANYTHING).split(",") if (found := _read(one)) is not None]
    liked = [(_quality(offer.media_type, ranges), -place, offer) for place, offer in enumerate(offers)]
    best = max(liked, key=lambda one: one[:2], default=None)
    if best is None or best[0] <= 0:
        raise NotAcceptable(dict.fromkeys(offer.media_type for offer in offers))
    return best[2]


def tagged(body: bytes, if_none_match: str | None, media_type: str, keep: str) -> Response:
    """These bytes with a strong ETag that names them; 304 where the caller has them already.

    `keep` is for caches. Pages of every origin may read the answer, which is the same for all who know its address.
    """
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": keep, **_FOR_EVERYONE}
    if if_none_match is not None and matches(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, 200, headers, media_type)


def _read(text: str) -> tuple[str, str, float] | None:
    """Type, subtype and quality of one media range; None for what is none. Parameters but `q` are read past."""
    match = _RANGE.fullmatch(text)
    if match is None:
        return None
    weights = [found for one in (match[3] or "").split(";") if (found := _QUALITY.fullmatch(one)) is not None]
    return match[1].lower(), match[2].lower(), float(weights[-1][1]) if weights else 1.0


def _quality(media_type: str, ranges: Sequence[tuple[str, str, float]]) -> float:
    """How well the caller likes a type: what the closest range says of it."""
    type_, _, subtype = media_type.partition("/")
    closeness: Mapping[tuple[str, str], int] = {(type_, subtype): 3, (type_, "*"): 2, ("*", "*"): 1}
    found = [(closeness[one[:2]], one[2]) for one in ranges if one[:2] in closeness]
    return max(found, default=(0, 0.0))[1]
