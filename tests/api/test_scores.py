"""Forms, responses, scores and their release over HTTP."""

from dataclasses import replace
from typing import Any

import pytest

from domain.actors import Role
from domain.exams.model import AdministrationStatus
from domain.scores.releasing import RELEASE
from tests.api.scores_world import Desk
from tests.builders_scores import ITEMS, a_file, answers, some_items
from tests.world import World

ITEM_BODIES = [{"code": one.code, "domain": one.domain} for one in some_items()]
FORM = {"program": "CPOM", "code": "Form-1", "items": ITEM_BODIES}


@pytest.fixture
def desk(world: World) -> Desk:
    """An exam office on SQLite."""
    return Desk(world)


@pytest.fixture
def either_desk(either_world: World) -> Desk:
    """An exam office on each engine in turn."""
    return Desk(either_world)


def test_a_form_gets_its_key_and_conversion_from_two_people(desk: Desk) -> None:
    made = desk.post("/v1/forms", desk.pia, FORM)
    assert made.status_code == 201, made.text
    form = desk.get(made.headers["location"], desk.pia)
    key = desk.post(f"/v1/forms/{form.json()['id']}/keys", desk.pia, {"correct": [[1]] * ITEMS})
    conversion = desk.post(f"/v1/forms/{form.json()['id']}/conversions", desk.pia, {"cut": 11.2})

    own = desk.post(f"/v1/form-keys/{key.json()['id']}/approval", desk.pia, version=1)
    approved = desk.post(f"/v1/form-keys/{key.json()['id']}/approval", desk.max, version=1)
    second = desk.post(f"/v1/conversions/{conversion.json()['id']}/approval", desk.max, version=1)

    assert form.json()["allowed_actions"] == ["change", "draft_conversion", "draft_key"]
    assert (conversion.json()["cut_raw"], conversion.json()["scaled"][12]) == (12, 720)
    assert (own.status_code, own.json()["code"]) == (403, "separation_of_duties")
    assert approved.status_code == 200, approved.text
    assert (approved.json()["status"], approved.json()["approved_by"]) == ("approved", "max")
    assert second.json()["status"] == "approved"
    assert desk.get(f"/v1/forms/{form.json()['id']}", desk.pia).json()["status"] == "approved"
    frozen = desk.world.client.put(
        f"/v1/forms/{form.json()['id']}", json={"items": ITEM_BODIES}, headers={**desk.pia, "if-match": '"2"'}
    )
    assert (frozen.status_code, frozen.json()["code"]) == (409, "wrong_state")


@pytest.mark.parametrize(
    ("change", "status", "pointer"),
    [
        pytest.param({"items": []}, 422, "/body/items", id="no items"),
        pytest.param({"items": [{"code": "I1", "domain": "x"}]}, 409, "/body/items/0/domain", id="unknown domain"),
        pytest.param({"items": [{**ITEM_BODIES[0], "options": 27}]}, 422, "/body/items/0/options", id="27 options"),
        pytest.param({"program": "NOPE"}, 409, "/body/program", id="unknown program"),
    ],
)
def test_a_faulty_form_is_refused_at_its_place(desk: Desk, change: dict[str, Any], status: int, pointer: str) -> None:
    answer = desk.post("/v1/forms", desk.pia, {**FORM, **change})

    assert answer.status_code == status, answer.text
    assert pointer in {error["pointer"] for error in answer.json()["errors"]}


