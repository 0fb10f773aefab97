"""Cycles that staff extend, for illness, service or another reason, within the edition's terms."""

from datetime import date, datetime, time, timedelta

import pytest

from domain.renewals.model import CycleStatus
from domain.sweep.actions import nightly
from tests.api.outcomes import everything, unmet
from tests.builders_credentials import (
    AWARDED,
    ENDS,
    GRACE_ENDS,
    IN_TIME,
    ZONE,
    a_holder,
    extension,
    lapsed,
    midday,
    officer,
)
from tests.world import World

DAY = timedelta(days=1)


def test_a_medical_extension_moves_the_last_day_and_with_it_the_grace(either_world: World) -> None:
    holder = a_holder(either_world)
    holder.earned()
    until = ENDS + timedelta(days=180)
    midday(either_world, IN_TIME)

    extended = holder.post("/extensions", extension("medical", until), officer(either_world))

    assert extended.status_code == 200, extended.text
    assert (extended.json()["status"], extended.json()["valid_until"]) == ("active", until.isoformat())
    assert holder.registry().json()["valid_until"] == until.isoformat()
    midday(either_world, until)
    holder.paid()
    assert holder.post("/renewals").json()["valid_until"] == "2032-03-02"


@pytest.mark.parametrize("kind", ["medical", "other"])
def test_an_extension_in_grace_counts_from_today(world: World, kind: str) -> None:
    holder, on = a_holder(world), ENDS + timedelta(days=10)
    midday(world, on)
    nightly(world.units)

    extended = holder.post("/extensions", extension(kind, on + timedelta(days=60)), officer(world)).json()

    assert (extended["status"], extended["valid_from"]) == ("active", on.isoformat())
    assert holder.registry(on - DAY).json()["status"] == "expired"


def test_military_service_proved_late_makes_an_expiry_not_to_have_happened(either_world: World) -> None:
    on = GRACE_ENDS + timedelta(days=200)
    holder = lapsed(either_world, GRACE_ENDS + DAY)
    midday(either_world, on)
    until = on + timedelta(days=60)

    extended = holder.post("/extensions", extension("military", until), officer(either_world))

    assert extended.status_code == 200, extended.text
    assert (extended.json()["status"], extended.json()["valid_from"]) == ("active", AWARDED.isoformat())
    for day in (ENDS + DAY, GRACE_ENDS + DAY, on):
        told = holder.registry(day).json()
        assert (told["status"], told["valid"], told["status_since"]) == ("active", True, AWARDED.isoformat())
    assert (holder.cycle.status, holder.cycle.extended_until) == (CycleStatus.OPEN, until)
    holder.earned()
    holder.paid()
    assert holder.post("/renewals").json()["valid_until"] == "2032-03-02"


def test_a_military_extension_that_has_itself_run_out_leaves_it_lapsed_from_then(world: World) -> None:
    holder = lapsed(world, GRACE_ENDS + timedelta(days=300))
    until = ENDS + timedelta(days=30)

    extended = holder.post("/extensions", extension("military", until), officer(world)).json()

    assert extended["status"] == "lapsed"
    assert holder.registry(until).json()["valid"] is True
    assert holder.registry(until + DAY).json()["status"] == "expired"
    assert holder.registry().json()["status"] == "lapsed"


@pytest.mark.parametrize("kind", ["medical", "other"])
def test_after_the_lapse_only_military_service_extends(world: World, kind: str) -> None:
    holder = lapsed(world)
    before = everything(world)

    refused = holder.post("/extensions", extension(kind, GRACE_ENDS + timedelta(days=300)), officer(world))

    assert (refused.status_code, refused.json()["code"]) == (409, "too_late_to_extend")
    assert everything(world) == before


@pytest.mark.parametrize(
    ("kind", "until", "reasons"),
    [
        pytest.param("other", date(2099, 12, 31), ["extension_too_long"], id="seventy years"),
        pytest.param("other", ENDS + timedelta(days=181), ["extension_too_long"], id="a day too long"),
        pytest.param("military", ENDS + timedelta(days=1826), ["extension_too_long"], id="military has a bound too"),
    ],
)
def test_an_extension_beyond_the_editions_terms_is_refused_with_its_ruling(
    world: World, kind: str, until: date, reasons: list[str]
) -> None:
    holder = a_holder(world)
    before = everything(world)

    refused = holder.post("/extensions", extension(kind, until), officer(world))

    assert unmet(refused) == reasons
    assert everything(world) == before


def test_extensions_of_a_kind_are_counted_in_their_cycle(either_world: World) -> None:
    holder = a_holder(either_world)
    first = holder.post("/extensions", extension("other", ENDS + timedelta(days=60)), officer(either_world))

    second = holder.post("/extensions", extension("other", ENDS + timedelta(days=90)), officer(either_world))
    medical = holder.post("/extensions", extension("medical", ENDS + timedelta(days=90)), officer(either_world))

    assert (first.status_code, unmet(second), medical.status_code) == (200, ["extended_too_often"], 200)
    assert holder.cycle.extensions == ("other", "medical")
    assert holder.get("/cycles", officer(either_world)).json()["items"][0]["extensions"] == ["other", "medical"]


