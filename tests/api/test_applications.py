"""The life of an application through the API, step by step, on both engines."""

from uuid import UUID

import pytest

from domain.actors import Role
from domain.applications.actions_upkeep import sweep
from domain.notices.model import NoticeKind
from tests.builders_applications import (
    JOB,
    LICENCE,
    STATEMENTS,
    Applicant,
    a_reviewer,
    an_applicant,
    publish,
    staff,
    verbs,
)
from tests.world import World


def _letters(world: World, one: Applicant) -> list[str]:
    with world.unit() as uow:
        return [notice.kind.value for notice in uow.notices.find(candidate_id=one.candidate_id)]


def _events(world: World) -> list[str]:
    with world.database.transaction(write=False) as connection:
        rows = connection.exec_driver_sql("SELECT kind FROM journal ORDER BY seq").scalars()
        return [kind for kind in rows if kind.startswith("application.")]


def _untouched(one: Applicant, before: dict[str, object]) -> bool:
    return one.now() == before


def test_a_draft_is_pinned_to_the_edition_in_force_and_charged_at_once(either_world: World) -> None:
    publish(either_world)
    ada = an_applicant(either_world)

    made = ada.post("/applications", {"program": "CPOM", "pathway": "us-licensed"})

    assert made.status_code == 201, made.text
    draft = made.json()
    assert (draft["edition"], draft["status"], draft["pathway"]) == ("cpom-2026", "draft", "us-licensed")
    assert draft["number"][0] == "A"
    assert draft["due_on"] == draft["expires_on"] == "2027-03-02"
    assert verbs(draft) == ["add_evidence", "attest", "update", "withdraw"]
    assert made.headers["location"] == f"/v1/applications/{draft['id']}"
    with either_world.unit() as uow:
        charge = uow.charges.first(about_id=UUID(draft["id"]))
    assert charge is not None
    assert (charge.fee, charge.amount_minor, charge.status.value) == ("application", 10000, "open")


def test_one_application_per_program_is_under_way(either_world: World) -> None:
    publish(either_world)
    ada = an_applicant(either_world).draft()

    second = ada.post("/applications", {"program": "CPOM"})

    assert (second.status_code, second.json()["code"]) == (409, "application_under_way")
    with either_world.unit() as uow:
        assert uow.applications.count() == 1


@pytest.mark.parametrize(
    ("body", "pointer", "status"),
    [
        pytest.param({"program": "NONE"}, "/body/program", 409, id="an unknown program"),
        pytest.param({"program": "CPOM", "pathway": "none"}, "/body/pathway", 409, id="an unknown pathway"),
        pytest.param({"program": "CPOM", "extra": 1}, "/body/extra", 422, id="something else"),
    ],
)
def test_a_draft_of_nothing_known_is_refused_at_its_place(
    world: World, body: dict[str, object], pointer: str, status: int
) -> None:
    publish(world)
    ada = an_applicant(world)

    answer = ada.post("/applications", body)

    assert answer.status_code == status
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


def test_the_whole_way_to_approval(either_world: World) -> None:
    publish(either_world)
    ada, rita = an_applicant(either_world).draft(), a_reviewer(either_world)

    ada.submitted()
    assert ada.now()["status"] == "submitted"
    made = rita.approves(ada)

    assert made["outcome"] == "approved"
    assert [finding["met"] for finding in made["findings"]] == [True, True, True]
    approved = ada.now()
    assert (approved["status"], approved["expires_on"]) == ("approved", "2027-03-02")
    assert approved["determination_id"] == made["id"]
    assert verbs(approved) == []
    assert _events(either_world) == [
        "application.created",
        "application.attested",
        "application.submitted",
        "application.claimed",
        "application.approved",
    ]
    assert _letters(either_world, ada) == [
        NoticeKind.APPLICATION_SUBMITTED,
        NoticeKind.APPLICATION_APPROVED,
    ]


def test_a_decision_replays_from_what_was_stored_whatever_became_of_the_records(either_world: World) -> None:
    publish(either_world)
    ada, rita = an_applicant(either_world).draft().submitted(), a_reviewer(either_world)
    made = rita.approves(ada)
    licence = ada.get(f"/candidates/{ada.candidate_id}/licences").json()["items"][0]
    ada.put(f"/licences/{licence['id']}", {**LICENCE, "status": "revoked"}, of=None)
    either_world.clock.advance(days=1800)

    replayed = rita.get(f"/determinations/{made['id']}/replay").json()

    assert replayed["same"] is True
    assert replayed["stored"] == replayed["replayed"] == made["findings"]
    assert replayed["judged_on"] == "2026-03-02"


