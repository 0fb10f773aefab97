"""A few threads that carry out what must not be done in the event loop.

What asyncio and `concurrent.futures` do together, with one future for each call instead of two, no lock, and no
condition: a third of the time and of the wake-ups, which every request pays.
"""

import asyncio
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")


class Threads:
    """At most `most` threads, begun as calls need them. Calls begin in their order. For one event loop."""

    def __init__(self, most: int, name: str) -> None:
        """Begin none yet; `name` is what they are called in a debugger."""
        self._most, self._name = most, name
        self._calls: SimpleQueue[tuple[asyncio.Future[Any], Callable[..., Any], tuple[Any, ...]] | None] = SimpleQueue()
        self._threads: list[Thread] = []
        self._unfinished = 0

    async def run(self, work: Callable[..., T], *arguments: Any) -> T:  # noqa: ANN401 - those of `work`
        """What `work` returns, or raises. Whoever waits may give up; the work is done to its end all the same."""
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._unfinished += 1
        if len(self._threads) < min(self._unfinished, self._most):
            thread = Thread(target=self._serve, name=f"{self._name}-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()
        self._calls.put((answer, work, arguments))
        return await answer

    def close(self) -> None:
        """Let what was begun and what waits finish."""
        for _ in self._threads:
            self._calls.put(None)
        for thread in self._threads:
            thread.join()
        self._threads = []

    def _serve(self) -> None:
        while (call := self._calls.get()) is not None:
            answer, work, arguments = call
            tell = answer.get_loop().call_soon_threadsafe
            try:
                result = work(*arguments)
            except BaseException as fault:  # noqa: BLE001 - it is raised again where it is awaited
                tell(self._finish, answer, None, fault)
            else:
                tell(self._finish, answer, result, None)
                del result
            # Nothing of a request is held here while the thread waits for the next.
            del call, answer, work, arguments, tell

    def _finish(self, answer: asyncio.Future[Any], result: object, fault: BaseException | None) -> None:
        self._unfinished -= 1
        if answer.done():
            return
        if fault is None:
            answer.set_result(result)
        else:
            answer.set_exception(fault)
