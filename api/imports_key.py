"""A form's key from a CSV of two columns: the item, and the option that is right."""

import csv
import io
from dataclasses import dataclass

from domain.scores.keys import MOST_OPTIONS


@dataclass(frozen=True, slots=True)
class KeyFault:
    """Why a key cannot be read: the line, from 1, and a sentence."""

    line: int
    detail: str


Key = list[tuple[str, int]]
"""Item codes with their right option, in the form's order."""


def read_key(content: bytes) -> Key | KeyFault:
    """Read a key: a heading, then an item and its right option (a number, or a letter: A is 1) on each line.

    What stands before the last dot of an item is left out: `iresp.B1` is `B1`, as in a file of responses.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return KeyFault(1, "The file is not UTF-8 text.")
    key: Key = []
    seen: set[str] = set()
    rows = csv.reader(io.StringIO(text))
    next(rows, None)
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        read = _entry(row, seen)
        if isinstance(read, str):
            return KeyFault(rows.line_num, read)
        key.append(read)
        seen.add(read[0].casefold())
    return key or KeyFault(1, "The key names no item.")


def _entry(row: list[str], seen: set[str]) -> tuple[str, int] | str:
    """The item and its option, or what is wrong."""
    if len(row) != 2:  # noqa: PLR2004 - an item and an option
        return "A line of the key is an item and an option."
    code, written = row[0].strip().rpartition(".")[2], row[1].strip()
    if not code or code.casefold() in seen:
        return "The item has no code, or one that was there before."
    option = int(written) if written.isascii() and written.isdigit() else _letter(written)
    if not 1 <= option <= MOST_OPTIONS:
        return f"The right option is a number from 1 to {MOST_OPTIONS}, or a letter."
    return code, option


def _letter(written: str) -> int:
    alone = len(written) == 1 and written.isascii() and written.isalpha()
    return ord(written.upper()) - ord("A") + 1 if alone else 0
