"""Money that goes back, and what stands on it: no step that costs proceeds on a fee that its payer has again."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from httpx2 import Response

from adapters.payments import InvoiceGateway
from domain.actors import Actor, Role
from domain.credentials.actions import award
from domain.credentials.model import AwardStatus
from domain.exams.actions import attempt_taken
from domain.payments import refunding
from domain.payments.model import ChargeStatus
from domain.scores.model import Attempt, AttemptStatus
from tests.api.exams_world import Exam, Json, an_exam
from tests.api.outcomes import unmet
from tests.api.test_exams_registrations import book, cancel
from tests.builders_credentials import a_released_pass, ready
from tests.builders_exams import stored_charge
from tests.racing import Verb, in_transactions
from tests.world import World

APRIL = date(2026, 4, 15)


@pytest.fixture
def exam(either_world: World) -> Exam:
    return an_exam(either_world)


def send_back(exam: Exam, fee: str = "exam", amount: int | None = None) -> Response:
    """Finance sends the newest charge of this fee back, whole or in part."""
    with exam.world.unit() as uow:
        charge = uow.charges.find(fee=fee)[-1]
    more = {} if amount is None else {"amount_minor": amount}
    return exam.post(f"/charges/{charge.id}/refunds", exam.finance, {"reason": "A reason.", **more}, "*")


def ledger(exam: Exam) -> tuple[Any, ...]:
    """What a refused refund must not change."""
    with exam.world.unit() as uow:
        return uow.charges.find(), uow.refunds.find(), uow.authorizations.find(), uow.registrations.find()


def sat(exam: Exam, registration: Json) -> Attempt:
    """The booked exam, taken and passed; its result is not out."""
    with exam.world.unit() as uow:
        tested = attempt_taken(uow, UUID(registration["id"]), APRIL)
        return a_released_pass(
            uow,
            tested.candidate_id,
            authorization_id=tested.authorization_id,
            registration_id=tested.id,
            administration_id=tested.administration_id,
            status=AttemptStatus.SCORED,
        )


def released(exam: Exam, attempt: Attempt) -> AwardStatus:
    """The result is out; what became of the pass."""
    with exam.world.unit() as uow:
        out = uow.attempts.save(replace(attempt, status=AttemptStatus.RELEASED))
        application = uow.applications.find(candidate_id=attempt.candidate_id)[0]
        return award(uow, out, application, uow.today).status


@pytest.mark.parametrize("amount", [None, 39_499, 1])
def test_an_exam_fee_stays_while_a_seat_is_booked_on_it(exam: Exam, amount: int | None) -> None:
    exam.booked(APRIL)
    before = ledger(exam)

    refused = send_back(exam, amount=amount)

    assert unmet(refused)[0] == "seat_booked"
    assert ledger(exam) == before


def test_cancelling_the_seat_sends_the_share_of_the_policy_and_finance_may_send_the_rest(exam: Exam) -> None:
    me, authorization, registration = exam.booked(APRIL)
    exam.world.clock.advance(days=30)

    cancel(exam, me, registration)
    half = exam.fee(authorization["application_id"])
    rest = send_back(exam, amount=19_000)

    assert half == ("paid", 19_750)
    assert rest.status_code == 201, rest.text
    assert exam.fee(authorization["application_id"]) == ("paid", 38_750)


def test_an_authorization_without_a_seat_ends_with_its_fee_and_another_is_paid_for_anew(exam: Exam) -> None:
    me, authorization = exam.authorized()
    application = authorization["application_id"]

    back = send_back(exam)
    refused = book(exam, me, authorization, exam.session(APRIL))
    again = exam.done(f"/applications/{application}/exam-charge", me)

    assert back.status_code == 201, back.text
    assert exam.get(f"/authorizations/{authorization['id']}")["status"] == "cancelled"
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")
    assert (again["status"], again["instance"], again["amount_minor"]) == ("open", 2, 39_500)


def test_of_a_booking_and_a_refund_at_once_one_wins(exam: Exam) -> None:
    for name in ("ada", "bea", "cleo"):
        me, authorization = exam.authorized(name)
        session = exam.session(APRIL)

        with ThreadPoolExecutor(2) as pool:
            back = pool.submit(send_back, exam)
            seat = pool.submit(book, exam, me, authorization, session)
            answers = back.result().status_code, seat.result().status_code

        kept = exam.fee(authorization["application_id"]), exam.seats(session)
        assert (answers, kept) in (((201, 409), (("refunded", 39_500), [0])), ((409, 201), (("paid", 0), [1])))


@pytest.mark.parametrize("authorized", [False, True])
def test_before_its_use_a_fee_goes_back_whole_or_not_at_all(exam: Exam, authorized: bool) -> None:
    if authorized:
        exam.authorized()
    else:
        me, application = exam.candidate()
        exam.pay(exam.done(f"/applications/{application}/exam-charge", me), me)
    before = ledger(exam)

    refused = send_back(exam, amount=39_499)

    assert unmet(refused) == ["part_before_use"]
    assert ledger(exam) == before


def test_an_exam_fee_that_went_back_before_it_was_used_authorizes_nobody(exam: Exam) -> None:
    me, application = exam.candidate()
    exam.pay(exam.done(f"/applications/{application}/exam-charge", me), me)
    assert send_back(exam).status_code == 201

    refused = exam.post(f"/applications/{application}/authorizations", me)

    assert unmet(refused) == ["fee_refunded"]


def test_a_fee_that_went_back_is_asked_for_again_and_each_payment_goes_back_once(exam: Exam) -> None:
    me, application = exam.candidate()
    for _ in range(2):
        asked = exam.done(f"/applications/{application}/exam-charge", me)
        assert (asked["status"], asked["amount_minor"]) == ("open", 39_500)
        exam.pay(asked, me)
        assert send_back(exam).status_code == 201
    exam.pay(exam.done(f"/applications/{application}/exam-charge", me), me)

    authorized = exam.post(f"/applications/{application}/authorizations", me)

    assert authorized.status_code == 201, authorized.text
    with exam.world.unit() as uow:
        refunds, payments = uow.refunds.find(), uow.payments.find()
    assert [one.payment_id for one in refunds] == [one.id for one in payments[:2]]
    assert len({one.provider_reference for one in refunds}) == 2
    assert [one.amount_minor for one in refunds] == [39_500, 39_500]


def test_money_that_came_late_goes_back_to_whoever_sent_it(exam: Exam) -> None:
    me, application = exam.candidate()
    path = f"/applications/{application}/exam-charge"
    charge = exam.done(path, me)["id"]
    own = exam.done("/payments", me, {"charge_ids": [charge]})
    exam.done(f"/payments/{own['id']}/failure", me, version="*")
    sponsored = exam.done("/payments", me, {"charge_ids": [charge], "sponsor": "ACME"})
    exam.done(f"/payments/{sponsored['id']}/receipt", exam.finance, version="*")
    first = send_back(exam).json()
    assert exam.done(path, me)["id"] == charge
    exam.done(f"/payments/{own['id']}/receipt", exam.finance, version="*")

    second = send_back(exam).json()
    third = send_back(exam)

    assert (first["payer"], first["payment_id"], first["amount_minor"]) == ("sponsor:ACME", sponsored["id"], 39_500)
    assert (second["payer"], second["payment_id"], second["amount_minor"]) == ("candidate", own["id"], 39_500)
    assert third.json()["code"] == "wrong_state"


def test_of_refunds_at_once_each_payment_gives_back_what_it_brought_and_no_more(exam: Exam) -> None:
    me, application = exam.candidate()
    with exam.world.unit() as uow:
        whose = uow.applications.get(UUID(application)).candidate_id
        charges = [stored_charge(uow, whose, amount_minor=amount) for amount in (10_000, 700)]
    ids = [str(one.id) for one in charges]
    payment = exam.done("/payments", me, {"charge_ids": ids})
    exam.done(f"/payments/{payment['id']}/receipt", exam.finance, version="*")
    staff = Actor(subject="finance", roles=frozenset({Role.FINANCE}))
    gateway = InvoiceGateway("CPS", "")

    def back(charge: UUID, amount: int) -> Verb:
        return lambda uow: refunding.refund(uow, staff, gateway, charge, "A reason.", amount)

    wanted = [(charges[0].id, 4_000)] * 4 + [(charges[1].id, 300)] * 4
    outcomes = in_transactions(exam.world, staff, *(back(*one) for one in wanted))

    assert sorted(outcomes[:4]) == sorted(["done", "done", "refund_too_large", "refund_too_large"])
    assert sorted(outcomes[4:]) == sorted(["done", "done", "refund_too_large", "refund_too_large"])
    with exam.world.unit() as uow:
        assert sum(one.amount_minor for one in uow.refunds.find(payment_id=UUID(payment["id"]))) == 8_600


def test_an_exam_fee_stays_until_the_result_is_out_and_then_undoes_nothing(exam: Exam) -> None:
    _, _, registration = exam.booked(APRIL)
    attempt = sat(exam, registration)
    early = send_back(exam)

    issued = released(exam, attempt)
    late = send_back(exam)

    assert unmet(early) == ["result_awaited"]
    assert issued is AwardStatus.ISSUED
    assert late.status_code == 201, late.text
    with exam.world.unit() as uow:
        assert [one.status for one in uow.credentials.find()] == ["active"]


def test_a_pass_on_a_fee_that_went_back_is_held_for_that_reason_and_the_fee_of_a_held_one_stays(exam: Exam) -> None:
    _, authorization, registration = exam.booked(APRIL)
    attempt = sat(exam, registration)
    with exam.world.unit() as uow:
        charge = uow.charges.find(about_id=UUID(authorization["application_id"]), fee="exam")[0]
        uow.charges.save(replace(charge, status=ChargeStatus.REFUNDED, refunded_minor=charge.amount_minor))

    held = released(exam, attempt)
    with exam.world.unit() as uow:
        uow.charges.save(replace(uow.charges.get(charge.id), status=ChargeStatus.PAID, refunded_minor=0))
    refused = send_back(exam)

    assert held is AwardStatus.HELD
    with exam.world.unit() as uow:
        findings = uow.awards.find()[0].findings
    assert [one.code for one in findings if not one.met] == ["fee_refunded"]
    assert unmet(refused) == ["award_held"]


def test_the_fee_of_an_earlier_exam_that_went_back_by_rule_holds_no_award(exam: Exam) -> None:
    me, first, registration = exam.booked(date(2026, 5, 20))
    application = first["application_id"]
    cancel(exam, me, registration)
    assert exam.fee(application)[0] == "refunded"

    exam.pay(exam.done(f"/applications/{application}/exam-charge", me), me)
    second = exam.done(f"/applications/{application}/authorizations", me)
    again = book(exam, me, second, exam.session(APRIL)).json()

    assert released(exam, sat(exam, again)) is AwardStatus.ISSUED


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("draft", None),
        ("submitted", "application_under_way"),
        ("in_review", "application_under_way"),
        ("returned", "application_under_way"),
        ("approved", None),
        ("denied", None),
        ("withdrawn", None),
    ],
)
def test_the_fee_of_an_application_stays_while_it_is_reviewed(world: World, status: str, code: str | None) -> None:
    exam = Exam(world)
    exam.policy()
    me, application = exam.candidate(status=status)
    with world.unit() as uow:
        candidate = uow.applications.get(UUID(application)).candidate_id
        charge = stored_charge(uow, candidate, about_id=UUID(application))
    exam.pay({"id": str(charge.id)}, me)

    answer = send_back(exam, "application")

    assert [code] == (unmet(answer) if code else [None])
    assert answer.status_code == (409 if code else 201)


def test_the_fee_of_an_extension_stays_while_the_longer_window_is_open(exam: Exam) -> None:
    me, authorization = exam.authorized()
    path = f"/authorizations/{authorization['id']}"
    exam.pay(exam.done(f"{path}/extension-charge", me), me)
    exam.done(f"{path}/extensions", me, version=1)

    assert unmet(send_back(exam, "extension")) == ["authorization_extended"]
    assert send_back(exam).status_code == 201
    assert send_back(exam, "extension").status_code == 201


def test_a_renewal_on_a_fee_that_went_back_is_refused_and_one_that_was_made_stands(either_world: World) -> None:
    holder, exam = ready(either_world), Exam(either_world)
    cycle = holder.cycle.id
    with either_world.unit() as uow:
        charge = uow.charges.find(about_id=cycle)[0]
        uow.charges.save(replace(charge, status=ChargeStatus.OPEN, settled_at=None))
    exam.pay({"id": str(charge.id)}, holder.header)
    part = send_back(exam, "renewal", 19_999)
    renewed = holder.post("/renewals").json()

    late = send_back(exam, "renewal")

    assert unmet(part) == ["part_before_use"]
    assert late.status_code == 201, late.text
    assert (holder.credential.status, str(holder.credential.valid_until)) == ("active", renewed["valid_until"])


def test_a_renewal_fee_that_went_back_renews_nothing(either_world: World) -> None:
    holder, exam = ready(either_world), Exam(either_world)
    cycle = holder.cycle.id
    with either_world.unit() as uow:
        charge = uow.charges.find(about_id=cycle)[0]
        uow.charges.save(replace(charge, status=ChargeStatus.OPEN, settled_at=None))
    exam.pay({"id": str(charge.id)}, holder.header)
    assert send_back(exam, "renewal").status_code == 201

    refused = holder.post("/renewals")

    assert unmet(refused) == ["fee_refunded"]


def test_whoever_may_not_refund_hears_nothing_of_what_stands(world: World) -> None:
    exam = Exam(world)
    exam.policy()
    exam.booked(APRIL)
    with world.unit() as uow:
        charge = uow.charges.find(fee="exam")[-1]

    for role in (Role.EXAM_MANAGER, Role.REVIEWER, Role.AUDITOR):
        answer = exam.post(f"/charges/{charge.id}/refunds", world.token(role), {"reason": "A reason."}, "*")
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
