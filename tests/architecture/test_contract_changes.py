"""What counts as a break of the contract; and that nothing since the last release is one."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.source import ROOT
from tools.contract_changes import breaking_changes, last_release

Json = dict[str, Any]
Change = Callable[[Json], object]

PATH = "/v1/things/{thing_id}"


def a_document() -> Json:
    """A contract of two operations, with one of everything that can break."""
    thing = {
        "type": "object",
        "required": ["name", "status"],
        "properties": {
            "name": {"type": "string", "maxLength": 20},
            "status": {"type": "string", "enum": ["draft", "done"]},
            "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
        },
    }
    body = {
        "type": "object",
        "additionalProperties": False,
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": 20, "pattern": "^[a-z]+$"},
            "size": {"anyOf": [{"type": "integer", "maximum": 9}, {"type": "null"}]},
            "colour": {"type": "string", "enum": ["red", "blue"]},
        },
    }
    answer = {
        "description": "The thing.",
        "headers": {"ETag": {"schema": {"type": "string"}}},
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
    }
    place = {"name": "thing_id", "in": "path", "required": True, "schema": {"type": "string"}}
    depth = {"name": "depth", "in": "query", "schema": {"type": "integer", "maximum": 5}}
    read = {"operationId": "read", "security": [{}], "parameters": [place, depth], "responses": {"200": answer}}
    write = {
        "operationId": "write",
        "security": [{"bearer": []}],
        "parameters": [place],
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/ThingIn"}}}},
        "responses": {"200": answer, "404": {"description": "There is none."}},
    }
    return {"paths": {PATH: {"get": read, "put": write}}, "components": {"schemas": {"Thing": thing, "ThingIn": body}}}


def reading(document: Json) -> Json:
    """The operation that reads."""
    found: Json = document["paths"][PATH]["get"]
    return found


def writing(document: Json) -> Json:
    """The operation that writes."""
    found: Json = document["paths"][PATH]["put"]
    return found


def members(document: Json, schema: str) -> Json:
    """The members of a component."""
    found: Json = document["components"]["schemas"][schema]["properties"]
    return found


BREAKS: list[tuple[str, Change, str]] = [
    ("an operation", lambda one: one["paths"][PATH].pop("put"), f"PUT {PATH}: the operation is gone"),
    ("an id", lambda one: reading(one).update(operationId="get"), "the operationId changed"),
    ("a token", lambda one: reading(one).update(security=[{"bearer": []}]), "a token is needed now"),
    ("a parameter", lambda one: reading(one)["parameters"].pop(), "the parameter depth is gone"),
    (
        "a parameter made required",
        lambda one: reading(one)["parameters"][1].update(required=True),
        "the parameter depth is required now",
    ),
    (
        "a new required parameter",
        lambda one: writing(one)["parameters"].append(
            {"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}}
        ),
        "the parameter if-match is new and required",
    ),
    (
        "a parameter's bound",
        lambda one: reading(one)["parameters"][1]["schema"].update(maximum=4),
        "the parameter depth: maximum is 4 now, was 5",
    ),
    (
        "a parameter's type",
        lambda one: reading(one)["parameters"][1].update(schema={"type": "boolean"}),
        "the parameter depth: was integer, is boolean",
    ),
    ("a body made required", lambda one: writing(one)["requestBody"].update(required=True), "a body is required now"),
    (
        "a body's media type",
        lambda one: writing(one)["requestBody"].update(content={}),
        "a body of application/json is no longer read",
    ),
    ("a member of a body", lambda one: members(one, "ThingIn").pop("colour"), "body.colour is gone"),
    (
        "a member made required",
        lambda one: one["components"]["schemas"]["ThingIn"].update(required=["name", "size"]),
        "body.size is required now",
    ),
    (
        "a value of a body",
        lambda one: members(one, "ThingIn")["colour"].update(enum=["red"]),
        'body.colour: "blue" is no longer accepted',
    ),
    (
        "a first list of values",
        lambda one: members(one, "ThingIn").update(name={"type": "string", "enum": ["ada"]}),
        'body.name: is now one of "ada"',
    ),
    (
        "null in a body",
        lambda one: members(one, "ThingIn").update(size={"type": "integer", "maximum": 9}),
        "body.size: null is no longer accepted",
    ),
    (
        "a body's bound",
        lambda one: members(one, "ThingIn")["name"].update(minLength=2),
        "body.name: minLength is 2 now, was 1",
    ),
    (
        "a body's first bound",
        lambda one: members(one, "ThingIn")["size"]["anyOf"][0].update(minimum=0),
        "body.size: minimum is 0 now, was none",
    ),
    (
        "a body's pattern",
        lambda one: members(one, "ThingIn")["name"].update(pattern="^[a-y]+$"),
        "body.name: another pattern is asked for",
    ),
    ("a success", lambda one: writing(one)["responses"].pop("200"), "the answer 200 is gone"),
    (
        "a header of an answer",
        lambda one: reading(one)["responses"]["200"].update(headers={}),
        "200: the header ETag is gone",
    ),
    (
        "an answer's media type",
        lambda one: reading(one)["responses"]["200"].update(content={"text/csv": {}}),
        "200: application/json is no longer sent",
    ),
    ("a member of an answer", lambda one: members(one, "Thing").pop("name"), "200.name is gone"),
    (
        "a member that was always there",
        lambda one: one["components"]["schemas"]["Thing"].update(required=["name"]),
        "200.status may be left out now",
    ),
    (
        "an answer's type",
        lambda one: members(one, "Thing").update(name={"type": "integer"}),
        "200.name: was string, is integer",
    ),
    (
        "null in an answer",
        lambda one: members(one, "Thing").update(name={"type": ["string", "null"]}),
        "200.name: may be null now",
    ),
    (
        "the members of a list",
        lambda one: members(one, "Thing")["parts"].update(items={"type": "string"}),
        "200.parts[]: was object, is string",
    ),
]


@pytest.mark.parametrize(("change", "said"), [pytest.param(change, said, id=name) for name, change, said in BREAKS])
def test_what_a_client_could_stumble_over_is_found(change: Change, said: str) -> None:
    after = a_document()
    change(after)

    found = breaking_changes(a_document(), after)

    assert [one for one in found if said in one], found


ADDITIONS: list[tuple[str, Change]] = [
    ("nothing", lambda one: one),
    ("an operation", lambda one: one["paths"].update({"/v1/others": {"get": reading(one)}})),
    (
        "an optional parameter",
        lambda one: reading(one)["parameters"].append({"name": "q", "in": "query", "schema": {"type": "string"}}),
    ),
    ("an optional member of a body", lambda one: members(one, "ThingIn").update(note={"type": "string"})),
    ("a member of an answer", lambda one: members(one, "Thing").update(weight={"type": "number"})),
    ("a value that may be sent", lambda one: members(one, "ThingIn")["colour"].update(enum=["red", "blue", "green"])),
    ("a value that may come", lambda one: members(one, "Thing")["status"].update(enum=["draft", "done", "gone"])),
    ("room in a body", lambda one: members(one, "ThingIn")["name"].update(maxLength=40)),
    ("null in a body", lambda one: members(one, "ThingIn").update(name={"type": ["string", "null"]})),
    ("a tighter answer", lambda one: members(one, "Thing")["name"].update(maxLength=10)),
    ("an answer that is never null", lambda one: members(one, "Thing").update(note={"type": "string"})),
    ("no token", lambda one: writing(one).update(security=[{}])),
    ("another failure", lambda one: writing(one)["responses"].update({"409": {"description": "It is done."}})),
]


@pytest.mark.parametrize("change", [pytest.param(change, id=name) for name, change in ADDITIONS])
def test_what_only_adds_breaks_nobody(change: Change) -> None:
    after = deepcopy(a_document())
    change(after)

    assert breaking_changes(a_document(), after) == []


def test_a_variable_of_a_path_may_be_renamed() -> None:
    after = json.loads(json.dumps(a_document()).replace("thing_id", "id"))

    assert breaking_changes(a_document(), after) == []


def test_the_last_release_is_the_highest_version(tmp_path: Path) -> None:
    for version in ("1.9.0", "1.10.0", "1.2.3"):
        (tmp_path / f"{version}.json").write_text("{}")

    assert last_release(tmp_path) == tmp_path / "1.10.0.json"


def test_before_the_first_release_there_is_none(tmp_path: Path) -> None:
    assert last_release(tmp_path) is None


def test_nothing_since_the_last_release_breaks_a_client() -> None:
    now = ROOT / "openapi" / "openapi.json"
    released = last_release() or now

    found = breaking_changes(json.loads(released.read_text("utf-8")), json.loads(now.read_text("utf-8")))

    assert found == []
