"""From which day a change of standing takes effect, and that none takes another out of the public record."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from adapters.db.unit_of_work import SqlUnitsOfWork
from domain.actors import Role, the_service
from domain.credentials.actions import rejudge
from domain.credentials.model import Standing
from domain.credentials.rules import no_other
from domain.notices.model import NoticeKind
from domain.sweep.actions import nightly
from tests.api.outcomes import events, everything, letters
from tests.builders_credentials import AWARDED, ENDS, a_credential, a_holder, midday, officer
from tests.world import World

DAY = timedelta(days=1)
REASON = {"reason": "The board suspended the licence."}


def test_a_holder_does_not_choose_the_day_of_a_retirement(world: World) -> None:
    holder = a_holder(world)
    midday(world, date(2027, 5, 4))
    before = everything(world)

    for day in (AWARDED, date(2027, 5, 4)):
        refused = holder.post("/retirement", {**REASON, "effective_on": day.isoformat()})
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")

    assert everything(world) == before


def test_an_officer_does_not_choose_the_day_of_their_own_retirement(world: World) -> None:
    holder = a_holder(world)
    midday(world, date(2027, 5, 4))
    both = world.token(Role.CREDENTIAL_OFFICER, subject="ada")
    before = everything(world)

    refused = holder.post("/retirement", {**REASON, "effective_on": AWARDED.isoformat()}, both)

    assert (refused.status_code, refused.json()["code"]) == (403, "separation_of_duties")
    assert everything(world) == before


@pytest.mark.parametrize("verb", ["lift", "revocation"])
@pytest.mark.parametrize(
    ("day", "status"),
    [
        pytest.param(date(2027, 5, 3), 409, id="before the suspension"),
        pytest.param(date(2027, 5, 4), 409, id="its first day"),
        pytest.param(date(2027, 5, 5), 200, id="its second day"),
    ],
)
def test_no_later_change_takes_a_suspension_out_of_the_record(world: World, verb: str, day: date, status: int) -> None:
    holder = a_holder(world)
    midday(world, date(2027, 5, 4))
    holder.post("/suspension", REASON, officer(world))
    midday(world, date(2027, 6, 1))
    before = everything(world)

    answer = holder.post(f"/{verb}", {**REASON, "effective_on": day.isoformat()}, officer(world))

    assert answer.status_code == status
    assert holder.registry(date(2027, 5, 4)).json()["status"] == "suspended"
    if status == 409:
        assert answer.json()["code"] == "day_out_of_range"
        assert everything(world) == before


@pytest.mark.parametrize(("verb", "standing"), [("lift", "active"), ("revocation", "revoked")])
def test_what_ends_on_its_first_day_stays_in_the_history_and_the_day_answers_by_its_end(
    either_world: World, verb: str, standing: str
) -> None:
    holder, day = a_holder(either_world), date(2027, 5, 4)
    midday(either_world, day)
    holder.post("/suspension", {"reason": "A complaint."}, officer(either_world))
    meanwhile = holder.registry(day).json()["status"]
    either_world.clock.advance(hours=2)

    ended = holder.post(f"/{verb}", {"reason": "It was looked into."}, officer(either_world))

    told = holder.get("/history").json()["items"]
    assert (meanwhile, ended.status_code) == ("suspended", 200)
    assert [(one["standing"], one["effective_on"], one["reason"]) for one in told[1:]] == [
        ("suspended", day.isoformat(), "A complaint."),
        (standing, day.isoformat(), "It was looked into."),
    ]
    assert told[1]["at"] < told[2]["at"]
    assert [holder.registry(day + days * DAY).json()["status"] for days in (-1, 0)] == ["active", standing]
    assert events(either_world, "credential.suspended") == 1


@pytest.mark.parametrize("swept", [False, True])
def test_an_expiry_bounds_the_day_of_a_change_whether_or_not_the_sweep_ran(world: World, *, swept: bool) -> None:
    holder = a_holder(world)
    midday(world, ENDS + 9 * DAY)
    if swept:
        nightly(world.units)

    early = holder.post("/revocation", {**REASON, "effective_on": ENDS.isoformat()}, officer(world))
    first = holder.post("/revocation", {**REASON, "effective_on": (ENDS + DAY).isoformat()}, officer(world))

    assert (early.status_code, first.status_code) == (409, 200)
    assert holder.registry(ENDS).json()["status"] == "active"


@pytest.mark.parametrize("sweep", [False, True])
def test_a_credential_is_suspended_in_its_grace_and_stands_expired_when_that_is_lifted(
    either_world: World, sweep: bool
) -> None:
    holder, on = a_holder(either_world), ENDS + timedelta(days=30)
    midday(either_world, on)
    if sweep:
        nightly(either_world.units)

    suspended = holder.post("/suspension", REASON, officer(either_world))
    told = holder.registry().json()
    midday(either_world, on + DAY)
    lifted = holder.post("/lift", REASON, officer(either_world))

    assert suspended.status_code == 200, suspended.text
    assert (suspended.json()["status"], suspended.json()["valid_from"]) == ("suspended", AWARDED.isoformat())
    assert (told["status"], told["valid_from"], told["valid_until"]) == (
        "suspended",
        AWARDED.isoformat(),
        ENDS.isoformat(),
    )
    assert (lifted.json()["status"], holder.registry().json()["status"]) == ("expired", "expired")


def test_a_retirement_does_not_escape_revocation(either_world: World) -> None:
    holder = a_holder(either_world)
    midday(either_world, date(2027, 5, 4))
    assert holder.post("/retirement", {"reason": "I leave."}).status_code == 200
    midday(either_world, date(2027, 6, 1))

    revoked = holder.post("/revocation", REASON, officer(either_world))

    assert (revoked.status_code, revoked.json()["status"]) == (200, "revoked")
    assert holder.registry(date(2027, 5, 31)).json()["status"] == "retired"
    public = holder.registry().json()
    assert (public["status"], public["valid"], public["status_since"]) == ("revoked", False, "2027-06-01")
    assert letters(either_world, NoticeKind.CREDENTIAL_REVOKED)[0]["effective_on"] == "2027-06-01"
    assert events(either_world, "credential.revoked") == 1


def test_a_body_ahead_of_its_policy_awards_by_the_policys_calendar(world: World) -> None:
    holder = a_holder(world, licence={"expires_on": date(2026, 3, 1)})
    with world.unit() as uow:
        (licence,) = uow.licences.find(candidate_id=holder.candidate_id)
        uow.licences.save(replace(licence, expires_on=date(2040, 12, 31)))
    tokyo = SqlUnitsOfWork(world.database, clock=world.clock, queue=world.tasks, zone="Asia/Tokyo")

    with tokyo.begin(the_service("test")) as uow:
        ahead = uow.today
        issued = rejudge(uow, uow.actor, holder.award.id)

    assert ahead == AWARDED + DAY
    assert issued.credential_id is not None
    public = world.client.get("/v1/registry/" + _number(world, issued.credential_id)).json()
    assert issued.judged_on == AWARDED
    assert public["awarded_on"] == public["valid_from"] == AWARDED.isoformat()
    assert public["valid_until"] == ENDS.isoformat()


def _number(world: World, credential_id: UUID) -> str:
    with world.unit() as uow:
        return uow.credentials.get(credential_id).number


def test_the_ruling_after_a_revocation_promises_nobodys_decision() -> None:
    found = no_other([a_credential(status=Standing.REVOKED)])

    assert (found.met, found.code) == (False, "revoked_before")
    assert found.found == "A credential of this program was revoked; none is issued again."
