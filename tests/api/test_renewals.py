"""Renewals through the API: the window, the fees, lateness, and what goes on to the next cycle."""

from datetime import date, timedelta

import pytest

from domain.credentials.model import Standing
from domain.notices.model import NoticeKind
from domain.payments.model import ChargeStatus
from domain.programs import actions as programs
from domain.sweep.actions import nightly
from tests.api.outcomes import events, everything, letters, unmet
from tests.builders import a_policy_document
from tests.builders_applications import ADMIN
from tests.builders_credentials import (
    AWARDED,
    ENDS,
    GRACE_ENDS,
    IN_TIME,
    OPENS,
    a_holder,
    extension,
    midday,
    officer,
    ready,
)
from tests.world import World

DAY = timedelta(days=1)


# --- renewing


def test_a_renewal_goes_on_from_the_last_day_and_opens_the_next_cycle(either_world: World) -> None:
    holder = ready(either_world)

    renewed = holder.post("/renewals")

    assert renewed.status_code == 201, renewed.text
    told = renewed.json()
    assert (told["status"], told["valid_from"], told["valid_until"]) == ("active", "2026-03-02", "2032-03-02")
    assert renewed.headers["location"] == f"/v1/credentials/{holder.credential_id}"
    assert (holder.cycle.number, holder.cycle.starts_on, holder.cycle.ends_on) == (2, ENDS + DAY, date(2032, 3, 2))
    assert letters(either_world, NoticeKind.CREDENTIAL_RENEWED)[0]["valid_until"] == "2032-03-02"
    assert events(either_world, "credential.renewed") == 1
    first, second = holder.get("/cycles", officer(either_world)).json()["items"]
    assert (first["status"], first["renewed_on"], second["status"]) == ("renewed", "2029-01-15", "open")


@pytest.mark.parametrize(
    ("on", "refusals"),
    [
        pytest.param(OPENS - DAY, ["window_not_open"], id="the day before the window"),
        pytest.param(OPENS, [], id="the day it opens"),
        pytest.param(ENDS, [], id="the last valid day"),
        pytest.param(ENDS + DAY, ["fee_not_charged"], id="late, the late fee not asked for"),
    ],
)
def test_the_window_is_kept_to_the_day(world: World, on: date, refusals: list[str]) -> None:
    holder = a_holder(world)
    holder.earned()
    midday(world, OPENS)
    holder.paid()
    midday(world, on)
    before = everything(world)

    answer = holder.post("/renewals")

    if refusals:
        assert unmet(answer) == refusals
        assert everything(world) == before
    else:
        assert answer.status_code == 201


def test_what_is_missing_is_listed_whole_and_nothing_changes(either_world: World) -> None:
    holder = a_holder(either_world, {"/audit/renewals_rate": 1.0})
    holder.earned(1_799)
    midday(either_world, IN_TIME)
    before = everything(either_world)

    refused = holder.post("/renewals")

    assert unmet(refused) == ["audit_open", "hours_missing", "fee_not_charged"]
    assert everything(either_world) == before


def test_an_unpaid_fee_stands_in_the_way(world: World) -> None:
    holder = a_holder(world)
    holder.earned()
    midday(world, IN_TIME)
    asked = holder.post("/renewal-charges").json()["items"]
    before = everything(world)

    assert [(one["fee"], one["amount_minor"], one["status"]) for one in asked] == [("renewal", 20_000, "open")]
    assert unmet(holder.post("/renewals")) == ["fee_open"]
    assert everything(world) == before


def test_asking_for_the_fees_twice_charges_once(world: World) -> None:
    holder = a_holder(world)
    midday(world, IN_TIME)

    first, second = holder.post("/renewal-charges").json(), holder.post("/renewal-charges").json()

    assert first == second
    assert events(world, "charge.raised") == 1


def test_fees_are_not_asked_before_the_window_opens(world: World) -> None:
    holder = a_holder(world)
    midday(world, OPENS - DAY)
    before = everything(world)

    assert unmet(holder.post("/renewal-charges")) == ["window_not_open"]
    assert everything(world) == before


def test_the_pre_check_tells_at_any_time_how_it_stands(world: World) -> None:
    holder = a_holder(world)
    holder.earned(600)

    told = holder.get("/renewal-ruling").json()

    assert (told["granted"], told["reinstatement"]) == (False, False)
    assert (told["opens_on"], told["last_day"], told["grace_until"]) == ("2028-12-02", "2029-03-02", "2029-05-31")
    assert told["renewed_until"] == "2032-03-02"
    assert told["minutes"] == {"administration": 0, "management": 0, "law": 600}
    assert told["fees"] == ["renewal"]
    assert [one["code"] for one in told["findings"] if not one["met"]] == [
        "window_not_open",
        "hours_missing",
        "fee_not_charged",
    ]


def test_the_next_cycle_pins_the_edition_in_force(world: World) -> None:
    holder = ready(world, OPENS)
    with world.unit(ADMIN) as uow:
        document = a_policy_document({"/edition": "cpom-2028", "/in_force_from": "2029-01-01", "/validity/years": 5})
        programs.publish(uow, ADMIN, "CPOM", document)
    midday(world, IN_TIME)

    renewed = holder.post("/renewals").json()

    assert (renewed["edition"], holder.cycle.edition) == ("cpom-2028", "cpom-2028")
    assert renewed["valid_until"] == "2032-03-02", "the term is that of the edition the cycle began under"


# --- late


