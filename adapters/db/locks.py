"""A fair lock: whoever waits longest goes next."""

from collections import deque
from threading import Lock


class FairLock:
    """First come, first served, across the threads of one process."""

    def __init__(self) -> None:
        """Begin free."""
        self._guard = Lock()
        self._held = False
        self._waiting: deque[Lock] = deque()

    def acquire(self, timeout: float) -> bool:
        """Take the lock, waiting at most `timeout` seconds; False when the time ran out."""
        with self._guard:
            if not self._held:
                self._held = True
                return True
            ticket = Lock()
            ticket.acquire()
            self._waiting.append(ticket)
        if ticket.acquire(timeout=timeout):
            return True
        return self._gave_up(ticket)

    def _gave_up(self, ticket: Lock) -> bool:
        """Leave the queue; True when the lock was handed over at the last moment."""
        with self._guard:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
                return False
            return True

    def release(self) -> None:
        """Hand the lock to whoever waits longest, or set it free."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False
