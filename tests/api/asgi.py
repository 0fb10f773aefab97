"""Asking an ASGI application directly: what a server would hand over, down to the bytes a client library would mend."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `scope` is the request's, as the application left it."""

    status: int
    headers: dict[str, str]
    body: bytes
    scope: Scope

    def json(self) -> Any:
        """The body's value."""
        return orjson.loads(self.body)

    @property
    def pointers(self) -> list[str]:
        """Where a problem points."""
        return [fault["pointer"] for fault in self.json().get("errors", [])]

    @property
    def codes(self) -> list[str]:
        """Which faults a problem lists."""
        return [fault["code"] for fault in self.json().get("errors", [])]


def ask(
    app: ASGIApp,
    method: str = "GET",
    path: str = "/",
    *,
    body: bytes | Iterable[bytes] = b"",
    headers: Mapping[str, str] | None = None,
    query: bytes = b"",
    raw_path: bytes | None = None,
    client: tuple[str, int] = ("203.0.113.7", 40_000),
) -> Answer:
    """The answer to one request. A `body` of several chunks is sent without a length."""
    chunks = [body] if isinstance(body, bytes) else list(body)
    said = {"host": "testserver", **(headers or {})}
    if isinstance(body, bytes) and body:
        said.setdefault("content-length", str(len(body)))
    elif not isinstance(body, bytes):
        said.setdefault("transfer-encoding", "chunked")
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode() if raw_path is None else raw_path,
        "query_string": query,
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in said.items()],
        "client": client,
        "server": ("testserver", 80),
    }
    sent = asyncio.run(_asked(app, scope, chunks))
    start = sent[0]
    return Answer(
        start["status"],
        {name.decode(): value.decode("latin-1") for name, value in start["headers"]},
        b"".join(message.get("body", b"") for message in sent[1:]),
        scope,
    )


def post_json(app: ASGIApp, body: bytes, path: str = "/", **more: Any) -> Answer:
    """The answer to a JSON body, as these very bytes."""
    return ask(app, "POST", path, body=body, headers={"content-type": "application/json"}, **more)


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that answers with the body it was sent."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            break
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": body})


async def _asked(app: ASGIApp, scope: Scope, chunks: list[bytes]) -> list[Message]:
    waiting = [
        {"type": "http.request", "body": chunk, "more_body": index < len(chunks) - 1}
        for index, chunk in enumerate(chunks)
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(dict(message))

    await app(scope, receive, send)
    return sent
