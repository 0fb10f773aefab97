"""Very many credential numbers at once: read, their check symbols judged, and written as lines of one length.

A line is 22 bytes: a canonical number in quotation marks and a line feed; or, for what none ever was a number, an empty
pair of quotation marks, filled up with blanks. So the lines are JSON strings, and any stretch of them is found by its
place.

Numbers that are written as the registry writes them, one on a line, are judged column by column: a column of symbols is
one byte string, multiplied by its power of g with one `translate`, and the columns are added with one exclusive or of
long integers. That takes a fiftieth of reading them one by one.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Final

from domain.credentials.number import ALPHABET, SYMBOLS, MalformedNumber, parse
from domain.errors import Fault, Invalid, TooLarge

LINE: Final = 22
MOST: Final = 100_000
LONGEST_LINE: Final = 1_024
NO_NUMBER: Final = b'""' + b" " * (LINE - 3) + b"\n"
_PLACES: Final = tuple(1 + place + place // 4 for place in range(SYMBOLS))
_MARKS: Final = b'"-\n'
_MARKS_IN_LINE: Final = 6
_FIELD_POLYNOMIAL: Final = 0b100101


def read(body: bytes) -> bytes:
    """The lines that stand for a body's: one JSON string each, or one object with a `number`.

    Blank lines at the end are no lines. Raises TooLarge for more than `MOST` lines, Invalid where there is none.
    """
    body = body.rstrip(b" \t\r\n")
    if not body:
        raise Invalid(Fault("", "empty", "At least one number, each on a line of its own."))
    body += b"\n"
    if body.count(b"\n") > MOST:
        raise TooLarge
    return _in_columns(body) or b"".join(map(_line, body[:-1].split(b"\n")))


def pieces(lines: bytes, size: int) -> Iterator[bytes]:
    """The lines in pieces of at most `size`."""
    for start in range(0, len(lines), size * LINE):
        yield lines[start : start + size * LINE]


def _in_columns(body: bytes) -> bytes | None:
    """The lines where every one is written as the registry writes numbers; None where some are not."""
    if not _is_regular(body):
        return None
    count = len(body) // LINE
    total = 0
    for place, table in zip(_PLACES, _tables(), strict=True):
        total ^= int.from_bytes(body[place::LINE].translate(table), "big")
    if not total:
        return body
    lines = bytearray(body)
    for index, sum_ in enumerate(total.to_bytes(count, "big")):
        if sum_:
            lines[index * LINE : (index + 1) * LINE] = NO_NUMBER
    return bytes(lines)


def _is_regular(body: bytes) -> bool:
    count, rest = divmod(len(body), LINE)
    return (
        not rest
        and body[LINE - 1 :: LINE] == b"\n" * count
        and body[0::LINE] == body[LINE - 2 :: LINE] == b'"' * count
        and body[5::LINE] == body[10::LINE] == body[15::LINE] == b"-" * count
        and not body.translate(None, ALPHABET.encode() + _MARKS)
        and sum(map(body.count, (b'"', b"-", b"\n"))) == _MARKS_IN_LINE * count
    )


def _line(written: bytes) -> bytes:
    """One line, however it is written."""
    try:
        if len(written) > LONGEST_LINE:
            return NO_NUMBER
        said = json.loads(written)
        if isinstance(said, dict):
            said = said.get("number")
        return b'"%s"\n' % parse(said).encode() if isinstance(said, str) else NO_NUMBER
    except (ValueError, RecursionError, MalformedNumber):
        return NO_NUMBER


@cache
def _tables() -> tuple[bytes, ...]:
    """For each symbol's place, what a letter is worth there: see `domain.credentials.number`."""
    values = list(range(32))
    tables: list[bytes] = []
    for _ in range(SYMBOLS):
        values = [_times_g(value) for value in values]
        table = bytearray(256)
        for letter, value in zip(ALPHABET.encode(), values, strict=True):
            table[letter] = value
        tables.append(bytes(table))
    return tuple(reversed(tables))


def _times_g(element: int) -> int:
    doubled = element << 1
    return doubled ^ _FIELD_POLYNOMIAL if doubled & 0b100000 else doubled
