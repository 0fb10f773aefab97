"""Renewals through the API: the window, fees, grace, lapse, reinstatement, extensions and audits."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.actors import Role
from domain.credentials.model import Standing
from domain.notices.model import NoticeKind
from domain.payments.model import ChargeStatus
from domain.programs import actions as programs
from domain.renewals.model import CycleStatus
from domain.sweep.actions import nightly
from tests.api.test_credentials import events, everything, letters
from tests.builders import a_policy_document
from tests.builders_applications import ADMIN
from tests.builders_credentials import AWARDED, ENDS, Holder, a_holder, midday, officer
from tests.world import World

DAY = timedelta(days=1)
OPENS = ENDS - timedelta(days=90)
GRACE_ENDS = ENDS + timedelta(days=90)
IN_TIME = date(2029, 1, 15)


def ready(world: World, on: date = IN_TIME, changes: dict[str, object] | None = None) -> Holder:
    """A holder who has earned and paid all that a renewal on a day needs."""
    holder = a_holder(world, changes)
    holder.earned()
    midday(world, on)
    holder.paid()
    return holder


def codes(refused: Any) -> list[str]:
    """Why a rule refused."""
    assert refused.status_code == 409, refused.text
    return [one["code"] for one in refused.json()["ruling"]["findings"] if not one["met"]]


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
        assert codes(answer) == refusals
        assert everything(world) == before
    else:
        assert answer.status_code == 201


def test_what_is_missing_is_listed_whole_and_nothing_changes(either_world: World) -> None:
    holder = a_holder(either_world, {"/audit/renewals_rate": 1.0})
    holder.earned(1_799)
    midday(either_world, IN_TIME)
    before = everything(either_world)

    refused = holder.post("/renewals")

    assert codes(refused) == ["audit_open", "hours_missing", "fee_not_charged"]
    assert everything(either_world) == before


def test_an_unpaid_fee_stands_in_the_way(world: World) -> None:
    holder = a_holder(world)
    holder.earned()
    midday(world, IN_TIME)
    asked = holder.post("/renewal-charges").json()["items"]
    before = everything(world)

    assert [(one["fee"], one["amount_minor"], one["status"]) for one in asked] == [("renewal", 20_000, "open")]
    assert codes(holder.post("/renewals")) == ["fee_open"]
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

    assert codes(holder.post("/renewal-charges")) == ["window_not_open"]
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


# --- reinstatement


def lapsed(world: World, on: date = GRACE_ENDS + DAY, *, sweep: bool = True) -> Holder:
    """A holder whose credential has lapsed."""
    holder = a_holder(world)
    midday(world, on)
    if sweep:
        nightly(world.units)
    return holder


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
        assert codes(answer) == refusals
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


# --- extensions


def extension(kind: str, until: date) -> dict[str, str]:
    """What staff grant."""
    return {"kind": kind, "until": until.isoformat(), "reason": "A document shows it."}


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

    assert codes(refused) == reasons
    assert everything(world) == before


def test_extensions_of_a_kind_are_counted_in_their_cycle(either_world: World) -> None:
    holder = a_holder(either_world)
    first = holder.post("/extensions", extension("other", ENDS + timedelta(days=60)), officer(either_world))

    second = holder.post("/extensions", extension("other", ENDS + timedelta(days=90)), officer(either_world))
    medical = holder.post("/extensions", extension("medical", ENDS + timedelta(days=90)), officer(either_world))

    assert (first.status_code, codes(second), medical.status_code) == (200, ["extended_too_often"], 200)
    assert holder.cycle.extensions == ("other", "medical")
    assert holder.get("/cycles", officer(either_world)).json()["items"][0]["extensions"] == ["other", "medical"]


def test_an_edition_without_terms_for_extensions_grants_none(world: World) -> None:
    holder = a_holder(world, {"/renewal/extension": None})

    refused = holder.post("/extensions", extension("medical", ENDS + DAY), officer(world))

    assert codes(refused) == ["extension_kind_not_allowed"]


@pytest.mark.parametrize("until", [ENDS - DAY, ENDS])
def test_an_extension_never_moves_the_last_day_back(world: World, until: date) -> None:
    holder = a_holder(world)
    before = everything(world)

    refused = holder.post("/extensions", extension("medical", until), officer(world))

    assert (refused.status_code, refused.json()["code"]) == (409, "not_an_extension")
    assert everything(world) == before


def test_a_suspended_credential_stays_suspended_when_its_cycle_is_extended(world: World) -> None:
    holder = a_holder(world)
    holder.post("/suspension", {"reason": "A reason."}, officer(world))

    extended = holder.post("/extensions", extension("medical", ENDS + DAY), officer(world)).json()

    assert (extended["status"], extended["valid_until"]) == ("suspended", (ENDS + DAY).isoformat())


# --- audits


def cleared(holder: Holder, verb: str, header: dict[str, str]) -> Any:
    """Take a step of the cycle's audit."""
    cycle = holder.cycle
    more = {"if-match": f'"{cycle.version}"'}
    return holder.world.client.post(f"/v1/cycles/{cycle.id}/{verb}", headers={**header, **more})


def test_an_audit_blocks_the_renewal_until_staff_clear_it(either_world: World) -> None:
    holder = ready(either_world, changes={"/audit/renewals_rate": 1.0})

    blocked = holder.post("/renewals")
    done = cleared(holder, "audit-clearance", either_world.token(Role.REVIEWER))

    assert codes(blocked) == ["audit_open"]
    assert done.status_code == 200, done.text
    assert holder.post("/renewals").status_code == 201


def test_staff_may_choose_a_cycle_and_its_holder_is_told(world: World) -> None:
    holder = ready(world)

    chosen = cleared(holder, "audit", officer(world))

    assert chosen.json()["audited"] is True
    assert codes(holder.post("/renewals")) == ["audit_open"]
    assert letters(world, NoticeKind.AUDIT_CHOSEN)[0]["due_on"] == (IN_TIME + timedelta(days=30)).isoformat()


def test_a_holder_hears_of_the_lot_when_renewal_opens_and_not_before(world: World) -> None:
    holder = a_holder(world, {"/audit/renewals_rate": 1.0})
    path = f"/v1/cycles/{holder.cycle.id}"

    def told(header: dict[str, str]) -> bool:
        return bool(world.client.get(path, headers=header).json()["audited"])

    midday(world, OPENS - DAY)
    early = told(holder.header), told(officer(world))
    early_codes = [one["code"] for one in holder.get("/renewal-ruling").json()["findings"] if not one["met"]]
    midday(world, OPENS)

    assert early == (False, True)
    assert "audit_open" not in early_codes
    assert told(holder.header)


def test_nobody_clears_their_own_audit(world: World) -> None:
    holder = a_holder(world, {"/audit/renewals_rate": 1.0})
    own = world.token(Role.CREDENTIAL_OFFICER, Role.CANDIDATE, subject="ada")

    assert cleared(holder, "audit-clearance", own).json()["code"] == "separation_of_duties"
    assert cleared(holder, "audit-clearance", holder.header).status_code == 403


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
    assert codes(before) == ["completed_before_cycle"]
    assert (outlook["minutes"]["law"], outlook["carried_minutes"]) == (4 * 90, 0)
