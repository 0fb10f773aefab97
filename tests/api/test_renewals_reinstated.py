"""What has lapsed is reinstated: by hours and a fee, within a year."""

from datetime import date, timedelta

import pytest

from domain.renewals.model import CycleStatus
from tests.api.outcomes import events, everything, unmet
from tests.builders_credentials import GRACE_ENDS, a_holder, lapsed, midday
from tests.world import World

DAY = timedelta(days=1)


@pytest.mark.parametrize("sweep", [True, False])
def test_a_lapsed_credential_is_reinstated_by_hours_and_fee(either_world: World, sweep: bool) -> None:
    on = GRACE_ENDS + DAY
    holder = lapsed(either_world, on, sweep=sweep)
    holder.earned(completed_on=on)
    holder.paid()

    back = holder.post("/reinstatements")

    assert back.status_code == 201, back.text
    assert (back.json()["status"], back.json()["valid_from"]) == ("active", on.isoformat())
    assert back.json()["valid_until"] == date(on.year + 3, on.month, on.day).isoformat()
    with either_world.unit() as uow:
        cycles = sorted(uow.cycles.find(credential_id=holder.credential_id), key=lambda one: one.number)
    assert [one.status for one in cycles] == [CycleStatus.LAPSED, CycleStatus.OPEN]
    assert cycles[1].starts_on == on
    assert events(either_world, "credential.reinstated") == 1
    assert holder.registry().json()["valid"] is True


@pytest.mark.parametrize(
    ("minutes", "on", "refusals"),
    [
        pytest.param(1_799, GRACE_ENDS + DAY, ["hours_missing"], id="a minute short"),
        pytest.param(1_800, GRACE_ENDS + DAY + timedelta(days=365), [], id="the last day"),
        pytest.param(1_800, GRACE_ENDS + DAY + timedelta(days=366), ["reinstatement_too_late"], id="the day after"),
    ],
)
def test_a_reinstatement_keeps_to_its_terms(world: World, minutes: int, on: date, refusals: list[str]) -> None:
    holder = lapsed(world)
    holder.earned(minutes)
    holder.paid()
    midday(world, on)
    before = everything(world)

    answer = holder.post("/reinstatements")

    if refusals:
        assert unmet(answer) == refusals
        assert everything(world) == before
    else:
        assert answer.status_code == 201


def test_the_pre_check_after_a_lapse_is_about_the_reinstatement(world: World) -> None:
    holder = lapsed(world)

    told = holder.get("/renewal-ruling").json()

    assert (told["reinstatement"], told["fees"]) == (True, ["reinstatement"])
    assert told["reinstatement_until"] == (GRACE_ENDS + DAY + timedelta(days=365)).isoformat()


def test_an_active_credential_is_not_reinstated(world: World) -> None:
    assert a_holder(world).post("/reinstatements").json()["code"] == "wrong_state"