def test_a_file_becomes_attempts_and_what_was_not_taken_comes_back_as_csv(either_desk: Desk) -> None:
    desk = either_desk
    ann, bob = desk.scores.sitters(2)
    content = a_file({ann.number: answers(12), "C0000000000": answers(1), bob.number: answers(5).replace("1", "9", 1)})

    accepted = desk.upload(content)
    assert accepted.status_code == 202, accepted.text
    desk.work()

    job = desk.get(accepted.headers["location"], desk.max).json()
    assert (job["status"], job["done"], job["failed_rows"]) == ("succeeded", 3, 2)
    assert {name: job["result"][name] for name in ("rows", "accepted", "rejected")} == {
        "rows": 3,
        "accepted": 1,
        "rejected": 2,
    }
    report = desk.get(f"{accepted.headers['location']}/errors.csv", desk.max).text.splitlines()
    assert [line.split(",")[:3] for line in report] == [
        ["row", "status", "code"],
        ["3", "error", "unknown_candidate"],
        ["4", "error", "not_an_option"],
    ]
    imported = desk.get(f"/v1/response-imports/{accepted.json()['import_id']}", desk.max).json()
    assert (imported["status"], imported["accepted"], imported["rejected"]) == ("done", 1, 2)
    attempt = desk.attempt(ann)
    assert (attempt["raw"], attempt["scaled"], attempt["passed"], attempt["status"]) == (12, 720, True, "scored")
    assert attempt["allowed_actions"] == ["hold", "invalidate"]


def test_a_file_with_other_columns_fails_with_every_fault_in_the_list_and_in_the_report(either_desk: Desk) -> None:
    desk = either_desk

    accepted = desk.upload("a,b,c\n1,2,3\n".encode("utf-16"))
    desk.work()

    where = accepted.headers["location"]
    job = desk.get(where, desk.max).json()
    assert (accepted.status_code, job["status"], job["error_code"]) == (202, "failed", "missing_column")
    first = desk.get(f"{where}/outcomes?limit=1", desk.max).json()
    rest = desk.get(f"{where}/outcomes?limit=1&cursor={first['next_cursor']}", desk.max).json()
    listed = [(one["row"], one["code"], one["values"]) for one in (*first["items"], *rest["items"])]
    assert listed == [(1, "missing_column", {"column": "candidate_id"}), (1, "unknown_form", {})]
    assert desk.get(f"{where}/errors.csv", desk.max).text.splitlines() == [
        "row,status,code,detail,column",
        "1,error,missing_column,No column holds the candidate ids.,candidate_id",
        "1,error,unknown_form,No heading names an item of this form.,",
    ]
    imported = desk.get(f"/v1/response-imports/{accepted.json()['import_id']}", desk.max).json()
    assert imported["status"] == "failed"


def test_the_same_bytes_are_one_import(desk: Desk) -> None:
    content = a_file({desk.scores.sitters(1)[0].number: answers(12)})

    first = desk.upload(content).json()
    desk.work()
    second = desk.upload(content).json()
    desk.work()

    assert (second["import_id"], second["id"] != first["id"]) == (first["import_id"], True)
    listed = desk.get(f"/v1/exam-administrations/{desk.scores.administration_id}/response-imports", desk.max).json()
    assert [(one["rows"], one["accepted"], one["repeated"]) for one in listed["items"]] == [(1, 0, 1)]


@pytest.mark.parametrize(
    "fields",
    [
        {"identifies": "shoe_size"},
        {"taken_on": "2026-02-30"},
        {"candidate_column": "\u0000"},
        {"dry_run": "perhaps"},
    ],
)
def test_a_strange_mapping_is_refused_before_anything_is_kept(desk: Desk, fields: dict[str, str]) -> None:
    said: dict[str, Any] = {**fields}
    answer = desk.upload(a_file({"C1": answers(1)}), **said)

    assert answer.status_code == 422, answer.text
    with desk.world.unit() as uow:
        assert (uow.jobs.count(), uow.response_imports.count()) == (0, 0)


def test_a_day_to_come_and_an_administration_that_was_not_held_are_refused_with_their_place(desk: Desk) -> None:
    content = a_file({desk.scores.sitters(1, booked=False)[0].number: answers(12)})

    ahead = desk.upload(content, taken_on="2031-01-01")
    with desk.world.unit() as uow:
        held = uow.administrations.get(desk.scores.administration_id)
        uow.administrations.save(replace(held, status=AdministrationStatus.CANCELLED))
    cancelled = desk.upload(content, taken_on="1999-01-01")

    assert (ahead.status_code, ahead.json()["errors"][0]["pointer"]) == (409, "/body/taken_on")
    assert (cancelled.status_code, cancelled.json()["code"]) == (409, "administration_not_held")
    with desk.world.unit() as uow:
        assert (uow.jobs.count(), uow.response_imports.count(), uow.attempts.count()) == (0, 0, 0)


