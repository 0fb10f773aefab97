"""What operators see of a request, and what nobody may."""

import logging
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import orjson
import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from api import dispatch, logs, problems
from api.gauges import FRESH_FOR, Gauge
from api.observability import Metrics, MetricsPage, Observability
from tests.api.asgi import ask, echo

CANARY = "adaeze.okafor@example.org"


@pytest.fixture
def lines() -> Iterator[BytesIO]:
    """Everything that is logged, as it would stand on standard output."""
    before, level = logging.getLogger().handlers[:], logging.getLogger().level
    stream = BytesIO()
    logs.configure("INFO", stream)
    yield stream
    logging.getLogger().handlers[:] = before
    logging.getLogger().setLevel(level)


def said(lines: BytesIO) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in lines.getvalue().splitlines()]


def observed(app: ASGIApp, lines: BytesIO, metrics: Metrics | None = None, *, https: bool = False) -> Observability:
    return Observability(app, log=logs.Log(lines), metrics=metrics or Metrics(), https=https)


def an_app() -> FastAPI:
    app = FastAPI(openapi_url=None)

    @app.get("/v1/candidates/{candidate_id}")
    async def candidate(candidate_id: str) -> str:
        return candidate_id

    @app.get("/v1/fails")
    async def fails() -> None:
        raise RuntimeError(CANARY)

    problems.install(app)
    dispatch.install(app)
    return app


async def half_way(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise RuntimeError(CANARY)


def test_a_request_is_one_line_with_its_template_and_nothing_of_anyone(lines: BytesIO) -> None:
    app = observed(an_app(), lines)

    ask(app, "GET", "/v1/candidates/8271", query=b"email=" + CANARY.encode(), headers={"authorization": "Bearer abc"})

    (line,) = said(lines)
    assert line["event"] == "request"
    assert (line["method"], line["route"], line["status"]) == ("GET", "/v1/candidates/{candidate_id}", 200)
    assert set(line) == {"event", "level", "timestamp", "method", "route", "status", "ms", "request_id"}
    assert b"8271" not in lines.getvalue()


def test_a_path_without_a_route_is_logged_without_its_words(lines: BytesIO) -> None:
    ask(observed(an_app(), lines), "GET", f"/{CANARY}")

    assert said(lines)[-1]["route"] == "unmatched"
    assert CANARY.encode() not in lines.getvalue()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("0190f3c2-8a5e-7c11-9d2b-5f0e6a7b8c9d", True),
        ("trace-0001", True),
        ("short", False),
        ("a" * 65, False),
        ("with blanks in it", False),
        ("a@b.example", False),
    ],
)
def test_a_sane_request_id_is_taken_over_and_any_other_replaced(lines: BytesIO, sent: str, kept: bool) -> None:
    answer = ask(observed(echo, lines), "GET", "/", headers={"x-request-id": sent})

    assert (answer.headers["x-request-id"] == sent) is kept
    assert answer.headers["x-request-id"] == said(lines)[-1]["request_id"]


def test_a_failure_is_answered_once_and_logged_without_its_message(lines: BytesIO) -> None:
    answer = ask(observed(an_app(), lines), "GET", "/v1/fails")

    failed, request = said(lines)
    assert (answer.status, answer.json()["code"]) == (500, "internal_error")
    assert answer.json()["request_id"] == failed["request_id"] == request["request_id"]
    assert failed["raised"][0]["class"] == "builtins.RuntimeError"
    assert "test_observability.py" in failed["raised"][0]["places"][-1]
    assert CANARY.encode() not in lines.getvalue()


def test_a_failure_outside_the_routes_is_a_problem_too(lines: BytesIO) -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError(CANARY)

    answer = ask(observed(broken, lines), "GET", "/")

    assert (answer.status, answer.headers["content-type"]) == (500, "application/problem+json")


def test_an_answer_that_breaks_off_is_not_begun_again(lines: BytesIO) -> None:
    answer = ask(observed(half_way, lines), "GET", "/")

    assert (answer.status, answer.body) == (200, b"")
    assert [line["event"] for line in said(lines)] == ["request_failed", "request"]


def test_every_answer_is_hardened(lines: BytesIO) -> None:
    answer = ask(observed(an_app(), lines, https=True), "GET", "/v1/candidates/1")

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["cache-control"] == "no-store"
    assert "max-age" in answer.headers["strict-transport-security"]


def test_what_a_route_says_of_itself_stands(lines: BytesIO) -> None:
    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"cache-control", b"public, max-age=60"), (b"content-security-policy", b"default-src 'self'")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    answer = ask(observed(page, lines), "GET", "/v1/registry/x")

    assert answer.headers["cache-control"] == "public, max-age=60"
    assert answer.headers["content-security-policy"] == "default-src 'self'"
    assert "strict-transport-security" not in answer.headers


