"""Files for the service's own eyes: created whole or not at all, and refused when others could have read them."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OWNER_ONLY = 0o600
OTHERS = 0o037
"""Permission bits a private file may not carry. Group read is let through: mounted secrets come with it."""


@contextmanager
def alone_in(directory: Path) -> Iterator[None]:
    """Keep every other process and thread that asks the same out of `directory`, which is created if missing."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(directory / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, OWNER_ONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def put(path: Path, content: bytes) -> None:
    """Make `path` hold `content`, durably: a reader, and a crash, see the old file or the whole new one."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, OWNER_ONLY)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    sync(path.parent)


def read(path: Path) -> bytes:
    """The content; PermissionError when the file's mode lets others in."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        if os.fstat(handle).st_mode & OTHERS:
            message = f"{path.name} may be read or written by others"
            raise PermissionError(message)
        return file.read()


def sync(directory: Path) -> None:
    """See to it that the names in a directory outlive a crash."""
    handle = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
