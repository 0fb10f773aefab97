"""Verification of presented badges: as JSON, as a token, or baked into a picture."""

from typing import Annotated, Final

from fastapi import Depends, Request

from api.addresses import REGISTRY_VERIFY, VERIFY_BYTES
from api.fields import Line, Out
from api.routing import Routes
from domain.badges import verification
from domain.badges.facts import Securing
from domain.badges.verification import Verdict
from domain.credentials.model import Standing
from domain.ports import BadgeReader, UnitOfWork

routes = Routes("registry")

_BINARY: Final = {"schema": {"type": "string", "format": "binary", "maxLength": VERIFY_BYTES}}
_JSON: Final = {"schema": {"$ref": "#/components/schemas/PresentedBadge"}}
_BODY: Final = {
    "requestBody": {
        "required": True,
        "description": "A badge: JSON with its proof, a compact JWT, or a PNG or SVG with either baked in.",
        "content": {
            "application/json": _JSON,
            "application/vc": _JSON,
            "application/ld+json": _JSON,
            "application/vc+jwt": _BINARY,
            "application/jwt": _BINARY,
            "text/plain": _BINARY,
            "image/png": _BINARY,
            "image/svg+xml": _BINARY,
        },
    }
}


async def _raw(request: Request) -> bytes:
    return await request.body()


class CheckOut(Out):
    """One thing that was looked at. `met` is null where it could not be, because of what stands above.

    One that is not `fatal` is a notice: the badge may hold all the same.
    """

    code: str
    met: bool | None
    fatal: bool
    detail: Line


class VerdictOut(Out):
    """Whether a presented badge holds today, and every check with what was found.

    `number` and `standing` are the registry's own, told only for a badge whose signature holds. `securing` is how what
    was presented is signed, `image` whether it was baked into a picture.
    """

    valid: bool
    securing: Securing
    image: bool
    number: str | None
    standing: Standing | None
    checks: tuple[CheckOut, ...]


@routes.post(REGISTRY_VERIFY, action="registry.verify", answers=VerdictOut, writes=False, openapi_extra=_BODY)
def verify_badge(uow: UnitOfWork, reader: BadgeReader, content: Annotated[bytes, Depends(_raw)]) -> Verdict:
    """Verify a badge that somebody presents: what is right with it and what is wrong, check by check.

    What is sent is known by what it is, whatever media type it is called by. Nothing is fetched, and nobody is told who
    asked. Badges of other issuers are told as such and judged no further; nor is one whose signature does not hold.
    """
    return verification.verify(uow, reader, content)
