"""The OpenAPI document, made without a database."""

import orjson
from fastapi import FastAPI

from api import dispatch
from api.app import SLICES, contract_of


def document() -> bytes:
    """The published document as bytes: two-space indents, keys in the order that FastAPI and `contract` give."""
    app = FastAPI(title="certificant", version="1.0.0", docs_url=None, redoc_url=None, openapi_url=None)
    for routes in SLICES:
        dispatch.declare(app, routes.router)
    return orjson.dumps(contract_of(app), option=orjson.OPT_INDENT_2) + b"\n"
