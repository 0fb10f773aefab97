"""The host's side of the Open Badges 3.0 API (section 7): a holder's badges, for whoever the holder lets read them.

Clients are registered with the body's own OpenID provider, whose tokens bear the scopes of the specification. This host
keeps the badges that it issued, and takes in no others.
"""

from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import orjson
from fastapi import Query, Response

from api.fields import Instant
from api.routing import Routes
from domain.actors import Actor
from domain.badges import hosting
from domain.badges.document import instant
from domain.badges.facts import Securing
from domain.ports import UnitOfWork

routes = Routes("badge_host", prefix="/ims/ob/v3p0")

SCOPE: Final = "https://purl.imsglobal.org/spec/ob/v3p0/scope/"
READ, PROFILE = f"{SCOPE}credential.readonly", f"{SCOPE}profile.readonly"
MOST: Final = 100
_NEVER_KEPT: Final = {"cache-control": "no-store"}
_STATUS: Final = {
    "description": "Refused, in the form of the specification.",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["imsx_codeMajor", "imsx_severity"],
                "properties": {
                    "imsx_codeMajor": {"type": "string", "enum": ["failure"]},
                    "imsx_severity": {"type": "string", "enum": ["error"]},
                    "imsx_description": {"type": "string", "maxLength": 200},
                },
            }
        }
    },
}
_OBJECT: Final = {"content": {"application/json": {"schema": {"type": "object"}}}}

Limit = Annotated[int, Query(ge=1, le=MOST, description="At most so many.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="So many are passed over.")]
Since = Annotated[Instant | None, Query(description="Only badges that were issued after this instant.")]


@routes.get("/credentials", action="badge_host.read", response_class=Response, responses={200: _OBJECT, 403: _STATUS})
def credentials(
    uow: UnitOfWork, actor: Actor, limit: Limit = MOST, offset: Offset = 0, since: Since = None
) -> Response:
    """List the badges of the holder whose token this is, newest version of each; the first issued comes first.

    Each stands under `credential` as JSON with its proof, and under `compactJwsString` as a token of the same badge.
    """
    if READ not in actor.scopes:
        return _out_of_scope(READ)
    found = hosting.held(uow, actor, since)
    part = found[offset : offset + limit]
    body = {
        "credential": [orjson.loads(badge.document) for badge in part],
        "compactJwsString": [hosting.token(uow, badge, Securing.OB_JWT).decode() for badge in part],
    }
    more = {"x-total-count": str(len(found))}
    if offset + limit < len(found):
        more["link"] = f'<{next_page(limit, offset, since)}>; rel="next"'
    return Response(orjson.dumps(body), 200, {**_NEVER_KEPT, **more}, "application/json")


def next_page(limit: int, offset: int, since: datetime | None) -> str:
    """The address of the page after this one, which asks for the same badges."""
    asked: dict[str, int | str] = {"limit": limit, "offset": offset + limit}
    if since is not None:
        asked["since"] = instant(since)
    return f"{routes.prefix}/credentials?{urlencode(asked)}"


@routes.get("/profile", action="badge_host.read", response_class=Response, responses={200: _OBJECT, 403: _STATUS})
def profile(uow: UnitOfWork, actor: Actor) -> Response:
    """Read the profile of the holder whose token this is: the name on the certificate, no more."""
    if PROFILE not in actor.scopes:
        return _out_of_scope(PROFILE)
    name = hosting.name_of(uow, actor)
    body: dict[str, Any] = {"id": f"urn:uuid:{actor.candidate_id}", "type": ["Profile"]}
    return Response(orjson.dumps(body | ({"name": name} if name else {})), 200, _NEVER_KEPT, "application/json")


@routes.get("/discovery", action="badge_host.describe", response_class=Response, responses={200: _OBJECT})
def discovery(uow: UnitOfWork) -> Response:
    """Describe this host: what it offers, and whose tokens it takes."""
    return Response(orjson.dumps(_described(uow)), 200, {"cache-control": "public, max-age=300"}, "application/json")


def _described(uow: UnitOfWork) -> dict[str, Any]:
    address = hosting.address(uow)
    read = {"security": [{"holder": [READ]}], "responses": {"200": {"description": "The holder's badges."}}}
    about = {"security": [{"holder": [PROFILE]}], "responses": {"200": {"description": "The holder's profile."}}}
    return {
        "openapi": "3.0.1",
        "info": {
            "title": f"Badges of {uow.body_name}",
            "version": "3.0",
            "x-imssf-privacyPolicyUrl": f"{address}/docs",
        },
        "servers": [{"url": f"{address}{routes.prefix}"}],
        "paths": {
            "/credentials": {"get": {"operationId": "getCredentials", **read}},
            "/profile": {"get": {"operationId": "getProfile", **about}},
        },
        "components": {
            "securitySchemes": {
                "holder": {
                    "type": "openIdConnect",
                    "openIdConnectUrl": f"{address}/.well-known/oauth-protected-resource",
                }
            }
        },
    }


def _out_of_scope(scope: str) -> Response:
    body = {
        "imsx_codeMajor": "failure",
        "imsx_severity": "error",
        "imsx_description": f"The token does not bear the scope {scope}.",
    }
    headers = {**_NEVER_KEPT, "www-authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'}
    return Response(orjson.dumps(body), 403, headers, "application/json")
