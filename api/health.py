"""Is the process alive, and can it do its work? Outside the OpenAPI document, without a token, without detail."""

import asyncio
import time
from collections.abc import Callable, Mapping

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

# Answers whether one part is ready; may block for a moment, and may raise.
Check = Callable[[], bool]
# Seconds a finding is good for: however often a balancer asks, the database is asked once.
FRESH_FOR = 1.0
# Seconds after which a part that does not answer counts as away.
PATIENCE = 3.0


class Readiness:
    """Asks each part, at most once a second for all askers together."""

    def __init__(self, checks: Mapping[str, Check], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._checks = dict(checks)
        self._clock = clock
        self._asking = asyncio.Lock()
        self._found: dict[str, bool] = {}
        self._asked_at = float("-inf")

    async def findings(self) -> dict[str, bool]:
        """Which parts are ready."""
        async with self._asking:
            if self._clock() - self._asked_at >= FRESH_FOR:
                ready = await asyncio.gather(*(_is_ready(check) for check in self._checks.values()))
                self._found = dict(zip(self._checks, ready, strict=True))
                self._asked_at = self._clock()
            return self._found


def routes(checks: Mapping[str, Check], info: Callable[[], Mapping[str, object]] | None = None) -> list[BaseRoute]:
    """`GET /livez` (200 while the process answers) and `GET /readyz` (200 when every part is ready, else 503).

    `checks` are named parts: `database`, `migrations`. `info` adds what is told but decides nothing, such as the
    seconds since a worker's last heartbeat; where it fails, it is left out.
    """
    readiness = Readiness(checks)

    async def live(_: Request) -> Response:
        return _json({"status": "ok"}, 200)

    async def ready(_: Request) -> Response:
        found = await readiness.findings()
        good = all(found.values())
        said: dict[str, object] = {"status": "ok" if good else "unavailable", "checks": _worded(found)}
        if info is not None and (more := await _told(info)) is not None:
            said["info"] = more
        return _json(said, 200 if good else 503)

    return [
        Route("/livez", live, methods=["GET"], include_in_schema=False),
        Route("/readyz", ready, methods=["GET"], include_in_schema=False),
    ]


async def _is_ready(check: Check) -> bool:
    try:
        return await asyncio.wait_for(run_in_threadpool(check), PATIENCE)
    except Exception:  # noqa: BLE001 - whatever is wrong with a part, it is not ready
        return False


async def _told(info: Callable[[], Mapping[str, object]]) -> dict[str, object] | None:
    try:
        return dict(await asyncio.wait_for(run_in_threadpool(info), PATIENCE))
    except Exception:  # noqa: BLE001 - what decides nothing must break nothing
        return None


def _worded(found: Mapping[str, bool]) -> dict[str, str]:
    return {name: "ok" if ready else "unavailable" for name, ready in found.items()}


def _json(document: object, status: int) -> Response:
    headers = {"cache-control": "no-store"} | ({"retry-after": "2"} if status != 200 else {})  # noqa: PLR2004
    return Response(orjson.dumps(document), status, headers, "application/json")
