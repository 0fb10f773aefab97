"""Status lists: whether badges still stand, the same bytes for everyone, so that nobody learns who asked about whom."""

from typing import Any, Final

from fastapi import Response

from api.fields import Id
from api.negotiation import Accept, Offer, chosen, tagged
from api.public import CACHED, IfNoneMatch
from api.routing import Routes
from domain.badges import actions
from domain.badges.rules import TTL
from domain.ports import UnitOfWork

routes = Routes("badges")

_JWT: Final = "application/vc+jwt"
_FORMS: Final = (
    Offer("application/vc", "document"),
    Offer(_JWT, "token"),
    Offer("application/ld+json", "document"),
    Offer("application/json", "document"),
)
_CONTENT: Final[dict[str, Any]] = {
    one.media_type: {"schema": {"type": "object"}} for one in _FORMS if one.media_type != _JWT
} | {_JWT: {"schema": {"type": "string", "minLength": 1, "pattern": r"^[!-~]+$"}}}
# Half of the list's own `ttl`: a verifier that keeps a list for all of that, and got it from a cache that had kept it
# for this long, goes by one of 450 seconds ago at most.
_SECONDS: Final = TTL // 2_000


@routes.get(
    "/status-lists/{list_id}",
    action="status_list.read",
    response_class=Response,
    responses={200: {**CACHED[200], "content": _CONTENT}, 304: CACHED[304], 406: {}},
)
def read_list(uow: UnitOfWork, list_id: Id, accept: Accept = None, if_none_match: IfNoneMatch = None) -> Response:
    """Read a status list of badges. It has a bit for each of very many credentials (W3C Bitstring Status List v1.0).

    It was signed when a bit last changed, or since, where a key was withdrawn: it stands under a published one. A bit
    that is not set says nothing: not even that there is such a credential.
    """
    offer = chosen(accept, _FORMS)
    kept = actions.status_list(uow, list_id)
    body = kept.token if offer.form == "token" else kept.document
    return tagged(body, if_none_match, offer.media_type, f"public, max-age={_SECONDS}")
