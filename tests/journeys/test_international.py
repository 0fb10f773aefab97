"""Beatriz, a hospital pharmacist in Lisbon, by Pathway 2 and the Certificate Pathway: to the second renewal."""

from datetime import date

from tests.journeys.cast import PAID, Candidate, Speaker, a_candidate
from tests.journeys.scoring import PASSES
from tests.journeys.stage import Stage
from tests.journeys.usual_way import Offices, a_window, offices

APPLIES, RETURNED, ANSWERED, DECIDED = date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 16), date(2026, 3, 23)
SITS, AWARDED = date(2026, 4, 15), date(2026, 4, 20)
PROVIDER = "Escola Ibérica de Gestão Farmacêutica"
LICENCE = {"jurisdiction": "PT", "number": "OF-20417", "language": "pt", "expires_on": "2036-12-31"}
DEGREE = {
    "kind": "degree",
    "title": "Mestrado Integrado em Ciências Farmacêuticas",
    "school": "Universidade Exemplo",
    "country": "PT",
    "completed_on": "2019-07-15",
}
SHORT_JOB = {"kind": "experience", "setting": "inpatient", "starts_on": "2025-11-03", "role": "Pharmacist"}
TRAINING = {
    "provider": PROVIDER,
    "subject": "pharmacy_management",
    "completed_on": "2025-06-30",
    "expires_on": "2028-06-30",
}


def test_from_abroad_to_the_second_renewal(either_stage: Stage) -> None:
    stage, staff = either_stage, offices(either_stage)
    stage.on(APPLIES)
    checks_herself(stage)
    window = a_window(staff, "2026-SPRING", SITS)
    beatriz = a_candidate(stage, "Beatriz", "Carvalho", "PT")
    applies(beatriz, staff)
    stage.on(RETURNED)
    is_asked_for_a_certified_translation(beatriz, staff)
    stage.on(ANSWERED)
    answers(beatriz)
    stage.on(DECIDED)
    is_approved(beatriz, staff)
    beatriz.pays_for_the_exam(staff.finance)
    beatriz.books(beatriz.is_authorized(), window.session)
    assert beatriz.letters() == [*PAID, "authorization_issued", "registration_confirmed"]

    # She passes; her certificate is still active on that day, so the year stays waived.
    stage.on(AWARDED)
    staff.scores.imports(window.sitting, {beatriz.number: PASSES})
    staff.scores.releases(window.sitting)
    number: str = beatriz.credential["number"]
    assert stage.registry(number)["holder_name"] == "Beatriz Carvalho"
    assert beatriz.letters() == ["score_report_ready", "credential_issued"]

    # What made her eligible may run out now: a renewal asks for education and a fee.
    for day, ends in ((date(2029, 2, 5), "2032-04-20"), (date(2032, 2, 10), "2035-04-20")):
        stage.on(day)
        beatriz.learns_enough(date(day.year, 1, 15))
        assert beatriz.pays_the_renewal(staff.finance) == {"renewal": 20000}
        assert beatriz.renews()["valid_until"] == ends
        assert beatriz.letters() == ["renewal_open", *PAID, "credential_renewed"]
    assert stage.standing(number, AWARDED, date(2029, 4, 20), date(2032, 2, 10)) == [("active", True)] * 3
    stage.on(date(2035, 4, 20))
    assert stage.registry(number)["valid"] is True
    assert "Beatriz Carvalho" in stage.page(number)
    assert beatriz.balance() == {"charged": 89500, "settled": 89500, "received": 89500}
    assert stage.happened() >= {
        "application.returned", "evidence.changed", "provider.recognised", "candidate.education_judged",
        "candidate.licence_verified", "application.approved", "authorization.issued", "attempt.released",
        "credential.issued", "activity.recorded", "credential.renewed", "cycle.opened",
    }  # fmt: skip
    assert stage.audit().intact


def checks_herself(stage: Stage) -> None:
    """What she would have to bring, and what staff would have to judge."""
    facts = {
        "practises_in": "PT",
        "licences": [{"jurisdiction": "PT", "language": "pt"}],
        "education": [{"degree": DEGREE["title"], "country": "PT", "completed_on": "2019-07-15"}],
        "training": [{"kind": "certificate", **TRAINING}],
    }
    said = stage.world.client.post("/v1/programs/CPOM/self-check", json=facts).json()
    assert (said["eligible"], said["best"]) == (False, "international")
    (nearest,) = (one for one in said["pathways"] if one["pathway"] == "international")
    assert {one["clause"]: one["code"] for one in nearest["findings"] if not one["met"]} == {
        "licence-translation": "translation_missing",
        "equivalent-degree": "awaits_staff_judgement",
        "specialty-experience": "no_alternative_met",
    }
    (waiver,) = said["waiver"]
    assert (waiver["clause"], waiver["code"]) == ("certificate-waiver", "awaits_staff_judgement")
    assert any("That is no refusal" in one for one in said["advice"])


