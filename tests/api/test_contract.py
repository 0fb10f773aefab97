"""The finishing of the OpenAPI document, on a small service of its own."""

from copy import deepcopy
from typing import Annotated, Any, Literal

import pytest
from fastapi import FastAPI, Path, UploadFile
from pydantic import Field

from api.contract import extras, finish, input_schemas, of_body, operations, schemas_under
from api.contract_tables import LARGEST_UPLOAD
from api.fields import Count, Day, Flag, Id, In, Line, Money, Out
from domain import authorization
from domain.actors import Role
from domain.authorization import permission


class _Licence(In):
    """A licence."""

    kind: Annotated[str, Path(pattern="^licence$", max_length=7)] = "licence"
    expires_on: Day | None = None
    restricted: Flag
    fee: Money = 0
    deposit: Annotated[Money, Field(gt=0)] = 1
    format: Literal[1] = 1


class _Thing(Out):
    """A thing."""

    name: str
    count: int
    many: list[str]
    notes: dict[str, int]


@pytest.fixture
def document(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    table = {"thing.change": permission(Role.REVIEWER), "thing.read": permission(public=True)}
    monkeypatch.setattr("api.contract.TABLE", authorization.TABLE | table)
    return finish(_service().openapi())


def _service() -> FastAPI:
    app = FastAPI(title="Sample", version="1")

    @app.get("/v1/things", tags=["service"], openapi_extra=extras("thing.read", paged=True))
    def list_things(name: Line | None = None, limit: Count = 50) -> list[_Thing]:
        """List the things. Oldest first."""
        return []

    @app.get(
        "/v1/things/{thing_id}/ruling", tags=["service"], responses={409: {}}, openapi_extra=extras("thing.change")
    )
    def rule(thing_id: Id) -> _Thing:
        """Say how a thing stands."""
        raise AssertionError(thing_id)

    @app.put("/v1/things/{thing_id}", tags=["service"], openapi_extra=extras("thing.change", if_match=True, etag=True))
    def change_thing(thing_id: Id, body: _Licence) -> _Thing:
        """Change a thing."""
        raise AssertionError(thing_id, body)

    @app.post(
        "/v1/things", tags=["service"], status_code=201, openapi_extra=extras("thing.change", key="required", etag=True)
    )
    def add_thing(file: UploadFile) -> _Thing:
        """Add a thing."""
        raise AssertionError(file)

    return app


def _operation(document: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    return next(operation for at, verb, operation in operations(document) if (verb, at) == (method, path))


def _parameter_names(operation: dict[str, Any]) -> list[str]:
    references = [parameter.get("$ref", parameter.get("name", "")) for parameter in operation.get("parameters", [])]
    return [reference.rpartition("/")[2] for reference in references]


def test_finishing_leaves_its_argument_alone() -> None:
    raw = _service().openapi()
    before = deepcopy(raw)

    finish(raw)

    assert raw == before


def test_a_service_shows_whose_it_is_and_changes_nothing_else() -> None:
    published = finish(_service().openapi())

    shown = of_body(
        published,
        name="CPS",
        email="api@cps.example",
        terms_url="https://cps.example/terms",
        base_url="https://api.cps.example",
    )

    assert shown["info"]["contact"] == {"name": "CPS", "url": "https://api.cps.example", "email": "api@cps.example"}
    assert shown["info"]["license"]["url"] == shown["info"]["termsOfService"] == "https://cps.example/terms"
    assert [server["url"] for server in shown["servers"]] == ["https://api.cps.example"]
    assert shown["paths"] == published["paths"]
    assert published == finish(_service().openapi())


def test_a_failure_that_a_route_names_is_the_shared_one(document: dict[str, Any]) -> None:
    answer = _operation(document, "get", "/v1/things/{thing_id}/ruling")["responses"]["409"]

    assert answer == {"$ref": "#/components/responses/Conflict"}


def test_a_failure_that_a_protocol_has_words_for_is_told_in_both_forms() -> None:
    app = FastAPI(title="Sample", version="1")
    own = {"description": "Refused.", "content": {"application/json": {"schema": {"type": "object"}}}}

    @app.get("/v1/things", tags=["service"], openapi_extra=extras(), responses={400: own})
    def ask() -> None:
        """Ask."""
        raise AssertionError

    answer = _operation(finish(app.openapi()), "get", "/v1/things")["responses"]["400"]

    assert answer["description"] == "Refused."
    assert sorted(answer["content"]) == ["application/json", "application/problem+json"]


def test_a_number_that_is_one_value_states_its_bounds(document: dict[str, Any]) -> None:
    format_ = document["components"]["schemas"]["_Licence"]["properties"]["format"]

    assert (format_["const"], format_["minimum"], format_["maximum"]) == (1, 1, 1)


def test_finishing_twice_says_the_same() -> None:
    assert finish(_service().openapi()) == finish(_service().openapi())


def test_every_operation_names_the_failures_of_the_edge_as_problems(document: dict[str, Any]) -> None:
    for _, _, operation in operations(document):
        assert {"400", "401", "403", "414", "422", "429", "500", "503"} <= operation["responses"].keys()
        for status, answer in operation["responses"].items():
            if status.startswith(("4", "5")):
                shared = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
                assert list(shared["content"]) == ["application/problem+json"]
                assert shared["content"]["application/problem+json"]["example"]["status"] == int(status)


def test_frameworks_own_validation_error_is_gone(document: dict[str, Any]) -> None:
    assert "HTTPValidationError" not in document["components"]["schemas"]
    assert "ValidationError" not in document["components"]["schemas"]


def test_a_change_asks_for_if_match_and_says_what_happens_without(document: dict[str, Any]) -> None:
    change = _operation(document, "put", "/v1/things/{thing_id}")

    assert "IfMatch" in _parameter_names(change)
    assert {"404", "409", "412", "428"} <= change["responses"].keys()
    assert "ETag" in change["responses"]["200"]["headers"]


def test_a_creation_takes_a_key_and_says_when_it_replays(document: dict[str, Any]) -> None:
    add = _operation(document, "post", "/v1/things")

    assert "IdempotencyKey" in _parameter_names(add)
    assert {"Idempotent-Replayed", "Location", "ETag"} <= add["responses"]["201"]["headers"].keys()
    assert {"413", "415"} <= add["responses"].keys()


def test_an_upload_names_its_media_types_and_its_bound(document: dict[str, Any]) -> None:
    form = _operation(document, "post", "/v1/things")["requestBody"]["content"]["multipart/form-data"]
    member = document["components"]["schemas"][form["schema"]["$ref"].rpartition("/")[2]]["properties"]["file"]

    assert form["encoding"] == {"file": {"contentType": "text/csv"}}
    assert (member["format"], member["maxLength"]) == ("binary", LARGEST_UPLOAD)


def test_a_read_of_a_list_neither_conflicts_nor_misses(document: dict[str, Any]) -> None:
    listing = _operation(document, "get", "/v1/things")

    assert not {"404", "409", "412", "413", "428"} & listing["responses"].keys()
    assert "Link" in listing["responses"]["200"]["headers"]


def test_public_rows_need_no_token_and_others_do(document: dict[str, Any]) -> None:
    assert _operation(document, "get", "/v1/things")["security"] == [{}]
    assert _operation(document, "post", "/v1/things")["security"] == [{"bearer": []}]


def test_the_summary_is_the_first_sentence_of_the_docstring(document: dict[str, Any]) -> None:
    listing = _operation(document, "get", "/v1/things")

    assert listing["summary"] == "List the things"
    assert listing["description"] == "List the things. Oldest first."


def test_a_parameter_is_left_out_and_never_null(document: dict[str, Any]) -> None:
    listing = _operation(document, "get", "/v1/things")
    name = next(parameter for parameter in listing["parameters"] if parameter["name"] == "name")

    assert name["schema"]["type"] == "string"
    assert "anyOf" not in name["schema"]
    assert name["description"] == "The name."


def test_what_answers_hold_is_bounded(document: dict[str, Any]) -> None:
    for schema in document["components"]["schemas"].values():
        for inner in schemas_under(schema):
            kind = inner.get("type")
            if kind == "string" and "enum" not in inner and "const" not in inner:
                assert "maxLength" in inner
                assert {"pattern", "format"} & inner.keys()
            if kind == "integer":
                assert {"minimum", "maximum", "format"} <= inner.keys()
            if kind == "array":
                assert "maxItems" in inner


def test_what_requests_hold_keeps_the_bounds_of_its_fields(document: dict[str, Any]) -> None:
    where = dict(input_schemas(document))

    fee = where["_Licence"]["properties"]["fee"]

    assert (fee["minimum"], fee["maximum"], fee["format"]) == (0, 1_000_000_000, "int32")
    assert where["_Licence"]["additionalProperties"] is False


def test_two_lower_bounds_of_a_whole_number_become_the_closer_one(document: dict[str, Any]) -> None:
    deposit = dict(input_schemas(document))["_Licence"]["properties"]["deposit"]

    assert (deposit["minimum"], deposit["maximum"]) == (1, 1_000_000_000)
    assert "exclusiveMinimum" not in deposit


def test_an_input_that_states_no_bound_is_given_none() -> None:
    app = FastAPI(title="Sample", version="1")

    @app.get("/v1/loose", openapi_extra=extras())
    def loose(anything: str) -> None:
        """Take anything."""
        raise AssertionError(anything)

    [(_, schema)] = input_schemas(finish(app.openapi()))

    assert "maxLength" not in schema


def test_every_reference_leads_somewhere_and_nothing_is_left_over(document: dict[str, Any]) -> None:
    text = str(document)

    for section, entries in document["components"].items():
        for name in entries:
            used = f"#/components/{section}/{name}" in text or section == "securitySchemes"
            assert used, f"{section}/{name} is used nowhere"
