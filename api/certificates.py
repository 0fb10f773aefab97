"""Certificates to print, and badge pictures."""

import re
from collections.abc import Callable
from hashlib import sha256
from typing import Annotated, Any, Final

from fastapi import Query, Response

from api.fields import Id
from api.later import MadeLater
from api.public import Edition, IfNoneMatch, Program, matches
from api.routing import Routes
from domain.actors import Actor
from domain.badges import actions as badges
from domain.badges.document import signed_with
from domain.badges.facts import MASTER, Securing
from domain.certificates import actions
from domain.certificates.model import PaperSize, Picture
from domain.ports import Press, UnitOfWork

routes = Routes("certificates")

Paper = Annotated[PaperSize | None, Query(description="The sheet; the certifying body's usual one if left out.")]

_HEADERS: Final = {
    "ETag": {
        "description": "Names what the document states and who signs it; made anew, it bears another signature.",
        "schema": {"type": "string", "maxLength": 36, "pattern": '^W/"[0-9a-f]{32}"$'},
        "example": 'W/"5d41402abc4b2a76b9719d911017c592"',
    },
    "Content-Disposition": {
        "description": "The name to keep it under.",
        "schema": {"type": "string", "maxLength": 200, "pattern": '^attachment; filename="[A-Za-z0-9._-]+"$'},
        "example": 'attachment; filename="CPOM-7K3M-Q0DV-2XHT-9PE4.pdf"',
    },
}


_TYPES: Final = {Picture.PNG: "image/png", Picture.SVG: "image/svg+xml"}
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]")
_PRIVATE: Final = "private, no-cache"
_PUBLIC: Final = "public, max-age=86400"

How = Annotated[
    Securing | None,
    Query(description="How the credential inside is secured; by default `eddsa-rdfc-2022`."),
]


def _file(media_type: str, description: str, *refusals: int) -> dict[int | str, dict[str, Any]]:
    """What the document says of a route that answers a file."""
    return {
        200: {
            "description": description,
            "content": {media_type: {"schema": {"type": "string", "format": "binary"}}},
            "headers": _HEADERS,
        },
        304: {"description": "The one at hand still holds.", "headers": {"ETag": _HEADERS["ETag"]}},
        **{status: {} for status in refusals},
    }


@routes.get(
    "/credentials/{credential_id}/certificate.pdf",
    action=actions.ACTION,
    responses=_file("application/pdf", "The certificate, PDF/A, signed by the certifying body.", 409, 503),
    response_class=Response,
)
def read(
    uow: UnitOfWork,
    actor: Actor,
    press: Press,
    credential_id: Id,
    paper: Paper = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Print a certificate, as a signed PDF, while the credential stands.

    Of a suspended, lapsed, revoked or retired credential none is made: the refusal's ruling says why. A name with a
    letter that none of our fonts has is refused, naming the letter, rather than printed with a blank.
    """
    stated = actions.stated(uow, actor, credential_id, press, paper)
    name = f"{stated.program}-{stated.number}.pdf"
    return MadeLater(
        lambda: _answer(
            press.tag(stated), lambda: press.certificate(stated), "application/pdf", _PRIVATE, name, if_none_match
        )
    )


@routes.get(
    "/credentials/{credential_id}/badge.png",
    action=actions.ACTION,
    responses=_file("image/png", "The badge's picture, the badge baked in (Open Badges 3.0).", 409, 503),
    response_class=Response,
)
def read_png(
    uow: UnitOfWork,
    actor: Actor,
    press: Press,
    credential_id: Id,
    securing: How = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Download the badge as a PNG picture that carries it, while the credential stands."""
    return _baked(uow, actor, press, credential_id, Picture.PNG, securing, if_none_match)


@routes.get(
    "/credentials/{credential_id}/badge.svg",
    action=actions.ACTION,
    responses=_file("image/svg+xml", "The badge's picture, the badge baked in (Open Badges 3.0).", 409, 503),
    response_class=Response,
)
def read_svg(
    uow: UnitOfWork,
    actor: Actor,
    press: Press,
    credential_id: Id,
    securing: How = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Download the badge as an SVG picture that carries it, while the credential stands."""
    return _baked(uow, actor, press, credential_id, Picture.SVG, securing, if_none_match)


@routes.get(
    "/programs/{program}/policies/{edition}/achievement/image.png",
    action="program.read",
    responses=_file("image/png", "The picture of a program's badges, with no badge inside.", 503),
    response_class=Response,
)
def read_image(
    uow: UnitOfWork, press: Press, program: Program, edition: Edition, if_none_match: IfNoneMatch = None
) -> Response:
    """Read the picture of a program's badges: what each of them names as its achievement's image."""
    face = actions.face_of(uow, program, edition)
    name = f"{program}-{edition}.png"
    return MadeLater(
        lambda: _answer(
            press.tag(face), lambda: press.picture(face, Picture.PNG), "image/png", _PUBLIC, name, if_none_match
        )
    )


def _baked(
    uow: UnitOfWork,
    actor: Actor,
    press: Press,
    credential_id: Id,
    kind: Picture,
    securing: Securing | None,
    if_none_match: str | None,
) -> Response:
    face = actions.pictured(uow, actor, credential_id)
    badge = badges.of_credential(uow, actor, credential_id)
    credential = badges.secured(uow, badge, securing or MASTER)
    name = f"{face.program}-{badge.id}.{kind.value}"
    # The same badge signed again by the same key is the same badge; one under a key that was withdrawn is none.
    what = f"{badge.id} {kind.value} {securing or MASTER} {signed_with(credential)}"

    def make() -> Response:
        tag = sha256(f"{press.tag(face)} {what}".encode()).hexdigest()[:32]
        return _answer(
            tag, lambda: press.baked(face, kind, credential.decode()), _TYPES[kind], _PRIVATE, name, if_none_match
        )

    return MadeLater(make)


def _answer(
    tag: str, make: Callable[[], bytes], media_type: str, keep: str, name: str, if_none_match: str | None
) -> Response:
    headers = {"etag": f'W/"{tag}"', "cache-control": keep, "x-content-type-options": "nosniff"}
    if if_none_match is not None and matches(if_none_match, f'"{tag}"'):
        return Response(status_code=304, headers=headers)
    headers["content-disposition"] = f'attachment; filename="{_UNSAFE.sub("_", name)}"'
    # An SVG that someone opens in a browser after all runs nothing and loads nothing.
    headers["content-security-policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    if keep == _PUBLIC:
        # Wallets and other sites show it beside the badge that names it.
        headers["cross-origin-resource-policy"] = "cross-origin"
    return Response(make(), headers=headers, media_type=media_type)
