"""Routes that are loaded, and built, when they are first asked for."""

import asyncio
from functools import partial

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from api import dispatch
from api.lazy_route import LazyRoute, LazySlice
from tests.api.asgi import ask

PATHS = ("/v1/things/{thing_id}", "/v1/things/{thing_id}/parts", "/v1/others/{other_id}")


def an_app(built: list[str]) -> FastAPI:
    app = FastAPI(openapi_url=None)

    def build(path: str) -> BaseRoute:
        built.append(path)
        return Route(path, lambda request: PlainTextResponse(f"{path} {sorted(request.path_params.values())}"))

    app.router.routes.extend(LazyRoute("GET", path, partial(build, path)) for path in PATHS)
    dispatch.install(app)
    return app


def test_nothing_is_built_before_a_request_has_its_shape() -> None:
    built: list[str] = []

    ask(an_app(built), "GET", "/v1/unknown/7")

    assert built == []


def test_a_request_builds_its_own_route_once() -> None:
    built: list[str] = []
    app = an_app(built)

    answers = [ask(app, "GET", "/v1/things/7").body for _ in range(2)]

    assert built == ["/v1/things/{thing_id}"]
    assert answers == [b"/v1/things/{thing_id} ['7']"] * 2


def test_another_method_hears_what_the_route_answers() -> None:
    answer = ask(an_app([]), "DELETE", "/v1/things/7/parts")

    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


def test_behind_a_root_path_the_router_scans_and_finds_it() -> None:
    app = an_app([])

    async def behind_a_proxy(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "root_path": "/base"}, receive, send)

    answer = ask(behind_a_proxy, "GET", "/base/v1/others/7")

    assert answer.body == b"/v1/others/{other_id} ['7']"


def sliced(loaded: list[str]) -> FastAPI:
    """Two slices, of which one lies beneath two paths, between a page before them and one after."""
    app = FastAPI(openapi_url=None)

    def load(*paths: str) -> list[BaseRoute]:
        loaded.extend(paths)
        return [page(path) for path in paths]

    def page(path: str) -> Route:
        return Route(path, lambda request: PlainTextResponse(f"{path} {sorted(request.path_params.values())}"))

    app.router.routes += [
        page("/v1/things/first"),
        LazySlice(["/v1/things", "/v1/parts"], partial(load, "/v1/things", "/v1/things/{thing_id}", "/v1/parts/{id}")),
        LazySlice(["/v1/others"], partial(load, "/v1/others")),
        page("/v1/things/{late}"),
    ]
    dispatch.install(app)
    return app


@pytest.mark.parametrize("path", ["/livez", "/v1/nothing", "/v1/thing", "/v1/other/things"])
def test_no_slice_is_loaded_for_what_lies_beneath_none_of_its_paths(path: str) -> None:
    loaded: list[str] = []

    assert ask(sliced(loaded), "GET", path).status == 404

    assert loaded == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/things", b"/v1/things []"),
        ("/v1/things/first", b"/v1/things/first []"),
        ("/v1/things/7", b"/v1/things/{thing_id} ['7']"),
        ("/v1/parts/7", b"/v1/parts/{id} ['7']"),
    ],
)
def test_a_slice_is_loaded_once_into_its_place(path: str, body: bytes) -> None:
    loaded: list[str] = []
    app = sliced(loaded)

    answers = [ask(app, "GET", path).body for _ in range(2)]

    assert answers == [body] * 2
    assert loaded == ["/v1/things", "/v1/things/{thing_id}", "/v1/parts/{id}"]


def test_what_a_slice_does_not_hold_is_not_found_once_it_is_loaded() -> None:
    loaded: list[str] = []
    app = sliced(loaded)

    statuses = [ask(app, "GET", "/v1/others/7/none").status for _ in range(2)]

    assert (statuses, loaded) == ([404, 404], ["/v1/others"])


def test_requests_that_wait_for_one_slice_at_once_are_all_answered() -> None:
    loaded: list[str] = []
    app = sliced(loaded)

    async def together() -> list[bytes]:
        async with AsyncClient(transport=ASGITransport(app), base_url="http://testserver") as client:
            answers = await asyncio.gather(*(client.get(f"/v1/things/{number}") for number in range(4)))
        return [answer.content for answer in answers]

    assert asyncio.run(together()) == [f"/v1/things/{{thing_id}} ['{number}']".encode() for number in range(4)]
    assert [getattr(route, "path", None) for route in app.router.routes].count("/v1/parts/{id}") == 1


def test_behind_a_root_path_every_slice_is_loaded() -> None:
    loaded: list[str] = []
    app = sliced(loaded)

    async def behind_a_proxy(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "root_path": "/base"}, receive, send)

    answers = [ask(behind_a_proxy, "GET", "/base/v1/others").body for _ in range(2)]

    assert answers == [b"/v1/others []"] * 2
    assert sorted(loaded) == ["/v1/others", "/v1/parts/{id}", "/v1/things", "/v1/things/{thing_id}"]
