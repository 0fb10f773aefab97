"""No operation overlooks a query parameter that it does not have: a misspelt filter must not answer the whole list."""

from typing import Any

import pytest
from uuid_utils.compat import uuid7

from adapters.db.schema import STORED
from api.dialects import spoken
from api.problems import problem
from domain.actors import Actor, Role
from domain.authorization import admits
from domain.errors import Invalid
from tests.api.requests_of import DOCUMENT, Operation, operations
from tests.world import World


def in_problems(operation: Operation) -> bool:
    """Whether its refusals are problems, not in the words of a protocol of their own (see test_dialects)."""
    refused = problem(Invalid(), "none")
    return spoken(operation.path, *refused) == refused


OPERATIONS = list(filter(in_problems, operations()))
OUTSIDE = frozenset({Role.PARTNER, Role.SPONSOR, Role.AUDITOR})
"""Who holds one of these is no person of the body's, and may not do what anybody signed in may."""
NOWHERE = {kind: uuid7() for kind in STORED}


def known_to(operation: Operation) -> list[str]:
    """The names of the query parameters that the document gives an operation, sorted."""
    parameters = [_resolved(said) for said in operation.said.get("parameters", ())]
    return sorted(said["name"] for said in parameters if said["in"] == "query")


def _resolved(said: dict[str, Any]) -> dict[str, Any]:
    name = said.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = DOCUMENT["components"]["parameters"][name] if name else said
    return found


def test_every_operation_refuses_an_unknown_parameter_and_names_those_it_knows(world: World) -> None:
    wrong = []

    for operation in OPERATIONS:
        who = Actor(subject="everyone", roles=frozenset(Role) - OUTSIDE)
        header = world.token(*(who.roles if admits(who, operation.action) else Role), subject="everyone")
        answer = world.client.request(operation.method, _with(operation.address(NOWHERE), "colour"), headers=header)
        known = known_to(operation)
        said = f"Known are: {', '.join(known)}." if known else "This operation has none."
        detail = f"There is no such parameter. {said}"
        expected = [{"pointer": "/query/colour", "code": "extra_forbidden", "detail": detail}]
        if (answer.status_code, answer.json().get("errors")) != (422, expected):
            wrong.append((operation.name, answer.status_code, answer.text))

    assert wrong == []


def _with(address: str, name: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{name}=red"


def test_each_unknown_parameter_has_its_place_and_none_is_repeated_whose_name_a_client_made_up(world: World) -> None:
    answer = world.client.get("/v1/programs?colour=red&size=9&as_of=2026-03-02&Ada%20Okafor=1")

    pointers = [fault["pointer"] for fault in answer.json()["errors"]]
    assert (answer.status_code, pointers) == (422, ["/query/colour", "/query/size", "/query"])
    assert "Okafor" not in answer.text


def test_no_operation_overlooks_one_of_two_values(world: World) -> None:
    """As every parameter takes one value: the document has none that is a list."""
    wrong = []

    for operation in OPERATIONS:
        who = Actor(subject="everyone", roles=frozenset(Role) - OUTSIDE)
        header = world.token(*(who.roles if admits(who, operation.action) else Role), subject="everyone")
        for name in known_to(operation):
            address = _with(_with(operation.address(NOWHERE), name), name)
            answer = world.client.request(operation.method, address, headers=header)
            faults = [(one["pointer"], one["code"]) for one in answer.json().get("errors", ())]
            if (answer.status_code, faults) != (422, [(f"/query/{name}", "repeated")]):
                wrong.append((operation.name, name, answer.status_code, answer.text))

    assert wrong == []


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/v1/programs?as_of=2026-03-02&as_of=2027-03-02", "/query/as_of"),
        ("/v1/registry/0000-0000-0000-0000?as_of=2026-03-02&as_of=2026-03-02", "/query/as_of"),
    ],
)
def test_the_public_may_not_ask_for_two_days_either(world: World, path: str, place: str) -> None:
    answer = world.client.get(path)

    assert (answer.status_code, [one["pointer"] for one in answer.json()["errors"]]) == (422, [place])


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_registry_refuses_them_too(world: World, method: str) -> None:
    answer = world.client.request(method, "/v1/registry/0000-0000-0000-0000?colour=red")

    assert answer.status_code == 422


def test_who_may_not_come_hears_that_first(world: World) -> None:
    anonymous = world.client.get("/v1/candidates?colour=red")
    forbidden = world.client.get("/v1/candidates?colour=red", headers=world.token(Role.CANDIDATE))

    assert (anonymous.status_code, forbidden.status_code) == (401, 403)


def test_a_created_thing_is_not_created_where_a_parameter_is_unknown(world: World) -> None:
    me = world.token(Role.CANDIDATE, subject="ada")
    body = {"legal_name": {"given": "Ada", "family": "Okafor"}, "email": "ada@example.org", "practises_in": "US"}

    refused = world.client.post("/v1/candidates?dry_run=true", json=body, headers=me)
    found = world.client.get("/v1/candidates", headers=world.token(Role.ADMINISTRATOR)).json()["items"]

    assert (refused.status_code, found) == (422, [])
