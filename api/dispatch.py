"""The hundredth route costs as the first: routes are looked up by the shape of their path, then matched.

FastAPI tries its routes in order. `Dispatch` keeps them in a tree of path segments (a literal, any one segment, or
any rest), so that a request is matched against the one to three routes whose shape it has, in the order they were
declared. It also answers what FastAPI leaves out: a 405 names every method of the path, OPTIONS is answered, and HEAD
is a GET whose body is dropped.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Mount, Router
from starlette.types import Message, Receive, Scope, Send

from api.lazy_route import LazySlice

_ANY_REST = ":path}"


@dataclass(slots=True)
class _Node:
    """One segment further down: routes that end here, routes that take whatever follows, and what comes next."""

    ending: list[int] = field(default_factory=list)
    onward: list[int] = field(default_factory=list)
    literal: dict[str, "_Node"] = field(default_factory=dict)
    wild: "_Node | None" = None


class Dispatch:
    """An ASGI app in front of a router's own scan; `install` puts it there.

    Routes declared on the application itself, or handed to `declare`, are found at once. A router that was *included*
    is tried as a whole where one of its paths could match.
    """

    def __init__(self, router: Router) -> None:
        self._router = router
        self._routes: list[BaseRoute] = []
        self._root = _Node()
        self._unloaded = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on to the route that matches; to the router's own scan where none has the shape of the path."""
        if scope["type"] != "http" or scope.get("root_path"):
            if scope["type"] == "http" and self._has_unloaded():
                await self._load(self._routes)
            await self._router.app(scope, receive, send)
            return
        scope.setdefault("router", self._router)
        candidates = self.candidates(scope["path"])
        if self._unloaded and await self._load(candidates):
            candidates = self.candidates(scope["path"])
        if await _run(candidates, scope, scope, receive, send):
            return
        allowed = _allowed(candidates, scope)
        if not allowed:
            await self._router.app(scope, receive, send)
        elif scope["method"] == "HEAD" and "GET" in allowed:
            await _run(candidates, {**scope, "method": "GET"}, scope, receive, _without_body(send))
        elif scope["method"] == "OPTIONS":
            headers = [(b"allow", ", ".join(allowed).encode())]
            await send({"type": "http.response.start", "status": 204, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
        else:
            raise HTTPException(405, headers={"Allow": ", ".join(allowed)})

    def candidates(self, path: str) -> list[BaseRoute]:
        """The routes whose shape `path` has, in the order they were declared."""
        self._keep_up()
        found: list[int] = []
        _collect(self._root, path.split("/"), 0, found)
        if len(found) > 1:
            found = sorted(set(found))
        routes = self._routes
        return [routes[index] for index in found]

    async def _load(self, routes: Iterable[BaseRoute]) -> bool:
        """Put what these slices hold into their places; whether one was among them.

        A thread loads them: tenths of a second, in which others are answered.
        """
        waiting = [one for one in routes if isinstance(one, LazySlice)]
        for one in waiting:
            loaded = await run_in_threadpool(one.load)
            if one in self._router.routes:  # Two requests may have waited for it.
                place = self._router.routes.index(one)
                self._router.routes[place : place + 1] = loaded
                self._routes = []
        return bool(waiting)

    def _has_unloaded(self) -> bool:
        self._keep_up()
        return self._unloaded

    def _keep_up(self) -> None:
        """Build the tree anew where routes were added since."""
        if len(self._routes) != len(self._router.routes):
            self._build()

    def _build(self) -> None:
        self._root, self._routes = _Node(), list(self._router.routes)
        self._unloaded = any(isinstance(one, LazySlice) for one in self._routes)
        for index, route in enumerate(self._routes):
            for path in _paths(route):
                _plant(self._root, path, index)


def install(app: FastAPI) -> None:
    """Put the lookup before `app`'s own scan of its routes. Routes may still be added afterwards."""
    app.router.middleware_stack = Dispatch(app.router)


def declare(app: FastAPI, *routers: APIRouter) -> None:
    """Give `app` the routes of these routers as they are, prefix and tags of the router itself on them already.

    `include_router` would keep each router as a branch, whose routes FastAPI matches one by one, and twice.
    """
    for router in routers:
        app.router.routes.extend(router.routes)


async def _run(routes: Sequence[BaseRoute], scope: Scope, outer: Scope, receive: Receive, send: Send) -> bool:
    for route in routes:
        match, child = route.matches(scope)
        if match is Match.FULL:
            scope.update(child)
            # Whoever logs the request looks into the scope it handed in.
            outer["route"] = scope.setdefault("route", route)
            await route.handle(scope, receive, send)
            return True
    return False


def _allowed(routes: Iterable[BaseRoute], scope: Scope) -> list[str]:
    methods: set[str] = set()
    for route in routes:
        match, _ = route.matches(scope)
        if match is Match.PARTIAL:
            methods |= _methods(route, scope["path"])
    if "GET" in methods:
        methods.add("HEAD")
    return sorted(methods)


def _methods(route: BaseRoute, path: str) -> set[str]:
    if isinstance(said := getattr(route, "methods", None), (set, frozenset, list)):
        return set(said)
    within = (context for context in iter_route_contexts([route]) if _regex(context).match(path))
    return {method for context in within for method in (context.methods or ())}


def _regex(context: Any) -> Any:  # noqa: ANN401 - a compiled pattern, which FastAPI does not type
    return context.path_regex


def _paths(route: BaseRoute) -> list[str]:
    """Every path of a route; a trailing `{rest:path}` for what takes whatever follows."""
    if isinstance(route, LazySlice):
        return [path for one in route.paths for path in (f"{one}/{{rest:path}}", one)]
    if isinstance(route, Mount):
        return [f"{route.path}/{{rest:path}}", route.path or "/"]
    if isinstance(path := getattr(route, "path", None), str):
        return [path]
    inner = [context.path for context in iter_route_contexts([route])]
    return [path for path in inner if path] or ["/{rest:path}"]


def _plant(node: _Node, path: str, index: int) -> None:
    for segment in path.split("/"):
        if _ANY_REST in segment:
            node.onward.append(index)
            return
        if "{" in segment:
            node.wild = node.wild or _Node()
            node = node.wild
        else:
            node = node.literal.setdefault(segment, _Node())
    node.ending.append(index)


def _collect(node: _Node, segments: Sequence[str], depth: int, found: list[int]) -> None:
    found += node.onward
    if depth == len(segments):
        found += node.ending
        return
    literal = node.literal.get(segments[depth])
    if literal is not None:
        _collect(literal, segments, depth + 1, found)
    if node.wild is not None:
        _collect(node.wild, segments, depth + 1, found)


def _without_body(send: Send) -> Send:
    async def headers_only(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return headers_only
