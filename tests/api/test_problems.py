"""Every failure has one shape, its own status and no echo of what was sent."""

from typing import Annotated

import pytest
from fastapi import FastAPI, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from api import dispatch, edge_errors, problem_pages, problems
from api.problems import catalogue, problem, status_of
from domain import errors
from domain.errors import DomainError, Fault
from domain.ruling import Finding, Ruling, Source
from tests.api.asgi import Answer, ask, post_json

CANARY = "Zephyrine Quillfeather"


class Licence(BaseModel):
    model_config = ConfigDict(extra="forbid")

    number: Annotated[str, Field(max_length=8)]
    points: Annotated[int, Field(le=10)] = 0


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid")

    given_name: str
    licences: list[Licence] = []
    points: Annotated[tuple[int, ...], Field(min_length=2, max_length=3)] = (1, 2)


def an_app(raised: Exception | None = None) -> FastAPI:
    """A small application with one form, one list and one failure."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)

    @app.post("/forms")
    async def form(form: Form) -> str:
        return form.given_name

    @app.get("/lists")
    async def lists(limit: Annotated[int, Query(ge=1, le=100)] = 50) -> int:
        return limit

    @app.get("/raises")
    async def raises() -> None:
        if raised is not None:
            raise raised

    app.router.routes.extend(problem_pages.routes())
    problems.install(app, base_url="https://certs.example")
    dispatch.install(app)
    return app


def raising(error: Exception) -> Answer:
    return ask(an_app(error), "GET", "/raises")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.Unauthenticated(), 401),
        (errors.Forbidden(), 403),
        (errors.SeparationOfDuties(), 403),
        (errors.NotFound(), 404),
        (errors.WrongState(), 409),
        (errors.AlreadyExists(), 409),
        (errors.Stale(), 412),
        (errors.TooLarge(), 413),
        (errors.Invalid(), 422),
        (errors.Contradiction(), 409),
        (errors.Unavailable(), 503),
        (edge_errors.UnsupportedMediaType(), 415),
        (edge_errors.PreconditionRequired(), 428),
        (edge_errors.TooManyRequests(7), 429),
        (edge_errors.IdempotencyKeyRequired(), 400),
        (edge_errors.IdempotencyKeyReused(), 422),
    ],
    ids=lambda case: case.code if isinstance(case, DomainError) else str(case),
)
def test_each_refusal_has_its_status_and_says_its_code(error: DomainError, status: int) -> None:
    answer = raising(error)

    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["code"] == error.code
    assert answer.json()["type"] == f"/problems/{error.code}"


def test_a_refusal_of_a_slice_takes_the_status_of_its_nearest_ancestor() -> None:
    class SeatTaken(errors.Conflict):
        code = "seat_taken"

    assert status_of(SeatTaken) == 409


def test_a_strangers_object_is_byte_for_byte_a_missing_one() -> None:
    class NoSuchCredential(errors.NotFound):
        code = "no_such_credential"
        title = "There is no such credential."

    missing = problem(errors.NotFound(), "r")
    strangers = problem(NoSuchCredential("It belongs to another."), "r")

    assert strangers == missing


def test_two_answers_differ_in_nothing_but_the_request_id() -> None:
    one, other = problem(errors.NotFound(), "aaaaaaaa"), problem(errors.NotFound(), "bbbbbbbb")

    assert one.body.replace(b"aaaaaaaa", b"bbbbbbbb") == other.body
    assert one.headers == other.headers


def test_a_rule_that_refused_shows_every_clause() -> None:
    source = Source(edition="cpom-2026", paragraph="2.1")
    part = Finding(clause="year", met=False, code="too_short", asked="A year.", found="Ten months.")
    finding = Finding.any_of("experience", [part], asked="Experience.", source=source)

    answer = raising(errors.Refused(Ruling((finding,))))

    ruling = answer.json()["ruling"]
    assert answer.status == 409
    assert ruling["granted"] is False
    assert ruling["findings"][0]["source"] == {"edition": "cpom-2026", "paragraph": "2.1"}
    assert ruling["findings"][0]["parts"][0]["found"] == "Ten months."


def test_a_401_names_the_metadata_of_the_resource() -> None:
    answer = raising(errors.Unauthenticated())

    challenge = 'resource_metadata="https://certs.example/.well-known/oauth-protected-resource"'
    assert challenge in answer.headers["www-authenticate"]


def test_a_503_says_when_to_try_again() -> None:
    answer = raising(errors.Unavailable())

    assert int(answer.headers["retry-after"]) >= 1


def test_a_domain_fault_points_into_the_body() -> None:
    answer = raising(errors.Invalid(Fault("/licences/0/number", "check_digit", "The check digit is wrong.")))

    assert answer.json()["errors"] == [
        {"pointer": "/body/licences/0/number", "code": "check_digit", "detail": "The check digit is wrong."}
    ]


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        (b"{}", "/body/given_name", "missing"),
        (b'{"given_name": 3}', "/body/given_name", "string_type"),
        (b'{"given_name":"a","licences":[{"number":"123456789"}]}', "/body/licences/0/number", "string_too_long"),
        (b'{"given_name":"a","licences":[{"number":"1","points":11}]}', "/body/licences/0/points", "less_than_equal"),
        (b'{"given_name":"a","licences":[{}]}', "/body/licences/0/number", "missing"),
        (b'{"given_name":"a","lisences":[]}', "/body/lisences", "extra_forbidden"),
        (b'["a"]', "/body", "model_attributes_type"),
        (b"{", "/body", "json_invalid"),
    ],
)
def test_a_malformed_body_is_pointed_at(body: bytes, pointer: str, code: str) -> None:
    answer = post_json(an_app(), body, "/forms")

    assert answer.status in {400, 422}
    assert (answer.pointers, answer.codes) == ([pointer], [code])


@pytest.mark.parametrize(
    ("points", "pointers", "codes"),
    [
        ('["x", 2]', ["/body/points/0"], ["int_parsing"]),
        ('["x", null]', ["/body/points/0", "/body/points/1"], ["int_parsing", "int_type"]),
        ('["x"]', ["/body/points/0", "/body/points"], ["int_parsing", "too_short"]),
        ("[1]", ["/body/points"], ["too_short"]),
        ("[]", ["/body/points"], ["too_short"]),
    ],
)
def test_a_list_is_called_too_short_only_where_it_is(points: str, pointers: list[str], codes: list[str]) -> None:
    answer = post_json(an_app(), b'{"given_name":"a","points":%b}' % points.encode(), "/forms")

    assert (answer.status, answer.pointers, answer.codes) == (422, pointers, codes)


def test_a_bound_of_the_schema_is_said_in_words() -> None:
    answer = post_json(an_app(), b'{"given_name":"a","licences":[{"number":"123456789"}]}', "/forms")

    assert answer.json()["errors"][0]["detail"] == "At most 8 characters."


def test_a_malformed_parameter_is_pointed_at_in_the_query() -> None:
    answer = ask(an_app(), "GET", "/lists", query=b"limit=abc")

    assert (answer.status, answer.pointers, answer.codes) == (422, ["/query/limit"], ["int_parsing"])


@pytest.mark.parametrize(
    "body",
    [
        f'{{"given_name": ["{CANARY}"]}}',
        f'{{"given_name": "a", "{CANARY}": 1}}',
        f'{{"given_name": "a", "licences": [{{"number": "{CANARY}"}}]}}',
        f'{{"given_name": "a", "licences": "{CANARY}"}}',
        f'{{"given_name": "{CANARY}"',
    ],
)
def test_no_problem_echoes_what_was_sent(body: str) -> None:
    answer = post_json(an_app(), body.encode(), "/forms")

    assert answer.status in {400, 422}
    assert b"Zephyrine" not in answer.body


def test_a_failure_of_the_service_says_nothing_of_itself() -> None:
    status, _, body = problem(RuntimeError(CANARY), "r-1")

    assert status == 500
    assert b"Zephyrine" not in body
    assert b'"detail"' not in body
    assert b'"request_id":"r-1"' in body


def test_a_refusal_without_a_row_in_the_table_is_a_500_without_its_words() -> None:
    class Unforeseen(DomainError):
        code = "unforeseen"
        title = "Unforeseen."

    status, _, body = problem(Unforeseen(CANARY), "r")

    assert status == 500
    assert b"internal_error" in body
    assert b"Zephyrine" not in body


def test_an_unknown_path_and_a_wrong_method_are_problems_too() -> None:
    unknown, wrong = ask(an_app(), "GET", "/nowhere"), ask(an_app(), "DELETE", "/forms")

    assert (unknown.status, unknown.json()["code"]) == (404, "no_such_route")
    assert (wrong.status, wrong.json()["code"], wrong.headers["allow"]) == (405, "method_not_allowed", "POST")


@pytest.mark.parametrize(
    ("status", "becomes"), [(400, 400), (401, 401), (413, 413), (418, 400), (500, 500), (503, 503)]
)
def test_the_frameworks_own_failures_become_problems(status: int, becomes: int) -> None:
    answer = raising(HTTPException(status, detail=CANARY))

    assert answer.status == becomes
    assert answer.headers["content-type"] == "application/problem+json"
    assert b"Zephyrine" not in answer.body


def test_the_catalogue_lists_each_code_once_with_what_it_means() -> None:
    listed = catalogue()

    codes = [entry.code for entry in listed]
    assert codes == sorted(set(codes))
    assert {"not_found", "refused_by_rule", "too_many_requests", "internal_error", "unreadable"} <= set(codes)
    assert [entry.code for entry in listed if not entry.description] == []


def test_two_meanings_under_one_code_stop_the_catalogue() -> None:
    class _One(errors.Conflict):
        """One meaning."""

        code = "twice"

    class _Other(errors.Invalid):
        """Another."""

        code = "twice"

    with pytest.raises(ValueError, match="twice"):
        catalogue(frozenset({"tests"}))


def test_a_problems_type_leads_to_its_page() -> None:
    app = an_app(errors.Stale())
    type_ = ask(app, "GET", "/raises").json()["type"]

    page = ask(app, "GET", type_)

    assert page.status == 200
    assert page.json()["code"] == "stale"
    assert page.json()["type"] == type_
    assert page.json()["status"] == 412


def test_the_pages_list_every_code_and_know_no_other() -> None:
    app = an_app()

    listed, unknown = ask(app, "GET", "/problems"), ask(app, "GET", "/problems/unheard_of")

    assert {"stale", "not_found"} <= {entry["code"] for entry in listed.json()["items"]}
    assert unknown.status == 404
