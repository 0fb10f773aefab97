"""A clock that a sandbox may turn on, the same for every process that shares a folder."""

import contextlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path


class SandboxClock:
    """The real time plus an offset kept in a file. Time only moves forward."""

    def __init__(self, directory: Path) -> None:
        """Keep the offset in `directory`."""
        self._path = directory / "clock-offset-seconds"
        self._seen = -1
        self._offset = timedelta()

    def __call__(self) -> datetime:
        """The instant it shows, UTC."""
        self._look()
        return datetime.now(UTC) + self._offset

    def timestamp(self) -> float:
        """The same as epoch seconds."""
        return self().timestamp()

    def advance(self, by: timedelta) -> datetime:
        """Turn it on, for every process; returns what it shows then."""
        self._look()
        target = self._path.with_suffix(f".{os.getpid()}")
        target.write_text(str((self._offset + by).total_seconds()))
        target.replace(self._path)
        return self()

    def _look(self) -> None:
        """Read the file again when it has changed."""
        with contextlib.suppress(FileNotFoundError):
            stamp = self._path.stat().st_mtime_ns
            if stamp != self._seen:
                self._offset = timedelta(seconds=float(self._path.read_text()))
                self._seen = stamp
