"""Grace, licensed in North Carolina, by Pathway 1 and the Standard Pathway: from self-check to the second renewal."""

from datetime import date, timedelta

from tests.builders_applications import DEGREE, LICENCE
from tests.journeys.cast import PAID, Candidate, Refusal, a_candidate, credential_office, unmet
from tests.journeys.scoring import PASSES
from tests.journeys.stage import Stage
from tests.journeys.usual_way import Offices, Window, a_window, offices

CHECKS, APPLIES, DECIDED, SITS = date(2026, 2, 23), date(2026, 3, 2), date(2026, 3, 9), date(2026, 4, 15)
"""Self-check, application, decision, exam."""
AWARDED, RENEWS, FIRST_END = date(2026, 4, 20), date(2029, 3, 30), date(2029, 4, 20)
RENEWS_AGAIN, SECOND_END, THIRD_END = date(2032, 2, 10), date(2032, 4, 20), date(2035, 4, 20)
BOARD = {**LICENCE, "expires_on": "2034-12-31"}
JOB = {"kind": "experience", "setting": "health_system", "starts_on": "2023-06-01", "role": "Pharmacy Manager"}


def test_from_the_self_check_to_the_second_renewal(either_stage: Stage) -> None:
    stage, staff = either_stage, offices(either_stage)
    stage.on(CHECKS)
    checks_herself(stage)
    stage.on(APPLIES)
    window = a_window(staff, "2026-SPRING", SITS)
    grace = a_candidate(stage, "Grace", "Mensah")
    applies(grace, staff)
    stage.on(DECIDED)
    is_approved(grace, staff)
    grace.pays_for_the_exam(staff.finance)
    grace.books(grace.is_authorized(), window.session)
    assert grace.letters() == [*PAID, "authorization_issued", "registration_confirmed"]

    passes(grace, staff, window)
    number = is_certified(grace, stage)
    learns(grace, stage)
    renews_in_time(grace, staff)
    three_more_years(grace, staff)

    # Asked for any day of these years, the registry answers for that day.
    days = (AWARDED, RENEWS, FIRST_END, FIRST_END + timedelta(days=1), RENEWS_AGAIN, SECOND_END)
    assert stage.standing(number, *days[:-1]) == [("active", True)] * 5
    ends = [stage.registry(number, day)["valid_until"] for day in (AWARDED, RENEWS - timedelta(days=1), RENEWS)]
    assert ends == ["2029-04-20", "2029-04-20", "2032-04-20"]
    stage.on(THIRD_END)
    assert stage.standing(number, SECOND_END, THIRD_END) == [("active", True)] * 2
    assert stage.registry(number)["valid"] is True

    # Every cent that was asked has come, and the journal tells all of it, under a seal that holds.
    assert grace.balance() == {"charged": 89500, "settled": 89500, "received": 89500}
    assert stage.happened() == EVERYTHING
    assert stage.audit().intact


def checks_herself(stage: Stage) -> None:
    """Without an account: what she would need, and that she has it."""
    facts = {
        "practises_in": "US",
        "licences": [{"jurisdiction": "US-NC", "status": "active", "expires_on": "2034-12-31"}],
        "education": [{"degree": "PharmD", "acpe_accredited": True, "completed_on": "2015-05-01"}],
        "experience": [{"setting": "health_system", "starts_on": "2023-06-01"}],
    }
    said = stage.world.client.post("/v1/programs/CPOM/self-check", json=facts).json()
    assert (said["eligible"], said["best"]) == (True, "us-licensed")
    assert said["message"].startswith("Good news")
    granted = {one["pathway"]: one["granted"] for one in said["pathways"]}
    assert granted == {"us-licensed": True, "international": False}


def applies(grace: Candidate, staff: Offices) -> None:
    """A draft, evidence with a document, statements, the fee, and in it goes."""
    grace.draft()
    assert grace.is_refused(f"{grace.path}/submission", of=grace.path).unmet == (
        *["attestation_missing"] * 4, *["evidence_missing"] * 3, "fee_open",
    )  # fmt: skip
    licence, diploma = grace.uploads("licence.pdf"), grace.uploads("diploma.pdf", pages=2)
    record = grace.record("licences", BOARD)
    grace.show("licence", {"kind": "licence", "record_id": record, "file_ids": [licence]})
    record = grace.record("education", DEGREE)
    grace.show("degree", {"kind": "education", "record_id": record, "file_ids": [diploma]})
    grace.show("job", JOB)
    grace.affirmed()
    assert grace.is_refused(f"{grace.path}/submission", of=grace.path).unmet == ("fee_open",)
    grace.pays(staff.finance)
    assert grace.ruling()["eligible"] is True
    assert grace.submits()["status"] == "submitted"
    assert grace.letters() == [*PAID, "application_submitted"]


