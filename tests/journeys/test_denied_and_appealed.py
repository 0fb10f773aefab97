"""Zola's work was not found to be related. She appeals, another reviewer looks again, and she may sit the exam."""

from datetime import date

from tests.builders_applications import DEGREE, LICENCE
from tests.journeys.cast import PAID, Candidate, Finance, Refusal, Reviewer, a_candidate, a_reviewer, finance
from tests.journeys.stage import Stage

APPLIED, DENIED, LAST_DAY, HEARD = date(2026, 3, 2), date(2026, 3, 9), date(2026, 4, 8), date(2026, 4, 20)
JOB = {"kind": "experience", "setting": "drug_information", "starts_on": "2023-01-09", "role": "Manager"}


def zola_applies(stage: Stage, treasury: Finance) -> Candidate:
    """She shows a licence, a degree, and work in a setting that the rules do not name."""
    stage.on(APPLIED)
    zola = a_candidate(stage, "Zola", "Mbeki")
    zola.shows(LICENCE, DEGREE, JOB)
    zola.affirms_and_pays(treasury)
    zola.submits()
    return zola


def is_denied(zola: Candidate, rita: Reviewer, stage: Stage) -> None:
    """Rita accepts the documents, and finds the work not to be related."""
    stage.on(DENIED)
    rita.claims(zola)
    rita.accepts(zola, "licence", "degree")
    rita.judges(zola, "job", related=False)
    rita.denies(zola, "specialty-experience", reason="The work shown is not in a related setting.")


def test_a_denial_is_overturned_by_someone_else_and_the_candidate_is_authorized(either_stage: Stage) -> None:
    stage, treasury = either_stage, finance(either_stage)
    rita, sam = a_reviewer(stage, "rita"), a_reviewer(stage, "sam")
    zola = zola_applies(stage, treasury)
    assert zola.letters() == [*PAID, "application_submitted"]

    # Denied, by Rita: what is missing stands in the letter, and on the record.
    is_denied(zola, rita, stage)
    assert zola.letters() == ["application_denied"]
    assert "The work shown is not in a related setting." in zola.letter("application_denied")
    assert "until the end of 8 April 2026" in zola.letter("application_denied")
    assert zola.now()["status"] == "denied"
    assert zola.is_refused(f"{zola.path}/exam-charge") == Refusal(409, "wrong_state")

    # On the last day she appeals, and adds what her employer now says.
    stage.on(LAST_DAY, hour=23)
    appeal = zola.does(f"{zola.path}/appeals", {"grounds": "My unit runs the outpatient pharmacies; see the letter."})
    letter = zola.uploads("employer.pdf")
    zola.show("employer", {"kind": "other", "description": "A letter of my employer.", "file_ids": [letter]})
    assert zola.letters() == ["appeal_received"]
    assert zola.is_refused(f"{zola.path}/appeals", {"grounds": "Again."}) == Refusal(
        409, "refused_by_rule", ("already_appealed",)
    )

    # Rita denied it, so she may not hear the appeal: neither judge what came in, nor decide.
    stage.on(HEARD)
    path = f"/appeals/{appeal['id']}"
    judgement = f"/evidence/{zola.evidence['job']}"
    decisions = {"outcome": "overturned", "reason": "Mine again.", "decisions": rita.decisions(zola)}
    assert rita.is_refused(f"{judgement}/judgement", {"status": "accepted"}, of=judgement) == Refusal(
        403, "separation_of_duties"
    )
    assert rita.is_refused(f"{path}/decision", decisions, of=path) == Refusal(403, "separation_of_duties")
    assert "decide" not in rita.sees(path)["allowed_actions"]

    # Sam hears it. Nothing is overturned against the evidence: first he finds the work related.
    decisions = {"outcome": "overturned", "reason": "The unit dispenses.", "decisions": sam.decisions(zola)}
    assert sam.is_refused(f"{path}/decision", decisions, of=path).code == "refused_by_rule"
    sam.judges(zola, "job", related=True)
    sam.accepts(zola, "employer")
    heard = sam.does(f"{path}/decision", decisions, of=path)
    assert (heard["status"], heard["first_decided_by"], heard["decided_by"]) == ("overturned", "rita", "sam")
    assert zola.letters() == ["application_approved", "appeal_decided"]

    # Both determinations stay on record, and each replays to what it was.
    outcomes = {}
    for made in rita.all_of(f"{zola.path}/determinations"):
        assert rita.sees(f"/determinations/{made['id']}/replay")["same"] is True
        outcomes[made["outcome"]] = made["decided_by"]
    assert outcomes == {"denied": "rita", "approved": "sam"}

    # And so she may sit the exam.
    zola.pays_for_the_exam(treasury)
    authorization = zola.is_authorized()
    assert (authorization["opens_on"], authorization["closes_on"]) == ("2026-04-20", "2026-07-18")
    assert zola.letters() == [*PAID, "authorization_issued"]
    assert zola.balance() == {"charged": 49500, "settled": 49500, "received": 49500}
    assert stage.happened() >= {
        "application.submitted", "evidence.judged", "application.denied", "appeal.filed", "appeal.decided",
        "application.approved", "authorization.issued", "file.uploaded", "notice.sent", "payment.received",
    }  # fmt: skip
    assert stage.audit().intact


def test_an_appeal_comes_too_late_the_day_after_its_last(stage: Stage) -> None:
    zola = zola_applies(stage, finance(stage))
    is_denied(zola, a_reviewer(stage), stage)

    stage.on(date(2026, 4, 9), hour=1)

    assert zola.is_refused(f"{zola.path}/appeals", {"grounds": "I was away."}) == Refusal(
        409, "refused_by_rule", ("appeal_too_late",)
    )
    assert zola.letters()[-1] == "application_denied"