def test_a_dry_run_over_http_names_no_import(desk: Desk) -> None:
    answer = desk.upload(a_file({desk.scores.sitters(1)[0].number: answers(12)}), dry_run="true")
    desk.work()

    assert (answer.status_code, answer.json()["import_id"], answer.json()["dry_run"]) == (202, None, True)
    assert desk.scores.attempts() == {}


def test_responses_are_not_for_candidates_nor_for_a_stranger_without_a_token(desk: Desk) -> None:
    candidate = desk.upload(b"x", desk.world.token(Role.CANDIDATE, subject="ann"))
    nobody = desk.world.client.post(f"{desk.under}/response-imports", files={"file": ("a.csv", b"x", "text/csv")})

    assert (candidate.status_code, nobody.status_code) == (403, 401)


def test_two_people_release_and_each_candidate_sees_what_the_policy_tells(either_desk: Desk) -> None:
    desk = either_desk
    ann, bob = desk.sat(12, 11)
    me, him = desk.signed_in(ann, "ann"), desk.signed_in(bob, "bob")
    mine, his = (desk.attempt(one)["id"] for one in (ann, bob))
    early = desk.get(f"/v1/attempts/{mine}/score-report", me)
    theirs = desk.get(f"/v1/attempts/{his}/score-report", me)
    pending = desk.get(f"/v1/candidates/{ann.candidate_id}/attempts", me).json()["items"]

    release = desk.released()

    assert (early.status_code, early.json()["code"]) == (404, "not_found")
    assert (theirs.status_code, theirs.json()["code"]) == (404, "not_found")
    assert [(one["status"], one["passed"]) for one in pending] == [("pending", None)]
    assert (release["status"], release["attempts"]) == ("done", 2)
    passed = desk.get(f"/v1/attempts/{mine}/score-report", me).json()
    failed = desk.get(f"/v1/attempts/{his}/score-report", him).json()
    assert (passed["passed"], passed["scaled"], passed["domains"], passed["raw"]) == (True, None, [], None)
    assert (failed["passed"], failed["scaled"], failed["raw"], len(failed["domains"])) == (False, 668, None, 4)
    whole = desk.get(f"/v1/attempts/{mine}/score-report", desk.pia).json()
    assert (whole["scaled"], whole["raw"], [one["raw"] for one in whole["domains"]]) == (720, 12, [3, 3, 3, 3])
    told = desk.get(f"/v1/candidates/{ann.candidate_id}/attempts", me).json()["items"]
    assert [(one["status"], one["passed"]) for one in told] == [("released", True)]
    with desk.world.unit() as uow:
        assert [one.candidate_id for one in uow.credentials.find()] == [ann.candidate_id]


def test_a_release_names_its_version_and_key_and_is_not_approved_by_its_proposer(desk: Desk) -> None:
    desk.sat(12)
    path = f"{desk.under}/score-releases"
    without_key = desk.world.client.post(path, headers=desk.pia)
    release = desk.post(path, desk.pia).json()
    again = desk.post(path, desk.max)
    approval = f"/v1/score-releases/{release['id']}/approval"

    own = desk.post(approval, desk.pia, version=1)
    unversioned = desk.post(approval, desk.max)
    stale = desk.post(approval, desk.max, version=7)

    assert (without_key.status_code, without_key.json()["code"]) == (400, "idempotency_key_required")
    assert (again.status_code, again.json()["code"]) == (409, "release_under_way")
    assert (own.status_code, unversioned.status_code, stale.status_code) == (403, 428, 412)
    seen = desk.get(f"/v1/score-releases/{release['id']}", desk.pia).json()
    assert (seen["status"], seen["allowed_actions"]) == ("proposed", ["reject"])


