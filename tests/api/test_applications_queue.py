"""The staff queue, and the draw for audit that anyone can do again."""

from datetime import date
from hashlib import sha256
from math import ceil
from typing import Any

import pytest

from domain.actors import Role
from domain.notices.model import NoticeKind
from tests.builders_applications import (
    Applicant,
    Caller,
    a_reviewer,
    an_applicant,
    publish,
    staff,
)
from tests.world import World

NAMES = ("Abara", "Abe", "Abel", "Zed", "Obi")


def _named(world: World, family: str) -> Applicant:
    header = world.token(subject=family)
    body = {"legal_name": {"family": family}, "email": f"{family.lower()}@example.org", "practises_in": "US"}
    made = world.client.post("/v1/candidates", json=body, headers=header)
    return Applicant(world, header, made.json()["id"])


def _all(who: Caller, query: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    cursor = ""
    while True:
        answer = who.get(f"/applications?limit=2&{query}{cursor}")
        assert answer.status_code == 200, answer.text
        page = answer.json()
        rows += page["items"]
        if page["next_cursor"] is None:
            return rows
        cursor = f"&cursor={page['next_cursor']}"


def test_staff_page_through_the_queue_by_every_order(either_world: World) -> None:
    publish(either_world)
    everyone = [_named(either_world, name).draft() for name in NAMES]
    for one in everyone[:4]:
        either_world.clock.advance(hours=1)
        one.submitted()
    rita = a_reviewer(either_world)

    def names(query: str) -> list[str]:
        return [row["search_name"] for row in _all(rita, query)]

    assert names("sort=id") == ["abara", "abe", "abel", "zed", "obi"]
    assert names("sort=-search_name") == ["zed", "obi", "abel", "abe", "abara"]
    assert names("sort=submitted_at") == ["abara", "abe", "abel", "zed"]
    assert names("sort=-submitted_at") == ["zed", "abel", "abe", "abara"]
    assert names("sort=submitted_at&status=submitted") == ["abara", "abe", "abel", "zed"]
    assert names("sort=search_name&search_name=AB") == ["abara", "abe", "abel"]
    assert names("search_name=ab&status=draft") == []
    assert names("status=draft") == ["obi"]
    numbers = [row["number"] for row in _all(rita, "sort=number")]
    assert numbers == sorted(numbers)
    assert names(f"number={numbers[0]}") == [row["search_name"] for row in _all(rita, "sort=number")][:1]


def test_a_reviewer_lists_what_is_in_their_hands(world: World) -> None:
    publish(world)
    ada, rita = an_applicant(world).draft().submitted(), a_reviewer(world)
    an_applicant(world, "bea").draft().submitted()
    rita.claims(ada)

    mine = _all(rita, "reviewer=rita")

    assert [(row["id"], row["status"]) for row in mine] == [(ada.application_id, "in_review")]


def test_candidates_list_their_own_and_not_the_queue(world: World) -> None:
    publish(world)
    ada, bea = an_applicant(world).draft(), an_applicant(world, "bea").draft()

    own = ada.get(f"/candidates/{ada.candidate_id}/applications").json()["items"]

    assert [(row["id"], row["search_name"]) for row in own] == [(ada.application_id, None)]
    assert ada.get("/applications").status_code == 403
    assert bea.get(f"/candidates/{ada.candidate_id}/applications").status_code == 404


# --- the draw

DRAWING = {
    "program": "CPOM",
    "from_on": "2026-03-02",
    "until_on": "2026-03-02",
    "seed": "lottery 2026-03-03: 4 8 15 16 23 42",
    "seed_source": "The state lottery's draw of 3 March 2026",
}


def _drawn(world: World, rate: float = 0.4) -> tuple[dict[str, Any], list[Applicant]]:
    publish(world, {"/audit/applications_rate": rate})
    people = [an_applicant(world, f"person-{number}").draft().submitted() for number in range(4)]
    an_applicant(world, "withdrawn").draft().submitted().step("withdrawal", {})
    world.clock.advance(days=2)
    answer = staff(world, Role.ADMINISTRATOR).post("/audit-draws", DRAWING)
    assert answer.status_code == 201, answer.text
    drawn: dict[str, Any] = answer.json()
    return drawn, people


def test_anyone_can_do_a_draw_again_from_what_is_public(either_world: World) -> None:
    drawn, people = _drawn(either_world)

    public = either_world.client.get(f"/v1/audit-draws/{drawn['id']}").json()

    ranked = sorted(public["population"], key=lambda one: sha256(f"{public['seed']}:{one}".encode()).hexdigest())
    assert public["chosen"] == sorted(ranked[: ceil(0.4 * 4)])
    lines = "".join(f"{one}\n" for one in sorted(public["population"]))
    assert public["population_sha256"] == sha256(lines.encode()).hexdigest()
    assert set(public["population"]) == {one.application_id for one in people}
    assert [one.now()["audited"] for one in people] == [one.application_id in public["chosen"] for one in people]
    with either_world.unit() as uow:
        assert uow.notices.count(kind=NoticeKind.AUDIT_CHOSEN) == 2


def test_no_day_is_drawn_from_twice(world: World) -> None:
    drawn, people = _drawn(world)
    before = [one.now() for one in people]

    again = staff(world, Role.ADMINISTRATOR).post("/audit-draws", {**DRAWING, "seed": "another seed"})

    assert (again.status_code, again.json()["code"]) == (409, "already_drawn")
    assert [one["id"] for one in world.client.get("/v1/audit-draws").json()["items"]] == [drawn["id"]]
    assert [one.now() for one in people] == before


@pytest.mark.parametrize(
    ("from_on", "until_on"),
    [
        pytest.param(date(2026, 3, 2), date(2026, 3, 2), id="a day that is not over"),
        pytest.param(date(2026, 3, 1), date(2026, 2, 27), id="days out of order"),
    ],
)
def test_only_days_that_are_over_are_drawn_from(world: World, from_on: date, until_on: date) -> None:
    publish(world)

    body = {**DRAWING, "from_on": from_on.isoformat(), "until_on": until_on.isoformat()}
    answer = staff(world, Role.ADMINISTRATOR).post("/audit-draws", body)

    assert [fault["code"] for fault in answer.json()["errors"]] == ["days_not_over"]


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.AUDITOR, Role.CANDIDATE])
def test_only_administrators_draw(world: World, role: Role) -> None:
    publish(world)

    assert staff(world, role).post("/audit-draws", DRAWING).status_code == 403
