"""The whole edge in its order: what one part refuses, the parts outside it still see."""

from io import BytesIO
from typing import Any

import orjson
from fastapi import FastAPI
from pydantic import BaseModel, SecretStr
from starlette.requests import Request
from starlette.types import ASGIApp

from api import dispatch, problems
from api.edge import surround
from api.logs import Log
from api.observability import Metrics
from api.settings import Settings
from tests.api.asgi import ask, post_json

ORIGIN = "https://portal.example"


class Lines(BytesIO):
    """A stream that reads back as what was logged."""

    @property
    def said(self) -> list[dict[str, Any]]:
        return [orjson.loads(line) for line in self.getvalue().splitlines()]


class Form(BaseModel):
    name: str


def the_service(lines: Lines | None = None, **settings: Any) -> ASGIApp:
    app = FastAPI(openapi_url=None, redirect_slashes=False)

    @app.post("/v1/forms")
    async def form(form: Form) -> str:
        return form.name

    @app.post("/v1/uploads")
    async def upload(request: Request) -> int:
        form = await request.form()
        return len(form)

    @app.post("/v1/registry/verify")
    async def verify(request: Request) -> str:
        return (await request.body()).decode()

    problems.install(app)
    dispatch.install(app)
    chosen = Settings(cors_origins=(ORIGIN,), **settings)
    return surround(app, chosen, log=Log(Lines() if lines is None else lines), metrics=Metrics())


def test_a_sound_request_passes_through_it_all() -> None:
    answer = post_json(the_service(), b'{"name":"Adaeze"}', "/v1/forms")

    assert (answer.status, answer.body) == (200, b'"Adaeze"')
    assert {"x-request-id", "ratelimit", "ratelimit-policy", "x-content-type-options"} <= set(answer.headers)


def test_a_token_that_is_presented_as_json_comes_to_the_route_that_knows_it() -> None:
    presented, elsewhere = (
        post_json(the_service(), b"eyJ.e30.c2ln", path) for path in ("/v1/registry/verify", "/v1/forms")
    )

    assert (presented.status, presented.body) == (200, b'"eyJ.e30.c2ln"')
    assert (elsewhere.status, elsewhere.codes) == (400, ["json_invalid"])


def test_what_the_guard_refuses_bears_the_id_is_logged_and_can_be_read_by_the_page() -> None:
    lines = Lines()

    answer = ask(
        the_service(lines),
        "POST",
        "/v1/forms",
        body=b'{"name":"\\u0000"}',
        headers={"content-type": "application/json", "origin": ORIGIN},
    )

    assert answer.status == 422
    assert answer.json()["request_id"] == answer.headers["x-request-id"] == lines.said[0]["request_id"]
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert lines.said[0]["status"] == 422


def test_a_form_that_grows_too_large_while_it_streams_is_a_413_from_within_the_route() -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'

    answer = ask(
        the_service(upload_bytes=1000),
        "POST",
        "/v1/uploads",
        body=[head, b"a" * 600, b"a" * 600, b"\r\n--x--\r\n"],
        headers={"content-type": "multipart/form-data; boundary=x"},
    )

    assert (answer.status, answer.json()["code"]) == (413, "too_large")


def test_a_quota_used_up_is_a_problem_that_says_when() -> None:
    app = the_service(rate_limit="1/minute")
    post_json(app, b'{"name":"a"}', "/v1/forms")

    refused = post_json(app, b'{"name":"a"}', "/v1/forms")

    assert refused.status == 429
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.headers["content-type"] == "application/problem+json"


def test_metrics_are_read_with_their_own_token_before_anyone_authenticates() -> None:
    app = the_service(metrics_token=SecretStr("a-long-metrics-token"))
    post_json(app, b'{"name":"a"}', "/v1/forms")

    page = ask(app, "GET", "/metrics", headers={"authorization": "Bearer a-long-metrics-token"})

    assert page.status == 200
    assert b'route="/v1/forms",status="200"' in page.body
