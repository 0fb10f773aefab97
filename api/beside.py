"""A process beside this one, which is started again when it ends."""

import logging
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 30
"""How long a process that was asked to end may take, before it is killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How ends are borne: one within `quick_seconds` of its start is a quick one, and so many in a row are too many.

    The first new start follows after `pause_seconds`, each further one in a row after twice as long.
    """

    quick_seconds: float = 60.0
    most: int = 3
    pause_seconds: float = 1.0


@dataclass
class Beside:
    """Keeps a process running until `stop`; `given_up` is called, in a thread of its own, when that does not work."""

    name: str
    command: Sequence[str]
    given_up: Callable[[], None]
    patience: Patience = field(default_factory=Patience)
    failed: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        """Nothing runs yet."""
        self._stopping = threading.Event()
        self._turn = threading.Lock()
        self._thread = threading.Thread(target=self._watch, name=f"{self.name}-watch", daemon=True)

    def start(self) -> None:
        """Start the process, and the watch over it."""
        self._process = subprocess.Popen(self.command)  # noqa: S603 - a command of our own
        self._thread.start()

    def stop(self) -> None:
        """Ask the process to end and wait for that; kill it when it takes too long."""
        with self._turn:
            self._stopping.set()
        self._process.terminate()
        try:
            self._process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._thread.join(PATIENCE_SECONDS)

    @property
    def code(self) -> int | None:
        """The code that the process ended with, None while it runs; negative, the signal that ended it."""
        return self._process.poll()

    def _watch(self) -> None:
        quick = 0
        while not self._stopping.is_set():
            begun = time.monotonic()
            code = self._process.wait()
            if self._stopping.is_set():
                return
            quick = quick + 1 if time.monotonic() - begun < self.patience.quick_seconds else 1
            if quick >= self.patience.most:
                self._give_up(code, quick)
                return
            self._again(code, self.patience.pause_seconds * 2 ** (quick - 1))

    def _again(self, code: int, pause: float) -> None:
        log.warning("the %s ended with code %s; it is started again in %s s", self.name, code, pause)
        if self._stopping.wait(pause):
            return
        with self._turn:
            if not self._stopping.is_set():
                self._process = subprocess.Popen(self.command)  # noqa: S603 - a command of our own
                log.warning("the %s was started again", self.name)

    def _give_up(self, code: int, quick: int) -> None:
        log.error("the %s ended with code %s, quickly for the %s. time in a row; giving up", self.name, code, quick)
        self.failed = True
        self.given_up()
