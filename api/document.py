"""The OpenAPI document as a file."""

import orjson

from api.app import published_contract


def document() -> bytes:
    """The published document as bytes: two-space indents, in the order that FastAPI and `contract` give."""
    return orjson.dumps(published_contract(), option=orjson.OPT_INDENT_2) + b"\n"
