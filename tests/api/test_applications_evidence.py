"""Evidence: whose it is, when it may change, and what a reviewer's word on it does."""

from uuid import uuid4

import pytest

from tests.builders_applications import (
    DEGREE,
    JOB,
    LICENCE,
    Applicant,
    Reviewer,
    a_decision,
    a_file,
    a_reviewer,
    an_applicant,
    publish,
    verbs,
)
from tests.world import World

TRAINING = {
    "kind": "training",
    "training": "certificate",
    "provider": "A college of pharmacy",
    "subject": "pharmacy_management",
    "completed_on": "2024-05-01",
}


def _finding(who: Applicant | Reviewer, one: Applicant, clause: str, mode: str = "verified") -> str:
    ruling = who.get(f"{one.path}/ruling?mode={mode}").json()
    found = [f for pathway in ruling["pathways"] for f in pathway["findings"]]
    parts = [part for f in found for part in f["parts"]]
    return str(next(f["code"] for f in [*found, *parts] if f["clause"] == clause))


def test_evidence_is_added_changed_and_taken_back_while_it_is_a_draft(either_world: World) -> None:
    publish(either_world)
    ada = an_applicant(either_world).draft()
    path = f"/evidence/{ada.show('job', {**JOB, 'file_ids': [a_file(either_world, ada)]})}"

    changed = ada.put(path, {**JOB, "hours_per_week": 20.5}, of=path)
    shown = ada.get(f"{ada.path}/evidence").json()["items"]
    gone = ada.delete(path, of=path)

    assert changed.status_code == 200, changed.text
    assert changed.json()["claim"]["hours_per_week"] == "20.5"
    assert [(one["kind"], one["file_ids"], one["allowed_actions"]) for one in shown] == [
        ("experience", [], ["change", "remove"])
    ]
    assert gone.status_code == 204
    assert ada.get(f"{ada.path}/evidence").json()["items"] == []


