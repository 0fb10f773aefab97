"""Scores and irregularities from a test centre: what is taken, what is held, and what is another's to say."""

from uuid import UUID

import pytest

from domain.exams.model import RegistrationStatus
from domain.scores import holds, reports
from domain.scores.model import AttemptStatus
from domain.test_centres.fields import FileKind
from tests.builders_rescoring import GENEROUS, carried, listed
from tests.builders_scores import ADA, ITEMS, a_file, another_form, answers
from tests.domain.test_centres.desk import RESULTS, Desk, a_result, booking, ids, later

# --- scores


def test_a_score_alone_is_held_until_somebody_looks_and_then_released(either_desk: Desk) -> None:
    desk = either_desk
    (ann,) = desk.scores.sitters(1)
    later(desk)

    file = desk.receive(RESULTS, [a_result(desk, ann, Grade="pass")])

    (attempt,) = desk.scores.attempts().values()
    assert file.accepted == 1
    assert (attempt.status, attempt.raw, attempt.scaled, attempt.passed, attempt.held) == (
        AttemptStatus.SCORED, 12, 720, True, True,
    )  # fmt: skip
    assert (attempt.responses, attempt.domain_raw) == (b"", ())
    assert booking(desk, ann) is RegistrationStatus.TESTED
    with desk.scores.unit(ADA) as uow:
        (hold,) = uow.holds.find(attempt_id=attempt.id)
        assert hold.kind == "scoring"
        holds.lift(uow, ADA, hold.id, "Compared with the centre's own report.")
    desk.scores.released()
    assert desk.scores.attempts()[ann.candidate_id].status is AttemptStatus.RELEASED
    with desk.scores.unit() as uow:
        assert uow.credentials.count(candidate_id=ann.candidate_id) == 1


def test_a_failed_score_alone_has_a_report_that_tells_nothing_of_domains(desk: Desk) -> None:
    (ann,) = desk.scores.sitters(1)
    later(desk)
    desk.receive(RESULTS, [a_result(desk, ann, Correct="11")])

    attempt = desk.scores.attempts()[ann.candidate_id]
    with desk.scores.unit() as uow:
        told = reports.read(uow, ADA, attempt.id)

    assert (told.report.passed, told.report.scaled, told.report.domains) == (False, 668, ())


def test_scoring_anew_leaves_a_score_alone_and_a_rescore_converts_it(desk: Desk) -> None:
    ann, bob = desk.scores.sitters(2)
    later(desk)
    desk.receive(RESULTS, [a_result(desk, ann, Correct="11")])
    desk.scores.imported(a_file({bob.number: answers(11)}))
    number = desk.scores.key(GENEROUS)
    conversion = desk.scores.conversion(11)

    job = desk.scores.scored()
    run = carried(desk.scores, listed(desk.scores, number, conversion))

    assert job.done == 1
    found = desk.scores.attempts()
    assert (found[ann.candidate_id].raw, found[ann.candidate_id].scaled) == (11, 720)
    assert found[bob.candidate_id].raw == 12
    assert run.carried == 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"Form": "F-none"}, "unknown_form", id="a form that is none of the exam's"),
        pytest.param({"Correct": "21"}, "score_out_of_range", id="more right than there are items"),
        pytest.param({"Grade": "fail"}, "grade_disagrees", id="another decision than ours"),
        pytest.param({"NDARefused": "true"}, "nda_refused", id="no agreement, no exam"),
        pytest.param({"Form": ""}, "score_incomplete", id="no form"),
    ],
)
def test_a_score_that_does_not_fit_is_parked(desk: Desk, changes: dict[str, str], code: str) -> None:
    (ann,) = desk.scores.sitters(1)
    later(desk)

    file = desk.receive(RESULTS, [a_result(desk, ann, **changes)])

    assert desk.told(file) == [(2, code, None)]
    assert desk.scores.attempts() == {}
    assert booking(desk, ann) is RegistrationStatus.BOOKED


def test_a_score_is_compared_with_the_responses_that_came_before(desk: Desk) -> None:
    ann, bob = desk.scores.sitters(2)
    later(desk)
    desk.scores.imported(a_file({ann.number: answers(12), bob.number: answers(12)}))

    file = desk.receive(RESULTS, [a_result(desk, ann), a_result(desk, bob, Correct="13")])

    assert (file.accepted, desk.told(file)) == (1, [(3, "score_disagrees", None)])


