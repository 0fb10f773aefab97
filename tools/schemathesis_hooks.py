"""What Schemathesis cannot know of our document.

Cursors are signed, a key is new for each intended effect, and a file of a type is a whole file of that type.
"""

import io
import re
from typing import Any
from uuid import uuid4
from zoneinfo import available_timezones

import pikepdf
import schemathesis
from hypothesis import strategies
from PIL import Image
from schemathesis.core import media_types

from domain.credentials.number import RANDOM_BYTES, new_number

_CURSOR = re.compile(r"[A-Za-z0-9_-]{1,1024}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_KEY = "idempotency-key"

# It counts a compact JWT among what is JSON, and reads ours as such; its schema says what it is.
media_types.JSON_MEDIA_TYPES -= {("application", "jwt")}


def _image(kind: str) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (8, 8)).save(written, kind)
    return written.getvalue()


def _pdf() -> bytes:
    written = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(written)
    return written.getvalue()


for media_type, content in {
    "application/pdf": _pdf(),
    "image/jpeg": _image("JPEG"),
    "image/png": _image("PNG"),
}.items():
    schemathesis.openapi.media_type(media_type, strategies.just(content))

# Formats of ours: what no pattern can tell.
schemathesis.openapi.format("iana-time-zone", strategies.sampled_from(sorted(available_timezones())))
# Only one symbol in 32 fits as the last of a number.
schemathesis.openapi.format(
    "credential-number", strategies.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES).map(new_number)
)

# Lines of JSON: a number on each is what the check of many numbers reads, and what a roster refuses line by line.
_NUMBERS = strategies.lists(
    strategies.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES).map(new_number), min_size=1, max_size=20
).map(lambda numbers: "".join(f'"{number}"\n' for number in numbers).encode())
for media_type in ("application/x-ndjson", "application/jsonl"):
    schemathesis.openapi.media_type(media_type, _NUMBERS)


def _storable(value: Any) -> Any:  # noqa: ANN401 - any JSON
    match value:
        case str():
            return _CONTROL.sub("", value)
        case list():
            return [_storable(member) for member in value]
        case dict():
            return {_storable(name): _storable(member) for name, member in value.items()}
        case _:
            return value


@schemathesis.hook
def before_call(_context: schemathesis.HookContext, case: schemathesis.Case[Any], _kwargs: dict[str, Any]) -> None:
    """Begin at the first page where the cursor is made up but of the right form; give each effect its own key.

    A cursor or key of the wrong form stays as it is: that one must be refused. A policy is any JSON to the document,
    which cannot say at every depth what everywhere else each pattern says: that no text holds control characters.
    """
    if case.query and _CURSOR.fullmatch(str(case.query.get("cursor", ""))):
        case.query.pop("cursor")
    if case.meta is not None and case.meta.generation.mode.is_positive:
        for name in [name for name in case.headers if name.lower() == _KEY]:
            case.headers[name] = str(uuid4())
        if isinstance(case.body, dict) and case.media_type == "application/json":
            case.body = _storable(case.body)
        # A link followed from an answer's null leads to no object, not to one called None.
        for name, value in case.path_parameters.items():
            if value is None:
                case.path_parameters[name] = str(uuid4())
