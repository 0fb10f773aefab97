"""Analyses, equating runs and statistics sheets over HTTP: asked for, carried out as jobs, read in every form."""

import csv
import io
from functools import partial
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from domain.actors import Role
from domain.analysis import groupings
from domain.errors import NotFound
from domain.jobs.actions import carry_on
from tests.api.analyses_world import ITEMS, PEOPLE, Office
from tests.builders_analysis import answers_of_model, steps, stored
from tests.world import World

CLASSICAL = ["scores", "items", "reliability", "decisions", "speededness"]


@pytest.fixture
def office(world: World) -> Office:
    """An office on SQLite."""
    return Office(world)


@pytest.fixture
def either_office(either_world: World) -> Office:
    """An office on each engine in turn."""
    return Office(either_world)


def test_an_analysis_is_a_job_with_progress_that_stores_all_of_it_at_once(either_office: Office) -> None:
    office = either_office

    asked = office.post(f"{office.under}/analyses", {"parts": [*CLASSICAL, "rasch", "two_parameter"]})
    queued = office.get(asked.headers["location"]).json()
    job = office.done(asked)

    assert (queued["status"], queued["total"], queued["done"]) == ("queued", 7, 0)
    assert (job["status"], job["done"]) == ("succeeded", 7)
    found = office.get(f"/v1/analyses/{job['result']['analysis_id']}").json()
    assert (found["number"], found["people"], found["key_number"], found["conversion_number"]) == (1, PEOPLE, 1, 1)
    assert set(found["results"]) == {*CLASSICAL, "rasch", "two_parameter"}
    assert found["results"]["decisions"]["cut"] == 12
    assert len(found["results"]["items"]["items"]) == ITEMS
    assert len(found["responses_sha256"]) == 64
    listed = office.get(f"{office.under}/analyses").json()["items"]
    assert [one["number"] for one in listed] == [1]
    assert "results" not in listed[0]


def test_the_same_inputs_give_the_same_numbers(office: Office) -> None:
    one, two = office.analysis(parts=["items", "rasch"]), office.analysis(parts=["rasch", "items"])

    assert one["results"] == two["results"]
    assert one["responses_sha256"] == two["responses_sha256"]
    assert (one["number"], two["number"]) == (1, 2)


def test_answers_that_change_between_two_parts_fail_the_analysis_and_store_nothing(office: Office) -> None:
    asked = office.post(f"{office.under}/analyses", {"parts": ["scores", "items"]})
    job_id, work = UUID(asked.json()["id"]), steps(office.scores)
    carry_on(office.world.units, work, job_id)
    carry_on(office.world.units, work, job_id)
    stored(office.scores, answers_of_model(np.random.default_rng(6), 1, ITEMS))

    office.work()

    job = office.get(asked.headers["location"]).json()
    assert (job["status"], job["error_code"]) == ("failed", "inputs_changed")
    assert office.stored_things() == [0, 0, 0, 0, 1]


def test_an_analysis_whose_answers_changed_begins_anew_when_it_is_resumed(office: Office) -> None:
    asked = office.post(f"{office.under}/analyses", {"parts": ["scores", "items"]})
    job_id, work = UUID(asked.json()["id"]), steps(office.scores)
    carry_on(office.world.units, work, job_id)
    carry_on(office.world.units, work, job_id)
    stored(office.scores, answers_of_model(np.random.default_rng(6), 1, ITEMS))
    office.work()

    stopped = office.get(asked.headers["location"])
    office.post(f"{asked.headers['location']}/resumption", if_match=stopped.headers["etag"])
    office.work()

    job = office.get(asked.headers["location"]).json()
    assert job["status"] == "succeeded"
    found = office.get(f"/v1/analyses/{job['result']['analysis_id']}").json()
    assert found["people"] == found["results"]["scores"]["people"] == PEOPLE + 1


def test_an_invalidated_attempt_is_no_part_of_an_analysis(office: Office) -> None:
    with office.world.unit() as uow:
        attempt = uow.attempts.get(office.attempts[0])
        uow.attempts.save(type(attempt)(**{**_fields(attempt), "status": "invalidated"}))

    assert office.analysis(parts=["scores"])["people"] == PEOPLE - 1


def _fields(entity: Any) -> dict[str, Any]:
    return {name: getattr(entity, name) for name in entity.__dataclass_fields__}