def test_a_release_of_a_superseded_key_is_not_approved(either_desk: Desk) -> None:
    desk = either_desk
    desk.sat(12)
    release = desk.post(f"{desk.under}/score-releases", desk.pia).json()
    path = f"/v1/score-releases/{release['id']}"
    desk.scores.key([[2]] * ITEMS)

    refused = desk.post(f"{path}/approval", desk.max, version=release["version"])
    rejected = desk.post(f"{path}/rejection", desk.max, {"reason": "The key was wrong."}, version=release["version"])

    assert (refused.status_code, refused.json()["code"]) == (409, "superseded_versions")
    assert rejected.json()["status"] == "rejected"
    with desk.world.unit() as uow:
        assert (uow.credentials.count(), uow.jobs.count(kind=RELEASE)) == (0, 0)


def test_a_hold_keeps_a_score_and_its_lifting_lets_it_go(desk: Desk) -> None:
    ann, bob = desk.sat(12, 13)
    attempt = desk.attempt(ann)
    hold = desk.post(
        f"/v1/attempts/{attempt['id']}/holds", desk.max, {"kind": "irregularity", "reason": "A phone was seen."}
    )
    desk.released()
    held = desk.attempt(ann)

    lifting = f"/v1/holds/{hold.json()['id']}/lifting"
    lifted = desk.post(lifting, desk.pia, {"reason": "It was a hearing aid."}, version=1)
    desk.released()

    assert (held["status"], held["held"]) == ("scored", True)
    assert (lifted.json()["status"], lifted.json()["lifted_by"]) == ("lifted", "pia")
    assert (desk.attempt(ann)["status"], desk.attempt(bob)["status"]) == ("released", "released")
    listed = desk.get(f"/v1/attempts/{attempt['id']}/holds", desk.pia).json()["items"]
    assert [one["reason"] for one in listed] == ["A phone was seen."]


def test_an_invalidated_attempt_has_no_report(desk: Desk) -> None:
    (ann,) = desk.sat(12)
    attempt = desk.attempt(ann)
    desk.post(f"/v1/attempts/{attempt['id']}/holds", desk.max, {"kind": "identity", "reason": "Another face."})
    invalidation = f"/v1/attempts/{attempt['id']}/invalidation"

    own = desk.post(invalidation, desk.max, {"reason": "Impersonation."}, version=2)
    done = desk.post(invalidation, desk.pia, {"reason": "Impersonation."}, version=2)

    assert (own.status_code, done.status_code, done.json()["status"]) == (403, 200, "invalidated")
    me = desk.signed_in(ann, "ann")
    report = desk.get(f"/v1/attempts/{attempt['id']}/score-report", me)
    assert (report.status_code, report.json()["code"]) == (404, "not_found")
    (result,) = desk.get(f"/v1/candidates/{ann.candidate_id}/attempts", me).json()["items"]
    assert (result["status"], result["passed"], result["grounds"]) == ("invalidated", None, "identity")


def test_scoring_anew_is_a_job_and_the_figures_follow(desk: Desk) -> None:
    desk.sat(10, 12)
    desk.scores.key([[2]] * ITEMS)
    before = desk.get(f"{desk.under}/score-figures", desk.pia).json()

    job = desk.post(f"{desk.under}/scoring", desk.pia, {})
    desk.work()

    after = desk.get(f"{desk.under}/score-figures", desk.pia).json()
    assert job.status_code == 202
    assert desk.get(job.headers["location"], desk.pia).json()["result"]["scored"] == 2
    assert (before["mean"], before["passed"], after["mean"], after["passed"]) == (11.0, 1, 9.0, 0)


def test_staff_page_through_the_attempts_of_an_administration(desk: Desk) -> None:
    desk.sat(1, 2, 3)
    path = f"/v1/exam-administrations/{desk.scores.administration_id}/attempts?limit=2"

    first = desk.get(path, desk.pia).json()
    rest = desk.get(f"{path}&cursor={first['next_cursor']}", desk.pia).json()

    assert sorted(one["raw"] for one in [*first["items"], *rest["items"]]) == [1, 2, 3]
    assert rest["next_cursor"] is None
