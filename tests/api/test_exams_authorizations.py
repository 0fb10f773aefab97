"""Authorizations to test through the API."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from domain.actors import Role
from domain.errors import WrongState
from domain.exams.actions import attempt_taken, sweep_authorizations
from domain.exams.model import AuthorizationStatus
from domain.scores.model import Attempt, AttemptStatus, Form
from tests.api.exams_world import Exam
from tests.api.outcomes import unmet
from tests.world import World

TODAY = date(2026, 3, 2)
APRIL = date(2026, 4, 15)


def scored(exam: Exam, registration: str, status: AttemptStatus, *, passed: bool) -> None:
    """The attempt of a registration, as the import and the scoring of responses leave it."""
    with exam.world.unit() as uow:
        booked = uow.registrations.get(UUID(registration))
        form = uow.forms.first() or uow.forms.add(
            Form(
                id=uow.new_id(),
                program="CPOM",
                exam_code="POM-001",
                code="A",
                edition="cpom-2026",
                items=(),
                created_by="test",
                created_at=uow.now,
            )
        )
        uow.attempts.add(
            Attempt(
                id=uow.new_id(),
                candidate_id=booked.candidate_id,
                authorization_id=booked.authorization_id,
                registration_id=booked.id,
                administration_id=booked.administration_id,
                form_id=form.id,
                import_id=None,
                taken_on=uow.today,
                responses=b"",
                created_at=uow.now,
                status=status,
                passed=passed,
            )
        )


def test_an_approved_candidate_pays_and_is_authorized_for_a_window(either_exam: Exam) -> None:
    exam = either_exam
    me, application = exam.candidate()

    before = exam.post(f"/applications/{application}/authorizations", me)
    charge = exam.done(f"/applications/{application}/exam-charge", me)
    again = exam.done(f"/applications/{application}/exam-charge", me)
    unpaid = exam.post(f"/applications/{application}/authorizations", me)
    exam.pay(charge, me)
    ruling = exam.get(f"/applications/{application}/authorization-ruling", me)
    made = exam.done(f"/applications/{application}/authorizations", me)

    assert unmet(before) == ["fee_not_charged"]
    assert unmet(unpaid) == ["fee_open"]
    assert charge["id"] == again["id"]
    assert (charge["fee"], charge["amount_minor"]) == ("exam", 39_500)
    assert ruling["granted"]
    assert ruling["next_possible_on"] == "2026-03-02"
    assert (made["opens_on"], made["closes_on"], made["attempt_number"]) == ("2026-03-02", "2026-05-30", 1)
    assert made["allowed_actions"] == ["book", "extend"]
    assert {"us-licence", "fee_exam", "retake_wait"} <= {one["clause"] for one in made["findings"]}
    assert exam.letters("authorization_issued") == [
        {
            "program": "Certified Pharmacy Operations Manager",
            "number": made["number"],
            "opens_on": "2026-03-02",
            "closes_on": "2026-05-30",
        }
    ]


def test_eligibility_is_judged_again_on_the_day_of_the_authorization(exam: Exam) -> None:
    me, application = exam.candidate()
    exam.pay(exam.done(f"/applications/{application}/exam-charge", me), me)
    with exam.world.unit() as uow:
        licence = uow.licences.find()[0]
        uow.licences.save(replace(licence, expires_on=TODAY - timedelta(days=1)))

    refused = exam.post(f"/applications/{application}/authorizations", me)

    assert unmet(refused) == ["licence_expired"]
    with exam.world.unit() as uow:
        assert uow.authorizations.count() == 0
        assert uow.notices.count(kind="authorization_issued") == 0


def test_an_application_that_is_not_approved_authorizes_nobody(exam: Exam) -> None:
    me, application = exam.candidate(status="in_review")

    answers = [exam.post(f"/applications/{application}/{path}", me) for path in ("exam-charge", "authorizations")]
    ruling = exam.get(f"/applications/{application}/authorization-ruling", me)

    assert [(one.status_code, one.json()["code"]) for one in answers] == [(409, "wrong_state")] * 2
    assert not ruling["granted"]
    with exam.world.unit() as uow:
        assert (uow.charges.count(), uow.authorizations.count()) == (0, 0)


def test_of_many_requests_one_authorization_comes(either_exam: Exam) -> None:
    exam = either_exam
    me, application = exam.candidate()
    exam.pay(exam.done(f"/applications/{application}/exam-charge", me), me)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: exam.post(f"/applications/{application}/authorizations", me), range(8)))

    assert sorted(one.status_code for one in answers) == [201] + [409] * 7
    assert {code for one in answers if one.status_code == 409 for code in unmet(one)} <= {
        "already_authorized",
        "fee_not_charged",
    }
    with exam.world.unit() as uow:
        assert uow.authorizations.count() == 1


def test_a_stranger_sees_no_authorization_and_cannot_use_it(exam: Exam) -> None:
    _, authorization = exam.authorized()
    eve, _ = exam.candidate("eve")

    answers = [
        exam.world.client.get(f"/v1/authorizations/{authorization['id']}", headers=eve),
        exam.post(f"/authorizations/{authorization['id']}/extensions", eve, version=1),
        exam.post(f"/authorizations/{authorization['id']}/registrations", eve, {"session_id": exam.session(APRIL)}),
        exam.post(f"/applications/{authorization['application_id']}/authorizations", eve),
    ]

    assert [one.status_code for one in answers] == [404] * 4


def test_a_window_is_extended_for_a_fee_at_most_twice(exam: Exam) -> None:
    me, authorization = exam.authorized()
    path = f"/authorizations/{authorization['id']}"
    ends = []

    unpaid = exam.post(f"{path}/extensions", me, version=1)
    for version in (1, 2):
        exam.pay(exam.done(f"{path}/extension-charge", me), me)
        ends.append(exam.done(f"{path}/extensions", me, version=version)["closes_on"])
    no_more = exam.post(f"{path}/extension-charge", me)

    assert unmet(unpaid) == ["fee_not_charged"]
    assert ends == ["2026-08-28", "2026-11-26"]
    assert unmet(no_more) == ["no_extension_left"]
    assert [one["closes_on"] for one in exam.letters("authorization_extended")] == ends
    with exam.world.unit() as uow:
        assert uow.charges.count(fee="extension") == 2


def test_a_closed_window_is_not_extended(exam: Exam) -> None:
    me, authorization = exam.authorized()
    exam.world.clock.set(datetime(2026, 5, 31, 15, tzinfo=UTC))

    refused = exam.post(f"/authorizations/{authorization['id']}/extension-charge", me)

    assert unmet(refused) == ["window_closed"]
    with exam.world.unit() as uow:
        assert uow.charges.count(fee="extension") == 0


def test_the_sweep_lets_windows_expire_the_day_after_and_waits_for_those_with_a_seat(either_exam: Exam) -> None:
    exam = either_exam
    _, unused = exam.authorized("ada")
    _, seated, _ = exam.booked(APRIL, "bea")
    exam.authorized("cyd")

    def sweep(day: date, limit: int) -> int:
        exam.world.clock.set(datetime(day.year, day.month, day.day, 15, tzinfo=UTC))
        with exam.world.unit() as uow:
            return sweep_authorizations(uow, limit)

    assert sweep(date(2026, 5, 30), 10) == 0
    assert [sweep(date(2026, 5, 31), 1) for _ in range(3)] == [1, 1, 0]
    with exam.world.unit() as uow:
        assert uow.authorizations.get(UUID(unused["id"])).status is AuthorizationStatus.EXPIRED
        assert uow.authorizations.get(UUID(seated["id"])).status is AuthorizationStatus.ACTIVE
    assert len(exam.letters("authorization_expired")) == 2


def test_an_expired_authorization_costs_the_exam_fee_again(exam: Exam) -> None:
    me, authorization = exam.authorized()
    exam.world.clock.set(datetime(2026, 6, 1, 15, tzinfo=UTC))
    with exam.world.unit() as uow:
        sweep_authorizations(uow, 10)
    application = authorization["application_id"]

    refused = exam.post(f"/applications/{application}/authorizations", me)
    charge = exam.done(f"/applications/{application}/exam-charge", me)
    exam.pay(charge, me)
    again = exam.done(f"/applications/{application}/authorizations", me)

    assert unmet(refused) == ["fee_not_charged"]
    assert (charge["fee"], charge["instance"]) == ("exam", 2)
    assert (again["attempt_number"], again["opens_on"]) == (1, "2026-06-01")


def test_an_attempt_uses_the_authorization_up_and_a_retake_waits_and_costs_its_own_fee(either_exam: Exam) -> None:
    exam = either_exam
    me, authorization, registration = exam.booked(APRIL)
    application = authorization["application_id"]
    exam.world.clock.set(datetime(2026, 4, 15, 18, tzinfo=UTC))
    with exam.world.unit() as uow:
        attempt_taken(uow, UUID(registration["id"]), APRIL)
    with exam.world.unit() as uow:
        attempt_taken(uow, UUID(registration["id"]), APRIL)

    awaited = exam.post(f"/applications/{application}/authorizations", me)
    scored(exam, registration["id"], AttemptStatus.SCORED, passed=False)
    not_yet = exam.post(f"/applications/{application}/exam-charge", me)
    with exam.world.unit() as uow:
        uow.attempts.save(replace(uow.attempts.find()[0], status=AttemptStatus.RELEASED))
    charge = exam.done(f"/applications/{application}/exam-charge", me)
    exam.pay(charge, me)
    too_soon = exam.get(f"/applications/{application}/authorization-ruling", me)
    exam.world.clock.set(datetime(2026, 5, 30, 15, tzinfo=UTC))
    retake = exam.done(f"/applications/{application}/authorizations", me)

    assert exam.get(f"/authorizations/{authorization['id']}")["status"] == "used"
    assert exam.get(f"/registrations/{registration['id']}")["status"] == "tested"
    assert unmet(awaited) == ["result_awaited", "retake_too_soon", "fee_not_charged"]
    assert unmet(not_yet) == ["result_awaited"]
    assert (charge["fee"], charge["amount_minor"]) == ("retake", 29_500)
    assert [one["code"] for one in too_soon["findings"] if not one["met"]] == ["retake_too_soon"]
    assert too_soon["next_possible_on"] == "2026-05-30"
    assert retake["attempt_number"] == 2


def test_whoever_passed_is_neither_charged_nor_authorized_again(exam: Exam) -> None:
    me, authorization, registration = exam.booked(APRIL)
    exam.world.clock.set(datetime(2026, 4, 15, 18, tzinfo=UTC))
    with exam.world.unit() as uow:
        attempt_taken(uow, UUID(registration["id"]), APRIL)
    scored(exam, registration["id"], AttemptStatus.RELEASED, passed=True)
    exam.world.clock.advance(days=60)

    refused = exam.post(f"/applications/{authorization['application_id']}/exam-charge", me)

    assert unmet(refused) == ["already_passed"]


def test_a_cancelled_booking_is_never_tested(exam: Exam) -> None:
    me, _, registration = exam.booked(APRIL)
    exam.done(f"/registrations/{registration['id']}/cancellation", me, {}, version=1)

    with pytest.raises(WrongState), exam.world.unit() as uow:
        attempt_taken(uow, UUID(registration["id"]), APRIL)

    assert exam.get(f"/registrations/{registration['id']}")["status"] == "cancelled"


def test_a_policy_may_let_the_step_go_ahead_unpaid_and_it_is_owed_all_the_same(world: World) -> None:
    exam = Exam(world)
    exam.policy({"/fees/1/proceed_unpaid": True})
    me, application = exam.candidate()

    made = exam.done(f"/applications/{application}/authorizations", me)

    assert made["status"] == "active"
    assert exam.fee(application) == ("open", 0)


def test_staff_find_authorizations_by_status_and_by_when_they_close(exam: Exam) -> None:
    _, authorization = exam.authorized()
    reviewer = exam.world.token(Role.REVIEWER)

    found = exam.get("/authorizations?status=active&sort=closes_on", reviewer)["items"]
    by_number = exam.get(f"/authorizations?number={authorization['number']}", reviewer)["items"]
    none = exam.get("/authorizations?status=expired", reviewer)["items"]

    assert [one["id"] for one in found] == [one["id"] for one in by_number] == [authorization["id"]]
    assert none == []
