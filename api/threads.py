"""A few threads that carry out what must not be done in the event loop.

What asyncio and `concurrent.futures` do together, with one future for each call instead of two, no lock, and no
condition: a third of the time and of the wake-ups, which every request pays.

One thread does everything while it keeps up, because threads that take turns at the interpreter cost more than they
bring. Another is called when a call waits while none gets finished, or while the process has time to spare (its
database has not): it helps until nothing waits.
"""

import asyncio
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Final, TypeVar

T = TypeVar("T")
Call = tuple[asyncio.Future[Any], Callable[..., Any], tuple[Any, ...]]

PATIENCE_SECONDS: Final = 0.005
BUSY: Final = 0.7
"""The share of a core from which on more threads would only be in each other's way."""


class Threads:
    """At most `most` threads, begun as calls need them. Calls begin in their order. For one event loop at a time."""

    def __init__(self, most: int, name: str) -> None:
        """Begin none yet; `name` is what they are called in a debugger."""
        self._most, self._name = most, name
        self._calls: SimpleQueue[Call | None] = SimpleQueue()
        self._bells: SimpleQueue[bool] = SimpleQueue()
        self._threads: list[Thread] = []
        # One mark for each helper who was called and does not rest yet; they take it away themselves.
        self._helping: list[None] = []
        self._unfinished = self._finished = 0
        self._watched = False

    async def run(self, work: Callable[..., T], *arguments: Any) -> T:  # noqa: ANN401 - those of `work`
        """What `work` returns, or raises. Whoever waits may give up; the work is done to its end all the same."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        if not self._threads:
            self._begin(self._serve)
        self._unfinished += 1
        self._calls.put((answer, work, arguments))
        if self._unfinished > 1 and not self._watched:
            self._watch(loop)
        return await answer

    def close(self) -> None:
        """Let what was begun and what waits finish."""
        if self._threads:
            self._calls.put(None)
        for _ in self._threads[1:]:
            self._bells.put(False)  # noqa: FBT003 - the bell's last ring
        for thread in self._threads:
            thread.join()
        self._threads, self._watched = [], False

    def _begin(self, what: Callable[[], None]) -> None:
        thread = Thread(target=what, name=f"{self._name}-{len(self._threads)}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        self._watched = True
        loop.call_later(PATIENCE_SECONDS, self._look, loop, self._finished, loop.time(), time.process_time())

    def _look(self, loop: asyncio.AbstractEventLoop, finished: int, since: float, spent: float) -> None:
        """Call a helper, if calls wait that one would bring forward; look again as long as any waits."""
        self._watched = False
        if self._calls.empty() or not self._threads:
            return
        to_spare = time.process_time() - spent < BUSY * (loop.time() - since)
        if len(self._helping) < self._most - 1 and (to_spare or self._finished == finished):
            self._helping.append(None)
            if len(self._helping) >= len(self._threads):
                self._begin(self._help)
            self._bells.put(True)  # noqa: FBT003 - a ring of the bell
        self._watch(loop)

    def _serve(self) -> None:
        while (call := self._calls.get()) is not None:
            self._carry_out(*call)
            # Nothing of a request is held here while the thread waits for the next.
            del call

    def _help(self) -> None:
        while self._bells.get():
            while (call := self._waiting()) is not None:
                self._carry_out(*call)
                del call
            self._helping.pop()

    def _waiting(self) -> Call | None:
        """A call that waits, None where none does; the end is left to the first thread."""
        try:
            call = self._calls.get_nowait()
        except Empty:
            return None
        if call is None:
            self._calls.put(None)
        return call

    def _carry_out(self, answer: asyncio.Future[Any], work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        tell = answer.get_loop().call_soon_threadsafe
        try:
            result = work(*arguments)
        except BaseException as fault:  # noqa: BLE001 - it is raised again where it is awaited
            tell(self._finish, answer, None, fault)
        else:
            tell(self._finish, answer, result, None)

    def _finish(self, answer: asyncio.Future[Any], result: object, fault: BaseException | None) -> None:
        self._unfinished -= 1
        self._finished += 1
        if answer.done():
            return
        if fault is None:
            answer.set_result(result)
        else:
            answer.set_exception(fault)
