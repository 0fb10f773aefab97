"""A zip opened without trust: names that stay inside, no links, no encryption, bounded sizes.

Nothing of it touches a disk.
"""

import stat
import zipfile
import zlib
from io import BytesIO

from adapters.qti.xml import Faulty
from domain.items.errors import PackageTooLarge
from domain.items.exchange import Place

LARGEST_PACKAGE = 20 * 1024 * 1024
LARGEST_UNPACKED = 100 * 1024 * 1024
MOST_FILES = 5_000
LONGEST_NAME = 200
ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 1


def is_package(content: bytes) -> bool:
    """Whether these bytes begin as a zip does."""
    return content[:4] in (ZIP, EMPTY_ZIP)


def unpacked(content: bytes) -> dict[str, bytes]:
    """The files of a package by name; raises Faulty, or PackageTooLarge."""
    if len(content) > LARGEST_PACKAGE:
        raise PackageTooLarge
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = _entries(archive)
            return {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError):
        raise Faulty(Place(file="the package"), "damaged_package", "This zip cannot be read.") from None


def _entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files to read, each of them judged by what the zip says of it; a read gives no more than it says."""
    entries = archive.infolist()
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
        raise PackageTooLarge
    seen: set[str] = set()
    for entry in entries:
        _must_be_plain(entry)
        if entry.filename.casefold() in seen:
            raise _faulty(entry, "duplicate_file", "Two files have this name.")
        seen.add(entry.filename.casefold())
    return [entry for entry in entries if not entry.is_dir()]


def _must_be_plain(entry: zipfile.ZipInfo) -> None:
    # zipfile has cut the name at a NUL and turned the system's own separator; what it was first is in orig_filename.
    name = entry.orig_filename
    parts = name.rstrip("/").split("/")
    if not name.isprintable() or len(name) > LONGEST_NAME:
        raise _faulty(entry, "bad_name", "The name of a file is one line of printable characters.")
    if "\\" in name or ":" in name or name.startswith("/") or any(part in ("", ".", "..") for part in parts):
        raise _faulty(entry, "outside_package", "The name of a file leads out of the package.")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _faulty(entry, "not_a_file", "A link or a device is no file.")
    if entry.flag_bits & _ENCRYPTED:
        raise _faulty(entry, "encrypted_file", "The file is encrypted.")
    if entry.compress_type not in _COMPRESSIONS:
        raise _faulty(entry, "unknown_compression", "The file is compressed in a way that is not read.")


def _faulty(entry: zipfile.ZipInfo, code: str, detail: str) -> Faulty:
    shown = "".join(character if character.isprintable() else "?" for character in entry.orig_filename[:LONGEST_NAME])
    return Faulty(Place(file=shown or "?"), code, detail)
