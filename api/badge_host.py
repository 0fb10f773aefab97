"""The host's side of the Open Badges 3.0 API (section 7): a holder's badges, for whoever the holder lets at them.

Clients are registered with the body's own OpenID provider, whose tokens bear the scopes of the specification. Refusals
have the specification's own form (see `api.dialects`).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import orjson
from fastapi import Depends, Query, Request, Response

from api.addresses import HOST, HOST_CREDENTIALS, HOSTED_BYTES
from api.badge_host_description import PROFILE, READ, STATE, UPSERT, description
from api.badge_host_profile import ProfileIn
from api.dialects import status_object
from api.edge_errors import UnsupportedMediaType
from api.fields import Instant
from api.routing import Routes
from domain.actors import Actor
from domain.badges.document import OB_CONTEXT, instant
from domain.badges.facts import MASTER, Securing
from domain.badges.model import Badge
from domain.hosting import actions
from domain.hosting.model import Given, HostTerms, Outcome
from domain.ports import BadgeReader, ForeignBadges, UnitOfWork

routes = Routes("badge_host", prefix=HOST)

MOST: Final = 100
_NEVER_KEPT: Final = {"cache-control": "no-store"}
_FOR_ALL: Final = {"cache-control": "public, max-age=300", "access-control-allow-origin": "*"}
_JSON: Final = "application/json"
_DOCUMENTS: Final = frozenset({_JSON, "application/vc+ld+json", "application/vc", "application/ld+json"})
_TOKENS: Final = frozenset({"text/plain", "application/jwt", "application/vc+jwt"})
_WHOLE: Final = {
    "type": "object",
    "required": ["imsx_codeMajor", "imsx_severity", "imsx_description", "imsx_codeMinor"],
    "properties": {
        "imsx_codeMajor": {"type": "string", "enum": ["failure"]},
        "imsx_severity": {"type": "string", "enum": ["error"]},
        "imsx_description": {"type": "string", "maxLength": 500},
        "imsx_codeMinor": {"type": "object"},
    },
}
_STATUS: Final = {
    "description": "Refused, in the form of the specification.",
    "content": {_JSON: {"schema": _WHOLE, "example": status_object(403, "The token does not bear the scope.")}},
}
_OBJECT: Final = {"content": {_JSON: {"schema": {"type": "object"}}}}
_FAILING: Final[dict[int | str, dict[str, Any]]] = dict.fromkeys(
    (400, 401, 403, 404, 413, 414, 415, 429, 500, 503), _STATUS
)
_READING: Final = {200: _OBJECT, **_FAILING}
_BADGE: Final = {"schema": {"$ref": "#/components/schemas/PresentedBadge"}}
_TOKEN: Final = {"schema": {"type": "string", "format": "jws", "maxLength": HOSTED_BYTES}}
# Bytes, for those who write clients from this: what is sent is sent as it is.
_SENT: Final = {"schema": {"type": "string", "format": "binary", "maxLength": HOSTED_BYTES}}
_EITHER: Final = {"content": {_JSON: {"schema": {"type": "object"}}, "text/plain": _TOKEN}}
_GIVEN: Final = {
    "requestBody": {
        "required": True,
        "description": "An AchievementCredential with its proof as JSON, or as a compact JWS.",
        "content": {_JSON: _BADGE, "application/vc+ld+json": _BADGE, "text/plain": _SENT},
    }
}

Limit = Annotated[int, Query(ge=1, le=MOST, description="At most so many.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="So many are passed over.")]
Since = Annotated[Instant | None, Query(description="Only badges that were issued after this instant.")]


@routes.get(HOST_CREDENTIALS, action="badge_host.read", scope=READ, response_class=Response, responses=_READING)
def credentials(
    uow: UnitOfWork, actor: Actor, limit: Limit = MOST, offset: Offset = 0, since: Since = None
) -> Response:
    """List the badges of the holder whose token this is, the first issued first.

    Of a badge of this body the newest version stands under `credential` as JSON with its proof, and under
    `compactJwsString` as a token of the same badge. One of another issuer stands as it was given.
    Badges of this body whose credential is suspended, revoked or given up are left out.
    """
    shelf = actions.shelf(uow, actor, since, offset, limit)
    documents: list[orjson.Fragment] = []
    tokens: list[str] = []
    for one in shelf.part:
        if isinstance(one, Badge):
            documents.append(orjson.Fragment(actions.token(uow, one, MASTER)))
            tokens.append(actions.token(uow, one, Securing.OB_JWT).decode())
        elif one.compact:
            tokens.append(one.document.decode())
        else:
            documents.append(orjson.Fragment(one.document))
    body = {"credential": documents, "compactJwsString": tokens}
    links = ", ".join(
        f'<{actions.address(uow)}{path}>; rel="{name}"' for name, path in pages(limit, offset, since, shelf.total)
    )
    return Response(orjson.dumps(body), 200, {**_NEVER_KEPT, "x-total-count": str(shelf.total), "link": links}, _JSON)


def pages(limit: int, offset: int, since: datetime | None, total: int) -> list[tuple[str, str]]:
    """The pages around this one that ask for the same badges, by the names that the specification gives them."""
    last = max(0, (total - 1) // limit * limit)
    places = {"next": offset + limit, "last": last, "first": 0, "prev": max(0, offset - limit)}
    if offset + limit >= total:
        del places["next"]
    if offset == 0:
        del places["prev"]
    asked = {} if since is None else {"since": instant(since)}
    return [
        (name, f"{routes.prefix}{HOST_CREDENTIALS}?{urlencode({'limit': limit, 'offset': place, **asked})}")
        for name, place in places.items()
    ]


async def _body(request: Request) -> tuple[bytes, str]:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return await request.body(), media_type


def _read(doors: Mapping[type, Any], arguments: Mapping[str, Any]) -> Mapping[str, object]:
    """The badge, its signature checked before a transaction begins: its key may have to be fetched."""
    content, media_type = arguments["given"]
    if media_type not in _DOCUMENTS | _TOKENS:
        raise UnsupportedMediaType
    return {"given": doors[ForeignBadges].read(content, compact=media_type in _TOKENS)}


@routes.post(
    HOST_CREDENTIALS,
    action="badge_host.keep",
    scope=UPSERT,
    before=_read,
    response_class=Response,
    responses={
        200: _EITHER,
        201: _EITHER,
        304: {"description": "It is known already, in this form or a newer one."},
        409: _STATUS,
        **_FAILING,
    },
    openapi_extra=_GIVEN,
)
def keep(
    uow: UnitOfWork, actor: Actor, reader: BadgeReader, given: Annotated[tuple[bytes, str], Depends(_body)]
) -> Response:
    """Take in a badge that any issuer gave the holder, once its signature is found to hold.

    201 where it is new, 200 where it takes the place of an older form (the same issuer and id), 304 where it is known
    already. It is listed to its holder alone; the registry says nothing of it. Its status list is not looked at.
    """
    badge: Given = given  # type: ignore[assignment] # what `before` made of the body
    outcome = actions.keep(uow, actor, reader, badge)
    if outcome is Outcome.UNCHANGED:
        return Response(status_code=304, headers=_NEVER_KEPT)
    media_type = "text/plain" if badge.compact else _JSON
    return Response(badge.content, 201 if outcome is Outcome.KEPT else 200, _NEVER_KEPT, media_type)


@routes.get("/profile", action="badge_host.read", scope=PROFILE, response_class=Response, responses=_READING)
def profile(uow: UnitOfWork, actor: Actor) -> Response:
    """Read the profile of the holder whose token this is: what they stated, and the name on the certificate."""
    return _profile(actions.profile(uow, actor))


@routes.put("/profile", action="badge_host.state", scope=STATE, response_class=Response, responses=_READING)
def put_profile(uow: UnitOfWork, actor: Actor, body: ProfileIn) -> Response:
    """State who the holder is, in place of what was stated before. The name stays the one on the certificate."""
    return _profile(actions.state(uow, actor, body.stated()))


@routes.get("/discovery", action="badge_host.describe", response_class=Response, responses=_READING)
def discovery(uow: UnitOfWork, terms: HostTerms) -> Response:
    """Describe this host: what it offers, and where programs are let at a holder's badges."""
    said = description(uow.body_name, actions.address(uow), routes.prefix, terms)
    return Response(orjson.dumps(said), 200, _FOR_ALL, _JSON)


def _profile(said: Mapping[str, object]) -> Response:
    return Response(orjson.dumps({"@context": [OB_CONTEXT], **said}), 200, _NEVER_KEPT, _JSON)
