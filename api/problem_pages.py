"""The pages behind every problem's `type`: the catalogue of codes, and each code by itself."""

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.edge_errors import NoSuchRoute
from api.problems import ListedCode, catalogue

_HEADERS = {"cache-control": "public, max-age=3600"}


def routes() -> list[BaseRoute]:
    """`GET /problems` and `GET /problems/{code}`, public and outside the OpenAPI document."""
    return [
        Route("/problems", _all, methods=["GET"], include_in_schema=False),
        Route("/problems/{code}", _one, methods=["GET"], include_in_schema=False),
    ]


async def _all(_: Request) -> Response:
    return _json({"items": [_entry(listed) for listed in catalogue()]})


async def _one(request: Request) -> Response:
    wanted = request.path_params["code"]
    found = next((listed for listed in catalogue() if listed.code == wanted), None)
    if found is None:
        raise NoSuchRoute
    return _json(_entry(found))


def _entry(listed: ListedCode) -> dict[str, object]:
    return {"type": listed.type, **listed._asdict()}


def _json(document: object) -> Response:
    return Response(orjson.dumps(document), media_type="application/json", headers=_HEADERS)
