"""What an answer offers is what would work: every verb that is told is one whose step is not refused."""

from datetime import date, timedelta

import pytest

from domain.actors import Role
from tests.api.exams_world import Exam
from tests.builders_applications import an_applicant, publish
from tests.builders_credentials import GRACE_ENDS, OPENS, a_holder, midday, officer
from tests.world import World

DAY = timedelta(days=1)
REINSTATED_UNTIL = GRACE_ENDS + DAY + timedelta(days=365)


def told(world: World, path: str, who: dict[str, str]) -> list[str]:
    answer = world.client.get(f"/v1{path}", headers=who)
    assert answer.status_code == 200, answer.text
    verbs: list[str] = answer.json()["allowed_actions"]
    return verbs


@pytest.mark.parametrize(
    ("role", "licence", "education"),
    [
        (None, ["update"], ["update"]),
        (Role.REVIEWER, ["update", "verify"], ["judge", "update"]),
        (Role.ADMINISTRATOR, ["update", "verify"], ["judge", "update"]),
        (Role.CREDENTIAL_OFFICER, [], []),
        (Role.AUDITOR, [], []),
    ],
)
def test_records_are_changed_by_whom_they_offer_it_to(
    either_world: World, role: Role | None, licence: list[str], education: list[str]
) -> None:
    exam = Exam(either_world)
    exam.policy()
    me, _ = exam.candidate()
    with either_world.unit() as uow:
        candidate = uow.candidates.find()[0].id
    who = either_world.token(role) if role else me

    licences = exam.get(f"/candidates/{candidate}/licences", who)["items"]
    educations = exam.get(f"/candidates/{candidate}/education", who)["items"]

    assert [one["allowed_actions"] for one in licences] == [licence]
    assert [one["allowed_actions"] for one in educations] == [education]


def test_a_draft_is_submitted_once_it_is_complete_and_paid(either_world: World) -> None:
    publish(either_world)
    ada = an_applicant(either_world).draft()
    before = ada.now()["allowed_actions"]
    complete = ada.with_evidence().affirmed().now()["allowed_actions"]
    refused = ada.step("submission")

    after = ada.settled().now()["allowed_actions"]
    listed = ada.get(f"/candidates/{ada.candidate_id}/applications").json()["items"]

    assert ["submit" in verbs for verbs in (before, complete, after)] == [False, False, True]
    assert [one["code"] for one in refused.json()["ruling"]["findings"] if not one["met"]] == ["fee_open"]
    assert [one["allowed_actions"] for one in listed] == [after]


@pytest.mark.parametrize(("days", "offered"), [(0, True), (1, False), (1_500, False)])
def test_an_approval_leads_to_the_exam_until_its_last_day(world: World, days: int, offered: bool) -> None:
    exam = Exam(world)
    exam.policy()
    last = date(2026, 3, 2) + timedelta(days=1)
    me, application = exam.candidate(expires_on=last)
    midday(world, last + timedelta(days=days))

    for who in (me, exam.manager):
        verbs = told(world, f"/applications/{application}", who)
        assert [one for one in verbs if one in ("authorize", "charge_exam")] == (["charge_exam"] if offered else [])


@pytest.mark.parametrize(
    ("day", "offered"),
    [
        (OPENS - DAY, []),
        (OPENS, ["charge_renewal", "renew"]),
        (GRACE_ENDS, ["charge_renewal", "renew"]),
        (GRACE_ENDS + DAY, ["charge_renewal", "reinstate"]),
        (REINSTATED_UNTIL, ["charge_renewal", "reinstate"]),
        (REINSTATED_UNTIL + DAY, []),
    ],
)
def test_a_renewal_is_offered_while_its_window_is_open(either_world: World, day: date, offered: list[str]) -> None:
    holder = a_holder(either_world)
    midday(either_world, day)

    verbs = told(either_world, f"/credentials/{holder.credential_id}", holder.header)
    listed = holder.world.client.get(f"/v1/candidates/{holder.candidate_id}/credentials", headers=holder.header).json()
    staff = either_world.client.get("/v1/credentials", headers=officer(either_world)).json()["items"]

    assert [one for one in verbs if one in ("charge_renewal", "reinstate", "renew")] == offered
    assert [one["allowed_actions"] for one in listed["items"]] == [verbs]
    assert [set(offered) <= set(one["allowed_actions"]) for one in staff] == [True]


def test_a_credential_reinstated_today_is_not_renewed_today(world: World) -> None:
    holder = a_holder(world)
    midday(world, GRACE_ENDS + DAY)
    holder.earned()
    holder.paid()

    back = holder.post("/reinstatements")

    assert back.status_code == 201, back.text
    assert not {"renew", "charge_renewal"} & set(back.json()["allowed_actions"])
    assert holder.post("/renewal-charges").status_code == 409


def test_a_renewal_waits_for_its_audit(world: World) -> None:
    holder = a_holder(world, {"/audit/renewals_rate": 1.0})
    midday(world, OPENS)

    verbs = told(world, f"/credentials/{holder.credential_id}", holder.header)

    assert "charge_renewal" in verbs
    assert "renew" not in verbs
