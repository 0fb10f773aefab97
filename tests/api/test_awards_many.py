"""Passes awarded set by set: each comes to what it would have come to alone, on both engines."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from domain.applications.model import Application
from domain.credentials.awarding import Pass, award_all
from domain.credentials.model import AwardStatus, Standing
from domain.notices.model import NoticeKind
from tests.api.outcomes import events, letters
from tests.builders_badges import Stranger, badge_of
from tests.builders_credentials import (
    AWARDED,
    ENDS,
    Holder,
    a_holder,
    a_released_pass,
    an_approved_application,
    midday,
    officer,
)
from tests.builders_exams import stored_policy
from tests.world import World

MANY = 40
UNLICENSED = {"expires_on": date(2026, 3, 1)}


def people(world: World, count: int, licence: Mapping[str, object] | None = None, *, first: int = 0) -> list[Pass]:
    """So many candidates, each with an approved application and a pass that waits for its award."""
    midday(world, AWARDED)
    found = []
    for number in range(first, first + count):
        candidate_id = world.id_of(world.token(subject=f"person-{number}"))
        with world.unit() as uow:
            if number == 0:
                stored_policy(uow, {"/audit/renewals_rate": 0.0})
            application = an_approved_application(uow, candidate_id, licence)
            found.append(Pass(attempt=a_released_pass(uow, candidate_id), application=application))
    return found


def test_many_passes_become_as_many_credentials_with_all_that_belongs_to_them(either_world: World) -> None:
    passes = people(either_world, MANY)

    with either_world.unit() as uow:
        awards = award_all(uow, passes, AWARDED)

    assert [one.attempt_id for one in awards] == [one.attempt.id for one in passes]
    assert {one.status for one in awards} == {AwardStatus.ISSUED}
    with either_world.unit() as uow:
        numbers = [one.number for one in uow.credentials.find()]
        places = {(one.shard, one.place) for one in uow.status_places.find()}
        counts = [
            one.count()
            for one in (uow.credentials, uow.badges, uow.cycles, uow.standing_changes, uow.awards, uow.status_places)
        ]
    assert counts == [MANY] * 6
    assert len(set(numbers)) == len(places) == MANY
    for kind in ("credential.issued", "badge.issued", "cycle.opened", "cycle.audit_drawn"):
        assert events(either_world, kind) == MANY
    assert sorted(str(one["number"]) for one in letters(either_world, NoticeKind.CREDENTIAL_ISSUED)) == sorted(numbers)
    assert all(either_world.client.get(f"/v1/registry/{one}").json()["status"] == "active" for one in numbers)


def test_a_badge_of_many_verifies_like_one_alone(either_world: World) -> None:
    passes = people(either_world, 20)
    with either_world.unit() as uow:
        made = award_all(uow, passes, AWARDED)[7]

    header = either_world.token(subject="person-7")
    holder = Holder(either_world, header, made.candidate_id, made.application_id, made.attempt_id, made)

    assert Stranger(either_world).fault(badge_of(holder)) is None


def test_those_who_lack_something_are_held_and_hear_why_beside_those_who_do_not(either_world: World) -> None:
    good = people(either_world, 3)
    lacking = people(either_world, 2, UNLICENSED, first=3)

    with either_world.unit() as uow:
        awards = award_all(uow, [good[0], lacking[0], good[1], lacking[1], good[2]], AWARDED)

    issued, held = AwardStatus.ISSUED, AwardStatus.HELD
    assert [one.status for one in awards] == [issued, held, issued, held, issued]
    assert [one.credential_id is None for one in awards] == [False, True, False, True, False]
    assert events(either_world, "award.held") == len(letters(either_world, NoticeKind.CREDENTIAL_HELD)) == 2


def test_a_second_pass_of_a_person_is_judged_after_the_first_was_awarded(either_world: World) -> None:
    (first,) = people(either_world, 1)
    with either_world.unit() as uow:
        second = Pass(attempt=a_released_pass(uow, first.application.candidate_id), application=first.application)

    with either_world.unit() as uow:
        awards = award_all(uow, [first, second], AWARDED)
        again = award_all(uow, [second, first], AWARDED)

    assert [one.status for one in awards] == [AwardStatus.ISSUED, AwardStatus.HELD]
    unmet = [finding.code for finding in awards[1].findings if not finding.met]
    assert unmet == ["held_already"]
    assert again == awards[::-1]
    with either_world.unit() as uow:
        assert (uow.credentials.count(), uow.awards.count()) == (1, 2)


@pytest.mark.parametrize("beside", [0, 3])
def test_a_lapsed_credential_comes_back_under_its_own_number(either_world: World, beside: int) -> None:
    holder = a_holder(either_world)
    others = people(either_world, beside, first=1)
    on = ENDS + timedelta(days=200)
    midday(either_world, on)
    with either_world.unit() as uow:
        application: Application = uow.applications.get(holder.application_id)
        passed = Pass(attempt=a_released_pass(uow, holder.candidate_id), application=application)

    with either_world.unit() as uow:
        awards = award_all(uow, [passed, *others], on)

    assert awards[0].credential_id == holder.credential_id
    assert (holder.credential.status, holder.credential.valid_from) == (Standing.ACTIVE, on)
    assert [one.number for one in holder.history()] == [1, 2]
    assert len({one.credential_id for one in awards}) == 1 + beside
    assert holder.get("/badge", officer(either_world)).status_code == 200


def test_nothing_is_awarded_where_there_is_nobody(world: World) -> None:
    with world.unit() as uow:
        assert award_all(uow, [], AWARDED) == []
