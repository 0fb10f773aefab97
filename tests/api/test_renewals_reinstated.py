"""What has lapsed is reinstated: by hours and a fee, within a year."""

from datetime import date, timedelta

import pytest

from domain.credentials.actions import award
from domain.renewals.model import CycleStatus
from domain.sweep.actions import nightly
from tests.api.exams_world import Exam
from tests.api.outcomes import events, everything, unmet
from tests.builders_credentials import ENDS, GRACE_ENDS, Holder, a_holder, a_released_pass, lapsed, midday, officer
from tests.world import World

DAY = timedelta(days=1)
BACK_ENDS = GRACE_ENDS + DAY + timedelta(days=365)
"""The last day of a reinstatement by hours and fee."""


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
    assert [one.status for one in cycles] == [CycleStatus.REINSTATED, CycleStatus.OPEN]
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


@pytest.mark.parametrize("by_exam", [False, True])
def test_the_hours_that_brought_a_credential_back_stay_on_record_and_count_for_no_other_cycle(
    either_world: World, by_exam: bool
) -> None:
    on = GRACE_ENDS + DAY
    holder, staff, exam = lapsed(either_world, on), officer(either_world), Exam(either_world)
    claim = {"title": "A course.", "provider": "A provider.", "minutes": 1_440, "completed_on": on.isoformat()}
    numbers = [f"0197-0000-29-{number:03}-L03-P" for number in (1, 2)]
    recorded = [holder.post("/activities", {**claim, "uan": number}).json() for number in numbers]
    if by_exam:
        with either_world.unit() as uow:
            attempt = a_released_pass(uow, holder.candidate_id)
            award(uow, attempt, uow.applications.get(holder.application_id), on)
    else:
        holder.paid()
        assert holder.post("/reinstatements").status_code == 201
    with either_world.unit() as uow:
        cycle = uow.cycles.first(credential_id=holder.credential_id, number=1)
    assert cycle is not None
    before = everything(either_world)

    refused = [
        exam.post(path, who, body, version="*")
        for one in recorded
        for path, who, body in (
            (f"/activities/{one['id']}/withdrawal", holder.header, None),
            (f"/activities/{one['id']}/withdrawal", staff, None),
            (f"/activities/{one['id']}/rejection", staff, {"reason": "A reason."}),
        )
    ]
    refused.append(exam.post(f"/cycles/{cycle.id}/audit", staff, version="*"))

    assert [one["status"] for one in recorded] == ["accepted"] * 2
    assert [one.json()["code"] for one in refused] == ["wrong_state"] * 7
    assert everything(either_world) == before
    assert holder.get("/cycles?limit=1").json()["items"][0]["status"] == "reinstated"
    for number in numbers:
        holder.post("/activities", {**claim, "uan": number})
    assert set(holder.get("/renewal-ruling").json()["minutes"].values()) == {0}


def owed(holder: Holder) -> dict[str, str]:
    """What stands about all cycles of a holder: the status of each charge, by its fee."""
    with holder.world.unit() as uow:
        return {one.fee: one.status.value for one in uow.charges.find(candidate_id=holder.candidate_id)}


def test_what_was_asked_for_coming_back_is_owed_no_more_once_a_lapsed_credential_is_given_up(
    either_world: World,
) -> None:
    holder = lapsed(either_world)
    (charge,) = holder.post("/renewal-charges").json()["items"]
    cycle = str(holder.cycle.id)

    retired = holder.post("/retirement", {"reason": "A reason."})
    before = everything(either_world)
    exam = Exam(either_world)
    paid = exam.post("/payments", holder.header, {"charge_ids": [charge["id"]]})
    audited = exam.post(f"/cycles/{cycle}/audit", officer(either_world), version="*")

    assert retired.status_code == 200, retired.text
    assert owed(holder) == {"reinstatement": "cancelled"}
    assert (paid.status_code, paid.json()["code"]) == (409, "wrong_state")
    assert (audited.status_code, audited.json()["code"]) == (409, "wrong_state")
    assert everything(either_world) == before
    assert holder.cycle.status is CycleStatus.ENDED
    assert holder.get("/renewal-ruling").json()["code"] == "no_cycle"


def test_money_for_a_fee_that_the_lapse_took_away_is_booked_and_goes_back(either_world: World) -> None:
    holder, exam = a_holder(either_world), Exam(either_world)
    midday(either_world, GRACE_ENDS - DAY)
    charges = [one["id"] for one in holder.post("/renewal-charges").json()["items"]]
    payment = exam.done("/payments", holder.header, {"charge_ids": charges})
    midday(either_world, GRACE_ENDS + DAY)
    nightly(either_world.units)
    taken_away = owed(holder)

    received = exam.done(f"/payments/{payment['id']}/receipt", exam.finance, version="*")
    refunds = [exam.done(f"/charges/{one}/refunds", exam.finance, {"reason": "A lapse."}, "*") for one in charges]

    assert set(taken_away.values()) == {"cancelled"}
    assert len(taken_away) == 2
    assert received["status"] == "received"
    assert sum(one["amount_minor"] for one in refunds) == payment["amount_minor"]


@pytest.mark.parametrize(
    ("asked", "paid", "code"),
    [
        pytest.param(GRACE_ENDS, GRACE_ENDS, None, id="the last day of the grace"),
        pytest.param(GRACE_ENDS, GRACE_ENDS + DAY, "not_due_any_more", id="lapsed, the sweep still to come"),
        pytest.param(ENDS + 30 * DAY, ENDS + 31 * DAY, "not_due_any_more", id="the tier is over"),
        pytest.param(BACK_ENDS, BACK_ENDS, None, id="the last day for coming back"),
        pytest.param(BACK_ENDS, BACK_ENDS + DAY, "not_due_any_more", id="too late to come back"),
    ],
)
def test_nobody_pays_for_a_step_that_can_follow_no_more(
    world: World, asked: date, paid: date, code: str | None
) -> None:
    holder, exam = a_holder(world), Exam(world)
    midday(world, asked)
    charges = [one["id"] for one in holder.post("/renewal-charges").json()["items"]]
    midday(world, paid)
    before = everything(world)

    answer = exam.post("/payments", holder.header, {"charge_ids": charges})

    if code is None:
        assert answer.status_code == 201, answer.text
    else:
        assert (answer.status_code, answer.json()["code"]) == (409, code)
        assert everything(world) == before


def test_a_new_examination_leaves_nothing_owed_for_coming_back(either_world: World) -> None:
    holder = lapsed(either_world)
    holder.post("/renewal-charges")

    with either_world.unit() as uow:
        attempt = a_released_pass(uow, holder.candidate_id)
        award(uow, attempt, uow.applications.get(holder.application_id), GRACE_ENDS + DAY)

    assert holder.credential.status == "active"
    assert owed(holder) == {"reinstatement": "cancelled"}


def test_a_fee_that_need_not_be_paid_before_coming_back_stays_due(world: World) -> None:
    holder = a_holder(world, {"/fees/9/proceed_unpaid": True})
    midday(world, GRACE_ENDS)
    holder.post("/renewal-charges")
    midday(world, GRACE_ENDS + DAY)
    nightly(world.units)
    holder.earned()
    holder.post("/renewal-charges")

    back = holder.post("/reinstatements")

    assert back.status_code == 201, back.text
    assert {fee for fee, status in owed(holder).items() if status == "open"} == {"reinstatement"}
