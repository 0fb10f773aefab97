"""Idempotency keys through the API, on both engines: a retried write happens once, whoever retries and whenever."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from httpx2 import Response

from adapters.db.repository import SqlRepository
from domain.actors import Role
from domain.candidates.model import Candidate
from tests.adapters.jobs_world import eventually
from tests.world import World, a_world

ADA = {"legal_name": {"family": "Okafor", "given": "Adaeze"}, "email": "ada@example.org", "practises_in": "US"}
NAME = {"legal_name": {"family": "Bello", "given": "Adaeze"}, "reason": "Marriage."}
SOON = 30.0


def test_a_twin_in_flight_waits_and_is_answered_with_the_same_bytes(either_world: World) -> None:
    world, staff = either_world, either_world.token(Role.REVIEWER)
    made = world.client.post("/v1/candidates", json=ADA, headers=staff).json()
    headers = {**staff, "idempotency-key": "twin", "if-match": '"1"'}

    with ThreadPoolExecutor(2) as threads:
        with _held(world, made["id"]):
            twins = [threads.submit(_renamed, world, made["id"], headers) for _ in range(2)]
            assert eventually(lambda: _waiting(world) == 2, SOON)
        first, second = (twin.result(SOON) for twin in twins)

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.content == second.content
    assert sorted(answer.headers.get("idempotent-replayed", "") for answer in (first, second)) == ["", "true"]
    assert first.headers["etag"] == second.headers["etag"] == '"2"'
    with world.unit() as uow:
        assert len(uow.candidates.get(UUID(made["id"])).past_names) == 1


def test_a_twin_that_waited_too_long_is_told_to_ask_again(postgres_url: str, tmp_path: Path) -> None:
    with a_world(postgres_url, tmp_path, patience_seconds=1.0) as world:
        staff = world.token(Role.REVIEWER)
        made = world.client.post("/v1/candidates", json=ADA, headers=staff).json()
        headers = {**staff, "idempotency-key": "twin", "if-match": '"1"'}

        with ThreadPoolExecutor(2) as threads, _held(world, made["id"]):
            twins: list[Future[Response]] = [threads.submit(_renamed, world, made["id"], headers) for _ in range(2)]
            answers = [twin.result(SOON) for twin in twins]

    # The first waits for the row, the twin for the first: both are bounded, and nothing was changed.
    codes = sorted((answer.status_code, answer.json()["code"]) for answer in answers)
    assert codes[-1] == (503, "unavailable")
    assert codes[0] in [(409, "idempotency_key_in_flight"), (503, "unavailable")]
    assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)


def test_a_claim_that_is_held_elsewhere_is_a_conflict_with_a_time_to_come_back(
    postgres_url: str, tmp_path: Path
) -> None:
    with a_world(postgres_url, tmp_path, patience_seconds=0.3) as world:
        headers = {**world.token(Role.REVIEWER), "idempotency-key": "held"}
        world.client.post("/v1/candidates", json=ADA, headers=headers)
        with psycopg.connect(postgres_url) as other:
            scope, until = other.execute("DELETE FROM kept_answers RETURNING scope, kept_until").fetchone() or ("", "")
            other.execute(
                "INSERT INTO kept_answers (scope, fingerprint, kept_until) VALUES (%s, 'another', %s)", (scope, until)
            )
            answer = world.client.post("/v1/candidates", json=ADA, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_in_flight")
    assert int(answer.headers["retry-after"]) > 0


def test_a_refusal_is_not_kept_so_that_the_key_may_be_used_when_all_is_well(either_world: World) -> None:
    world, staff = either_world, either_world.token(Role.REVIEWER)
    made = world.client.post("/v1/candidates", json=ADA, headers=staff).json()
    headers = {**staff, "idempotency-key": "again"}

    stale = _renamed(world, made["id"], {**headers, "if-match": '"9"'})
    done = _renamed(world, made["id"], {**headers, "if-match": '"1"'})
    replayed = _renamed(world, made["id"], {**headers, "if-match": '"1"'})

    assert (stale.status_code, done.status_code, replayed.status_code) == (412, 200, 200)
    assert "idempotent-replayed" not in done.headers
    assert replayed.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ('"1"', 200),
        ("*", 200),
        ('"1", "x"', 200),
        ('"x","1"', 200),
        ('W/"1", "7" ,, "1"', 200),
        ('"a,b", "1"', 200),
        ('"2", "x"', 412),
        ('"x"', 412),
        ('"01"', 412),
        ('W/"1"', 412),
        ('"*"', 412),
        ("1", 412),
        ('"1', 412),
        ('*, "1"', 412),
        ('"x, "1", y"', 412),
        ("", 428),
        (" , ", 428),
    ],
)
def test_if_match_is_a_list_of_tags_of_which_one_must_be_the_present_one(world: World, sent: str, status: int) -> None:
    staff = world.token(Role.REVIEWER)
    made = world.client.post("/v1/candidates", json=ADA, headers=staff).json()

    answer = _renamed(world, made["id"], {**staff, "if-match": sent})

    assert answer.status_code == status
    assert world.client.get(f"/v1/candidates/{made['id']}", headers=staff).json()["version"] == 1 + (status == 200)


def test_several_if_match_headers_are_one_list(world: World) -> None:
    staff = world.token(Role.REVIEWER)
    made = world.client.post("/v1/candidates", json=ADA, headers=staff).json()
    headers = [*staff.items(), ("if-match", '"7"'), ("if-match", '"1"')]

    answer = world.client.post(f"/v1/candidates/{made['id']}/name-changes", json=NAME, headers=headers)

    assert answer.status_code == 200


def test_the_same_key_is_another_callers_own_and_another_paths_own(either_world: World) -> None:
    world = either_world
    key = {"idempotency-key": "shared"}
    callers = [world.token(Role.REVIEWER, subject=name) for name in ("one", "two")]

    made = [world.client.post("/v1/candidates", json=ADA, headers={**caller, **key}).json() for caller in callers]
    links = [
        world.client.post(f"/v1/candidates/{one['id']}/invitations", headers={**callers[0], **key}) for one in made
    ]

    assert made[0]["id"] != made[1]["id"]
    assert [link.status_code for link in links] == [201, 201]
    assert links[0].json()["id"] != links[1].json()["id"]


def test_a_key_is_forgotten_after_a_day(either_world: World) -> None:
    world, headers = either_world, {**either_world.token(Role.REVIEWER), "idempotency-key": "daily"}

    first = world.client.post("/v1/candidates", json=ADA, headers=headers)
    world.clock.advance(hours=24)
    still = world.client.post("/v1/candidates", json=ADA, headers=headers)
    world.clock.advance(seconds=1)
    anew = world.client.post("/v1/candidates", json=ADA, headers=headers)

    assert still.content == first.content
    assert anew.json()["id"] != first.json()["id"]
    with world.unit() as uow:
        assert uow.candidates.count() == 2


def test_what_is_shown_once_is_not_shown_again_on_replay(world: World) -> None:
    staff = world.token(Role.REVIEWER)
    made = world.client.post("/v1/candidates", json=ADA, headers=staff).json()
    path, headers = f"/v1/candidates/{made['id']}/invitations", {**staff, "idempotency-key": "secret"}

    first = world.client.post(path, headers=headers).json()
    again = world.client.post(path, headers=headers).json()

    assert first["token"]
    assert again == {**first, "token": None}
    with world.database.transaction(write=False) as connection:
        kept = connection.exec_driver_sql("SELECT body FROM kept_answers").scalars().all()
    assert not any(first["token"].encode() in body for body in kept)


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "é"], ids=["empty", "blank", "gap", "long", "not ascii"])
def test_a_key_that_is_none_is_refused(world: World, key: str) -> None:
    headers = {**world.token(Role.REVIEWER), "idempotency-key": key.encode()}

    answer = world.client.post("/v1/candidates", json=ADA, headers=headers)  # type: ignore[arg-type]

    assert answer.status_code == 422, answer.text
    with world.unit() as uow:
        assert uow.candidates.count() == 0


def _renamed(world: World, candidate_id: str, headers: dict[str, str]) -> Response:
    return world.client.post(f"/v1/candidates/{candidate_id}/name-changes", json=NAME, headers=headers)


@contextmanager
def _held(world: World, candidate_id: str) -> Iterator[None]:
    """Somebody else holds the candidate's row (SQLite: the writer's turn)."""
    with world.database.transaction(write=True) as connection:
        SqlRepository(connection, Candidate).lock(UUID(candidate_id))
        yield


def _waiting(world: World) -> int:
    """How many wait for a lock."""
    if world.database.is_sqlite:
        return len(world.database._writer._waiting)
    url = world.database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        ).fetchone()
        return int(found[0]) if found else 0
