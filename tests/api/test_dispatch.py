"""Routes are found by their shape, with the same answers as FastAPI's own scan, and better ones for 405 and HEAD."""

import pytest
from fastapi import APIRouter, FastAPI
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from api import dispatch, problems
from tests.api.asgi import ask, echo


def an_app(*, included: bool = False) -> FastAPI:
    """Routes that overlap: a literal beside a parameter, two methods on a path, a rest, a mount, a plain route."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    router = APIRouter(prefix="/v1")

    @router.get("/things/mine")
    async def mine() -> str:
        return "mine"

    @router.get("/things/{thing_id}")
    async def thing(thing_id: str) -> str:
        return f"thing {thing_id}"

    @router.patch("/things/{thing_id}")
    async def change(thing_id: str) -> str:
        return f"changed {thing_id}"

    @router.post("/things/{thing_id}/parts", status_code=201)
    async def add(thing_id: str) -> str:
        return f"part of {thing_id}"

    @router.get("/files/{name:path}")
    async def file(name: str) -> str:
        return f"file {name}"

    if included:
        app.include_router(router)
    else:
        dispatch.declare(app, router)
    app.router.routes.append(Route("/livez", lambda _: PlainTextResponse("alive")))
    app.router.routes.append(Mount("/mounted", app=echo))
    problems.install(app)
    dispatch.install(app)
    return app


@pytest.mark.parametrize("included", [False, True], ids=["declared", "included"])
@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("GET", "/v1/things/mine", 200, b'"mine"'),
        ("GET", "/v1/things/7", 200, b'"thing 7"'),
        ("PATCH", "/v1/things/mine", 200, b'"changed mine"'),
        ("POST", "/v1/things/7/parts", 201, b'"part of 7"'),
        ("GET", "/v1/files/a/b/c.pdf", 200, b'"file a/b/c.pdf"'),
        ("GET", "/livez", 200, b"alive"),
        ("GET", "/mounted/", 200, b""),
        ("GET", "/mounted/far/below", 200, b""),
    ],
)
def test_every_kind_of_route_is_found(included: bool, method: str, path: str, status: int, body: bytes) -> None:
    answer = ask(an_app(included=included), method, path)

    assert (answer.status, answer.body) == (status, body)


@pytest.mark.parametrize("included", [False, True], ids=["declared", "included"])
@pytest.mark.parametrize("path", ["/", "/v1", "/v1/things", "/v1/things/", "/v1/things/7/", "/v1/things/7/parts/1", ""])
def test_what_has_no_route_is_missing(included: bool, path: str) -> None:
    answer = ask(an_app(included=included), "GET", path)

    assert (answer.status, answer.json()["code"]) == (404, "no_such_route")


@pytest.mark.parametrize("included", [False, True], ids=["declared", "included"])
def test_a_wrong_method_is_told_all_that_the_path_knows(included: bool) -> None:
    answer = ask(an_app(included=included), "DELETE", "/v1/things/7")

    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, PATCH")


def test_head_is_get_without_its_body() -> None:
    answer = ask(an_app(), "HEAD", "/v1/things/7")

    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-length"] == str(len(b'"thing 7"'))


def test_head_of_what_cannot_be_got_is_a_wrong_method() -> None:
    answer = ask(an_app(), "HEAD", "/v1/things/7/parts")

    assert answer.status == 405


def test_options_is_answered_with_the_methods_of_the_path() -> None:
    answer = ask(an_app(), "OPTIONS", "/v1/things/7")

    assert (answer.status, answer.headers["allow"]) == (204, "GET, HEAD, PATCH")


def test_a_route_added_after_the_first_request_is_found() -> None:
    app = an_app()
    ask(app, "GET", "/late")

    app.router.routes.append(Route("/late", lambda _: Response(b"late")))

    assert ask(app, "GET", "/late").body == b"late"


def test_the_last_of_many_routes_is_tried_as_early_as_the_first() -> None:
    app = FastAPI(openapi_url=None)
    for number in range(150):
        app.get(f"/v1/slice{number // 10}/{{thing_id}}/step{number}")(lambda thing_id: thing_id)
    finder = dispatch.Dispatch(app.router)

    first, last = finder.candidates("/v1/slice0/7/step0"), finder.candidates("/v1/slice14/7/step149")

    assert (len(first), len(last)) == (1, 1)
