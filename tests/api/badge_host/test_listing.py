"""The holder's badges, page by page, of those alone that stand."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from api.badge_host import pages
from api.badge_host_description import READ
from tests.api.badge_host.host import HOST, asked, given, listed, told
from tests.builders_badges import Stranger
from tests.builders_credentials import Holder, a_holder, officer
from tests.builders_foreign import ID, Issuer, a_badge
from tests.world import ADDRESS, World


def test_the_holders_badges_are_listed_in_both_forms_and_verify(holder: Holder) -> None:
    a_holder(holder.world, subject="bea")

    answer = listed(holder.world, f"openid {READ}")

    body = answer.json()
    assert answer.headers["x-total-count"] == "1"
    assert body["credential"] == [json.loads(holder.get("/badge").content)]
    assert len(body["compactJwsString"]) == 1
    assert Stranger(holder.world).fault(json.dumps(body["credential"][0]).encode()) is None


@pytest.mark.parametrize("verb", ["suspension", "revocation", "retirement"])
@pytest.mark.parametrize("profile", ["vcdm2", "ob30-strict"])
def test_a_badge_whose_credential_does_not_stand_is_neither_listed_nor_counted(
    world: World, issuer: Issuer, verb: str, profile: str
) -> None:
    holder = a_holder(world, {"/badges/profile": profile})
    foreign = issuer.signed()
    assert given(world, foreign).status_code == 201
    assert listed(world).headers["x-total-count"] == "2"

    holder.post(f"/{verb}", {"reason": "The board acted."}, officer(world))
    answer = listed(world)

    assert answer.headers["x-total-count"] == "1"
    assert answer.json() == {"credential": [json.loads(foreign)], "compactJwsString": []}


# --- the list


def test_pages_go_through_all_badges_in_the_order_of_their_issue(either_world: World, issuer: Issuer) -> None:
    a_holder(either_world)
    for month in (3, 1, 2):
        given(
            either_world, issuer.signed(a_badge(issuer.did, id=f"{ID}{month}", validFrom=f"2025-0{month}-01T00:00:00Z"))
        )

    seen = []
    for offset in range(4):
        page = listed(either_world, limit=1, offset=offset)
        assert page.headers["x-total-count"] == "4"
        seen += [one["id"] for one in page.json()["credential"]]
    since = listed(either_world, since="2025-02-01T00:00:00Z")

    assert seen[:3] == [f"{ID}{month}" for month in (1, 2, 3)]
    assert seen[3].startswith(ADDRESS)
    assert since.headers["x-total-count"] == "2"
    assert [one["id"] for one in since.json()["credential"]] == seen[2:]


def test_a_page_leaves_out_what_lies_before_and_what_is_older(holder: Holder) -> None:
    beyond = listed(holder.world, offset=1)
    newer = listed(holder.world, since="2099-01-01T00:00:00Z")
    assert newer.status_code == 200, newer.text

    assert beyond.json()["credential"] == []
    assert beyond.headers["x-total-count"] == "1"
    assert newer.headers["x-total-count"] == "0"


@pytest.mark.parametrize(
    ("offset", "total", "expected"),
    [
        (0, 0, {"last": 0, "first": 0}),
        (0, 10, {"last": 0, "first": 0}),
        (0, 11, {"next": 10, "last": 10, "first": 0}),
        (20, 45, {"next": 30, "last": 40, "first": 0, "prev": 10}),
        (40, 45, {"last": 40, "first": 0, "prev": 30}),
        (5, 45, {"next": 15, "last": 40, "first": 0, "prev": 0}),
    ],
)
@pytest.mark.parametrize("since", [None, datetime(2026, 3, 1, 12, tzinfo=UTC)])
def test_the_pages_around_one_leave_out_the_same(
    offset: int, total: int, expected: dict[str, int], since: datetime | None
) -> None:
    asked_for = {} if since is None else {"since": "2026-03-01T12:00:00Z"}

    found = dict(pages(10, offset, since, total))

    assert found == {
        name: f"{HOST}/credentials?{urlencode({'limit': 10, 'offset': place, **asked_for})}"
        for name, place in expected.items()
    }


def test_the_links_are_absolute(holder: Holder) -> None:
    links = listed(holder.world).headers["link"]

    assert f'<{ADDRESS}{HOST}/credentials?limit=100&offset=0>; rel="first"' in links


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": "x"}, {"since": "yesterday"}, {"unknown": 1}])
def test_a_malformed_question_is_a_bad_request_in_the_specifications_form(
    holder: Holder, query: dict[str, Any]
) -> None:
    answer = listed(holder.world, **query)

    assert told(answer)[:2] == (400, "invalid_data")
    assert f"/query/{next(iter(query))}" in told(answer)[2]


@pytest.mark.parametrize("path", ["/credentials", "/profile", "/discovery"])
def test_a_method_that_is_not_offered_is_told_so(holder: Holder, path: str) -> None:
    answer = asked(holder.world, "DELETE", path)

    assert told(answer)[:2] == (405, "not_allowed")
    assert "GET" in answer.headers["allow"]
