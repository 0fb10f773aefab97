"""Rescores over HTTP: listed, judged by two people, carried out, and read afterwards."""

from typing import Any
from uuid import UUID

import pytest

from domain.actors import Role
from domain.jobs.actions import CARRY_ON, carry_on
from tests.api.scores_world import Desk
from tests.builders_rescoring import GENEROUS, steps
from tests.world import World


@pytest.fixture
def desk(world: World) -> Desk:
    """An exam office on SQLite."""
    return Desk(world)


@pytest.fixture
def either_desk(either_world: World) -> Desk:
    """An exam office on each engine in turn."""
    return Desk(either_world)


def work(desk: Desk) -> None:
    """Carry out every rescoring job that waits."""

    def run(units: Any, parameters: Any) -> None:
        while carry_on(units, steps(), UUID(parameters["job_id"])):
            pass

    desk.world.run_tasks({CARRY_ON: run})


def asked(desk: Desk, **changes: Any) -> Any:
    body = {"key_number": 2, "conversion_number": 1, "reason": "Item 12 has two right answers.", **changes}
    return desk.post(f"/v1/forms/{desk.scores.form.id}/rescores", desk.pia, body)


def read(desk: Desk, answer: Any) -> Any:
    return desk.get(answer.headers["location"], desk.pia).json()


def test_a_rescore_goes_from_its_list_to_a_corrected_report(either_desk: Desk) -> None:
    desk = either_desk
    low, edge = desk.sat(5, 11)
    desk.released()
    desk.scores.key(GENEROUS)

    run = asked(desk)
    work(desk)
    listed = read(desk, run)
    path = f"/v1/rescores/{listed['id']}"
    own = desk.post(f"{path}/approval", desk.pia, version=listed["version"])
    approved = desk.post(f"{path}/approval", desk.max, version=listed["version"])
    work(desk)

    assert run.status_code == 202, run.text
    assert (listed["status"], listed["attempts"], listed["gained"], listed["score_only"]) == ("listed", 2, 1, 1)
    assert listed["allowed_actions"] == ["reject", "relist"]
    assert (own.status_code, own.json()["code"]) == (403, "separation_of_duties")
    assert approved.status_code == 200, approved.text
    done = desk.get(path, desk.pia).json()
    assert (done["status"], done["carried"], done["decided_by"]) == ("done", 2, "max")
    (entry,) = desk.get(f"{path}/entries?direction=fail_to_pass", desk.pia).json()["items"]
    assert entry["candidate_id"] == str(edge.candidate_id)
    assert (entry["old"]["raw"], entry["new"]["raw"], entry["status"]) == (11, 12, "carried")
    assert [one["follow"] for one in entry["consequences"]] == ["attempts_counted", "credential_owed", "notice"]
    (replaced,) = desk.get(f"/v1/attempts/{entry['attempt_id']}/replaced-results", desk.pia).json()["items"]
    assert (replaced["number"], replaced["key_number"], replaced["passed"]) == (1, 1, False)
    assert replaced["reason"] == "Item 12 has two right answers."
    report = desk.get(f"/v1/attempts/{entry['attempt_id']}/score-report", desk.signed_in(edge, "edge")).json()
    assert report["passed"] is True
    assert desk.attempt(low)["raw"] == 6


def test_a_list_can_be_downloaded_with_formulas_neutralised(desk: Desk) -> None:
    (edge,) = desk.sat(11)
    desk.scores.key(GENEROUS)
    listed = asked(desk).json()
    work(desk)

    answer = desk.get(f"/v1/rescores/{listed['id']}/entries.csv", desk.max)

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    heading, row = answer.text.strip().split("\r\n")
    told = dict(zip(heading.split(","), row.split(","), strict=True))
    assert (told["candidate_number"], told["direction"]) == (edge.number, "fail_to_pass")
    assert (told["old_raw"], told["new_raw"], told["released"]) == ("11", "12", "False")


def test_a_list_of_a_world_that_moved_is_made_anew_before_anybody_approves_it(desk: Desk) -> None:
    (edge,) = desk.sat(11)
    desk.scores.key(GENEROUS)
    run = asked(desk)
    work(desk)
    listed = read(desk, run)
    hold = {"kind": "identity", "reason": "A note."}
    assert desk.post(f"/v1/attempts/{desk.attempt(edge)['id']}/holds", desk.max, hold).status_code == 201
    path = f"/v1/rescores/{listed['id']}"

    stale = desk.post(f"{path}/approval", desk.max, version=listed["version"])
    again = desk.get(path, desk.max)
    work(desk)
    approved = desk.post(f"{path}/approval", desk.max, version=read(desk, run)["version"])

    assert (stale.status_code, stale.json()["code"]) == (409, "rescore_list_out_of_date")
    assert (again.json()["status"], again.json()["list_number"]) == ("listing", 2)
    assert approved.json()["status"] == "approved"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        pytest.param({"key_number": 9}, 409, "contradiction", id="no such key"),
        pytest.param({"conversion_number": 9}, 409, "contradiction", id="no such conversion"),
        pytest.param({"key_number": 0}, 422, "invalid", id="versions begin at 1"),
        pytest.param({"on_lost_pass": "punish"}, 422, "invalid", id="an unknown wish"),
        pytest.param({"reason": ""}, 422, "invalid", id="no reason"),
    ],
)
def test_a_faulty_request_is_refused_and_leaves_nothing(
    desk: Desk, changes: dict[str, Any], status: int, code: str
) -> None:
    desk.sat(11)
    desk.scores.key(GENEROUS)

    answer = asked(desk, **changes)

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert desk.get("/v1/rescores", desk.pia).json()["items"] == []


def test_an_approval_needs_its_key_and_is_replayed_not_repeated(desk: Desk) -> None:
    desk.sat(11)
    desk.scores.key(GENEROUS)
    run = asked(desk)
    work(desk)
    listed = read(desk, run)
    path = f"/v1/rescores/{listed['id']}/approval"
    headers = {**desk.max, "if-match": f'"{listed["version"]}"'}

    keyless = desk.world.client.post(path, headers=headers)
    first = desk.world.client.post(path, headers={**headers, "idempotency-key": "once"})
    second = desk.world.client.post(path, headers={**headers, "idempotency-key": "once"})

    assert keyless.status_code == 400
    assert first.status_code == 200, first.text
    assert (second.content, second.headers["idempotent-replayed"]) == (first.content, "true")


def test_an_auditor_reads_and_asks_for_nothing(desk: Desk) -> None:
    auditor = desk.world.token(Role.AUDITOR)

    assert desk.get("/v1/rescores", auditor).status_code == 200
    body = {"key_number": 1, "conversion_number": 1, "reason": "Why not."}
    assert desk.post(f"/v1/forms/{desk.scores.form.id}/rescores", auditor, body).status_code == 403