def is_approved(grace: Candidate, staff: Offices) -> None:
    """The reviewer reads what was uploaded, judges each piece, and decides clause by clause."""
    rita = staff.reviewer
    rita.claims(grace)
    (piece,) = (one for one in rita.all_of(f"{grace.path}/evidence") if one["kind"] == "licence")
    document = rita.get(f"/files/{piece['file_ids'][0]}/content")
    assert document.content.startswith(b"%PDF")
    body = {"outcome": "approved", "reason": "It looks fine.", "decisions": rita.decisions(grace)}
    early = rita.is_refused(f"{grace.path}/determinations", body, of=grace.path)
    assert (early.status, early.code) == (409, "refused_by_rule")
    rita.judges(grace, "licence", source="North Carolina Board of Pharmacy")
    rita.accepts(grace, "degree", "job")
    determination = rita.approves(grace)
    assert all(one["met"] for one in determination["findings"])
    assert grace.now()["reviewer"] is None
    assert grace.letters() == ["application_approved"]


def passes(grace: Candidate, staff: Offices, window: Window) -> None:
    """Her answers come from the test centre in a file, are scored once, and leave the house by two people's word."""
    staff.stage.on(SITS + timedelta(days=1))
    results = {grace.number: PASSES, "C-UNKNOWN": PASSES}
    job = staff.scores.imports(window.sitting, results)
    assert {name: job["result"][name] for name in ("rows", "accepted", "repeated", "rejected")} == {
        "rows": 2, "accepted": 1, "repeated": 0, "rejected": 1,
    }  # fmt: skip
    errors = staff.exams.get(f"/jobs/{job['id']}/errors.csv").text.splitlines()
    assert len(errors) == 2
    assert errors[1].startswith("3,error,")
    again = staff.scores.imports(window.sitting, results)
    assert (again["result"]["accepted"], again["result"]["repeated"]) == (0, 1)

    # Until two people have released it, there is nothing to be seen of it.
    report = f"/attempts/{grace.newest_attempt()}/score-report"
    assert grace.get(report).status_code == 404
    assert grace.letters() == []
    staff.stage.on(AWARDED)
    staff.scores.releases(window.sitting)
    told = grace.sees(report)
    assert (told["passed"], told["scaled"], told["raw"], told["domains"]) == (True, None, None, [])
    assert staff.scores.pia.sees(report)["scaled"] == 810


def is_certified(grace: Candidate, stage: Stage) -> str:
    """On release the credential is issued: to be read out, to be looked up, to be scanned."""
    held = grace.credential
    number: str = held["number"]
    assert (held["status"], held["awarded_on"], held["valid_until"]) == ("active", "2026-04-20", "2029-04-20")
    certificate = grace.sees(f"{grace.held}/certificate")
    assert (certificate["name"], certificate["ends_at"]) == ("Grace Mensah", "2029-04-21T04:00:00Z")
    public = stage.registry(number)
    assert (public["status"], public["valid"], public["holder_name"]) == ("active", True, "Grace Mensah")
    assert stage.registry(number.lower().replace("-", " ")) == public
    assert stage.registry(number, AWARDED) == public
    assert stage.world.client.get(f"/v1/registry/{number}?as_of=2026-04-19").status_code == 404
    page = stage.page(number)
    assert "Grace Mensah" in page
    assert '<html lang="en"' in page
    assert grace.letters() == ["score_report_ready", "credential_issued"]
    return number