def test_metrics_count_by_template_method_and_status(lines: BytesIO) -> None:
    metrics = Metrics()
    app = observed(an_app(), lines, metrics)

    for number in range(3):
        ask(app, "GET", f"/v1/candidates/{number}")
    ask(app, "BREW", "/v1/candidates/1")

    page = metrics.page().decode()
    assert 'http_requests_total{method="GET",route="/v1/candidates/{candidate_id}",status="200"} 3.0' in page
    assert 'method="other"' in page
    assert "BREW" not in page


@pytest.mark.parametrize(
    ("token", "presented", "host", "forwarded", "status"),
    [
        ("a-long-metrics-token", "Bearer a-long-metrics-token", "203.0.113.7", "", 200),
        ("a-long-metrics-token", "Bearer another", "127.0.0.1", "", 401),
        ("a-long-metrics-token", "", "127.0.0.1", "", 401),
        (None, "", "127.0.0.1", "", 200),
        (None, "", "::1", "", 200),
        (None, "", "203.0.113.7", "", 404),
        (None, "", "127.0.0.1", "203.0.113.7", 404),
    ],
)
def test_metrics_are_for_operators_alone(
    token: str | None, presented: str, host: str, forwarded: str, status: int
) -> None:
    page = MetricsPage(echo, metrics=Metrics(), token=token)
    headers = {"authorization": presented} if presented else {}
    if forwarded:
        headers["x-forwarded-for"] = forwarded

    answer = ask(page, "GET", "/metrics", headers=headers, client=(host, 1))

    assert answer.status == status


def test_what_is_measured_is_asked_once_for_all_who_look_and_left_out_where_it_fails() -> None:
    asked: list[int] = []
    now = [0.0]

    def measure() -> list[Gauge]:
        asked.append(len(asked))
        if len(asked) > 1:
            raise OSError(CANARY)
        ages = {"mail": 12.5, "schedules": 0.0}
        return [
            Gauge(name="oldest_task_seconds", help="Age.", label="lane", values=ages),
            Gauge(name="oldest_entry_seconds", help="Age.", values={"": 3.0}),
        ]

    page = MetricsPage(echo, metrics=Metrics(measure, clock=lambda: now[0]))

    def told() -> list[str]:
        answer = ask(page, "GET", "/metrics", client=("127.0.0.1", 1))
        return [line for line in answer.body.decode().splitlines() if line.startswith("oldest")]

    first = told()
    assert first == [
        'oldest_task_seconds{lane="mail"} 12.5',
        'oldest_task_seconds{lane="schedules"} 0.0',
        "oldest_entry_seconds 3.0",
    ]
    now[0] = FRESH_FOR - 0.1
    assert told() == first
    assert len(asked) == 1
    now[0] = FRESH_FOR
    assert told() == []
    assert len(asked) == 2


def test_libraries_log_as_json_and_without_what_they_quote(lines: BytesIO) -> None:
    logging.getLogger("sqlalchemy").error("could not insert 'Okafor' for %s", CANARY)

    (line,) = said(lines)
    assert (line["logger"], line["level"]) == ("sqlalchemy", "error")
    assert line["event"] == "could not insert '[removed]' for [removed]"


def test_an_exception_that_a_library_logs_keeps_its_place_and_loses_its_words(lines: BytesIO) -> None:
    try:
        try:
            int(CANARY)
        except ValueError as error:
            raise LookupError(CANARY) from error
    except LookupError:
        logging.getLogger("dbos").exception("a job failed")

    (line,) = said(lines)
    assert [raised["class"] for raised in line["raised"]] == ["builtins.LookupError", "builtins.ValueError"]
    assert CANARY.encode() not in lines.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        f"sent to {CANARY}",
        f"duplicate key\nDETAIL:  Key (email)=({CANARY}) already exists.",
        f"(psycopg.Error) no\n[SQL: INSERT]\n[parameters: ('{CANARY}',)]",
        "Authorization: Bearer canary-token",
        "token eyJhbGciOiJub25lIn0.canary.canary",
        "postgresql://user:canary@db/certificant",
        'a row "canary" was refused',
    ],
)
def test_a_text_is_cleaned_of_people_and_secrets(text: str) -> None:
    cleaned = logs.clean_text(text)

    assert CANARY not in cleaned
    assert "canary" not in cleaned


def test_personal_fields_are_removed_however_deep_they_lie() -> None:
    said = logs.scrub({"email": CANARY, "more": [{"given_name": "Adaeze", "count": 2}]})

    assert said == {"email": "[removed]", "more": [{"given_name": "[removed]", "count": 2}]}
