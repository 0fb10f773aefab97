"""Answers that are made after their transaction has ended, by a thread that no other request waits for."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from domain.errors import Unavailable

MOST_WAITING: Final = 32
"""Whoever comes after so many is asked to come again: a queue of a few seconds is long enough."""


class MadeLater(Response):
    """An answer that takes a while to make, and needs nothing of the transaction that allowed it.

    What `make` raises is answered as any other refusal: nothing has been sent yet.
    """

    waiting = 0

    def __init__(self, make: Callable[[], Response]) -> None:
        """Answer with what `make` returns."""
        super().__init__()
        self._make = make

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Make the answer, then send it."""
        if MadeLater.waiting >= MOST_WAITING:
            raise Unavailable
        MadeLater.waiting += 1
        try:
            response = await asyncio.get_running_loop().run_in_executor(_thread(), self._make)
        finally:
            MadeLater.waiting -= 1
        await response(scope, receive, send)


@cache
def _thread() -> ThreadPoolExecutor:
    """One thread: what is made is made by processors, of which there are few, and requests want theirs."""
    return ThreadPoolExecutor(1, "maker")
