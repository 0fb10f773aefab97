"""The interactive documentation: Swagger UI from files that come with the service, under a strict policy.

The files are those of the package `fastapi-swagger` (its licence is MIT, Swagger UI's is Apache 2.0), which is never
imported. Nothing is loaded from another host, and no script stands in the page.
"""

from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.edge_errors import NoSuchRoute

DOCUMENT = "/openapi.json"
_TYPES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}
# Swagger UI sets style attributes on what it draws; its icons are data URLs. Requests go to this service alone.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" type="image/png" href="/docs/assets/favicon-32x32.png">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<noscript><p>This page needs JavaScript. The <a href="{document}">OpenAPI document</a> does not.</p></noscript>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/assets/start.js"></script>
</body>
</html>
"""
_START = """"use strict";
window.addEventListener("load", function () {{
  SwaggerUIBundle({options});
}});
"""


def routes(title: str, describe: Callable[[], Mapping[str, Any]]) -> list[BaseRoute]:
    """`GET /docs` with its assets, and `GET /openapi.json`: what `describe` returns when first asked for."""
    page = _PAGE.format(title=escape(title), document=DOCUMENT).encode()
    start = _start()

    @cache
    def described() -> bytes:
        return orjson.dumps(describe())

    async def document(request: Request) -> Response:
        return _cached(request, described(), "application/json")

    async def docs(_: Request) -> Response:
        headers = {"content-security-policy": POLICY, "cache-control": "public, max-age=300"}
        return Response(page, 200, headers, "text/html")

    async def asset(request: Request) -> Response:
        name = request.path_params["name"]
        if name == "start.js":
            return _cached(request, start, "text/javascript")
        if name not in _TYPES:
            raise NoSuchRoute
        return _cached(request, _file(name), _TYPES[name])

    return [
        Route(DOCUMENT, document, methods=["GET"], include_in_schema=False),
        Route("/docs", docs, methods=["GET"], include_in_schema=False),
        Route("/docs/assets/{name}", asset, methods=["GET"], include_in_schema=False),
    ]


def _start() -> bytes:
    options = {
        "url": DOCUMENT,
        "dom_id": "#swagger-ui",
        "deepLinking": True,
        "validatorUrl": None,  # the default would send the document's address to a host of Swagger's
        "persistAuthorization": False,
        "displayRequestDuration": True,
        "tryItOutEnabled": False,
        "docExpansion": "none",
        "filter": True,
    }
    return _START.format(options=orjson.dumps(options).decode()).encode()


@cache
def _file(name: str) -> bytes:
    found = find_spec("fastapi_swagger")
    if found is None or found.origin is None:
        message = "the package fastapi-swagger, which holds the documentation's files, is not installed"
        raise FileNotFoundError(message)
    return (Path(found.origin).parent / "resources" / name).read_bytes()


def _cached(request: Request, content: bytes, media_type: str) -> Response:
    tag = f'"{sha256(content).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "public, max-age=3600"}
    if request.headers.get("if-none-match") == tag:
        return Response(b"", 304, headers)
    return Response(content, 200, headers, media_type)
