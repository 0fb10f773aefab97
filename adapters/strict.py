"""Reading what strangers send, without the leniency of the standard library.

`json` takes duplicate keys (the last wins), NaN and UTF-16; `base64` takes several spellings of the same bytes. Each
is a way for two readers to see two different tokens, so both are refused here.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64

_ALPHABET = re.compile(rb"[A-Za-z0-9_-]+")


def json_object(text: bytes) -> dict[str, object]:
    """The one JSON object that `text` spells in UTF-8.

    Raises ValueError for anything else: another encoding, a byte order mark, a duplicate key at any depth, NaN or an
    infinity, a number too long to read, more nesting than the interpreter's stack holds.
    """
    try:
        value = json.loads(text.decode("utf-8"), object_pairs_hook=_without_duplicates, parse_constant=_not_a_number)
    except RecursionError:
        message = "nested too deeply"
        raise ValueError(message) from None
    if not isinstance(value, dict):
        message = "not an object"
        raise ValueError(message)  # noqa: TRY004 - callers handle one kind of fault
    return value


def must_be_bounded(document: object, *, deepest: int, most: int) -> None:
    """Raise ValueError where JSON is nested deeper than `deepest` levels, or holds more than `most` values."""
    waiting: list[tuple[object, int]] = [(document, 1)]
    seen = 0
    while waiting:
        value, depth = waiting.pop()
        seen += 1
        if depth > deepest or seen > most:
            message = "nested too deeply, or too many values"
            raise ValueError(message)
        if isinstance(value, dict):
            waiting.extend((one, depth + 1) for one in value.values())
        elif isinstance(value, list):
            waiting.extend((one, depth + 1) for one in value)


def from_base64url(text: bytes) -> bytes:
    """The bytes that `text` spells in base64url without padding; ValueError for any but the canonical spelling."""
    if not _ALPHABET.fullmatch(text):
        message = "not base64url"
        raise ValueError(message)
    try:
        decoded = urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    except NotBase64 as fault:
        message = "not base64url"
        raise ValueError(message) from fault
    if to_base64url(decoded).encode() != text:
        message = "not the canonical base64url"
        raise ValueError(message)
    return decoded


def to_base64url(content: bytes) -> str:
    """`content` in base64url, without padding."""
    return urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def is_plain(text: object, most: int) -> bool:
    """Whether `text` is a string of 1 to `most` printable characters: no control, no NUL, no lone surrogate."""
    return isinstance(text, str) and 0 < len(text) <= most and text.isprintable()


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        message = "a key is given twice"
        raise ValueError(message)
    return found


def _not_a_number(_: str) -> object:
    message = "not a finite number"
    raise ValueError(message)
