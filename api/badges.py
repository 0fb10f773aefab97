"""Badges: the signed documents that a holder shows, in the forms that wallets and verifiers read; and their pages."""

from typing import Annotated, Any, Final

import orjson
from fastapi import Query, Response

from api.fields import Id
from api.negotiation import Accept, Offer, chosen, tagged
from api.public import CACHED, Edition, IfNoneMatch, Program
from api.routing import Routes
from domain.actors import Actor
from domain.badges import actions
from domain.badges.facts import MASTER, Securing
from domain.badges.model import Badge
from domain.ports import UnitOfWork

routes = Routes("badges")

JSON_TYPES: Final = ("application/vc", "application/ld+json", "application/json")
JWT_TYPES: Final = {Securing.VC_JWT: ("application/vc+jwt",), Securing.OB_JWT: ("application/jwt", "text/plain")}
_OF_JSON: Final = {"schema": {"type": "object"}}
_OF_TEXT: Final = {"schema": {"type": "string", "minLength": 1, "pattern": r"^[!-~]+$"}}
_FORMS: Final = dict.fromkeys(JSON_TYPES, _OF_JSON) | {one: _OF_TEXT for types in JWT_TYPES.values() for one in types}
_FRESH: Final = "private, no-cache"
# An edition never changes, but what is told of it is worded by this service, and may be worded better.
_KEPT: Final = "public, max-age=86400"
_CRITERIA: Final = ("application/ld+json", "application/json", "text/plain")

_HEADERS: Final = {
    "ETag": CACHED[200]["headers"]["ETag"],
    "Cache-Control": {
        "description": "A browser may keep it, and asks again each time: it bears a name.",
        "schema": {"type": "string", "maxLength": 64, "pattern": "^private, no-cache$"},
        "example": _FRESH,
    },
}
SIGNED: dict[int | str, dict[str, Any]] = {
    200: {"content": _FORMS, "headers": _HEADERS},
    304: {"description": "The badge at hand is the one asked for.", "headers": _HEADERS},
    406: {},
}

How = Annotated[
    Securing | None,
    Query(
        description="How it is to be secured, where Accept leaves it open: by default `eddsa-rdfc-2022`, the stored "
        "master. A JWT is asked for by its media type as well: `application/vc+jwt` is W3C's, `application/jwt` (or "
        "`text/plain`) that of Open Badges 3.0. In an address a `+` is a space: write `vc%2Bjwt` and `ob%2Bjwt`."
    ),
]


@routes.get(
    "/credentials/{credential_id}/badge",
    action="credential.read",
    response_class=Response,
    responses={**SIGNED, 409: {}},
)
def of_credential(
    uow: UnitOfWork,
    actor: Actor,
    credential_id: Id,
    accept: Accept = None,
    securing: How = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Download the badge of a credential. Its holder and staff get the newest version.

    Its form follows Accept. Each version stays at its own address, which the document names as its `id`; what is not
    the stored master is signed on request. While the credential is suspended, and once it is revoked or given up, the
    answer is a problem that says so.
    """
    return _signed(uow, actions.of_credential(uow, actor, credential_id), accept, securing, if_none_match)


@routes.get("/badges/{badge_id}", action="badge.read", response_class=Response, responses={**SIGNED, 409: {}})
def read(
    uow: UnitOfWork, badge_id: Id, accept: Accept = None, securing: How = None, if_none_match: IfNoneMatch = None
) -> Response:
    """Read one version of a badge, as it was handed out. Its address is what it names as its `id`.

    One whose key was withdrawn since states the same under the present key. The address is random, and nothing lists
    it: who asks has seen the badge. Whether it still holds, its dates and the status lists say, which are the same for
    everyone. Nothing is signed while the credential is suspended, or once it is revoked or given up: what was handed
    out is answered as it was, and any other form is a problem.
    """
    return _signed(uow, actions.presented(uow, badge_id), accept, securing, if_none_match)


@routes.get("/badges/{badge_id}/refresh", action="badge.read", response_class=Response, responses={**SIGNED, 409: {}})
def refresh(
    uow: UnitOfWork, badge_id: Id, accept: Accept = None, securing: How = None, if_none_match: IfNoneMatch = None
) -> Response:
    """Refresh a badge. The answer is the newest version of the badge that this id is a version of.

    A renewal, a corrected name or a new key shows there. While the credential is suspended, and once it is revoked or
    given up, the answer is a problem that says so, under either profile.
    """
    return _signed(uow, actions.refreshed(uow, badge_id), accept, securing, if_none_match)


@routes.get(
    "/programs/{program}/policies/{edition}/achievement",
    action="program.read",
    response_class=Response,
    responses={
        200: {**CACHED[200], "content": dict.fromkeys(_CRITERIA[:2], _OF_JSON)},
        304: CACHED[304],
        406: {},
    },
)
def read_achievement(
    uow: UnitOfWork, program: Program, edition: Edition, accept: Accept = None, if_none_match: IfNoneMatch = None
) -> Response:
    """Read the achievement that badges of an edition name: what the certification stands for."""
    offer = chosen(accept, [Offer(one, None) for one in _CRITERIA[:2]])
    body = orjson.dumps(actions.achievement_page(uow, program, edition))
    return _for_everyone(body, offer.media_type, if_none_match)


@routes.get(
    "/programs/{program}/policies/{edition}/achievement/criteria",
    action="program.read",
    response_class=Response,
    responses={
        200: {
            **CACHED[200],
            "content": dict.fromkeys(_CRITERIA[:2], _OF_JSON) | {_CRITERIA[2]: {"schema": {"type": "string"}}},
        },
        304: CACHED[304],
        406: {},
    },
)
def read_criteria(
    uow: UnitOfWork, program: Program, edition: Edition, accept: Accept = None, if_none_match: IfNoneMatch = None
) -> Response:
    """Read the criteria that badges of an edition name: what it asks of a holder, in sentences."""
    offer = chosen(accept, [Offer(one, one == _CRITERIA[2]) for one in _CRITERIA])
    page = actions.criteria_page(uow, program, edition)
    body = str(page["narrative"]).encode() if offer.form else orjson.dumps(page)
    return _for_everyone(body, offer.media_type, if_none_match)


def _offers(securing: Securing | None) -> list[Offer[Securing]]:
    """The forms to choose among, the likeliest first."""
    asked = (securing,) if securing is not None else (MASTER, Securing.VC_JWT, Securing.OB_JWT)
    return [Offer(type_, one) for one in asked for type_ in JWT_TYPES.get(one, JSON_TYPES)]


def _signed(
    uow: UnitOfWork, badge: Badge, accept: str | None, securing: Securing | None, if_none_match: str | None
) -> Response:
    offer = chosen(accept, _offers(securing))
    body = actions.secured(uow, badge, offer.form)
    return tagged(body, if_none_match, offer.media_type, _FRESH)


def _for_everyone(body: bytes, media_type: str, if_none_match: str | None) -> Response:
    return tagged(body, if_none_match, media_type, _KEPT)