@pytest.mark.parametrize(
    ("on", "fees"),
    [
        pytest.param(ENDS + DAY, ["late-30", "renewal"], id="a day late"),
        pytest.param(ENDS + timedelta(days=30), ["late-30", "renewal"], id="the tier's last day"),
        pytest.param(ENDS + timedelta(days=31), ["late-90", "renewal"], id="the next tier"),
        pytest.param(GRACE_ENDS, ["late-90", "renewal"], id="the last day of grace"),
    ],
)
def test_a_late_renewal_costs_its_tier(world: World, on: date, fees: list[str]) -> None:
    holder = a_holder(world)
    holder.earned()
    midday(world, on)
    holder.paid()

    renewed = holder.post("/renewals")

    assert renewed.status_code == 201, renewed.text
    assert renewed.json()["valid_until"] == "2032-03-02"
    with world.unit() as uow:
        assert sorted(one.fee for one in uow.charges.find(candidate_id=holder.candidate_id)) == fees


@pytest.mark.parametrize("by", ["renewal", "extension"])
@pytest.mark.parametrize("swept", [False, True])
@pytest.mark.parametrize(
    ("on", "valid_from"),
    [
        pytest.param(ENDS, AWARDED, id="the last day"),
        pytest.param(ENDS + DAY, AWARDED, id="the day after, on which it never stood expired"),
        pytest.param(ENDS + 2 * DAY, ENDS + 2 * DAY, id="after a day of interruption"),
    ],
)
def test_row_certificate_and_registry_agree_on_since_when_it_is_valid(
    world: World, on: date, valid_from: date, by: str, *, swept: bool
) -> None:
    holder = a_holder(world)
    holder.earned()
    midday(world, on)
    if swept:
        nightly(world.units)
    holder.paid()

    if by == "renewal":
        answer = holder.post("/renewals")
    else:
        answer = holder.post("/extensions", extension("medical", on + timedelta(days=60)), officer(world))

    assert answer.json()["valid_from"] == valid_from.isoformat(), answer.text
    assert holder.credential.valid_from == valid_from
    assert holder.get("/certificate").json()["valid_from"] == valid_from.isoformat()
    assert holder.registry().json()["valid_from"] == valid_from.isoformat()


def test_an_unpaid_tier_makes_way_for_the_next(world: World) -> None:
    holder = a_holder(world)
    midday(world, ENDS + DAY)
    holder.post("/renewal-charges")
    midday(world, ENDS + timedelta(days=31))

    asked = holder.post("/renewal-charges").json()["items"]

    assert sorted((one["fee"], one["status"]) for one in asked) == [("late-90", "open"), ("renewal", "open")]
    with world.unit() as uow:
        (dropped,) = uow.charges.find(fee="late-30")
    assert dropped.status is ChargeStatus.CANCELLED


def test_after_the_grace_there_is_no_renewal_whether_or_not_the_sweep_ran(world: World) -> None:
    holder = ready(world, GRACE_ENDS)
    midday(world, GRACE_ENDS + DAY)
    before = everything(world)

    unswept = holder.post("/renewals")

    assert (unswept.status_code, unswept.json()["code"]) == (409, "wrong_state")
    assert everything(world) == before
    nightly(world.units)
    assert holder.post("/renewals").json()["code"] == "wrong_state"


def test_a_renewal_in_grace_follows_what_the_sweep_wrote(either_world: World) -> None:
    holder = a_holder(either_world)
    holder.earned()
    midday(either_world, ENDS + DAY)
    nightly(either_world.units)
    holder.paid()

    renewed = holder.post("/renewals").json()

    assert (renewed["status"], renewed["valid_from"]) == ("active", AWARDED.isoformat())
    assert [one.standing for one in holder.history()] == [Standing.ACTIVE, Standing.EXPIRED, Standing.ACTIVE]
    assert nightly(either_world.units)["credentials.expire"] == 0


# --- carry-over


@pytest.mark.parametrize(("limit", "carried"), [("0", 0), ("5", 300)])
def test_hours_go_on_to_the_next_cycle_only_as_the_policy_says(world: World, limit: str, carried: int) -> None:
    holder = a_holder(world, {"/renewal/carry_over_hours": limit})
    holder.earned(2_400)
    midday(world, IN_TIME)
    holder.paid()
    holder.post("/renewals")

    assert holder.get("/renewal-ruling").json()["carried_minutes"] == carried


# --- between an early renewal and the end of the old term


@pytest.mark.parametrize("carried", [0, 10])
def test_what_is_earned_after_an_early_renewal_counts_for_the_next_cycle_once(
    either_world: World, carried: int
) -> None:
    holder = ready(either_world, changes={"/renewal/carry_over_hours": carried})
    first = holder.cycle
    assert holder.post("/renewals").status_code == 201
    midday(either_world, ENDS + 30 * DAY)
    law = {"title": "Law", "provider": "A provider", "minutes": 90, "category": "law"}

    made = [
        holder.post("/activities", {**law, "completed_on": day.isoformat(), "uan": f"0197-0000-28-00{number}-L03-P"})
        for number, day in enumerate((IN_TIME, IN_TIME + DAY, ENDS, ENDS + DAY), start=1)
    ]
    before = holder.post("/activities", {**law, "completed_on": (IN_TIME - DAY).isoformat()})
    outlook = holder.get("/renewal-ruling").json()

    assert [one.status_code for one in made] == [201] * 4
    assert {one.json()["cycle_id"] for one in made} == {str(holder.cycle.id)}
    assert holder.cycle.id != first.id
    assert unmet(before) == ["completed_before_cycle"]
    assert (outlook["minutes"]["law"], outlook["carried_minutes"]) == (4 * 90, 0)
