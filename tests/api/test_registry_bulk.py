"""The registry for those who ask much: many numbers at once, and statements that can be filed."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from httpx2 import Response
from jose import JWTError, jwt
from joserfc import jwt as oracle
from joserfc.jwk import KeySet

from api.edge import surround
from api.logs import configure
from api.observability import Metrics
from api.settings import Settings
from domain.credentials.actions_standing import forget
from domain.credentials.number import RANDOM_BYTES, new_number
from tests.api.asgi import ask
from tests.builders_credentials import Holder, a_holder, officer
from tests.world import ADDRESS, World

UNKNOWN = new_number(b"\xff" * RANDOM_BYTES)
LINES = {"content-type": "application/x-ndjson"}


def checked(world: World, *written: str, **more: Any) -> list[dict[str, Any]]:
    """The answer's lines."""
    body = "".join(json.dumps(one) + "\n" for one in written)
    answer = world.client.post("/v1/registry/check", content=body, headers={**LINES, **more})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in answer.text.split("\n")[:-1]]


def statement(world: World, holder: Holder, query: str = "") -> Response:
    return world.client.get(f"/v1/registry/{holder.credential.number}/statement{query}")


def claims(world: World, answer: Response) -> dict[str, Any]:
    """The claims, by the published keys and a library that is not ours."""
    keys = KeySet.import_key_set(world.client.get("/.well-known/jwks.json").json())
    token = oracle.decode(answer.text, keys, algorithms=["ES256"])
    assert token.header["typ"] == "registry-statement+jwt"
    return dict(token.claims)


# --- many at once


def test_each_line_says_what_the_registry_says_of_it_alone(either_world: World) -> None:
    holder = a_holder(either_world)
    number = holder.credential.number

    found, unknown, mistyped = checked(either_world, number.lower(), UNKNOWN, "7K3M")

    assert found == {"line": 1, "code": "found", **holder.registry().json()}
    assert unknown == {"line": 2, "code": "not_found", "number": UNKNOWN}
    assert mistyped == {"line": 3, "code": "malformed_number"}


def test_an_erased_number_is_byte_for_byte_an_unknown_one(world: World) -> None:
    holder = a_holder(world)
    number = holder.credential.number
    with world.unit() as uow:
        forget(uow, holder.candidate_id)

    erased, unknown = checked(world, number, UNKNOWN)

    assert {**erased, "number": "", "line": 0} == {**unknown, "number": "", "line": 0}


def test_a_change_shows_in_the_next_check(world: World) -> None:
    holder = a_holder(world)
    before = checked(world, holder.credential.number)

    answer = holder.post("/suspension", {"reason": "A complaint."}, officer(world))

    assert answer.status_code == 200, answer.text
    assert [before[0]["status"], checked(world, holder.credential.number)[0]["status"]] == ["active", "suspended"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param(b"", 422, "invalid", id="nothing"),
        pytest.param(b"\n\n", 422, "invalid", id="blank lines"),
        pytest.param(b'"x"\n' * 100_001, 413, "too_large", id="a line too many"),
    ],
)
def test_a_body_that_cannot_be_meant_is_refused_as_a_whole(world: World, body: bytes, status: int, code: str) -> None:
    answer = world.client.post("/v1/registry/check", content=body, headers=LINES)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_hundred_thousand_lines_are_answered(world: World) -> None:
    a_holder(world)
    body = f'"{UNKNOWN}"\n' * 100_000

    answer = world.client.post("/v1/registry/check", content=body, headers={"content-type": "application/jsonl"})

    assert answer.text.count("\n") == 100_000
    assert json.loads(answer.text.rsplit("\n", 2)[1]) == {"line": 100_000, "code": "not_found", "number": UNKNOWN}


def test_the_edge_bounds_the_body_and_counts_who_asks_by_itself(world: World) -> None:
    settings = Settings(bulk_check_rate_limit="2/minute")
    edge = surround(world.client.app, settings, log=configure("ERROR"), metrics=Metrics())
    one = f'"{UNKNOWN}"\n'.encode()

    def posted(body: bytes) -> int:
        return ask(edge, "POST", "/v1/registry/check", body=body, headers=LINES).status

    assert [posted(one), posted(one), posted(one)] == [200, 200, 429]
    assert ask(edge, "GET", f"/v1/registry/{UNKNOWN}").status == 404
    roomy = surround(world.client.app, Settings(), log=configure("ERROR"), metrics=Metrics())
    assert ask(roomy, "POST", "/v1/registry/check", body=one * 400_000, headers=LINES).status == 413


