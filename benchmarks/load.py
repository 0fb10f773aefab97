"""The load generator, a process of its own: reads an order from standard input, tells what came of it on output.

Every connection is kept alive and has one request under way: it sends the next as soon as the answer is complete.
"""

import asyncio
import json
import sys
import time
from itertools import cycle
from typing import Any, cast

import uvloop

HEADER_END = b"\r\n\r\n"
LENGTH = b"content-length: "


class Crowd:
    """What all connections share: the requests to send, and the count of those still to be sent and answered."""

    def __init__(self, requests: list[bytes], count: int, status: int) -> None:
        """Send `count` requests, the list over and over, each to be answered with `status`."""
        self.requests = cycle(requests)
        self.unsent = count
        self.unanswered = count
        self.expected = b"HTTP/1.1 %d " % status
        self.wrong = 0
        self.example = ""
        self.done = asyncio.get_running_loop().create_future()

    def answered(self, answer: bytes) -> None:
        """Take note of one complete answer."""
        if not answer.startswith(self.expected):
            self.wrong += 1
            self.example = answer[:400].decode("latin-1")
        self.unanswered -= 1
        if self.unanswered == 0:
            self.done.set_result(None)

    def fail(self, fault: BaseException) -> None:
        """End the run with a fault."""
        if not self.done.done():
            self.done.set_exception(fault)


class Client(asyncio.Protocol):
    """One kept-alive connection."""

    def __init__(self, crowd: Crowd) -> None:
        """Send on behalf of `crowd`."""
        self.crowd = crowd
        self.received = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self.transport = cast("asyncio.Transport", transport)
        self.send()

    def send(self) -> None:
        """Send the next request, if any is left."""
        if self.crowd.unsent and self.transport is not None:
            self.crowd.unsent -= 1
            self.transport.write(next(self.crowd.requests))

    def data_received(self, data: bytes) -> None:
        """Collect until the answer is complete."""
        self.received = received = self.received + data if self.received else data
        head = received.find(HEADER_END)
        if head < 0 or len(received) < head + len(HEADER_END) + body_length(received, head):
            return
        self.received = b""
        self.crowd.answered(received)
        self.send()

    def connection_lost(self, exc: Exception | None) -> None:
        """Lose nothing silently: a connection that ends early ends the run."""
        self.crowd.fail(exc or ConnectionResetError("the server closed a connection"))


def body_length(received: bytes, head: int) -> int:
    """The length of the body that the header announces; servers here always announce it."""
    at = received.find(LENGTH, 0, head + 2)
    return int(received[at + len(LENGTH) : received.index(b"\r\n", at)]) if at >= 0 else 0


async def drive(order: dict[str, Any]) -> dict[str, object]:
    """Carry out one order; see `benchmarks.harness.drive` for its fields."""
    crowd = Crowd([text.encode("latin-1") for text in order["requests"]], order["count"], order["status"])
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: crowd.fail(context.get("exception") or RuntimeError(str(context))))
    begun = time.perf_counter()
    for _ in range(min(order["connections"], crowd.unsent)):
        await loop.create_connection(lambda: Client(crowd), "127.0.0.1", order["port"])
    await crowd.done
    return {"seconds": time.perf_counter() - begun, "wrong": crowd.wrong, "example": crowd.example}


if __name__ == "__main__":
    print(json.dumps(uvloop.run(drive(json.load(sys.stdin)))))