def learns(grace: Candidate, stage: Stage) -> None:
    """Thirty hours, not counted twice, not of the wrong topic, and where no number proves it, judged by staff."""
    office = credential_office(stage)
    stage.on(date(2027, 10, 4))
    law = grace.learns("Pharmacy law live", 6, date(2027, 9, 20), uan="0197-0000-27-001-L03-P")
    twin = grace.learns("Pharmacy law at home", 4, date(2027, 10, 1), uan="0197-0000-27-001-H03-T")
    assert [(one["status"], one["category"], one["proof"]) for one in (law, twin)] == [
        ("accepted", "law", "uan_topic")
    ] * 2
    assert grace.outlook()["minutes"] == {"administration": 0, "management": 0, "law": 360}
    wrong = {"title": "HIV update", "provider": "ASHP", "minutes": 60, "completed_on": "2027-10-01"}
    assert grace.is_refused(f"{grace.held}/activities", {**wrong, "uan": "0197-0000-27-009-L02-P"}) == Refusal(
        409, "refused_by_rule", ("topic_does_not_count",)
    )

    # Staff put one on the list; what stands there needs no judgement, before or after.
    waiting = grace.learns(
        "Running a pharmacy", 10, date(2027, 10, 2), uan="0300-0000-27-007-B04-P", category="administration"
    )
    assert waiting["status"] == "claimed"
    office.does(
        "/approved-activities",
        {
            "program": "CPOM", "uan": "0300-0000-27-007", "title": "Running a pharmacy",
            "category": "administration", "from_on": "2027-01-01",
        },
    )  # fmt: skip
    assert grace.sees(f"/activities/{waiting['id']}")["proof"] == "pre_approved"

    # A course without a number is judged: here for fewer hours than claimed.
    stage.on(date(2028, 5, 15))
    course = grace.learns("Leading teams", 16, date(2028, 5, 12), category="management")
    path = f"/activities/{course['id']}"
    grace.does(f"{path}/documents", {"file_ids": [grace.uploads("course.pdf")]}, of=path)
    assert office.does(f"{path}/acceptance", {"minutes": 780}, of=path)["proof"] == "staff"
    assert unmet(grace.outlook()) == ["window_not_open", "hours_missing", "fee_not_charged"]
    grace.learns("Labour law", 1, date(2028, 5, 13), uan="0197-0000-28-002-L03-P")
    assert grace.outlook()["minutes"] == {"administration": 600, "management": 780, "law": 420}
    assert unmet(grace.outlook()) == ["window_not_open", "fee_not_charged"]
    assert grace.is_refused(f"{grace.held}/renewal-charges").unmet == ("window_not_open",)
    assert grace.letters() == []


def renews_in_time(grace: Candidate, staff: Offices) -> None:
    """She is reminded, pays, and renews; the next term goes on where this one ends."""
    for day in (date(2029, 1, 20), date(2029, 2, 19), date(2029, 3, 21)):
        staff.stage.on(day)
    assert grace.letters() == ["renewal_open", "renewal_reminder", "renewal_reminder"]
    staff.stage.on(RENEWS)
    assert grace.may_not_renew() == Refusal(409, "refused_by_rule", ("fee_not_charged",))
    assert grace.pays_the_renewal(staff.finance) == {"renewal": 20000}
    assert grace.outlook()["granted"] is True
    renewed = grace.renews()
    assert (renewed["valid_from"], renewed["valid_until"]) == ("2026-04-20", "2032-04-20")
    assert grace.may_not_renew().code == "refused_by_rule"
    cycles = sorted(grace.all_of(f"{grace.held}/cycles"), key=lambda one: int(one["number"]))
    assert [(one["status"], one["starts_on"], one["ends_on"]) for one in cycles] == [
        ("renewed", "2026-04-20", "2029-04-20"),
        ("open", "2029-04-21", "2032-04-20"),
    ]
    assert grace.letters() == [*PAID, "credential_renewed"]


def three_more_years(grace: Candidate, staff: Offices) -> None:
    """The second cycle begins with nothing, and is met again."""
    staff.stage.on(date(2031, 6, 2))
    again = grace.learns("Pharmacy law live, once more", 6, date(2030, 5, 30), uan="0197-0000-27-001-L03-P")
    assert again["status"] == "accepted"
    assert grace.outlook()["minutes"]["law"] == 0
    grace.learns_enough(date(2031, 6, 1))
    assert grace.outlook()["minutes"]["law"] == 1800
    staff.stage.on(date(2032, 1, 21))
    assert grace.letters() == ["renewal_open"]
    staff.stage.on(RENEWS_AGAIN)
    assert grace.pays_the_renewal(staff.finance) == {"renewal": 20000}
    assert grace.renews()["valid_until"] == THIRD_END.isoformat()
    assert grace.letters() == [*PAID, "credential_renewed"]


EVERYTHING = {
    "activity.documented", "activity.judged", "activity.recorded", "administration.created", "badge.issued",
    "administration.status_changed", "application.approved", "application.attested", "application.claimed",
    "application.created", "application.submitted", "approved_activity.added", "attempt.imported", "attempt.released",
    "authorization.closed", "authorization.issued", "candidate.education_judged", "candidate.education_recorded",
    "candidate.identity_linked", "candidate.licence_recorded", "candidate.licence_verified", "candidate.registered",
    "charge.raised", "conversion.approved", "conversion.drafted", "credential.issued", "credential.renewed",
    "cycle.audit_drawn", "cycle.opened", "evidence.added", "evidence.judged", "file.uploaded", "form.created",
    "form_key.approved", "form_key.drafted", "job.finished", "job.requested", "notice.sent", "payment.received",
    "payment.started", "policy.published", "registration.booked", "registration.tested",
    "response_file.forgotten", "response_import.finished",
    "response_import.received", "score_release.decided", "score_release.done", "score_release.proposed",
    "session.added",
}  # fmt: skip
"""Every kind of event that such a life leaves in the journal, and no other."""