# --- statements


def test_a_statement_verifies_with_the_published_keys_and_holds_the_registrys_answer(either_world: World) -> None:
    holder = a_holder(either_world)

    answer = statement(either_world, holder, "?audience=https://board.example")

    said = claims(either_world, answer)
    assert answer.headers["content-type"] == "application/jwt"
    assert answer.headers["cache-control"] == "no-store"
    assert said.pop("registry") == holder.registry().json()
    at = int(either_world.clock.now.timestamp())
    assert said.pop("jti") != claims(either_world, statement(either_world, holder))["jti"]
    assert said == {
        "iss": ADDRESS,
        "sub": holder.credential.number,
        "iat": at,
        "exp": at + 86_400,
        "aud": "https://board.example",
    }


def test_a_statement_without_an_audience_names_none(world: World) -> None:
    assert "aud" not in claims(world, statement(world, a_holder(world)))


def test_a_statement_may_speak_of_another_day(world: World) -> None:
    holder = a_holder(world)
    day = world.clock.now.date()
    world.clock.advance(days=40)
    holder.post("/revocation", {"reason": "Withdrawn."}, officer(world))

    then = claims(world, statement(world, holder, f"?as_of={day}"))["registry"]
    now = claims(world, statement(world, holder))["registry"]

    assert [(one["as_of"], one["status"]) for one in (then, now)] == [
        (day.isoformat(), "active"),
        (world.clock.now.date().isoformat(), "revoked"),
    ]


def test_only_a_statement_about_today_may_be_taken_for_the_present_standing(world: World) -> None:
    holder = a_holder(world)
    world.clock.advance(days=40)
    holder.post("/revocation", {"reason": "Withdrawn."}, officer(world))
    today = world.clock.now.date()

    yesterdays = claims(world, statement(world, holder, f"?as_of={today - timedelta(days=1)}"))
    todays = [claims(world, statement(world, holder, query)) for query in ("", f"?as_of={today}")]

    assert (yesterdays["registry"]["status"], yesterdays["registry"]["valid"]) == ("active", True)
    assert (yesterdays["historical"], "exp" in yesterdays) == (True, False)
    assert [(one["registry"]["status"], one["registry"]["valid"]) for one in todays] == [("revoked", False)] * 2
    assert [("historical" in one, one["exp"] - one["iat"]) for one in todays] == [(False, 86_400)] * 2


def test_whether_a_day_is_past_is_told_in_the_programs_zone(world: World) -> None:
    holder = a_holder(world)
    world.clock.advance(days=40)
    world.clock.set(world.clock.now.replace(hour=2))

    answered = claims(world, statement(world, holder))
    day = answered["registry"]["as_of"]

    assert day < world.clock.now.date().isoformat()
    assert "exp" in claims(world, statement(world, holder, f"?as_of={day}"))


def test_a_statement_about_a_past_day_is_refused_by_whoever_demands_an_end(world: World) -> None:
    holder = a_holder(world)
    day = world.clock.now.date()
    world.clock.advance(days=40)
    past, present = (statement(world, holder, query).text for query in (f"?as_of={day}", ""))
    keys = world.client.get("/.well-known/jwks.json").json()

    with time_machine.travel(world.clock.now):
        with pytest.raises(JWTError, match="exp"):
            jwt.decode(past, keys, algorithms=["ES256"], options={"require_exp": True})
        taken = jwt.decode(present, keys, algorithms=["ES256"], options={"require_exp": True})

    assert taken["registry"]["as_of"] == world.clock.now.date().isoformat()


def test_nothing_is_stated_of_an_unknown_or_an_erased_number(world: World) -> None:
    holder = a_holder(world)
    unknown = world.client.get(f"/v1/registry/{UNKNOWN}/statement")
    with world.unit() as uow:
        forget(uow, holder.candidate_id)

    erased = statement(world, holder)

    assert (unknown.status_code, erased.status_code) == (404, 404)
    assert {**unknown.json(), "request_id": ""} == {**erased.json(), "request_id": ""}
    assert world.client.get("/v1/registry/7K3M/statement").json()["code"] == "malformed_number"