@pytest.mark.parametrize(
    ("leave_out", "missing"),
    [
        pytest.param("statements", "attestation_missing", id="a statement"),
        pytest.param("evidence", "evidence_missing", id="evidence"),
        pytest.param("fee", "fee_open", id="the fee"),
        pytest.param("pathway", "pathway_missing", id="a pathway"),
    ],
)
def test_an_incomplete_draft_is_refused_with_what_it_lacks_and_stays_as_it_was(
    world: World, leave_out: str, missing: str
) -> None:
    publish(world)
    ada = an_applicant(world).draft(None if leave_out == "pathway" else "us-licensed")
    if leave_out != "evidence":
        ada.with_evidence()
    if leave_out != "statements":
        ada.affirmed()
    if leave_out != "fee":
        ada.settled()
    before = ada.now()

    answer = ada.step("submission")

    assert (answer.status_code, answer.json()["code"]) == (409, "refused_by_rule")
    assert missing in {finding["code"] for finding in answer.json()["ruling"]["findings"] if not finding["met"]}
    assert _untouched(ada, before)
    complete = ada.get(f"{ada.path}/ruling").json()["complete"]
    assert complete == answer.json()["ruling"]["findings"]


def test_a_policy_may_let_a_submission_go_ahead_unpaid(world: World) -> None:
    publish(world, {"/fees/0/proceed_unpaid": True})
    ada = an_applicant(world).draft().with_evidence().affirmed()

    answer = ada.step("submission")

    assert answer.json()["status"] == "submitted"


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        pytest.param({"code": "truthful", "version": "0"}, "statement_not_current", id="an older version"),
        pytest.param({"code": "unheard-of", "version": "1"}, "unknown_statement", id="an unknown one"),
    ],
)
def test_only_the_current_statements_are_affirmed(world: World, statement: dict[str, str], code: str) -> None:
    publish(world)
    ada = an_applicant(world).draft()
    before = ada.now()

    answer = ada.step("attestations", {"statements": [*STATEMENTS, statement]})

    assert answer.status_code == 409
    assert [(fault["code"], fault["pointer"].rpartition("/")[0]) for fault in answer.json()["errors"]] == [
        (code, "/body/statements/4")
    ]
    assert _untouched(ada, before)


def test_the_pathway_can_be_changed_until_submission(world: World) -> None:
    publish(world)
    ada = an_applicant(world).draft()

    changed = ada.put(f"{ada.path}/pathway", {"pathway": "international"}, of=ada.path)

    assert changed.json()["pathway"] == "international"
    assert changed.headers["etag"] == '"2"'


def test_a_change_needs_the_version_that_was_read(world: World) -> None:
    publish(world)
    ada = an_applicant(world).draft()

    without = ada.put(f"{ada.path}/pathway", {"pathway": "international"})
    stale = ada.post(f"{ada.path}/withdrawal", {}, version=7)

    assert (without.status_code, stale.status_code) == (428, 412)
    assert ada.now()["version"] == 1


def test_a_returned_application_comes_back_answered(either_world: World) -> None:
    publish(either_world)
    ada, rita = an_applicant(either_world).draft().submitted(), a_reviewer(either_world)
    rita.claims(ada)

    body = {"message": "Which hours did you work?", "clauses": ["specialty-experience"], "due_on": "2026-03-20"}
    returned = rita.take(ada, "information-requests", body)
    assert returned.status_code == 200, returned.text
    assert verbs(ada.now()) == ["add_evidence", "attest", "resubmit", "update", "withdraw"]
    job = f"/evidence/{ada.evidence['job']}"
    changed = ada.put(job, {**JOB, "hours_per_week": 20}, of=job)
    back = ada.step("resubmission")

    assert changed.json()["status"] == "unverified"
    assert back.status_code == 200, back.text
    request = back.json()["requests"][0]
    assert (request["due_on"], request["clauses"]) == ("2026-03-20", ["specialty-experience"])
    assert request["answered_at"] is not None
    assert (back.json()["status"], back.json()["due_on"]) == ("submitted", None)
    assert NoticeKind.INFORMATION_REQUESTED in _letters(either_world, ada)
    assert NoticeKind.RESUBMISSION_RECEIVED in _letters(either_world, ada)