def test_groups_of_a_file_are_compared_and_small_ones_only_told(office: Office) -> None:
    with office.world.unit() as uow:
        numbers = [uow.candidates.get(uow.attempts.get(one).candidate_id).number for one in office.attempts]
    labels = ["east"] * 28 + ["west"] * 28 + ["north"] * 4
    sheet = "\n".join(["candidate,group", *(f"{n},{label}" for n, label in zip(numbers, labels, strict=True))])

    grouping = office.world.client.post(
        f"{office.under}/groupings",
        files={"file": ("groups.csv", sheet.encode(), "text/csv")},
        data={"name": "Region"},
        headers=office.pia,
    )
    assert grouping.status_code == 201, grouping.text
    found = office.analysis(parts=["scores"], grouping_id=grouping.json()["id"], least_group=20)["results"]["dif"]

    assert grouping.json()["groups"] == {"east": 28, "north": 4, "west": 28}
    assert (found["reference"], found["too_small"]) == ("east", ["north"])
    (only,) = found["comparisons"]
    assert (only["focal"], only["people"], len(only["items"])) == ("west", {"focal": 28, "reference": 28}, ITEMS)


def test_who_belongs_to_which_group_can_be_erased_and_what_was_computed_stays(office: Office) -> None:
    with office.world.unit() as uow:
        number = uow.candidates.get(uow.attempts.get(office.attempts[0]).candidate_id).number
    made = office.world.client.post(
        f"{office.under}/groupings",
        files={"file": ("groups.csv", f"who,group\n{number},a\n".encode(), "text/csv")},
        data={"name": "Region"},
        headers=office.pia,
    ).json()
    with office.world.unit() as uow:
        kept = uow.groupings.get(UUID(made["id"])).file

    erased = office.post(f"/v1/groupings/{made['id']}/erasure", if_match='"1"')
    groupings.erase(office.world.units, office.world.files, {"file": "00/" + "0" * 32})
    office.world.run_tasks({groupings.ERASE: partial(_erased, office)})
    again = office.post(f"/v1/groupings/{made['id']}/erasure", if_match='"2"')
    refused = office.post(f"{office.under}/analyses", {"parts": ["scores"], "grouping_id": made["id"]})

    assert (erased.status_code, erased.json()["groups"]) == (200, {"a": 1})
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")
    assert [one["code"] for one in refused.json()["errors"]] == ["forgotten"]
    with pytest.raises(NotFound):
        office.world.files.get(kept)


def _erased(office: Office, units: Any, parameters: Any) -> None:
    groupings.erase(units, office.world.files, parameters)
    groupings.erase(units, office.world.files, parameters)


def test_groups_may_come_from_what_is_known_of_candidates(office: Office) -> None:
    found = office.analysis(parts=["scores"], attribute="practises_in")["results"]["dif"]

    assert found["groups"] == [{"group": "US", "people": PEOPLE}]
    assert found["comparisons"] == []


@pytest.mark.parametrize(
    ("rows", "code", "status"),
    [
        pytest.param(["{0},a", "{0},b"], "duplicate_candidate", 422, id="a candidate twice"),
        pytest.param(["C-0000,a"], "unknown_candidate", 409, id="who did not take the form"),
        pytest.param(["{0},=1+1"], "not_a_group", 422, id="a formula for a group"),
        pytest.param(["{0}"], "wrong_number_of_fields", 422, id="no group"),
        pytest.param([], "empty_file", 422, id="nobody"),
    ],
)
def test_a_faulty_grouping_is_refused_with_its_line(office: Office, rows: list[str], code: str, status: int) -> None:
    with office.world.unit() as uow:
        number = uow.candidates.get(uow.attempts.get(office.attempts[0]).candidate_id).number
    sheet = "\n".join(["candidate,group", *(row.format(number) for row in rows)])

    answer = office.world.client.post(
        f"{office.under}/groupings",
        files={"file": ("groups.csv", sheet.encode(), "text/csv")},
        data={"name": "Region"},
        headers=office.pia,
    )

    assert answer.status_code == status, answer.text
    assert answer.json()["errors"][0]["code"] == code
    assert answer.json()["errors"][0]["pointer"] == "/body/file"
    assert office.stored_things() == [0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("wish", "pointer", "code"),
    [
        pytest.param({"cut": 21}, "/body/cut", "out_of_range", id="a cut above the highest score"),
        pytest.param({"key_number": 7}, "/body/key_number", "unknown_key", id="an unknown key"),
        pytest.param({"parts": ["dif"]}, "/body/parts", "no_groups", id="a comparison of nobody"),
        pytest.param(
            {"grouping_id": "00000000-0000-7000-8000-000000000000"}, "/body/grouping_id", "unknown_grouping",
            id="an unknown grouping",
        ),
    ],
)  # fmt: skip
def test_settings_that_do_not_fit_are_refused_at_their_place(
    office: Office, wish: dict[str, Any], pointer: str, code: str
) -> None:
    answer = office.post(f"{office.under}/analyses", wish)

    assert answer.status_code == 409, answer.text
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [(pointer, code)]
    assert office.stored_things() == [0, 0, 0, 0, 1]


