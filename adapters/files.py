"""Files: inspected in a process of their own, then stored under random names in a directory, in memory or in S3."""

import hashlib
import json
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from adapters.inspection import Bounds, Refusal, arguments
from domain.errors import Fault, Invalid, NotFound, Unavailable
from domain.ports import InspectedFile

if TYPE_CHECKING:
    from obstore.store import ObjectStore

GRACE_SECONDS = 15
POINTER = "/file"
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)*")


def open_store(url: str) -> "ObjectStore":
    """The store behind `file:///directory` (made if missing), `memory://`, or `s3://bucket/prefix`.

    S3 takes its credentials and region from the environment, as the AWS tools do.
    """
    from obstore.store import LocalStore, MemoryStore, from_url  # noqa: PLC0415 - 20 ms and a megabyte, where used

    parts = urlsplit(url)
    match parts.scheme:
        case "file":
            directory = Path(url2pathname(parts.path))
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            return LocalStore(prefix=directory, automatic_cleanup=True)
        case "memory":
            return MemoryStore()
        case "s3":
            return from_url(url)
        case _:
            message = "files are kept at a file:, memory: or s3: address"
            raise ValueError(message)


class ObjectFiles:
    """Files in an object store. At most `at_once` inspections run at the same time; others wait for their turn."""

    def __init__(self, store: "ObjectStore", bounds: Bounds | None = None, *, at_once: int = 2) -> None:
        self._store = store
        self._bounds = bounds or Bounds()
        self._turns = threading.BoundedSemaphore(at_once)

    def inspect(self, content: bytes, declared: str) -> InspectedFile:
        """Judge an upload; `declared` is its media type as the request names it.

        Raises:
            Invalid: with one fault at `/file`, whose code is that of a `Refusal`.

        """
        if not content:
            raise self._refused(Refusal.EMPTY_FILE)
        if len(content) > self._bounds.size:
            raise self._refused(Refusal.FILE_TOO_LARGE)
        with self._turns:
            verdict = self._judged(content, declared)
        if "refusal" in verdict:
            raise self._refused(Refusal(verdict["refusal"]))
        return InspectedFile(
            media_type=verdict["media_type"], size=len(content), sha256=hashlib.sha256(content).hexdigest()
        )

    def put(self, key: str, content: bytes) -> None:
        """Store `content` under `key`; the same key twice replaces. Unavailable when the store is away."""
        self._attempt(lambda: self._store.put(_checked(key), content))

    def get(self, key: str) -> bytes:
        """The stored bytes; NotFound, or Unavailable when the store is away."""
        return bytes(self._attempt(lambda: self._store.get(_checked(key)).bytes()))

    def delete(self, key: str) -> None:
        """Forget the bytes; an unknown key is no fault. Unavailable when the store is away."""
        try:
            self._attempt(lambda: self._store.delete(_checked(key)))
        except NotFound:
            return

    def _refused(self, refusal: Refusal) -> Invalid:
        detail = refusal.detail(self._bounds)
        return Invalid(Fault(POINTER, refusal.value, detail), detail=detail)

    def _judged(self, content: bytes, declared: str) -> dict[str, str]:
        """The verdict of the judging process. It gets no environment: it has no business with our secrets."""
        try:
            done = subprocess.run(  # noqa: S603 - our own interpreter and file; the media type is one plain argument
                [sys.executable, "-I", *arguments(_printable(declared), self._bounds)],
                input=content,
                capture_output=True,
                timeout=self._bounds.cpu + GRACE_SECONDS,
                check=False,
                env={},
            )
        except subprocess.TimeoutExpired:
            return {"refusal": Refusal.TOO_COSTLY}
        except OSError as fault:
            raise Unavailable from fault
        # Killed by its own bounds, or brought down by the file: either way, no file for us.
        if done.returncode != 0 or not done.stdout:
            return {"refusal": Refusal.TOO_COSTLY}
        verdict: dict[str, str] = json.loads(done.stdout)
        return verdict

    def _attempt(self, work: Any) -> Any:  # noqa: ANN401 - whatever the store answers
        from obstore.exceptions import BaseError, NotFoundError  # noqa: PLC0415 - where it is used

        try:
            return work()
        except (FileNotFoundError, NotFoundError) as fault:
            raise NotFound from fault
        except (BaseError, OSError) as fault:
            raise Unavailable from fault


def _printable(declared: str) -> str:
    return "".join(character for character in declared[:200] if character.isascii() and character.isprintable())


def _checked(key: str) -> str:
    """Keys are ours; one with another shape is a fault of the program and reaches no store."""
    if not _KEY.fullmatch(key):
        message = "not a key of ours"
        raise ValueError(message)
    return key
