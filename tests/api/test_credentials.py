"""Credentials through the API: standing, names, lists and history."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from domain.actors import the_service
from domain.candidates.model import PersonName
from domain.credentials.actions_standing import forget
from domain.credentials.model import Standing
from domain.notices.model import NoticeKind
from domain.renewals.model import CycleStatus
from tests.api.outcomes import events, everything, letters
from tests.builders_credentials import AWARDED, ENDS, GRACE_ENDS, a_holder, midday, officer
from tests.world import World

DAY = timedelta(days=1)
REASON = {"reason": "The board suspended the licence."}


# --- standing


@pytest.mark.parametrize(
    ("verb", "status", "letter", "event"),
    [
        ("suspension", "suspended", NoticeKind.CREDENTIAL_SUSPENDED, "credential.suspended"),
        ("revocation", "revoked", NoticeKind.CREDENTIAL_REVOKED, "credential.revoked"),
        ("retirement", "retired", NoticeKind.CREDENTIAL_RETIRED, "credential.retired"),
    ],
)
def test_a_change_of_standing_is_told_recorded_and_public_at_once(
    either_world: World, verb: str, status: str, letter: NoticeKind, event: str
) -> None:
    holder = a_holder(either_world)
    midday(either_world, date(2027, 5, 4))

    changed = holder.post(f"/{verb}", REASON, officer(either_world))

    assert changed.status_code == 200, changed.text
    assert changed.json()["status"] == status
    change = holder.history()[-1]
    assert (change.standing.value, change.reason, change.effective_on) == (status, REASON["reason"], date(2027, 5, 4))
    public = holder.registry().json()
    assert (public["status"], public["valid"], public["status_since"]) == (status, False, "2027-05-04")
    assert REASON["reason"] not in holder.registry().text
    assert letters(either_world, letter)[0]["effective_on"] == "2027-05-04"
    assert events(either_world, event) == 1


@pytest.mark.parametrize(
    ("effective_on", "status"),
    [
        pytest.param(AWARDED - DAY, 409, id="before the award"),
        pytest.param(AWARDED, 200, id="the day of the award"),
        pytest.param(date(2027, 5, 4), 200, id="today"),
        pytest.param(date(2027, 5, 5), 409, id="tomorrow"),
    ],
)
def test_a_change_takes_effect_on_a_day_that_has_come(world: World, effective_on: date, status: int) -> None:
    holder = a_holder(world)
    midday(world, date(2027, 5, 4))
    before = everything(world)

    answer = holder.post("/suspension", {**REASON, "effective_on": effective_on.isoformat()}, officer(world))

    assert answer.status_code == status
    if status == 409:
        assert answer.json()["code"] == "day_out_of_range"
        assert everything(world) == before


@pytest.mark.parametrize(
    ("day", "status"),
    [
        pytest.param(date(2028, 1, 1), "active", id="within its dates"),
        pytest.param(ENDS, "active", id="the last valid day"),
        pytest.param(ENDS + DAY, "expired", id="in grace"),
        pytest.param(GRACE_ENDS + DAY, "lapsed", id="after the grace"),
    ],
)
def test_a_lifted_suspension_leaves_it_standing_as_its_dates_say(world: World, day: date, status: str) -> None:
    holder = a_holder(world)
    midday(world, date(2027, 5, 4))
    holder.post("/suspension", REASON, officer(world))
    midday(world, day)

    lifted = holder.post("/lift", {"reason": "The licence is restored."}, officer(world))

    assert lifted.json()["status"] == holder.registry().json()["status"] == status
    assert (holder.cycle.status is CycleStatus.LAPSED) is (status == "lapsed")
    assert letters(world, NoticeKind.CREDENTIAL_REINSTATED)


def test_a_revocation_and_a_retirement_end_the_cycle(world: World) -> None:
    for subject, verb in (("ada", "revocation"), ("bea", "retirement")):
        holder = a_holder(world, subject=subject)

        holder.post(f"/{verb}", REASON, officer(world))

        assert holder.cycle.status is CycleStatus.ENDED
        assert holder.get("/renewal-ruling").json()["code"] == "no_cycle"


@pytest.mark.parametrize(
    ("final", "verb"),
    [
        *(("revocation", verb) for verb in ("suspension", "lift", "revocation", "retirement")),
        *(("retirement", verb) for verb in ("suspension", "lift", "retirement")),
    ],
)
def test_what_is_final_stays_so(world: World, final: str, verb: str) -> None:
    holder = a_holder(world)
    holder.post(f"/{final}", REASON, officer(world))
    before = everything(world)

    refused = holder.post(f"/{verb}", REASON, officer(world))

    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")
    assert everything(world) == before


@pytest.mark.parametrize("verb", ["suspension", "lift", "revocation", "name-correction", "extensions"])
def test_a_holder_does_not_decide_on_their_own_standing(world: World, verb: str) -> None:
    holder = a_holder(world)
    before = everything(world)
    body = {"extensions": {"kind": "medical", "until": "2030-01-01", **REASON}, "name-correction": None}.get(
        verb, REASON
    )

    assert holder.post(f"/{verb}", body).status_code == 403
    assert everything(world) == before


def test_a_holder_may_retire_a_credential(world: World) -> None:
    holder = a_holder(world)

    retired = holder.post("/retirement", {"reason": "I leave the profession."})

    assert (retired.json()["status"], retired.json()["allowed_actions"]) == ("retired", [])


def test_a_strangers_credential_is_a_missing_one(world: World) -> None:
    holder = a_holder(world)
    stranger = world.token(subject="eve")
    world.id_of(stranger)
    missing = "/v1/credentials/00000000-0000-7000-8000-000000000000"

    for path in ("", "/history", "/certificate", "/renewal-ruling", "/cycles", "/activities"):
        theirs, none = holder.get(path, stranger), world.client.get(f"{missing}{path}", headers=stranger)
        assert theirs.status_code == none.status_code == 404, path
    assert holder.post("/retirement", REASON, stranger).status_code == 404
    assert holder.post("/renewals", None, stranger).status_code == 404


def test_a_change_needs_a_key_and_the_version_that_was_read(world: World) -> None:
    holder = a_holder(world)
    path, staff = f"/v1/credentials/{holder.credential_id}/suspension", officer(world)

    keyless = world.client.post(path, json=REASON, headers={**staff, "if-match": '"1"'})
    unread = world.client.post(path, json=REASON, headers={**staff, "idempotency-key": "a"})
    stale = world.client.post(path, json=REASON, headers={**staff, "idempotency-key": "b", "if-match": '"9"'})

    assert (keyless.status_code, unread.status_code, stale.status_code) == (400, 428, 412)
    assert holder.credential.status is Standing.ACTIVE


def test_staff_see_what_they_may_do_as_it_stands_today(world: World) -> None:
    holder = a_holder(world)
    midday(world, ENDS + DAY)

    expired = holder.get("", officer(world)).json()
    midday(world, GRACE_ENDS + DAY)
    lapsed = holder.get("", officer(world)).json()

    assert (expired["status"], lapsed["status"]) == ("expired", "lapsed")
    assert "renew" in expired["allowed_actions"]
    assert "reinstate" not in expired["allowed_actions"]
    assert "reinstate" in lapsed["allowed_actions"]
    assert "renew" not in lapsed["allowed_actions"]
    assert holder.credential.status is Standing.ACTIVE


# --- names


def test_a_corrected_name_is_public_and_the_former_one_stays_in_the_history_alone(either_world: World) -> None:
    holder = a_holder(either_world)
    with either_world.unit() as uow:
        candidate = uow.candidates.get(holder.candidate_id)
        uow.candidates.save(
            replace(candidate, legal_name=PersonName(family="Bello", given="Adaeze"), search_name="bello adaeze")
        )
    either_world.clock.advance(days=30)

    corrected = holder.post("/name-correction", None, officer(either_world))

    assert corrected.json()["name"] == holder.registry().json()["holder_name"] == "Adaeze Bello"
    assert holder.registry(AWARDED).json()["holder_name"] == "Adaeze Bello"
    assert [one.name for one in holder.history()] == ["Adaeze Okafor", "Adaeze Bello"]
    assert holder.registry().json()["status_since"] == AWARDED.isoformat()
    again = holder.post("/name-correction", None, officer(either_world))
    assert again.json()["code"] == "name_unchanged"


# --- lists, history, certificate


def test_staff_find_credentials_by_the_start_of_a_name_by_number_and_by_status(either_world: World) -> None:
    ada, bea = a_holder(either_world), a_holder(either_world, subject="bea")
    bea.post("/suspension", REASON, officer(either_world))
    staff = officer(either_world)

    def found(query: str) -> list[str]:
        rows = either_world.client.get(f"/v1/credentials?{query}", headers=staff).json()["items"]
        return [row["id"] for row in rows]

    both = sorted([str(ada.credential_id), str(bea.credential_id)])
    assert sorted(found("search_name=OKA&sort=search_name")) == both
    assert found("search_name=zed") == []
    assert found(f"number={ada.credential.number}") == [str(ada.credential_id)]
    assert found("status=suspended") == [str(bea.credential_id)]
    assert found(f"candidate_id={ada.candidate_id}&program=CPOM") == [str(ada.credential_id)]


def test_a_holder_lists_their_own_and_nobody_elses(world: World) -> None:
    ada, bea = a_holder(world), a_holder(world, subject="bea")

    mine = world.client.get(f"/v1/candidates/{ada.candidate_id}/credentials", headers=ada.header)
    theirs = world.client.get(f"/v1/candidates/{bea.candidate_id}/credentials", headers=ada.header)
    awards = world.client.get(f"/v1/candidates/{ada.candidate_id}/awards", headers=ada.header)
    all_ = world.client.get("/v1/credentials", headers=ada.header)

    assert [row["id"] for row in mine.json()["items"]] == [str(ada.credential_id)]
    assert [row["status"] for row in awards.json()["items"]] == ["issued"]
    assert (theirs.status_code, all_.status_code) == (404, 403)


def test_the_history_is_told_in_its_order(world: World) -> None:
    holder = a_holder(world)
    holder.post("/suspension", REASON, officer(world))
    holder.post("/lift", {"reason": "Restored."}, officer(world))

    rows = holder.get("/history").json()["items"]

    assert [(row["number"], row["standing"]) for row in rows] == [(1, "active"), (2, "suspended"), (3, "active")]


def test_a_certificate_states_what_the_registry_states(world: World) -> None:
    holder = a_holder(world)

    stated, public = holder.get("/certificate").json(), holder.registry().json()

    assert (stated["number"], stated["name"]) == (public["number"], public["holder_name"])
    assert stated["valid_until"] == public["valid_until"] == "2029-03-02"
    assert stated["ends_at"] == public["valid_until_instant"] == "2029-03-03T05:00:00Z"
    assert (stated["issuer"], stated["program_title"]) == (public["issuer"], public["program"]["title"])
    assert stated["edition"] == public["policy_edition"]


def test_an_erased_holder_leaves_the_registry_as_if_they_never_had_been_in_it(either_world: World) -> None:
    holder = a_holder(either_world)
    number = holder.credential.number

    with either_world.units.begin(the_service("privacy")) as uow:
        forget(uow, holder.candidate_id)

    gone = holder.registry()
    unknown = either_world.client.get("/v1/registry/0000-0000-0000-0000")
    assert (gone.status_code, gone.json()["code"]) == (404, "not_found")
    assert {k: v for k, v in gone.json().items() if k != "request_id"} == {
        k: v for k, v in unknown.json().items() if k != "request_id"
    }
    assert holder.get("/certificate").status_code == 404
    assert "Okafor" not in str(
        [*everything(either_world)["credentials"], *everything(either_world)["standing_changes"]]
    )
    with either_world.database.transaction(write=False) as connection:
        assert connection.execute(text("SELECT count(*) FROM registry WHERE number = :n"), {"n": number}).scalar() == 0


def test_a_change_after_an_erasure_puts_nothing_back_into_the_registry(world: World) -> None:
    holder = a_holder(world)
    with world.units.begin(the_service("privacy")) as uow:
        forget(uow, holder.candidate_id)

    holder.post("/revocation", REASON, officer(world))

    assert holder.credential.status is Standing.REVOKED
    assert everything(world)["registry"] == []