def test_an_edition_without_terms_for_extensions_grants_none(world: World) -> None:
    holder = a_holder(world, {"/renewal/extension": None})

    refused = holder.post("/extensions", extension("medical", ENDS + DAY), officer(world))

    assert unmet(refused) == ["extension_kind_not_allowed"]


@pytest.mark.parametrize("until", [ENDS - DAY, ENDS])
def test_an_extension_never_moves_the_last_day_back(world: World, until: date) -> None:
    holder = a_holder(world)
    before = everything(world)

    refused = holder.post("/extensions", extension("medical", until), officer(world))

    assert (refused.status_code, refused.json()["code"]) == (409, "not_an_extension")
    assert everything(world) == before


@pytest.mark.parametrize("kind", ["medical", "other"])
@pytest.mark.parametrize("suspended", [False, True])
def test_no_extension_but_for_military_service_ends_on_a_day_that_has_passed(
    either_world: World, kind: str, suspended: bool
) -> None:
    holder, on = a_holder(either_world), ENDS + timedelta(days=30)
    midday(either_world, on)
    if suspended:
        done = holder.post("/suspension", {"reason": "A reason."}, officer(either_world))
        assert done.status_code == 200, done.text
    before = everything(either_world)

    refused = holder.post("/extensions", extension(kind, on - DAY), officer(either_world))
    unchanged = everything(either_world) == before
    extended = holder.post("/extensions", extension(kind, on), officer(either_world))

    assert (refused.status_code, refused.json()["code"]) == (409, "extension_over")
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/body/until"]
    assert unchanged
    assert extended.status_code == 200, extended.text
    assert holder.registry().json()["status"] == ("suspended" if suspended else "active")
    assert holder.registry(on - DAY).json()["status"] == "expired"


@pytest.mark.parametrize(
    "until",
    [
        pytest.param(ENDS + timedelta(days=10), id="run out, in its grace today"),
        pytest.param(ENDS + DAY, id="run out, lapsed today"),
        pytest.param(ENDS + timedelta(days=95), id="today is its last day"),
        pytest.param(ENDS + timedelta(days=300), id="runs on"),
    ],
)
@pytest.mark.parametrize("sweep", [False, True])
def test_badge_registry_and_history_agree_on_a_military_extension(
    either_world: World, until: date, sweep: bool
) -> None:
    holder, on = a_holder(either_world), ENDS + timedelta(days=95)
    midday(either_world, on)
    if sweep:
        nightly(either_world.units)

    extended = holder.post("/extensions", extension("military", until), officer(either_world)).json()
    nightly(either_world.units)

    ends = datetime.combine(until + DAY, time(), ZONE)
    badge = holder.get("/badge").json()
    assert datetime.fromisoformat(badge["validUntil"]) == ends
    for day in (ENDS, ENDS + DAY, until, until + DAY, until + timedelta(days=90), until + timedelta(days=91), on):
        expected = "active" if day <= until else "expired" if day <= until + timedelta(days=90) else "lapsed"
        if day <= on:
            told = holder.registry(day).json()
            valid_until = ENDS if day <= ENDS else until
            assert (told["status"], told["valid_until"]) == (expected, valid_until.isoformat()), day
    assert holder.registry().json()["status"] == extended["status"] == holder.credential.status


@pytest.mark.parametrize(
    ("suspended_on", "before"),
    [
        pytest.param(ENDS - timedelta(days=5), "suspended", id="before the expiry"),
        pytest.param(ENDS + DAY, "suspended", id="on the day of the expiry"),
        pytest.param(ENDS + timedelta(days=9), "active", id="in the grace"),
    ],
)
def test_military_service_leaves_a_suspension_its_own_days(
    either_world: World, suspended_on: date, before: str
) -> None:
    holder, on = a_holder(either_world), ENDS + timedelta(days=20)
    midday(either_world, suspended_on)
    holder.post("/suspension", {"reason": "A reason."}, officer(either_world))
    midday(either_world, on)

    extended = holder.post("/extensions", extension("military", on + timedelta(days=60)), officer(either_world))

    assert extended.status_code == 200, extended.text
    assert extended.json()["status"] == "suspended"
    days = (suspended_on - DAY, ENDS + DAY, ENDS + timedelta(days=8), ENDS + timedelta(days=9), on)
    told = [holder.registry(day).json() for day in days]
    assert [one["status"] for one in told] == ["active", before, before, "suspended", "suspended"]
    assert told[-1]["status_since"] == suspended_on.isoformat()
    assert [one.number for one in holder.history()] == list(range(1, len(holder.history()) + 1))
    midday(either_world, on + DAY)
    assert holder.post("/lift", {"reason": "A reason."}, officer(either_world)).json()["status"] == "active"


def test_a_suspended_credential_stays_suspended_when_its_cycle_is_extended(world: World) -> None:
    holder = a_holder(world)
    holder.post("/suspension", {"reason": "A reason."}, officer(world))

    extended = holder.post("/extensions", extension("medical", ENDS + DAY), officer(world)).json()

    assert (extended["status"], extended["valid_until"]) == ("suspended", (ENDS + DAY).isoformat())
