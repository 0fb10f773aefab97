"""Signed checkpoints in a file outside the database: one JSON string per line, only ever added to.

Keep the file where whoever can change the database cannot, and copy it away: it is what shows a log cut short.
"""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from adapters.private_files import alone_in, sync

NAME = "checkpoints.jsonl"
BLOCK = 65_536


class FileCheckpointStore:
    """A `CheckpointStore` on one file. Processes may share it; a line that a crash cut short is written again."""

    def __init__(self, directory: Path) -> None:
        """Keep the notes in `directory`, made at the first writing."""
        self._directory = directory
        self._path = directory / NAME

    def latest(self) -> str | None:
        """The last whole line's note, found from the file's end."""
        try:
            with self._path.open("rb") as file:
                line = _last_line(file)
        except FileNotFoundError:
            return None
        return None if line is None else _note(line)

    def notes(self) -> Iterator[str]:
        """Every note there is at the moment of the call, oldest first; a damaged line comes as it stands."""
        try:
            file = self._path.open("rb")
        except FileNotFoundError:
            return iter(())
        return _whole_lines(file, os.fstat(file.fileno()).st_size)

    def append(self, notes: Iterable[str]) -> int:
        """Add notes durably; returns how many. What a crash left of an unfinished line is cut off first."""
        content = [json.dumps(note).encode() + b"\n" for note in notes]
        if not content:
            return 0
        with alone_in(self._directory):
            made = not self._path.exists()
            with self._path.open("ab") as file:
                _cut_unfinished(self._path)
                file.write(b"".join(content))
                file.flush()
                os.fsync(file.fileno())
            if made:
                sync(self._directory)
        return len(content)


def notes_in(path: Path) -> list[str]:
    """The notes of a file that was kept elsewhere: a copy of this store's file, or one note as it stands."""
    content = path.read_bytes()
    if not content.startswith(b'"'):
        return [content.decode("utf-8", "replace")]
    return [_note(line) for line in content.splitlines() if line]


def _whole_lines(file: BinaryIO, end: int) -> Iterator[str]:
    with file:
        while file.tell() < end and (line := file.readline()).endswith(b"\n"):
            yield _note(line)


def _note(line: bytes) -> str:
    """The note of a line; anything else as text that no audit takes for a note."""
    try:
        note = json.loads(line)
    except (ValueError, RecursionError):
        note = None
    return note if isinstance(note, str) else repr(line)


def _last_line(file: BinaryIO) -> bytes | None:
    """The last line that ends with its newline, reading back from the end block by block."""
    position = file.seek(0, os.SEEK_END)
    tail = b""
    while position and tail.count(b"\n") < 2:  # noqa: PLR2004 - the end of the line before, and of the line itself
        step = min(BLOCK, position)
        position = file.seek(position - step)
        tail = file.read(step) + tail
    whole = tail[: tail.rfind(b"\n") + 1]
    return whole[:-1].rpartition(b"\n")[2] if whole else None


def _cut_unfinished(path: Path) -> None:
    with path.open("r+b") as file:
        end = file.seek(0, os.SEEK_END)
        whole = _end_of_last_line(file, end)
        if whole < end:
            file.truncate(whole)


def _end_of_last_line(file: BinaryIO, end: int) -> int:
    """Where the last newline ends, seen from the file's end."""
    position = end
    while position:
        step = min(BLOCK, position)
        position = file.seek(position - step)
        found = file.read(step).rfind(b"\n")
        if found >= 0:
            return position + found + 1
    return 0
