"""Publishing editions, their dry run, and the providers that staff recognise."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from httpx2 import Response

from domain.actors import Role
from domain.applications.actions_upkeep import sweep
from domain.errors import Contradiction
from domain.jobs import actions as jobs
from domain.programs import actions, dry_run
from domain.programs.model import RecognisedProvider
from tests.builders import a_policy_document
from tests.builders_applications import (
    Caller,
    a_reviewer,
    an_applicant,
    next_edition,
    publish,
    staff,
)
from tests.racing import at_once
from tests.world import World

POLICIES = "/programs/CPOM/policies"
PROVIDERS = "/programs/CPOM/providers"
COLLEGE = {"code": "college", "name": "A college of pharmacy", "from_on": "2026-01-01", "reason": "Accredited."}
TWO_YEARS = {"/eligibility/of_everyone/0/parts/0/months": 120}


def _editions(world: World) -> list[tuple[str, str | None]]:
    items = world.client.get("/v1/programs/CPOM/policies").json()["items"]
    return [(one["edition"], one["in_force_until"]) for one in items]


def test_a_new_edition_ends_the_one_before_on_the_eve_of_its_first_day(either_world: World) -> None:
    publish(either_world)
    admin = staff(either_world, Role.ADMINISTRATOR)

    made = admin.post(POLICIES, next_edition())

    assert made.status_code == 201, made.text
    assert made.headers["location"] == "/v1/programs/CPOM/policies/cpom-next"
    assert _editions(either_world) == [("cpom-2026", "2026-06-30"), ("cpom-next", None)]
    with either_world.database.transaction(write=False) as connection:
        kinds = connection.exec_driver_sql("SELECT kind FROM journal ORDER BY seq").scalars().all()
    assert kinds == ["policy.published", "policy.published", "policy.ends"]


def test_an_edition_between_two_takes_its_days_from_the_first(world: World) -> None:
    publish(world)
    admin = staff(world, Role.ADMINISTRATOR)
    admin.post(POLICIES, next_edition(begins=date(2027, 1, 1)))

    between = admin.post(POLICIES, next_edition({"/edition": "cpom-between"}, begins=date(2026, 9, 1)))

    assert between.status_code == 201, between.text
    assert _editions(world) == [
        ("cpom-2026", "2026-08-31"),
        ("cpom-between", "2026-12-31"),
        ("cpom-next", None),
    ]


def test_a_published_edition_is_never_changed(world: World) -> None:
    publish(world)
    before = world.client.get("/v1/programs/CPOM/policies/cpom-2026").content
    admin = staff(world, Role.ADMINISTRATOR)

    again = admin.post(POLICIES, next_edition({"/edition": "cpom-2026", "/title": "Something else"}))
    admin.post(POLICIES, next_edition())

    assert [fault["code"] for fault in again.json()["errors"]] == ["edition_exists"]
    assert world.client.get("/v1/programs/CPOM/policies/cpom-2026").content == before


@pytest.mark.parametrize("dry_run_too", ["", "?dry_run=true"])
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            {"/exam/domains/0/weight_percent": 31, "/in_flight/rule": "move_on"},
            {"/body/exam/domains", "/body/in_flight/moves_on"},
            id="what lint finds",
        ),
        pytest.param(
            {"/validity/years": 0, "/scale/passing": "720"},
            {"/body/validity/years", "/body/scale/passing"},
            id="what the shape forbids",
        ),
        pytest.param(
            {"/renewal/hours": -3, "/renewal/fee": "nothing", "/in_force_from": "2026-03-02", "/scale/passing": 950},
            {"/body/renewal/hours", "/body/renewal/fee", "/body/in_force_from", "/body/scale"},
            id="both",
        ),
        pytest.param({"/in_force_from": "2026-03-02"}, {"/body/in_force_from"}, id="a first day that is today"),
        pytest.param({"/program": "OTHER"}, {"/body/program"}, id="another program"),
    ],
)
def test_a_faulty_edition_is_refused_with_every_fault_and_nothing_changes(
    world: World, changes: dict[str, object], expected: set[str], dry_run_too: str
) -> None:
    publish(world)
    before = _editions(world)

    answer = staff(world, Role.ADMINISTRATOR).post(f"{POLICIES}{dry_run_too}", next_edition(changes))

    malformed = {"/renewal/hours", "/validity/years"} & changes.keys()
    assert (answer.status_code, answer.json()["code"]) == ((422, "invalid") if malformed else (409, "contradiction"))
    assert expected <= {fault["pointer"] for fault in answer.json()["errors"]}
    assert _editions(world) == before


@pytest.mark.parametrize("dry_run_too", ["", "?dry_run=true"])
@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/in_force_from", "0001-01-01"),
        ("/applications/information_due_days", 1_000_000),
        ("/validity/years", 9_000),
    ],
)
def test_a_first_edition_with_a_figure_beyond_all_bounds_is_refused_at_its_place(
    world: World, pointer: str, value: object, dry_run_too: str
) -> None:
    document = a_policy_document({"/program": "P1", "/edition": "p1", pointer: value})

    answer = staff(world, Role.ADMINISTRATOR).post(f"/programs/P1/policies{dry_run_too}", document)

    assert answer.status_code == 422, answer.text
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [f"/body{pointer}"]
    assert world.client.get("/v1/programs").json()["items"] == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_administrators_publish(world: World, role: Role) -> None:
    publish(world)

    assert staff(world, role).post(POLICIES, next_edition()).status_code == 403
    assert staff(world, role).post(f"{POLICIES}?dry_run=true", next_edition()).status_code == 403
    assert len(_editions(world)) == 1


def test_of_two_editions_that_begin_on_one_day_one_is_published(either_world: World) -> None:
    publish(either_world)
    admin = staff(either_world, Role.ADMINISTRATOR)

    def put(name: str) -> Response:
        return admin.post(POLICIES, next_edition({"/edition": name}))

    answers = at_once(lambda: put("one"), lambda: put("two"))

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert len(_editions(either_world)) == 2


# --- the dry run


def _rehearsed(who: Caller, changes: Mapping[str, object]) -> dict[str, Any]:
    answer = who.post(f"{POLICIES}?dry_run=true", next_edition(changes))
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def test_a_dry_run_tells_whose_outcome_changes_and_by_which_clause(either_world: World) -> None:
    publish(either_world)
    ada, bea = an_applicant(either_world).draft().submitted(), an_applicant(either_world, "bea").draft()
    admin = staff(either_world, Role.ADMINISTRATOR)

    said = _rehearsed(admin, TWO_YEARS)

    assert (said["judged"], said["job_id"], said["in_flight"]["rule"]) == (2, None, "grandfather")
    assert [(one["application_id"], one["eligible_before"], one["eligible_after"]) for one in said["changed"]] == [
        (ada.application_id, True, False)
    ]
    assert {(one["clause"], one["before"], one["after"]) for one in said["changed"][0]["clauses"]} >= {
        ("standard-experience", "met", "experience_short")
    }
    assert _editions(either_world) == [("cpom-2026", None)]
    assert bea.now()["edition"] == "cpom-2026"


def test_a_dry_run_that_changes_nothing_for_anyone_says_so(world: World) -> None:
    publish(world)
    an_applicant(world).draft().submitted()

    assert _rehearsed(staff(world, Role.ADMINISTRATOR), {})["changed"] == []


def test_a_dry_run_leaves_out_what_is_closed(world: World) -> None:
    publish(world)
    an_applicant(world).draft().with_evidence().step("withdrawal", {})

    assert _rehearsed(staff(world, Role.ADMINISTRATOR), TWO_YEARS)["judged"] == 0


def test_where_there_are_many_a_job_compares_them_batch_by_batch(
    either_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dry_run, "AT_ONCE", 2)
    publish(either_world)
    people = [an_applicant(either_world, name).draft().with_evidence() for name in ("ada", "bea", "cleo")]
    admin = staff(either_world, Role.ADMINISTRATOR)

    asked = admin.post(f"{POLICIES}?dry_run=true", next_edition(TWO_YEARS))
    (parameters,) = [given for kind, given in either_world.tasks.waiting if kind == jobs.CARRY_ON]
    job_id, steps = UUID(parameters["job_id"]), {dry_run.COMPARE: dry_run.step}
    while jobs.carry_on(either_world.units, steps, job_id):
        pass

    assert asked.status_code == 202, asked.text
    assert asked.headers["location"] == f"/v1/jobs/{asked.json()['job_id']}"
    with either_world.unit() as uow:
        job = uow.jobs.get(job_id)
        outcomes = uow.job_outcomes.find(job_id=job.id)
    assert (job.status.value, job.done, job.result) == (
        "succeeded",
        3,
        {"edition": "cpom-next", "gain": 0, "lose": 3},
    )
    assert [(one.row, one.code) for one in outcomes] == [(row, "no_longer_eligible") for row in (1, 2, 3)]
    assert {one.values["application_id"] for one in outcomes} == {one.application_id for one in people}


# --- work in flight


def test_under_grandfathering_applications_stay_under_their_edition(world: World) -> None:
    publish(world)
    ada = an_applicant(world).draft()
    staff(world, Role.ADMINISTRATOR).post(POLICIES, next_edition())
    world.clock.advance(days=200)

    sweep(world.units, {})

    assert ada.now()["edition"] == "cpom-2026"


def test_work_in_flight_moves_on_the_day_that_the_edition_says(either_world: World) -> None:
    publish(either_world)
    ada, rita = an_applicant(either_world).draft().submitted(), a_reviewer(either_world)
    bea = an_applicant(either_world, "bea").draft().submitted()
    rita.approves(bea)
    moving = {"/in_flight": {"basis": "body_to_decide", "rule": "move_on", "moves_on": "2026-08-01"}}
    staff(either_world, Role.ADMINISTRATOR).post(POLICIES, next_edition(moving))

    either_world.clock.advance(days=151)
    sweep(either_world.units, {})
    before = ada.now()["edition"]
    either_world.clock.advance(days=1)
    sweep(either_world.units, {}, batch=1)

    assert (before, ada.now()["edition"], bea.now()["edition"]) == ("cpom-2026", "cpom-next", "cpom-2026")


# --- providers


def test_a_provider_is_recognised_listed_and_ended(either_world: World) -> None:
    publish(either_world)
    rita = a_reviewer(either_world)

    made = rita.post(PROVIDERS, COLLEGE)
    path = f"/providers/{made.json()['id']}"
    listed = either_world.client.get(f"/v1{PROVIDERS}").json()["items"]
    ended = rita.post(f"{path}/end", {"until_on": "2026-12-31", "reason": "Closed."}, of=path)

    assert made.status_code == 201, made.text
    assert made.json()["allowed_actions"] == ["end"]
    assert [(one["code"], one["until_on"], one["allowed_actions"]) for one in listed] == [("college", None, [])]
    assert (ended.json()["until_on"], ended.json()["ended_reason"]) == ("2026-12-31", "Closed.")
    assert ended.json()["allowed_actions"] == []


def test_a_recognised_provider_counts_in_the_self_check_from_its_first_day_to_its_last(world: World) -> None:
    publish(world)
    a_reviewer(world).post(PROVIDERS, {**COLLEGE, "from_on": "2026-03-02", "until_on": "2026-03-31"})
    training = {
        "kind": "certificate",
        "provider": "A College of Pharmacy",
        "subject": "hspal",
        "completed_on": "2024-01-01",
    }

    def code(on: str) -> str:
        body = {"training": [training]}
        answer = world.client.post(f"/v1/programs/CPOM/self-check?as_of={on}", json=body)
        return str(answer.json()["waiver"][0]["code"])

    days = ["2026-03-01", "2026-03-02", "2026-03-31", "2026-04-01"]
    assert [code(day) for day in days] == ["awaits_staff_judgement", "met", "met", "awaits_staff_judgement"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param({**COLLEGE, "from_on": "2027-01-01"}, 409, "recognised_already", id="its days overlap"),
        pytest.param({**COLLEGE, "code": "COLLEGE"}, 409, "recognised_already", id="its code in other letters"),
        pytest.param(
            {**COLLEGE, "code": "acp", "name": "A COLLEGE OF PHARMACY."}, 409, "recognised_already", id="its name"
        ),
        pytest.param({**COLLEGE, "code": "x", "name": "College"}, 409, "recognised_already", id="its code as a name"),
        pytest.param({**COLLEGE, "code": "ashp", "name": "It"}, 409, "recognised_already", id="one of the edition"),
        pytest.param({**COLLEGE, "code": "other", "until_on": "2025-12-31"}, 409, "contradiction", id="it ends early"),
    ],
)
def test_a_recognition_that_cannot_be_is_refused(world: World, body: dict[str, object], status: int, code: str) -> None:
    publish(world)
    rita = a_reviewer(world)
    rita.post(PROVIDERS, COLLEGE)

    answer = rita.post(PROVIDERS, body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert len(rita.get(PROVIDERS).json()["items"]) == 1


def test_a_provider_whose_recognition_ended_may_be_recognised_anew_in_other_letters(world: World) -> None:
    publish(world)
    rita = a_reviewer(world)
    rita.post(PROVIDERS, {**COLLEGE, "until_on": "2026-12-31"})

    again = rita.post(PROVIDERS, {**COLLEGE, "code": "COLLEGE", "from_on": "2027-01-01"})

    assert again.status_code == 201, again.text


ODD: dict[str, Any] = {"code": "Two words", "name": "N" * 301, "from_on": date(1899, 12, 31)}


@pytest.mark.parametrize("field", ["code", "name", "from_on"])
def test_a_provider_that_no_edition_could_hold_is_refused_where_it_is_written(world: World, field: str) -> None:
    publish(world)
    good: dict[str, Any] = {"code": "college", "name": "A college", "from_on": date(2026, 1, 1), "until_on": None}
    wanted = actions.Recognition(**{**good, field: ODD[field]}, reason="So.")

    with pytest.raises(Contradiction) as refused, world.unit() as uow:
        actions.recognise(uow, uow.actor, "CPOM", wanted)

    assert [fault.pointer for fault in refused.value.faults] == [f"/{field}"]
    assert world.client.get(f"/v1{PROVIDERS}").json()["items"] == []


def test_no_reader_fails_over_a_provider_of_another_making(either_world: World) -> None:
    publish(either_world)
    ada = an_applicant(either_world).draft().with_evidence()
    with either_world.unit() as uow:
        stored = RecognisedProvider(
            id=uow.new_id(),
            program="CPOM",
            from_on=date(2026, 1, 1),
            until_on=None,
            recognised_by="an import",
            recognised_at=uow.now,
            reason="So it stood.",
            code=ODD["code"],
            name=ODD["name"],
        )
        uow.providers.add(stored)
    admin = staff(either_world, Role.ADMINISTRATOR)
    training = {"kind": "certificate", "provider": "two WORDS", "subject": "hspal", "completed_on": "2024-01-01"}

    listed = admin.get(PROVIDERS)
    read = admin.get(f"/providers/{stored.id}")
    checked = either_world.client.post("/v1/programs/CPOM/self-check", json={"training": [training]})
    ruled = admin.get(f"{ada.path}/ruling")
    rehearsed = admin.post(f"{POLICIES}?dry_run=true", next_edition())

    assert [one.status_code for one in (listed, read, checked, ruled, rehearsed)] == [200] * 5
    assert checked.json()["waiver"][0]["code"] == "met"
    assert listed.json()["items"][0]["code"] == ODD["code"]


@pytest.mark.parametrize("until_on", ["2026-02-28", "2027-01-01"])
def test_a_recognition_neither_ends_in_the_past_nor_goes_on_for_longer(world: World, until_on: str) -> None:
    publish(world)
    rita = a_reviewer(world)
    made = rita.post(PROVIDERS, {**COLLEGE, "until_on": "2026-12-31"}).json()
    path = f"/providers/{made['id']}"

    answer = rita.post(f"{path}/end", {"until_on": until_on, "reason": "Closed."}, of=path)

    assert [fault["code"] for fault in answer.json()["errors"]] == ["day_out_of_range"]
    assert rita.get(path).json()["until_on"] == "2026-12-31"


@pytest.mark.parametrize("role", [Role.FINANCE, Role.AUDITOR, Role.CANDIDATE, Role.EXAM_MANAGER])
def test_who_does_not_review_recognises_nobody(world: World, role: Role) -> None:
    publish(world)

    assert staff(world, role).post(PROVIDERS, COLLEGE).status_code == 403