def test_records_and_files_of_others_are_no_evidence(world: World) -> None:
    publish(world)
    ada, eve = an_applicant(world).draft(), an_applicant(world, "eve")
    theirs = eve.record("licences", LICENCE)

    answers = [
        ada.post(f"{ada.path}/evidence", {"kind": "licence", "record_id": theirs}),
        ada.post(f"{ada.path}/evidence", {"kind": "education", "record_id": str(uuid4())}),
        ada.post(f"{ada.path}/evidence", {**JOB, "file_ids": [a_file(world, ada), a_file(world, eve)]}),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 3
    assert ada.get(f"{ada.path}/evidence").json()["items"] == []


def test_evidence_of_a_submitted_application_stands(world: World) -> None:
    publish(world)
    ada = an_applicant(world).draft().submitted()
    job = f"/evidence/{ada.evidence['job']}"
    before = ada.get(job).json()

    answers = [
        ada.put(job, JOB, of=job),
        ada.delete(job, of=job),
        ada.post(f"{ada.path}/evidence", JOB),
        ada.post(f"{job}/judgement", {"status": "accepted"}, of=job),
    ]

    assert [answer.json()["code"] for answer in answers] == ["wrong_state"] * 3 + ["forbidden"]
    assert ada.get(job).json() == before
    assert before["allowed_actions"] == []


def test_evidence_keeps_its_kind(world: World) -> None:
    publish(world)
    ada = an_applicant(world).draft()
    job = f"/evidence/{ada.show('job', JOB)}"

    answer = ada.put(job, TRAINING, of=job)

    assert [fault["code"] for fault in answer.json()["errors"]] == ["kind_fixed"]


def test_accepting_a_licence_verifies_the_record_and_a_change_by_its_holder_undoes_it(either_world: World) -> None:
    publish(either_world)
    ada, rita = an_applicant(either_world).draft().submitted(), a_reviewer(either_world)
    rita.claims(ada)
    assert _finding(rita, ada, "us-licence") == "awaits_verification"

    accepted = rita.judge(ada, "licence", source="The board's own site")
    licence = ada.get(f"/candidates/{ada.candidate_id}/licences").json()["items"][0]
    after = _finding(rita, ada, "us-licence")
    headers = {**ada.header, "if-match": f'"{licence["version"]}"'}
    changed = either_world.client.put(
        f"/v1/licences/{licence['id']}", json={**LICENCE, "number": "99999"}, headers=headers
    )

    assert accepted.json()["status"] == "accepted"
    assert (licence["verification"], licence["verified_with"]) == ("verified", "The board's own site")
    assert after == "met"
    assert changed.json()["verification"] == "unverified"
    assert _finding(rita, ada, "us-licence") == "awaits_verification"


def test_a_rejected_piece_counts_for_nothing_and_says_why(world: World) -> None:
    publish(world)
    ada, rita = an_applicant(world).draft().submitted(), a_reviewer(world)
    rita.claims(ada)

    silent = rita.judge(ada, "job", status="rejected")
    rejected = rita.judge(ada, "job", status="rejected", reason="The employer does not know her.")

    assert [fault["code"] for fault in silent.json()["errors"]] == ["missing"]
    assert rejected.json()["reason"] == "The employer does not know her."
    assert _finding(ada, ada, "standard-experience", "claimed") == "experience_none"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        pytest.param({"recognised": True, "related": True}, "met", id="recognised and related"),
        pytest.param({"related": True}, "awaits_staff_judgement", id="the provider is still to be judged"),
        pytest.param({"recognised": False, "related": True}, "provider_not_recognised", id="not recognised"),
        pytest.param({"recognised": True, "related": False}, "waiver_not_related", id="not related"),
    ],
)
def test_staff_judge_the_provider_and_the_subject_of_a_training(world: World, said: dict[str, bool], code: str) -> None:
    publish(world)
    ada, rita = an_applicant(world).draft().with_evidence(), a_reviewer(world)
    ada.show("training", {**TRAINING, "subject": "something-else"})
    ada.affirmed().settled().step("submission")
    rita.claims(ada)

    judged = rita.judge(ada, "training", **said)

    assert judged.status_code == 200, judged.text
    assert _finding(rita, ada, "certificate-waiver") == code


def test_staff_judge_whether_a_setting_is_related(world: World) -> None:
    publish(world)
    ada, rita = an_applicant(world).draft().with_evidence(), a_reviewer(world)
    other = f"/evidence/{ada.evidence['job']}"
    ada.put(other, {**JOB, "setting": "pharmaceutical-industry"}, of=other)
    ada.affirmed().settled().step("submission")
    rita.claims(ada)
    before = _finding(rita, ada, "standard-experience")

    rita.judge(ada, "job", related=True)

    assert before == "awaits_staff_judgement"
    assert _finding(rita, ada, "standard-experience") == "met"


def test_only_what_fits_the_kind_is_judged_of_it(world: World) -> None:
    publish(world)
    ada, rita = an_applicant(world).draft().submitted(), a_reviewer(world)
    rita.claims(ada)

    answer = rita.judge(ada, "licence", equivalent=True, recognised=True)

    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/body/equivalent", "/body/recognised"]


def test_nobody_claims_a_judgement_of_staff_for_themselves(world: World) -> None:
    publish(world)
    ada = an_applicant(world).draft()

    answer = ada.post(f"{ada.path}/evidence", {**JOB, "related": True})

    assert answer.status_code == 422


