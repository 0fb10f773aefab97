"""The registry for those who ask much: very many numbers at once, and answers that are signed."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import orjson
from fastapi import Body, Query, Response
from fastapi.responses import StreamingResponse

from api.addresses import CHECK_BYTES, REGISTRY_CHECK
from api.credentials import AsOf, Number
from api.routing import Routes
from api.webhook_document import NDJSON
from domain.credentials import actions_public, bulk
from domain.ports import BulkRegistry, RegistryStatements, UnitOfWork

routes = Routes("registry")

_ANSWER = (
    '{"line":1,"code":"found","as_of":"2026-03-02","number":"7K3M-Q0DV-2XHT-9PE4","status":"active","valid":true}\n'
    '{"line":2,"code":"malformed_number"}\n'
)

Numbers = Annotated[
    bytes,
    Body(
        media_type=NDJSON,
        min_length=1,
        max_length=CHECK_BYTES,
        description=(
            "A number on each line, as a JSON string or as an object's `number`: "
            '`"7K3M-Q0DV-2XHT-9PE4"` or `{"number": "CPOM 7k3m q0dv 2xht 9pe4"}`. At most 100,000 lines.'
        ),
    ),
]
Audience = Annotated[
    str | None,
    Query(
        description="For whom the statement is made; it becomes the claim `aud`.",
        min_length=1,
        max_length=200,
        pattern=r"^[!-~]+$",
    ),
]
_LINES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": (
            "A line for each line of the request, in its order. `line` counts from 1. `code` is `found`, beside which "
            "stands all that `GET /v1/registry/{number}` answers; `not_found` with the `number`, for unknown and "
            "erased numbers alike; or `malformed_number`, which no credential ever had."
        ),
        "content": {NDJSON: {"schema": {"type": "string"}, "example": _ANSWER}},
    }
}
_JWT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A JWT, signed with a key of `/.well-known/jwks.json`.",
        "content": {
            "application/jwt": {
                "schema": {
                    "type": "string",
                    "maxLength": 8_192,
                    "pattern": r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$",
                }
            }
        },
    },
    409: {},
}


@routes.post(REGISTRY_CHECK, action="registry.check", writes=False, responses=_LINES, response_class=StreamingResponse)
def check(uow: UnitOfWork, registry: BulkRegistry, numbers: Numbers) -> Response:
    """Verify up to 100,000 credentials at once, as they stand now.

    The answer is streamed, line by line. A number whose check symbol does not fit is told as mistyped before anything
    is looked up; unknown and erased numbers answer alike.
    """
    lines = bulk.read(numbers)
    return StreamingResponse(_sent(registry, lines, int(uow.now.timestamp())), media_type=NDJSON, headers=_UNKEPT)


@routes.get("/registry/{number}/statement", action="registry.state", responses=_JWT, response_class=Response)
def state(
    uow: UnitOfWork,
    statements: RegistryStatements,
    number: Number,
    as_of: AsOf = None,
    audience: Audience = None,
) -> Response:
    """Verify a credential by a signed statement, which can be filed as primary-source verification.

    The claim `registry` holds what `GET /v1/registry/{number}` answers. `exp` says how long it may be taken for the
    present standing; what it says of the moment of its making stays true. One about a day before today (in the
    program's zone) is no proof of the present standing: it has the claim `historical` (`true`), and no `exp`.
    """
    answer, present = actions_public.answer_and_whether_present(uow, number, as_of)
    token = statements.signed(orjson.loads(answer), at=uow.now, id_=uow.new_id(), audience=audience, present=present)
    return Response(token, media_type="application/jwt", headers=_UNKEPT)


_UNKEPT = {"cache-control": "no-store"}


async def _sent(registry: BulkRegistry, lines: bytes, at: int) -> AsyncIterator[bytes]:
    async for piece in registry.answers(lines, at):
        yield piece
