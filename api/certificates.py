"""Certificates to print, and badge pictures."""

from typing import Annotated, Any, Final

from fastapi import Query, Response

from api.fields import Id
from api.later import MadeLater
from api.public import IfNoneMatch, matches
from api.routing import Routes
from domain.actors import Actor
from domain.certificates import actions
from domain.certificates.model import PaperSize
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


def _file(media_type: str, description: str) -> dict[int | str, dict[str, Any]]:
    """What the document says of a route that answers a file."""
    return {
        200: {
            "description": description,
            "content": {media_type: {"schema": {"type": "string", "format": "binary"}}},
            "headers": _HEADERS,
        },
        304: {"description": "The one at hand still holds.", "headers": {"ETag": _HEADERS["ETag"]}},
        409: {},
    }


@routes.get(
    "/credentials/{credential_id}/certificate.pdf",
    action=actions.ACTION,
    responses=_file("application/pdf", "The certificate, PDF/A, signed by the certifying body."),
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

    def make() -> Response:
        headers = _headers(press.tag(stated), f"{stated.program}-{stated.number}.pdf")
        if if_none_match is not None and matches(if_none_match, headers["etag"].removeprefix("W/")):
            return Response(status_code=304, headers=headers)
        return Response(press.certificate(stated), headers=headers, media_type="application/pdf")

    return MadeLater(make)


def _headers(tag: str, name: str) -> dict[str, str]:
    return {
        "etag": f'W/"{tag}"',
        "cache-control": "private, no-cache",
        "content-disposition": f'attachment; filename="{name}"',
        "x-content-type-options": "nosniff",
    }