def test_a_form_that_nobody_took_cannot_be_analysed(world: World) -> None:
    office = Office(world, people=0)

    answer = office.post(f"{office.under}/analyses", {})

    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_taken")


def test_a_group_of_three_gets_stated_nulls_and_no_figures_by_chance(world: World) -> None:
    office = Office(world, people=3)

    results = office.analysis(parts=[*CLASSICAL, "rasch", "two_parameter"])["results"]

    assert results["rasch"]["reason"] == "too_few_observations"
    assert results["two_parameter"]["reason"] == "too_few_observations"
    assert {item["reason"] for item in results["items"]["items"]} == {"too_few_people"}
    assert {item["point_biserial"] for item in results["items"]["items"]} == {None}
    assert {item["alpha_if_deleted"] for item in results["items"]["items"]} == {None}
    assert results["reliability"]["reason"] == "too_few_observations"
    assert results["decisions"]["methods"]["livingston_lewis"]["reason"] is not None


def test_an_item_that_all_get_right_has_no_correlation_and_the_reason_is_told(world: World) -> None:
    answers = answers_of_model(np.random.default_rng(5), 40, ITEMS)
    answers[:, 3] = 1
    office = Office(world, answers=answers)

    results = office.analysis(parts=["items", "rasch"])["results"]

    item = results["items"]["items"][3]
    assert (item["p"], item["point_biserial"], item["reason"]) == (1.0, None, "constant_item")
    assert results["rasch"]["left_out"] == [{"code": "I4", "reason": "constant_item"}]


def test_a_sheet_comes_as_json_csv_and_pdf(either_office: Office) -> None:
    office = either_office
    analysis = office.analysis(parts=[*CLASSICAL, "rasch"])

    job = office.done(
        office.post(f"/v1/analyses/{analysis['id']}/statistics-sheets", {"standard_setting": "Angoff, 2026-01-15"})
    )

    path = f"/v1/statistics-sheets/{job['result']['statistics_sheet_id']}"
    sheet, sheet_csv, pdf = office.get(path).json(), office.get(f"{path}/sheet.csv"), office.get(f"{path}/sheet.pdf")
    summary = sheet["content"]["summary"]
    assert (summary["people"], summary["scored_items"], summary["cut_raw"], summary["cut_scaled"]) == (60, 20, 12, 720)
    assert summary["alpha"] == analysis["results"]["reliability"]["alpha"]
    assert sheet["content"]["references"]["standard_setting"] == {"reference": "Angoff, 2026-01-15"}
    rows = list(csv.reader(io.StringIO(sheet_csv.text)))
    assert rows[0] == ["section", "about", "figure", "value"]
    assert ["summary", "", "people", "60"] in rows
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.headers["content-disposition"].startswith("attachment;")
    listed = office.get(f"/v1/statistics-sheets?form_id={office.scores.form.id}").json()["items"]
    assert [one["number"] for one in listed] == [1]


def test_a_sheet_needs_the_parts_that_it_tells(office: Office) -> None:
    analysis = office.analysis(parts=["scores"])

    answer = office.post(f"/v1/analyses/{analysis['id']}/statistics-sheets", {})

    assert (answer.status_code, answer.json()["code"]) == (409, "sheet_needs_parts")
    assert office.stored_things() == [1, 0, 0, 0, 1]


def test_the_item_bank_is_offered_statistics_of_the_items_that_it_holds(office: Office) -> None:
    analysis = office.analysis(parts=["items"])

    answer = office.post(f"/v1/analyses/{analysis['id']}/item-statistics")

    assert (answer.status_code, answer.json()) == (200, {"items": 0})


def test_only_the_people_of_the_exam_may_ask_for_analyses(office: Office) -> None:
    stranger = office.world.token(Role.CANDIDATE, subject="carl")

    answer = office.post(f"{office.under}/analyses", {}, who=stranger)

    assert answer.status_code == 403
