"""Whose day it is: the edition's, wherever the body has its office.

The office is on Kiritimati (UTC+14), the edition counts its days in New York: at ten in the morning of 2 March there,
it is already 3 March on the island. What a rule of the edition judges is judged on 2 March.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from domain.actors import Role
from domain.programs import days
from domain.sweep.actions import nightly
from tests.api.exams_world import Exam, an_exam
from tests.builders_applications import (
    JOB,
    LICENCE,
    Applicant,
    a_reviewer,
    an_applicant,
    next_edition,
    publish,
    staff,
)
from tests.builders_credentials import ENDS, OPENS, a_holder
from tests.world import World, a_world

ISLAND = "Pacific/Kiritimati"
HERE, THERE = date(2026, 3, 2), date(2026, 3, 3)
"""The day in New York and the day in the office, as the clock of these tests begins."""


@pytest.fixture
def far(sqlite_url: str, tmp_path: Path) -> Iterator[World]:
    """A service whose office is far east of where its editions count their days."""
    with a_world(sqlite_url, tmp_path, zone=ISLAND) as made:
        yield made


def _at(world: World, day: date, hour: int = 15) -> None:
    """Turn the clock to an hour (UTC) of a day at which the two calendars differ."""
    world.clock.set(datetime(day.year, day.month, day.day, hour, tzinfo=UTC))


def _checked(world: World, licence: dict[str, object], path: str = "") -> dict[str, Any]:
    body = {"practises_in": "US", "licences": [licence]}
    answer: dict[str, Any] = world.client.post(f"/v1/programs/CPOM/self-check{path}", json=body).json()
    return answer


def test_the_two_calendars_differ_in_these_tests(far: World) -> None:
    publish(far)

    with far.unit() as uow:
        assert (uow.today, days.today_of(uow, days.in_force_now(uow, "CPOM"))) == (THERE, HERE)


def test_the_self_check_judges_on_the_day_of_the_edition(far: World) -> None:
    publish(far)

    said = _checked(far, {"jurisdiction": "US-NC", "expires_on": HERE.isoformat()})
    another_day = _checked(far, {"jurisdiction": "US-NC", "expires_on": HERE.isoformat()}, f"?as_of={THERE}")

    def licence(answer: dict[str, Any]) -> str:
        return str(answer["pathways"][0]["findings"][0]["code"])

    assert (said["on"], licence(said)) == ("2026-03-02", "met")
    assert (another_day["on"], licence(another_day)) == ("2026-03-03", "licence_expired")


def test_an_edition_is_in_force_from_its_own_first_day_to_its_own_last(far: World) -> None:
    publish(far)
    assert staff(far, Role.ADMINISTRATOR).post("/programs/CPOM/policies", next_edition()).status_code == 201

    def in_force() -> set[str]:
        read = [far.client.get(f"/v1/programs/CPOM{part}").json()["edition"] for part in ("", "/policy", "/fees")]
        listed = [one["edition"] for one in far.client.get("/v1/programs").json()["items"]]
        return {*read, *listed, _checked(far, {"jurisdiction": "US-NC"})["edition"]}

    _at(far, date(2026, 6, 30))
    last_day = in_force()
    _at(far, date(2026, 7, 1))

    assert (last_day, in_force()) == ({"cpom-2026"}, {"cpom-next"})


def test_an_edition_begins_tomorrow_at_the_earliest_by_its_own_calendar(far: World) -> None:
    publish(far)
    admin = staff(far, Role.ADMINISTRATOR)

    today = admin.post("/programs/CPOM/policies", next_edition(begins=HERE))
    tomorrow = admin.post("/programs/CPOM/policies", next_edition(begins=THERE))

    assert [fault["code"] for fault in today.json()["errors"]] == ["begins_too_early"]
    assert tomorrow.status_code == 201, tomorrow.text


def test_a_draft_may_be_submitted_on_its_last_day_and_expires_the_night_after(far: World) -> None:
    publish(far)
    ada, bea = an_applicant(far).draft(), an_applicant(far, "bea").draft()
    last = date.fromisoformat(ada.now()["expires_on"])

    _at(far, last)
    nightly(far.units)
    kept = bea.now()["status"]
    ada.submitted()
    _at(far, date.fromordinal(last.toordinal() + 1))
    nightly(far.units)

    assert (last, kept) == (date.fromordinal(HERE.toordinal() + 365), "draft")
    assert (ada.now()["status"], bea.now()["status"]) == ("submitted", "expired")


def test_a_licence_counts_at_the_decision_on_its_last_day(far: World) -> None:
    publish(far)
    ada, rita = an_applicant(far).draft(), a_reviewer(far)
    ada.with_evidence({**LICENCE, "expires_on": HERE.isoformat()}).affirmed().settled()
    assert ada.step("submission").status_code == 200

    made = rita.approves(ada)

    assert (made["outcome"], made["judged_on"]) == ("approved", HERE.isoformat())


def test_an_answer_is_due_so_many_days_after_the_day_of_the_edition(far: World) -> None:
    publish(far)
    ada, rita = an_applicant(far).draft().submitted(), a_reviewer(far)
    rita.claims(ada)

    too_soon = rita.take(ada, "information-requests", {"message": "The months?", "due_on": HERE.isoformat()})
    asked = rita.take(ada, "information-requests", {"message": "The months?", "due_on": THERE.isoformat()})

    assert (too_soon.status_code, asked.status_code) == (409, 200)


def _denied(world: World) -> Applicant:
    ada = an_applicant(world).draft().submitted()
    a_reviewer(world).denies(ada)
    return ada


@pytest.mark.parametrize(("late", "status"), [(30, 201), (31, 409)])
def test_the_last_day_of_an_appeal_is_the_one_that_the_letter_names(far: World, late: int, status: int) -> None:
    publish(far)
    ada = _denied(far)
    with far.unit() as uow:
        (letter,) = uow.notices.find(kind="application_denied")

    _at(far, date.fromordinal(HERE.toordinal() + late))
    filed = ada.post(f"{ada.path}/appeals", {"grounds": "The degree is equivalent."})

    assert letter.parameters["appeal_by"] == "2026-04-01"
    assert filed.status_code == status, filed.text
    if status != 201:
        assert "The last day was 2026-04-01." in filed.text


@pytest.fixture
def exam(far: World) -> Exam:
    """The people of an exam there."""
    return an_exam(far)


def test_an_authorization_opens_and_closes_by_the_calendar_of_its_edition(exam: Exam) -> None:
    me, authorization = exam.authorized()
    closes = date.fromisoformat(authorization["closes_on"])

    _at(exam.world, closes)
    nightly(exam.world.units)
    on_its_last_day = exam.get(f"/authorizations/{authorization['id']}", me)["status"]
    _at(exam.world, date.fromordinal(closes.toordinal() + 1))
    nightly(exam.world.units)

    assert authorization["opens_on"] == HERE.isoformat()
    assert on_its_last_day == "active"
    assert exam.get(f"/authorizations/{authorization['id']}", me)["status"] == "expired"


def test_whoever_is_to_sit_is_judged_again_on_the_day_of_the_edition(exam: Exam) -> None:
    me, application = exam.candidate()
    with exam.world.unit() as uow:
        (licence,) = uow.licences.find()
        uow.licences.save(replace(licence, expires_on=HERE))

    def codes() -> str:
        return str(exam.get(f"/applications/{application}/authorization-ruling", me))

    on_its_last_day = codes()
    _at(exam.world, THERE)

    assert ("licence_expired" in on_its_last_day, "licence_expired" in codes()) == (False, True)


def test_renewal_opens_and_a_credential_expires_by_the_calendar_of_its_edition(far: World) -> None:
    ada = a_holder(far)

    def opens(day: date) -> bool:
        _at(far, day)
        findings = ada.get("/renewal-ruling").json()["findings"]
        return bool(next(one["met"] for one in findings if one["clause"] == "window"))

    before, on_the_day = opens(date.fromordinal(OPENS.toordinal() - 1)), opens(OPENS)
    _at(far, ENDS)
    nightly(far.units)
    last_day = ada.credential.status.value
    _at(far, date.fromordinal(ENDS.toordinal() + 1))
    nightly(far.units)

    assert (before, on_the_day) == (False, True)
    assert (last_day, ada.credential.status.value) == ("active", "expired")


def test_work_in_flight_moves_on_the_day_that_it_is_where_the_edition_counts(far: World) -> None:
    publish(far)
    ada = an_applicant(far).draft()
    ada.show("job", JOB)
    moving = {"/in_flight": {"basis": "body_to_decide", "rule": "move_on", "moves_on": "2026-03-05"}}
    answer = staff(far, Role.ADMINISTRATOR).post(
        "/programs/CPOM/policies", next_edition(moving, begins=date(2026, 3, 4))
    )
    assert answer.status_code == 201, answer.text

    _at(far, date(2026, 3, 4))
    nightly(far.units)
    before = ada.now()["edition"]
    _at(far, date(2026, 3, 5))
    nightly(far.units)

    assert (before, ada.now()["edition"]) == ("cpom-2026", "cpom-next")