def test_a_score_on_another_form_finds_the_seat_used(desk: Desk) -> None:
    (ann,) = desk.scores.sitters(1)
    desk.scores.imported(a_file({ann.number: answers(3)}))
    other = another_form(desk.scores)

    file = desk.receive(RESULTS, [a_result(desk, ann, Form=other.form.code)])

    assert desk.told(file) == [(2, "authorization_not_open", None)]
    with desk.scores.unit() as uow:
        assert [one.raw for one in uow.attempts.find()] == [3]


def test_responses_item_by_item_go_the_way_of_every_import(desk: Desk) -> None:
    ann, bob = desk.scores.sitters(2)
    form = desk.scores.form.code
    good = {"Form": form, "ExamDate": "2026/03/02 14:30:00"}
    rows = [{**good, **ids(ann), "ItemName": f"I{n + 1}", "Response": "A" if n < 12 else "B"} for n in range(ITEMS)]
    rows += [{**good, **ids(bob), "ItemName": f"i{n + 1}", "Response": "1"} for n in reversed(range(3))]
    rows += [{**good, "ClientAuthorizationID": "T0000000000", "ItemName": "I1", "Response": "A"}]

    file = desk.receive(FileKind.RESPONSES, rows)
    assert file.job_id is not None
    imports = (desk.scores.job(file.job_id).result or {})["imports"]
    assert isinstance(imports, list)
    desk.run(UUID(str(imports[0])))

    assert (file.rows, file.accepted, file.parked) == (24, 23, 1)
    found = desk.scores.attempts()
    assert (found[ann.candidate_id].raw, found[bob.candidate_id].raw) == (12, 3)
    assert booking(desk, ann) is RegistrationStatus.TESTED
    assert [row.code for row in desk.parked()] == ["unmatched"]


@pytest.mark.parametrize(
    ("day", "code"),
    [
        pytest.param("2026/03/03 14:30:00", "day_to_come", id="tomorrow"),
        pytest.param("2025/12/31 14:30:00", "no_administration", id="before the window"),
    ],
)
def test_what_cannot_have_been_sat_yet_waits_for_staff(desk: Desk, day: str, code: str) -> None:
    (ann,) = desk.scores.sitters(1)
    answered = {"Form": desk.scores.form.code, "ExamDate": day, **ids(ann), "ItemName": "I1", "Response": "A"}

    responses = desk.receive(FileKind.RESPONSES, [answered])
    score = desk.receive(RESULTS, [a_result(desk, ann, ExamDate=day)])

    assert (responses.accepted, responses.parked, desk.told(score)) == (0, 1, [(2, code, None)])
    assert [row.code for row in desk.parked()] == [code, code]
    assert desk.scores.attempts() == {}
    assert booking(desk, ann) is RegistrationStatus.BOOKED


# --- holds


def test_a_reported_irregularity_holds_the_score_and_only_people_lift_it(desk: Desk) -> None:
    ann, bob = desk.scores.sitters(2)
    desk.scores.imported(a_file({ann.number: answers(12)}))
    row = {**ids(ann), "Hold": "Placed", "Reason": "Irregularity", "Message": "A phone was found."}

    placed = desk.receive(FileKind.HOLDS, [row, {**ids(bob), "Hold": "Placed", "Reason": "Other"}])
    lifted = desk.receive(FileKind.HOLDS, [{**row, "Hold": "Released"}])

    assert (placed.accepted, desk.told(placed)) == (1, [(3, "no_attempt", None)])
    assert desk.told(lifted) == [(2, "lift_asked", None)]
    assert desk.scores.attempts()[ann.candidate_id].held
    with desk.scores.unit() as uow:
        (hold,) = uow.holds.find()
        assert (hold.kind, hold.reason) == ("irregularity", "Reported by the test centre: A phone was found.")


def test_a_score_that_has_left_is_not_held_by_a_file(desk: Desk) -> None:
    (ann,) = desk.scores.sitters(1)
    desk.scores.imported(a_file({ann.number: answers(12)}))
    desk.scores.released()

    file = desk.receive(FileKind.HOLDS, [{**ids(ann), "Hold": "Placed", "Reason": "Identity"}])

    assert desk.told(file) == [(2, "already_released", None)]
    assert not desk.scores.attempts()[ann.candidate_id].held