def test_an_application_is_returned_only_as_often_as_the_policy_says(world: World) -> None:
    publish(world, {"/applications/max_returns": 1})
    ada, rita = an_applicant(world).draft().submitted(), a_reviewer(world)
    rita.claims(ada).take(ada, "information-requests", {"message": "More, please."})
    ada.step("resubmission")
    rita.claims(ada)
    before = rita.get(ada.path).json()

    answer = rita.take(ada, "information-requests", {"message": "And more."})

    assert answer.json()["code"] == "refused_by_rule"
    assert [f["code"] for f in answer.json()["ruling"]["findings"] if not f["met"]] == ["too_many_returns"]
    assert rita.get(ada.path).json() == before


def test_an_answer_after_its_day_is_too_late(world: World) -> None:
    publish(world)
    ada, rita = an_applicant(world).draft().submitted(), a_reviewer(world)
    rita.claims(ada).take(ada, "information-requests", {"message": "More, please.", "due_on": "2026-03-20"})
    world.clock.advance(days=19)

    answer = ada.step("resubmission")

    assert [f["code"] for f in answer.json()["ruling"]["findings"] if not f["met"]] == ["too_late"]
    assert ada.now()["status"] == "returned"


def test_a_withdrawal_closes_the_application_and_cancels_what_is_open(either_world: World) -> None:
    publish(either_world)
    ada = an_applicant(either_world).draft()

    gone = ada.step("withdrawal", {"reason": "Another year."})
    again = ada.step("withdrawal", {})
    anew = ada.post("/applications", {"program": "CPOM"})

    assert (gone.json()["status"], gone.json()["closed_reason"]) == ("withdrawn", "Another year.")
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")
    assert anew.status_code == 201
    with either_world.unit() as uow:
        charge = uow.charges.first(about_id=UUID(ada.application_id))
    assert charge is not None
    assert charge.status.value == "cancelled"


def test_strangers_and_bystanders_learn_nothing_and_change_nothing(world: World) -> None:
    publish(world)
    ada, eve = an_applicant(world).draft(), an_applicant(world, "eve")
    eve.application_id = ada.application_id
    before = ada.now()

    answers = [
        eve.get(ada.path),
        eve.get(f"{ada.path}/ruling"),
        eve.get(f"{ada.path}/evidence"),
        eve.post(f"{ada.path}/submission", version=1),
        eve.post(f"{ada.path}/withdrawal", {}, version=1),
        eve.post(f"{ada.path}/evidence", JOB),
        eve.get(f"/candidates/{ada.candidate_id}/applications"),
    ]
    auditor = staff(world, Role.AUDITOR)

    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert auditor.get(ada.path).status_code == 200
    assert auditor.post(f"{ada.path}/withdrawal", {}, version=1).status_code == 403
    assert verbs(auditor.get(ada.path).json()) == []
    assert _untouched(ada, before)


def test_what_passed_its_day_expires_overnight(either_world: World) -> None:
    publish(either_world)
    rita = a_reviewer(either_world)
    draft, returned = an_applicant(either_world, "ada").draft(), an_applicant(either_world, "bea").draft().submitted()
    approved = an_applicant(either_world, "cleo").draft().submitted()
    waiting = an_applicant(either_world, "dora").draft().submitted()
    rita.claims(returned).take(returned, "information-requests", {"message": "More, please."})
    rita.approves(approved)

    either_world.clock.advance(days=365)
    sweep(either_world.units, {}, batch=2)
    on_the_last_day = [one.now()["status"] for one in (draft, returned, approved, waiting)]
    either_world.clock.advance(days=1)
    sweep(either_world.units, {}, batch=2)
    sweep(either_world.units, {}, batch=2)

    assert on_the_last_day == ["draft", "expired", "approved", "submitted"]
    assert [one.now()["status"] for one in (draft, returned, approved, waiting)] == [
        "expired",
        "expired",
        "expired",
        "submitted",
    ]
    assert _letters(either_world, draft).count(NoticeKind.APPLICATION_EXPIRED) == 1
    assert draft.post("/applications", {"program": "CPOM"}).status_code == 201
