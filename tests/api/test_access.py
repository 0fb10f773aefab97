"""Granted roles and API keys through the API."""

from domain.actors import Role
from tests.world import World


def test_a_granted_role_works_from_the_next_request_and_ends_with_its_revocation(either_world: World) -> None:
    admin, someone = either_world.token(Role.ADMINISTRATOR), either_world.token(subject="new-reviewer")

    before = either_world.client.get("/v1/candidates", headers=someone)
    made = either_world.client.post(
        "/v1/role-grants", json={"subject": "new-reviewer", "role": "reviewer"}, headers=admin
    )
    during = either_world.client.get("/v1/candidates", headers=someone)
    path = f"/v1/role-grants/{made.json()['id']}/revocation"
    ended = either_world.client.post(path, headers={**admin, "if-match": made.headers["etag"]})
    after = either_world.client.get("/v1/candidates", headers=someone)

    assert (before.status_code, during.status_code, after.status_code) == (403, 200, 403)
    assert made.json()["allowed_actions"] == ["revoke"]
    assert ended.json()["allowed_actions"] == []


def test_nobody_grants_a_role_to_themselves(world: World) -> None:
    admin = world.token(Role.ADMINISTRATOR, subject="root")

    answer = world.client.post("/v1/role-grants", json={"subject": "root", "role": "finance"}, headers=admin)

    assert (answer.status_code, answer.json()["code"]) == (409, "own_role")
    with world.unit() as uow:
        assert uow.role_grants.count() == 0


def test_an_api_key_is_shown_once_and_stops_when_revoked(either_world: World) -> None:
    admin = {**either_world.token(Role.ADMINISTRATOR), "idempotency-key": "key-1"}
    body = {"name": "Board feed", "organisation": "nc-board", "role": "partner"}

    made = either_world.client.post("/v1/api-keys", json=body, headers=admin)
    replayed = either_world.client.post("/v1/api-keys", json=body, headers=admin)
    key = {"authorization": f"Bearer {made.json()['key']}"}
    me = either_world.client.get("/v1/me", headers=key)
    either_world.client.post(
        f"/v1/api-keys/{made.json()['id']}/revocation",
        headers={**either_world.token(Role.ADMINISTRATOR), "if-match": '"1"'},
    )
    after = either_world.client.get("/v1/me", headers=key)

    assert replayed.json() == {**made.json(), "key": None}
    assert me.json() == {"subject": "organisation:nc-board", "roles": ["partner"], "candidate_id": None}
    assert after.status_code == 401
