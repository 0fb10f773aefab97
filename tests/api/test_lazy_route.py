"""Routes that are built when they are first asked for."""

from functools import partial

from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from api import dispatch
from api.lazy_route import LazyRoute
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
