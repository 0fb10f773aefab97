"""What operators see of each request: an id, one structured line, metrics; and the headers around every answer.

The outermost middleware. A line bears the route's template, never the path, the query, a body, a token or anyone's id.
"""

import hmac
import re
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils import uuid7

from api.edge_errors import NoSuchRoute
from api.gauges import Gauges, Measure, nothing
from api.headers import hardened
from api.logs import REQUEST, Log
from api.problems import send_problem
from domain.errors import Unauthenticated

_REQUEST_ID = re.compile(rb"[A-Za-z0-9-]{8,64}\Z")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_FORWARDED = frozenset({b"forwarded", b"x-forwarded-for"})
_SERVER_FAULT = 500
UNMATCHED = "unmatched"


@dataclass(slots=True)
class Tally:
    """Answers of one method, route and status: how many in each bucket of time, and the seconds they took together."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(_BUCKETS) + 1))
    seconds: float = 0.0


class Answers(Collector):
    """Requests answered and the time they took. Only the event loop counts, so that counting takes no lock."""

    def __init__(self) -> None:
        self.tallies: defaultdict[tuple[str, str, int], Tally] = defaultdict(Tally)

    def collect(self) -> Iterator[Metric]:
        """The families of metrics, put together when they are asked for."""
        requests = CounterMetricFamily("http_requests", "Requests answered.", labels=("method", "route", "status"))
        times: dict[tuple[str, str], Tally] = {}
        for (method, route, status), tally in list(self.tallies.items()):
            requests.add_metric((method, route, str(status)), sum(tally.counts))
            time_ = times.setdefault((method, route), Tally())
            time_.counts = [one + other for one, other in zip(time_.counts, tally.counts, strict=True)]
            time_.seconds += tally.seconds
        seconds = HistogramMetricFamily("http_request_seconds", "Time to answer.", labels=("method", "route"))
        for labels, tally in times.items():
            cumulative = zip((*map(floatToGoString, _BUCKETS), "+Inf"), accumulate(tally.counts), strict=True)
            seconds.add_metric(labels, [(bound, float(count)) for bound, count in cumulative], tally.seconds)
        yield requests
        yield seconds


class Metrics:
    """The process's metrics, and what `measure` finds when it is asked, in a registry of their own."""

    def __init__(self, measure: Measure = nothing, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._answers = Answers()
        self._gauges = Gauges(measure, clock=clock)
        self.registry.register(self._answers)
        self.registry.register(self._gauges)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request. `route` is a template, so that the number of series is bounded."""
        tally = self._answers.tallies[method if method in _METHODS else "other", route, status]
        tally.counts[bisect_left(_BUCKETS, seconds)] += 1
        tally.seconds += seconds

    def page(self) -> bytes:
        """All metrics in Prometheus' text format, with what was measured last."""
        return generate_latest(self.registry)

    async def fresh_page(self) -> bytes:
        """All metrics, measured anew where that is due."""
        await self._gauges.refresh()
        return self.page()


class Observability:
    """ASGI middleware around everything: request id, log line, metrics, protective headers, and the last 500.

    `https` says that the service's public address is https, which adds HSTS. An exception that reaches this far is
    logged without its message; where no answer has begun, the client gets a problem.
    """

    def __init__(self, app: ASGIApp, *, log: Log, metrics: Metrics, https: bool = False) -> None:
        self._app = app
        self._log = log
        self._metrics = metrics
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, then say that it was answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        scope["request_id"] = request_id = _request_id(scope)
        outgoing = _Outgoing(scope, send, https=self._https)
        try:
            await self._app(scope, receive, outgoing)
        except Exception as error:  # noqa: BLE001 - the edge of the process: whatever it is, it is logged and answered
            self._log.error("request_failed", request_id=request_id, route=route_template(scope), exc_info=error)
            if outgoing.status == 0:
                await send_problem(error, scope, outgoing)
        self._said(scope, outgoing.status, time.perf_counter() - started)

    def _said(self, scope: Scope, status: int, seconds: float) -> None:
        route = route_template(scope)
        self._metrics.observe(scope["method"], route, status, seconds)
        self._log.info(
            REQUEST,
            method=scope["method"] if scope["method"] in _METHODS else "other",
            route=route,
            status=status,
            ms=round(seconds * 1000, 2),
            request_id=scope["request_id"],
        )


class _Outgoing:
    """The `send` of one request: adds the headers, remembers the status (0 until an answer begins)."""

    __slots__ = ("_https", "_scope", "_send", "status")

    def __init__(self, scope: Scope, send: Send, *, https: bool) -> None:
        self._scope, self._send, self._https = scope, send, https
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = hardened(list(message.get("headers", ())), self._scope, https=self._https)
            headers.append((b"x-request-id", self._scope["request_id"].encode()))
            message = {**message, "headers": headers}
        await self._send(message)


class MetricsPage:
    """ASGI middleware that answers `GET /metrics`, to a bearer of `token`; without a token, to this machine alone.

    It stands before authentication, whose tokens these are not. A request that came through a proxy is not from this
    machine, whatever its address says.
    """

    def __init__(self, app: ASGIApp, *, metrics: Metrics, token: str | None = None) -> None:
        self._app = app
        self._metrics = metrics
        self._expected = None if token is None else f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on what is not for `/metrics`."""
        if scope["type"] != "http" or scope["path"] != "/metrics":
            await self._app(scope, receive, send)
            return
        scope["route_template"] = "/metrics"
        if not self._admits(scope):
            await send_problem(NoSuchRoute() if self._expected is None else Unauthenticated(), scope, send)
            return
        body = await self._metrics.fresh_page()
        headers = [(b"content-type", CONTENT_TYPE_LATEST.encode()), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    def _admits(self, scope: Scope) -> bool:
        if self._expected is not None:
            presented = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
            return hmac.compare_digest(presented, self._expected)
        client = scope.get("client")
        forwarded = any(name in _FORWARDED for name, _ in scope["headers"])
        return client is not None and client[0] in _LOOPBACK and not forwarded


def route_template(scope: Scope) -> str:
    """The template of the route that took the request: `/v1/applications/{application_id}`.

    A lane in front of the routes names its own under `route_template` in the scope.
    """
    said = scope.get("route_template")
    if isinstance(said, str):
        return said
    within = scope.get("fastapi", {}).get("effective_route_context")
    template = getattr(within or scope.get("route"), "path_format", None)
    return template if isinstance(template, str) else UNMATCHED


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.match(value):
            return str(value, "ascii")
    return str(uuid7())
