"""The ledger of continuing education through the API."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.actors import Role
from tests.api.outcomes import everything
from tests.builders_credentials import AWARDED, ENDS, Holder, a_holder, midday, officer
from tests.world import World

ON = date(2027, 6, 1)
LAW = "0197-0000-27-001-L03-P"
GENERAL = "0197-0000-27-002-L04-P"


def activity(**changes: object) -> dict[str, object]:
    """An hour of pharmacy law, with its number."""
    good = {"title": "Law", "provider": "A provider", "minutes": 60, "completed_on": ON.isoformat(), "uan": LAW}
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


@pytest.fixture
def holder(world: World) -> Holder:
    """A holder in the second year of the cycle."""
    made = a_holder(world)
    midday(world, ON)
    return made


def recorded(holder: Holder, **changes: object) -> dict[str, Any]:
    """An activity, recorded."""
    made = holder.post("/activities", activity(**changes))
    assert made.status_code == 201, made.text
    told: dict[str, Any] = made.json()
    return told


def step(holder: Holder, id_: str, verb: str, header: dict[str, str], body: object = None) -> Any:
    """Take a step of an activity, from its present version."""
    client = holder.world.client
    version = client.get(f"/v1/activities/{id_}", headers=officer(holder.world)).json()["version"]
    more = {"if-match": f'"{version}"'}
    return client.post(f"/v1/activities/{id_}/{verb}", json=body, headers={**header, **more})


def minutes(holder: Holder) -> dict[str, int]:
    """What counts."""
    told: dict[str, int] = holder.get("/renewal-ruling").json()["minutes"]
    return told


def test_law_proves_itself_and_counts_at_once(either_world: World) -> None:
    holder = a_holder(either_world)
    midday(either_world, ON)

    made = recorded(holder, uan="0197 0000 27 0001 l03 p")

    assert (made["uan"], made["uan_stem"]) == (LAW, "0197-0000-27-001")
    assert (made["status"], made["proof"], made["category"]) == ("accepted", "uan_topic", "law")
    assert minutes(holder)["law"] == 60


def test_twins_may_both_be_recorded_and_count_once(holder: Holder) -> None:
    recorded(holder)
    recorded(holder, uan="0197-0000-27-001-H03-T", minutes=90)

    assert minutes(holder)["law"] == 90


def test_a_general_topic_waits_for_staff_who_accept_it_with_a_category(holder: Holder) -> None:
    made = recorded(holder, uan=GENERAL, category="management")
    before = minutes(holder)

    accepted = step(holder, made["id"], "acceptance", holder.world.token(Role.REVIEWER), {"category": "administration"})

    assert (made["status"], before["management"]) == ("claimed", 0)
    assert accepted.status_code == 200, accepted.text
    assert (accepted.json()["status"], accepted.json()["proof"]) == ("accepted", "staff")
    assert minutes(holder)["administration"] == 60


def test_what_has_no_number_needs_a_category_and_waits_for_staff(holder: Holder) -> None:
    before = everything(holder.world)

    nameless = holder.post("/activities", activity(uan=None))
    unknown = holder.post("/activities", activity(uan=None, category="botany"))

    assert (nameless.json()["code"], unknown.json()["code"]) == ("unknown_category", "unknown_category")
    assert everything(holder.world) == before
    assert recorded(holder, uan=None, category="management")["status"] == "claimed"


@pytest.mark.parametrize("topic", ["01", "05", "07", "08"])
def test_a_clinical_topic_is_refused_with_the_reason(holder: Holder, topic: str) -> None:
    before = everything(holder.world)

    refused = holder.post("/activities", activity(uan=f"0197-0000-27-001-L{topic}-P"))

    assert [one["code"] for one in refused.json()["ruling"]["findings"]] == ["topic_does_not_count"]
    assert everything(holder.world) == before


@pytest.mark.parametrize(
    ("completed_on", "code"),
    [
        (AWARDED - timedelta(days=1), "completed_before_cycle"),
        (ON + timedelta(days=1), "completed_in_the_future"),
    ],
)
def test_what_was_not_completed_in_the_cycle_is_refused(holder: Holder, completed_on: date, code: str) -> None:
    before = everything(holder.world)

    refused = holder.post("/activities", activity(completed_on=completed_on.isoformat()))

    assert [one["code"] for one in refused.json()["ruling"]["findings"]] == [code]
    assert everything(holder.world) == before


def test_what_was_completed_in_grace_belongs_to_the_next_cycle(holder: Holder) -> None:
    midday(holder.world, ENDS + timedelta(days=10))

    refused = holder.post("/activities", activity(completed_on=(ENDS + timedelta(days=1)).isoformat()))

    assert [one["code"] for one in refused.json()["ruling"]["findings"]] == ["completed_after_cycle"]
    assert recorded(holder, completed_on=ENDS.isoformat())["status"] == "accepted"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"minutes": 0}, 422),
        ({"minutes": 60_001}, 422),
        ({"uan": "0197-0000-27-001"}, 422),
        ({"completed_on": "2027-02-30"}, 422),
        ({"file_ids": ["0190f3c2-8a5e-7c11-9d2b-5f0e6a7b8c9d"]}, 404),
    ],
)
def test_what_cannot_be_meant_is_refused(holder: Holder, changes: dict[str, object], status: int) -> None:
    before = everything(holder.world)

    assert holder.post("/activities", activity(**changes)).status_code == status
    assert everything(holder.world) == before


def test_a_rejection_says_why_and_counts_no_more(holder: Holder) -> None:
    made = recorded(holder)

    rejected = step(holder, made["id"], "rejection", officer(holder.world), {"reason": "The document is another's."})

    assert (rejected.json()["status"], rejected.json()["reason"]) == ("rejected", "The document is another's.")
    assert minutes(holder)["law"] == 0


def test_a_holder_takes_an_activity_back_while_its_cycle_runs(holder: Holder) -> None:
    made = recorded(holder)

    taken = step(holder, made["id"], "withdrawal", holder.header)

    assert (taken.json()["status"], taken.json()["allowed_actions"]) == ("withdrawn", [])
    assert minutes(holder)["law"] == 0
    assert step(holder, made["id"], "withdrawal", holder.header).json()["code"] == "wrong_state"


def test_no_more_counts_than_was_claimed(holder: Holder) -> None:
    made = recorded(holder, uan=GENERAL, category="management")
    staff = officer(holder.world)

    more = step(holder, made["id"], "acceptance", staff, {"minutes": 61})
    fewer = step(holder, made["id"], "acceptance", staff, {"minutes": 45})

    assert (more.status_code, fewer.status_code) == (409, 200)
    assert minutes(holder)["management"] == 45


def test_judging_is_for_staff_and_never_about_oneself(holder: Holder) -> None:
    made = recorded(holder, uan=GENERAL, category="management")
    own = holder.world.token(Role.REVIEWER, Role.CANDIDATE, subject="ada")
    before = everything(holder.world)

    assert step(holder, made["id"], "acceptance", holder.header, {}).status_code == 403
    assert step(holder, made["id"], "acceptance", own, {}).json()["code"] == "separation_of_duties"
    assert everything(holder.world) == before


def test_what_was_renewed_on_stays_as_it_was(holder: Holder) -> None:
    made = recorded(holder)
    holder.earned()
    midday(holder.world, ENDS)
    holder.paid()
    assert holder.post("/renewals").status_code == 201
    before = everything(holder.world)

    assert step(holder, made["id"], "withdrawal", holder.header).json()["code"] == "wrong_state"
    assert step(holder, made["id"], "rejection", officer(holder.world), {"reason": "Late."}).status_code == 409
    assert everything(holder.world) == before


def test_a_number_counted_in_one_cycle_counts_no_more_in_the_next(holder: Holder) -> None:
    recorded(holder)
    holder.earned()
    midday(holder.world, ENDS)
    holder.paid()
    holder.post("/renewals")
    midday(holder.world, ENDS + timedelta(days=30))

    recorded(holder, completed_on=(ENDS + timedelta(days=20)).isoformat())

    assert minutes(holder)["law"] == 0


def test_an_activity_on_the_list_is_accepted_also_when_it_was_claimed_before(holder: Holder) -> None:
    waiting = recorded(holder, uan=GENERAL, category="management")
    entry = {
        "program": "CPOM",
        "uan": GENERAL,
        "title": "Managing",
        "category": "administration",
        "from_on": "2027-01-01",
        "until_on": "2027-12-31",
    }
    client, staff = holder.world.client, holder.world.token(Role.REVIEWER)

    listed = client.post("/v1/approved-activities", json=entry, headers=staff)

    assert listed.status_code == 201, listed.text
    assert listed.json()["uan_stem"] == "0197-0000-27-002"
    now = client.get(f"/v1/activities/{waiting['id']}", headers=holder.header).json()
    assert (now["status"], now["proof"], now["category"]) == ("accepted", "pre_approved", "administration")
    assert recorded(holder, uan="0197-0000-27-002-H99-T")["proof"] == "pre_approved"
    assert minutes(holder)["administration"] == 60
    public = client.get("/v1/approved-activities?program=CPOM").json()["items"]
    assert [one["title"] for one in public] == ["Managing"]


def test_an_entry_of_the_list_ends_on_a_day(holder: Holder) -> None:
    entry = {"program": "CPOM", "uan": GENERAL, "title": "M", "category": "law", "from_on": "2027-01-01"}
    client, staff = holder.world.client, {**holder.world.token(Role.REVIEWER), "if-match": '"1"'}
    listed = client.post("/v1/approved-activities", json=entry, headers=staff).json()
    path = f"/v1/approved-activities/{listed['id']}/end"

    backwards = client.post(path, json={"until_on": "2026-12-31"}, headers=staff)
    ended = client.post(path, json={"until_on": "2027-05-31"}, headers=staff)

    assert (backwards.status_code, ended.status_code) == (409, 200)
    assert recorded(holder, uan=GENERAL, category="law")["status"] == "claimed"
    assert recorded(holder, uan=GENERAL, completed_on="2027-05-31")["status"] == "accepted"


def test_staff_see_what_waits(holder: Holder) -> None:
    waiting = recorded(holder, uan=GENERAL, category="management")
    recorded(holder)
    client = holder.world.client

    queue = client.get("/v1/activities?status=claimed", headers=officer(holder.world)).json()["items"]
    own = holder.get("/activities").json()["items"]

    assert [one["id"] for one in queue] == [waiting["id"]]
    assert len(own) == 2
    assert client.get("/v1/activities", headers=holder.header).status_code == 403


@pytest.mark.parametrize(
    ("uan", "minutes", "status"),
    [
        pytest.param("0197-0000-27-001-L03-P", 1440, "accepted", id="a whole day"),
        pytest.param("0197-0000-27-001-L03-P", 1441, "claimed", id="more than a day"),
        pytest.param("0197-0000-24-001-L03-P", 60, "accepted", id="three years old"),
        pytest.param("0197-0000-23-001-L03-P", 60, "claimed", id="four years old"),
        pytest.param("0197-0000-28-001-L03-P", 60, "claimed", id="of next year"),
    ],
)
def test_what_is_hardly_to_be_believed_waits_for_staff(holder: Holder, uan: str, minutes: int, status: str) -> None:
    made = recorded(holder, uan=uan, minutes=minutes)

    assert made["status"] == status
