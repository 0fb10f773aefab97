"""JSON as a store can keep it: read once, by the standard library's C scanner with hooks that count and compare.

A sound body costs about as much as `json.loads`. Only a suspicious one is read again, leniently, and walked, to find
every place that is wrong.
"""

import json
import math
import re
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, NamedTuple

from api.edge_errors import Unreadable, Unstorable
from api.pointers import pointer
from domain.errors import Fault

DEEPEST = 64
_LARGEST = 2**63 - 1
_SMALLEST = -(2**63)
_MOST_DIGITS = 20
_MOST_FAULTS = 20

# Escapes that can make NUL or half of a surrogate pair; whether they did is then looked at.
_SUSPICIOUS = re.compile(r"\\u(?:0000|[dD][89abAB])")
# A string, closed or running to the end: nothing is looked at twice, so the time is linear in the text.
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)
_NO_BRACKETS = re.compile(r"[^\[\]{}]+")
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}

_SENTENCES = {
    "not_utf8": "JSON is encoded in UTF-8; this is not.",
    "json_invalid": "The JSON ends early or is broken at line {line}, column {column}.",
    "too_deep": f"Nothing is nested deeper than {DEEPEST} levels.",
    "duplicate_member": "An object names the same member twice.",
    "not_finite": "NaN and Infinity are no JSON, and no number here is that large.",
    "number_out_of_range": "Whole numbers lie within 64 bits.",
    "nul": "Text holds no NUL character.",
    "lone_surrogate": "Text holds no half of a surrogate pair.",
}
_NO_JSON = frozenset({"duplicate_member", "not_finite"})


class _Suspect(Exception):
    """Something the quick reading will not vouch for."""


class _Bad(NamedTuple):
    code: str


class _Members(NamedTuple):
    pairs: list[tuple[str, Any]]


_HOLDERS = frozenset({_Bad, _Members, list})


def read(body: bytes) -> Any:  # noqa: ANN401 - JSON is any value
    """The value that `body` spells.

    Raises:
        Unreadable: it is no UTF-8, no JSON, nested deeper than 64, or names a member twice.
        Unstorable: it holds NUL, half a surrogate pair, or a whole number beyond 64 bits.

    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable(_fault("not_utf8")) from None
    if text.count("[") + text.count("{") > DEEPEST and _deeper_than(DEEPEST, text):
        raise Unreadable(_fault("too_deep"))
    try:
        value = _QUICK.decode(text)
    except json.JSONDecodeError as error:
        raise Unreadable(_broken(error)) from None
    except _Suspect:
        raise _verdict(text) from None
    if _SUSPICIOUS.search(text):
        _refuse_bad_text(text)
    return value


def _verdict(text: str) -> Unreadable | Unstorable:
    try:
        faults = _faults(text)
    except json.JSONDecodeError as error:
        return Unreadable(_broken(error))
    return Unreadable(*faults) if any(fault.code in _NO_JSON for fault in faults) else Unstorable(*faults)


def _refuse_bad_text(text: str) -> None:
    faults = _faults(text)
    if faults:
        raise Unstorable(*faults)


def _faults(text: str) -> list[Fault]:
    found: list[Fault] = []
    for parts, code in _walk(_LENIENT.decode(text)):
        found.append(_fault(code, pointer(parts)))
        if len(found) == _MOST_FAULTS:
            break
    return found


def _fault(code: str, where: str = "/body") -> Fault:
    return Fault(where, code, _SENTENCES[code])


def _broken(error: json.JSONDecodeError) -> Fault:
    return Fault("/body", "json_invalid", _SENTENCES["json_invalid"].format(line=error.lineno, column=error.colno))


def _deeper_than(bound: int, text: str) -> bool:
    brackets = _NO_BRACKETS.sub("", _STRING.sub("", text))
    return any(depth > bound for depth in accumulate(map(_STEP.__getitem__, brackets)))


def _walk(root: object) -> Iterator[tuple[tuple[object, ...], str]]:
    # Numbers are most of a large body: they are passed over without a path of their own.
    waiting: list[tuple[tuple[object, ...], object]] = [(("body",), root)]
    while waiting:
        path, value = waiting.pop()
        match value:
            case _Bad(code=code):
                yield path, code
            case str():
                if (found := _bad_text(value)) is not None:
                    yield path, found
            case _Members(pairs=pairs):
                yield from _judge_names(path, pairs)
                waiting.extend(((*path, name), member) for name, member in reversed(pairs) if _may_be_bad(member))
            case list():
                bad = [(index, member) for index, member in enumerate(value) if _may_be_bad(member)]
                waiting.extend(((*path, index), member) for index, member in reversed(bad))


def _may_be_bad(value: object) -> bool:
    if type(value) is str:
        return not value.isascii() or "\0" in value
    return type(value) in _HOLDERS


def _judge_names(path: tuple[object, ...], pairs: list[tuple[str, Any]]) -> Iterator[tuple[tuple[object, ...], str]]:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            yield (*path, name), "duplicate_member"
        seen.add(name)
        if (found := _bad_text(name)) is not None:
            yield path, found


def _bad_text(text: str) -> str | None:
    if "\0" in text:
        return "nul"
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "lone_surrogate"
    return None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _Suspect
    return made


def _whole(digits: str) -> int | _Bad:
    if len(digits) <= _MOST_DIGITS and _SMALLEST <= (number := int(digits)) <= _LARGEST:
        return number
    return _Bad("number_out_of_range")


def _fraction(digits: str) -> float | _Bad:
    number = float(digits)
    return number if math.isfinite(number) else _Bad("not_finite")


def _constant(_: str) -> _Bad:
    return _Bad("not_finite")


def _sound_whole(digits: str) -> int:
    number = _whole(digits)
    if isinstance(number, _Bad):
        raise _Suspect
    return number


def _sound_fraction(digits: str) -> float:
    number = _fraction(digits)
    if isinstance(number, _Bad):
        raise _Suspect
    return number


def _no_constant(_: str) -> float:
    raise _Suspect


_QUICK = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_sound_whole, parse_float=_sound_fraction, parse_constant=_no_constant
)
_LENIENT = json.JSONDecoder(
    object_pairs_hook=_Members, parse_int=_whole, parse_float=_fraction, parse_constant=_constant
)
