"""Who is let in to a holder's badges: each operation takes its own scope of the holder's token."""

from typing import Any

import pytest

from api.badge_host_description import READ, SCOPES
from tests.api.badge_host.host import HOST, JSON, OPERATIONS, asked, kept, told
from tests.builders_credentials import Holder
from tests.builders_foreign import Issuer
from tests.world import World


@pytest.mark.parametrize(("method", "path", "needed"), OPERATIONS)
@pytest.mark.parametrize("scope", [None, "", "openid profile", *SCOPES, READ + "x"])
def test_each_operation_takes_its_own_scope_and_no_other(
    holder: Holder, method: str, path: str, needed: str, scope: str | None
) -> None:
    if scope == needed:
        return
    body: dict[str, Any] = {"content": Issuer().signed(), "headers": {"content-type": JSON}} if method == "POST" else {}

    refused = asked(holder.world, method, path, scope, json={"phone": "123"} if method == "PUT" else None, **body)

    assert told(refused) == (403, "forbidden", f"The token does not bear the scope {needed}.")
    assert refused.headers["www-authenticate"] == f'Bearer error="insufficient_scope", scope="{needed}"'
    assert refused.headers["cache-control"] == "no-store"
    assert kept(holder.world) == []


@pytest.mark.parametrize("scope", [*SCOPES, f"openid {READ}"])
def test_a_token_that_lets_a_program_at_badges_lets_nothing_else_be_done(holder: Holder, scope: str) -> None:
    world, credential = holder.world, f"/v1/credentials/{holder.credential_id}"
    headers = {"authorization": f"Bearer {world.issuer.mint('ada', scope=scope)}", "if-match": "*"}
    before = holder.registry().json()

    read = [world.client.get(path, headers=headers) for path in ("/v1/me", credential, f"{credential}/badge")]
    done = [
        world.client.post(f"{credential}/wallet-offers", headers=headers),
        world.client.post(f"{credential}/retirement", json={"reason": "Mine."}, headers=headers),
    ]

    assert [one.status_code for one in (*read, *done)] == [403] * 5
    assert holder.registry().json() == before


@pytest.mark.parametrize(("method", "path", "_"), OPERATIONS)
def test_a_stranger_is_asked_who_they_are(holder: Holder, method: str, path: str, _: str) -> None:
    answer = holder.world.client.request(method, f"{HOST}{path}")

    assert told(answer)[:2] == (401, "unauthorizedrequest")
    assert "resource_metadata" in answer.headers["www-authenticate"]


@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_who_is_no_candidate_keeps_nothing(world: World, method: str, path: str, scope: str) -> None:
    body = {"content": Issuer().signed(), "headers": {"content-type": JSON}} if method == "POST" else {}

    answer = asked(world, method, path, scope, "nobody", json={} if method == "PUT" else None, **body)

    expected = {"POST": 403, "PUT": 403, "GET": 404 if path == "/profile" else 200}
    assert answer.status_code == expected[method], answer.text
    assert kept(world) == []