def test_pathway_two_asks_for_a_certified_translation_and_the_staffs_word_on_the_degree(either_world: World) -> None:
    publish(either_world)
    ada, rita = an_applicant(either_world), a_reviewer(either_world)
    mine = f"/candidates/{ada.candidate_id}"
    ada.world.client.patch(
        f"/v1{mine}", json={"practises_in": "DE"}, headers={**ada.header, "if-match": '"1"'}
    ).raise_for_status()
    ada.draft("international")
    licence = ada.record("licences", {"jurisdiction": "DE", "number": "7", "language": "de"})
    degree = ada.record("education", {**DEGREE, "title": "Staatsexamen", "country": "DE", "acpe_accredited": False})
    ada.show("licence", {"kind": "licence", "record_id": licence})
    ada.show("degree", {"kind": "education", "record_id": degree})
    ada.show("job", JOB)
    ada.affirmed().settled()

    without = ada.step("submission")
    file = a_file(either_world, ada)
    ada.show("translation", {"kind": "translation", "record_id": licence, "certified": True, "file_ids": [file]})
    submitted = ada.step("submission")

    missing = [f["clause"] for f in without.json()["ruling"]["findings"] if not f["met"]]
    assert missing == ["licence-translation"]
    assert submitted.status_code == 200, submitted.text
    rita.claims(ada)
    rita.judge(ada, "licence")
    rita.judge(ada, "job")
    rita.judge(ada, "translation")
    rita.judge(ada, "degree")
    assert _finding(rita, ada, "licence-translation") == "met"
    assert _finding(rita, ada, "equivalent-degree") == "awaits_staff_judgement"
    assert rita.judge(ada, "degree", equivalent=True).status_code == 200
    clauses = ("practises-abroad", "no-us-licence", "home-licence", "licence-translation", "equivalent-degree")
    body = a_decision()
    body["decisions"] = [
        {"clause": one, "met": True, "reason": "Verified."} for one in (*clauses, "specialty-experience")
    ]
    assert rita.take(ada, "determinations", body).status_code == 201
    assert ada.now()["status"] == "approved"


def test_a_translation_without_its_document_is_none(world: World) -> None:
    publish(world)
    ada = an_applicant(world).draft("international")
    licence = ada.record("licences", {"jurisdiction": "DE", "number": "7", "language": "de"})

    answer = ada.post(
        f"{ada.path}/evidence", {"kind": "translation", "record_id": licence, "certified": True, "file_ids": []}
    )

    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/body/file_ids"]


def test_a_us_licence_outside_the_evidence_still_counts_against_pathway_two(world: World) -> None:
    publish(world)
    ada = an_applicant(world).draft("international")

    ada.record("licences", LICENCE)

    assert _finding(ada, ada, "no-us-licence", "claimed") == "us_licence_held"
    assert verbs(ada.now()) == ["add_evidence", "attest", "update", "withdraw"]


def test_a_licence_whose_language_nobody_said_meets_no_clause_on_its_translation(either_world: World) -> None:
    publish(either_world)
    ada = an_applicant(either_world)
    mine = f"/v1/candidates/{ada.candidate_id}"
    abroad = either_world.client.patch(mine, json={"practises_in": "BR"}, headers={**ada.header, "if-match": "*"})
    assert abroad.status_code == 200
    ada.draft("international")
    licence = ada.record("licences", {"jurisdiction": "BR", "number": "7"})
    ada.show("licence", {"kind": "licence", "record_id": licence})
    ada.show("degree", {"kind": "education", "record_id": ada.record("education", {**DEGREE, "country": "BR"})})
    ada.show("job", JOB)
    ada.affirmed().settled()

    refused = ada.step("submission").json()["ruling"]["findings"]
    recorded = ada.get(f"/candidates/{ada.candidate_id}/licences").json()["items"][0]["language"]
    unstated = _finding(ada, ada, "licence-translation", "claimed")
    said = {"jurisdiction": "BR", "number": "7", "language": "en"}
    stated = either_world.client.put(f"/v1/licences/{licence}", json=said, headers={**ada.header, "if-match": "*"})

    assert [f["clause"] for f in refused if not f["met"]] == ["licence-translation"]
    assert (recorded, unstated) == (None, "language_unstated")
    assert stated.status_code == 200
    assert _finding(ada, ada, "licence-translation", "claimed") == "met"
    assert ada.step("submission").status_code == 200