def applies(beatriz: Candidate, staff: Offices) -> None:
    """With a translation that nobody certifies, four months of work, and a certificate that could waive the year."""
    beatriz.draft("international")
    licence = beatriz.record("licences", LICENCE)
    beatriz.show("licence", {"kind": "licence", "record_id": licence, "file_ids": [beatriz.uploads("cedula.pdf")]})
    beatriz.show("degree", {"kind": "education", "record_id": beatriz.record("education", DEGREE)})
    beatriz.show("job", SHORT_JOB)
    diploma = beatriz.uploads("diploma.pdf")
    beatriz.show("training", {"kind": "training", "training": "certificate", **TRAINING, "file_ids": [diploma]})
    beatriz.affirms_and_pays(staff.finance)
    assert beatriz.is_refused(f"{beatriz.path}/submission", of=beatriz.path).unmet == ("evidence_missing",)
    plain = beatriz.uploads("translation.pdf")
    beatriz.show("translation", a_translation(licence, plain, certified=False))
    assert beatriz.submits()["status"] == "submitted"
    assert beatriz.letters() == [*PAID, "application_submitted"]


def is_asked_for_a_certified_translation(beatriz: Candidate, staff: Offices) -> None:
    """The reviewer sends it back for what is missing."""
    rita = staff.reviewer
    rita.claims(beatriz)
    verdicts = {one["clause"]: one["code"] for one in findings_of(rita, beatriz) if not one["met"]}
    assert verdicts["licence-translation"] == "translation_not_certified"
    asked = {"message": "Please send a certified translation.", "clauses": ["licence-translation"]}
    rita.does(f"{beatriz.path}/information-requests", asked, of=beatriz.path)
    assert beatriz.letters() == ["information_requested"]
    assert "Please send a certified translation." in beatriz.letter("information_requested")


def answers(beatriz: Candidate) -> None:
    """She puts a certified translation in the place of the plain one."""
    piece = f"/evidence/{beatriz.evidence['translation']}"
    before = beatriz.sees(piece)
    body = a_translation(before["record_id"], beatriz.uploads("certified.pdf", pages=2), certified=True)
    beatriz.changes(piece, body, before["version"])
    assert beatriz.does(f"{beatriz.path}/resubmission", of=beatriz.path)["status"] == "submitted"
    assert beatriz.letters() == ["resubmission_received"]


def is_approved(beatriz: Candidate, staff: Offices) -> None:
    """Staff recognise the provider for everyone, judge the degree equivalent, and accept the rest."""
    rita = staff.reviewer
    rita.claims(beatriz)
    rita.accepts(beatriz, "licence", "translation", "job", "training")
    verdicts = {one["clause"]: one["code"] for one in findings_of(rita, beatriz, "verified") if not one["met"]}
    assert verdicts == {"equivalent-degree": "awaits_staff_judgement", "specialty-experience": "no_alternative_met"}
    provider = {"code": "EIGF", "name": PROVIDER, "from_on": "2024-01-01", "reason": "Accredited by the Ordem."}
    rita.does("/programs/CPOM/providers", provider)
    rita.judges(beatriz, "degree", equivalent=True)
    determination = rita.approves(beatriz)
    codes = {one["clause"]: one["code"] for one in determination["findings"]}
    assert set(codes.values()) == {"met"}
    assert rita.sees(f"/determinations/{determination['id']}/replay")["same"] is True
    assert beatriz.letters() == ["application_approved"]


def a_translation(licence: str, file: str, *, certified: bool) -> dict[str, object]:
    """A translation of a licence."""
    return {"kind": "translation", "record_id": licence, "certified": certified, "file_ids": [file]}


def findings_of(who: Speaker, beatriz: Candidate, mode: str = "claimed") -> list[dict[str, object]]:
    """How Pathway 2 stands for her, clause by clause."""
    ruling = who.sees(f"{beatriz.path}/ruling?mode={mode}")
    (mine,) = (one for one in ruling["pathways"] if one["pathway"] == "international")
    findings: list[dict[str, object]] = mine["findings"]
    return findings
