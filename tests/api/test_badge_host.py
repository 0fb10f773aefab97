"""The host's side of the Open Badges 3.0 API: the holder's badges, by the scopes of the holder's token."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from api.badge_host import PROFILE, READ, next_page
from tests.builders_badges import Stranger
from tests.builders_credentials import Holder, a_holder
from tests.world import World


def asked(holder: Holder, path: str, scope: str | None, **query: str | int) -> Any:
    token = holder.world.issuer.mint("ada", scope=scope)
    return holder.world.client.get(f"/ims/ob/v3p0{path}", params=query, headers={"authorization": f"Bearer {token}"})


@pytest.fixture
def holder(world: World) -> Holder:
    return a_holder(world)


def test_the_holders_badges_are_listed_in_both_forms_and_verify(holder: Holder) -> None:
    a_holder(holder.world, subject="bea")

    answer = asked(holder, "/credentials", f"openid {READ}")

    body = answer.json()
    assert answer.headers["x-total-count"] == "1"
    assert body["credential"] == [json.loads(holder.get("/badge").content)]
    assert len(body["compactJwsString"]) == 1
    assert Stranger(holder.world).fault(json.dumps(body["credential"][0]).encode()) is None


@pytest.mark.parametrize("scope", [None, "", "openid profile", PROFILE, READ + "x"])
def test_without_the_scope_no_badge_is_listed(holder: Holder, scope: str | None) -> None:
    refused = asked(holder, "/credentials", scope)

    assert refused.status_code == 403
    assert refused.json()["imsx_codeMajor"] == "failure"
    assert 'error="insufficient_scope"' in refused.headers["www-authenticate"]


@pytest.mark.parametrize("scope", [READ, PROFILE, f"openid {READ}"])
def test_a_token_that_lets_badges_be_read_lets_nothing_else_be_done(holder: Holder, scope: str) -> None:
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


def test_a_page_leaves_out_what_lies_before_and_what_is_older(holder: Holder) -> None:
    beyond = asked(holder, "/credentials", READ, offset=1)
    newer = asked(holder, "/credentials", READ, since="2099-01-01T00:00:00Z")
    assert newer.status_code == 200, newer.text

    assert beyond.json()["credential"] == []
    assert beyond.headers["x-total-count"] == "1"
    assert newer.headers["x-total-count"] == "0"


@pytest.mark.parametrize(
    ("since", "address"),
    [
        (None, "/ims/ob/v3p0/credentials?limit=10&offset=30"),
        (
            datetime(2026, 3, 1, 12, tzinfo=UTC),
            "/ims/ob/v3p0/credentials?limit=10&offset=30&since=2026-03-01T12%3A00%3A00Z",
        ),
    ],
)
def test_the_page_after_leaves_out_the_same(since: datetime | None, address: str) -> None:
    assert next_page(10, 20, since) == address


def test_the_profile_is_the_name_on_the_certificate_and_no_more(holder: Holder) -> None:
    answer = asked(holder, "/profile", PROFILE)

    assert set(answer.json()) == {"id", "type", "name"}
    assert answer.json()["name"] == holder.credential.name


def test_a_stranger_is_asked_who_they_are(holder: Holder) -> None:
    answer = holder.world.client.get("/ims/ob/v3p0/credentials")

    assert answer.status_code == 401


def test_the_host_describes_itself(world: World) -> None:
    found = world.client.get("/ims/ob/v3p0/discovery").json()

    assert found["paths"]["/credentials"]["get"]["security"] == [{"holder": [READ]}]
