"""Money through the API: charges, payments, waivers, refunds."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from httpx2 import Response

from domain.actors import Role
from domain.payments import actions
from tests.api.exams_world import Exam
from tests.builders_exams import stored_charge, stored_policy
from tests.world import World

KEYS = count()
Header = dict[str, str]


def post(world: World, path: str, who: Header, body: object = None, version: int | None = None) -> Response:
    headers = {**who, "idempotency-key": f"payments-{next(KEYS)}"}
    if version is not None:
        headers["if-match"] = f'"{version}"'
    return world.client.post(path, json=body, headers=headers)


def owing(world: World, *amounts: int, who: str = "ada") -> tuple[Header, UUID, list[str]]:
    """A signed-in candidate who owes these amounts: the sign-in, the candidate and the charges' ids."""
    me = world.token(subject=who)
    candidate = world.id_of(me)
    with world.unit() as uow:
        stored_policy(uow)
        charges = [str(stored_charge(uow, candidate, amount_minor=amount).id) for amount in amounts]
    return me, candidate, charges


def paid(world: World, me: Header, charges: list[str], **body: str) -> dict[str, Any]:
    """These charges, paid and received."""
    payment = post(world, "/v1/payments", me, {"charge_ids": charges, **body}).json()
    done = post(world, f"/v1/payments/{payment['id']}/receipt", world.token(Role.FINANCE), version=payment["version"])
    assert done.status_code == 200, done.text
    answer: dict[str, Any] = done.json()
    return answer


def status_of(world: World, charge: str) -> tuple[str, int]:
    read = world.client.get(f"/v1/charges/{charge}", headers=world.token(Role.FINANCE)).json()
    return read["status"], read["refunded_minor"]


def test_one_payment_settles_several_charges_when_finance_has_received_it(either_world: World) -> None:
    me, candidate, charges = owing(either_world, 10_000, 39_500)

    started = post(either_world, "/v1/payments", me, {"charge_ids": charges})
    before = [status_of(either_world, one) for one in charges]
    finance = either_world.token(Role.FINANCE)
    done = post(either_world, f"/v1/payments/{started.json()['id']}/receipt", finance, version=1)

    assert started.status_code == 201, started.text
    assert started.json()["amount_minor"] == 49_500
    assert "Quote the invoice number INV-" in started.json()["instructions"]
    assert started.json()["allowed_actions"] == ["fail"]
    assert before == [("open", 0), ("open", 0)]
    assert done.json()["status"] == "received"
    assert [status_of(either_world, one) for one in charges] == [("paid", 0), ("paid", 0)]
    balance = either_world.client.get(f"/v1/candidates/{candidate}/statement", headers=me).json()["balances"]
    assert balance == [
        {
            "currency": "USD",
            "charged_minor": 49_500,
            "due_minor": 0,
            "settled_minor": 49_500,
            "waived_minor": 0,
            "received_minor": 49_500,
            "refunded_minor": 0,
        }
    ]


def test_a_payment_started_again_is_the_same_and_an_overlapping_one_is_refused(world: World) -> None:
    me, _, charges = owing(world, 100, 200)

    first = post(world, "/v1/payments", me, {"charge_ids": charges})
    again = post(world, "/v1/payments", me, {"charge_ids": charges[::-1]})
    overlapping = post(world, "/v1/payments", me, {"charge_ids": charges[:1]})

    assert again.json()["id"] == first.json()["id"]
    assert (overlapping.status_code, overlapping.json()["code"]) == (409, "payment_under_way")
    with world.unit() as uow:
        assert uow.payments.count() == 1


def test_a_payment_given_up_leaves_its_charges_open_for_another(world: World) -> None:
    me, _, charges = owing(world, 100, 200)
    first = post(world, "/v1/payments", me, {"charge_ids": charges}).json()

    failed = post(world, f"/v1/payments/{first['id']}/failure", me, version=1)
    other = post(world, "/v1/payments", me, {"charge_ids": charges[:1]})

    assert failed.json()["status"] == "failed"
    assert other.status_code == 201, other.text
    assert [status_of(world, one)[0] for one in charges] == ["open", "open"]


def test_money_that_comes_after_its_payment_was_given_up_is_booked(world: World) -> None:
    me, _, charges = owing(world, 100, 200)
    first = post(world, "/v1/payments", me, {"charge_ids": charges}).json()
    post(world, f"/v1/payments/{first['id']}/failure", me, version=1)

    late = post(world, f"/v1/payments/{first['id']}/receipt", world.token(Role.FINANCE), version=2)

    assert late.json()["status"] == "received"
    assert [status_of(world, one)[0] for one in charges] == ["paid", "paid"]


def test_money_for_what_another_payment_settled_goes_back_and_is_not_booked(world: World) -> None:
    me, _, charges = owing(world, 100, 200)
    first = post(world, "/v1/payments", me, {"charge_ids": charges}).json()
    post(world, f"/v1/payments/{first['id']}/failure", me, version=1)
    other = post(world, "/v1/payments", me, {"charge_ids": charges[:1]}).json()
    post(world, f"/v1/payments/{other['id']}/receipt", world.token(Role.FINANCE), version=1)

    late = post(world, f"/v1/payments/{first['id']}/receipt", world.token(Role.FINANCE), version=2)

    assert (late.status_code, late.json()["code"]) == (409, "settled_already")
    assert [status_of(world, one)[0] for one in charges] == ["paid", "open"]


def test_of_many_marks_one_wins(either_world: World) -> None:
    me, candidate, charges = owing(either_world, 100)
    payment = post(either_world, "/v1/payments", me, {"charge_ids": charges}).json()
    path, finance = f"/v1/payments/{payment['id']}/receipt", either_world.token(Role.FINANCE)

    def mark(version: str) -> int:
        headers = {**finance, "idempotency-key": f"mark-{next(KEYS)}", "if-match": version}
        return either_world.client.post(path, headers=headers).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(mark, ["*", '"1"'] * 4))

    assert answers[0] == 200
    assert set(answers[1:]) <= {409, 412}
    with either_world.unit() as uow:
        assert len([one for one in uow.notices.find(candidate_id=candidate) if one.kind == "payment_received"]) == 1


@pytest.mark.parametrize("payer", ["candidate", "sponsor:ACME-7"])
def test_money_goes_back_to_whoever_paid_and_never_more_than_that(either_world: World, payer: str) -> None:
    me, candidate, charges = owing(either_world, 10_000)
    sponsor = payer.partition(":")[2]
    paid(either_world, me, charges, **({"sponsor": sponsor} if sponsor else {}))
    path, finance = f"/v1/charges/{charges[0]}/refunds", either_world.token(Role.FINANCE)

    part = post(either_world, path, finance, {"reason": "Half.", "amount_minor": 4_000}, version=2)
    too_much = post(either_world, path, finance, {"reason": "More.", "amount_minor": 6_001}, version=3)
    rest = post(either_world, path, finance, {"reason": "The rest."}, version=3)
    nothing = post(either_world, path, finance, {"reason": "Again."}, version=4)

    assert (part.status_code, part.json()["payer"], part.json()["amount_minor"]) == (201, payer, 4_000)
    assert (too_much.status_code, too_much.json()["code"]) == (409, "refund_too_large")
    assert rest.json()["amount_minor"] == 6_000
    assert rest.json()["provider_reference"] != part.json()["provider_reference"]
    assert (nothing.status_code, nothing.json()["code"]) == (409, "wrong_state")
    assert status_of(either_world, charges[0]) == ("refunded", 10_000)
    listed = either_world.client.get(f"/v1/candidates/{candidate}/refunds", headers=me).json()["items"]
    assert [one["amount_minor"] for one in listed] == [4_000, 6_000]


def test_two_refunds_at_once_give_back_what_was_paid_and_no_more(either_world: World) -> None:
    me, _, charges = owing(either_world, 10_000)
    paid(either_world, me, charges)
    path, finance = f"/v1/charges/{charges[0]}/refunds", either_world.token(Role.FINANCE)

    def send(number: int) -> int:
        headers = {**finance, "idempotency-key": f"refund-{next(KEYS)}", "if-match": "*"}
        body = {"reason": "Sorry.", "amount_minor": 4_000}
        return either_world.client.post(path, headers=headers, json=body).status_code

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(send, range(6)))

    assert answers == [201, 201, 409, 409, 409, 409]
    assert status_of(either_world, charges[0]) == ("paid", 8_000)


def test_a_waiver_needs_an_open_charge_that_no_payment_holds(world: World) -> None:
    me, _, (held, free, done) = owing(world, 100, 200, 300)
    paid(world, me, [done])
    post(world, "/v1/payments", me, {"charge_ids": [held]})
    finance, reason = world.token(Role.FINANCE), {"reason": "Hardship."}

    answers = {
        name: post(world, f"/v1/charges/{charge}/waiver", finance, reason, version=version).json()
        for name, charge, version in (("held", held, 1), ("free", free, 1), ("done", done, 2))
    }

    assert answers["held"]["code"] == "payment_under_way"
    assert (answers["free"]["status"], answers["free"]["waived_reason"]) == ("waived", "Hardship.")
    assert answers["done"]["code"] == "wrong_state"
    assert [status_of(world, one)[0] for one in (held, free, done)] == ["open", "waived", "paid"]


def test_finance_never_decides_on_money_of_their_own(world: World) -> None:
    _, _, (first, second) = owing(world, 100, 200, who="fin")
    me = world.token(Role.FINANCE, subject="fin")
    payment = post(world, "/v1/payments", me, {"charge_ids": [second]}).json()

    waiver = post(world, f"/v1/charges/{first}/waiver", me, {"reason": "Mine."}, version=1)
    receipt = post(world, f"/v1/payments/{payment['id']}/receipt", me, version=1)
    colleague = post(world, f"/v1/payments/{payment['id']}/receipt", world.token(Role.FINANCE), version=1)
    refund = post(world, f"/v1/charges/{second}/refunds", me, {"reason": "Mine."}, version=2)

    assert [one.json()["code"] for one in (waiver, receipt, refund)] == ["separation_of_duties"] * 3
    assert colleague.status_code == 200
    assert [status_of(world, one) for one in (first, second)] == [("open", 0), ("paid", 0)]


def test_another_candidates_charge_is_a_missing_one(world: World) -> None:
    _, candidate, charges = owing(world, 100)
    eve = world.token(subject="eve")
    world.id_of(eve)
    missing = "00000000-0000-7000-8000-000000000000"

    answers = [post(world, "/v1/payments", eve, {"charge_ids": [one]}) for one in (charges[0], missing)]
    reads = [
        world.client.get(path, headers=eve).status_code
        for path in (f"/v1/charges/{charges[0]}", f"/v1/candidates/{candidate}/statement")
    ]

    assert [one.status_code for one in answers] == [404, 404]
    assert [one.json()["code"] for one in answers] == ["not_found", "not_found"]
    assert reads == [404, 404]
    with world.unit() as uow:
        assert uow.payments.count() == 0


def test_a_charge_that_is_no_id_is_the_only_fault_that_is_told(world: World) -> None:
    me, _, (charge,) = owing(world, 100)

    wrong = [
        post(world, "/v1/payments", me, {"charge_ids": ids}).json()["errors"] for ids in (["x"], [charge, "x"], [])
    ]

    assert [[(one["pointer"], one["code"]) for one in faults] for faults in wrong] == [
        [("/body/charge_ids/0", "form")],
        [("/body/charge_ids/1", "form")],
        [("/body/charge_ids", "too_short")],
    ]


def test_charges_of_two_candidates_do_not_stand_in_one_payment(world: World) -> None:
    _, _, first = owing(world, 100)
    _, _, second = owing(world, 100, who="bea")

    mixed = post(world, "/v1/payments", world.token(Role.FINANCE), {"charge_ids": first + second})
    twice = post(world, "/v1/payments", world.token(Role.FINANCE), {"charge_ids": first + first})

    assert [fault["code"] for fault in mixed.json()["errors"]] == ["mixed"]
    assert [fault["code"] for fault in twice.json()["errors"]] == ["repeated"]


def test_the_fee_of_a_thing_is_asked_once_for_each_instance(world: World) -> None:
    _, candidate, _ = owing(world)
    with world.unit() as uow:
        policy, about = stored_policy(uow), uow.new_id()

        first = actions.charge(uow, policy, "exam", candidate, about)
        again = actions.charge(uow, policy, "exam", candidate, about)
        second = actions.charge(uow, policy, "exam", candidate, about, instance=2)
        actions.cancel_open(uow, about)
        back = actions.charge(uow, policy, "exam", candidate, about)
        nothing = actions.charge(uow, policy, "appeal", candidate, about)

        assert first is not None
        assert again == first
        assert second is not None
        assert second.id != first.id
        assert back is not None
        assert (back.id, back.status) == (first.id, "open")
        assert nothing is None
        assert actions.settled(uow, policy, "exam", about).code == "fee_open"
        assert actions.settled(uow, policy, "exam", about, instance=2).code == "fee_cancelled"


def test_finance_finds_a_payment_by_its_invoice_number(world: World) -> None:
    me, _, charges = owing(world, 100)
    number = post(world, "/v1/payments", me, {"charge_ids": charges}).json()["provider_reference"]
    finance = world.token(Role.FINANCE)

    found = world.client.get(f"/v1/payments?provider_reference={number}", headers=finance).json()["items"]
    open_ = world.client.get("/v1/charges?status=open&sort=-created_at", headers=finance).json()["items"]

    assert [one["charge_ids"] for one in found] == [charges]
    assert found[0]["allowed_actions"] == ["fail", "receive"]
    assert [one["id"] for one in open_] == charges


@pytest.mark.parametrize(
    ("role", "reads_charges", "reads_payments"),
    [
        (Role.REVIEWER, False, False),
        (Role.PSYCHOMETRICIAN, False, False),
        (Role.EXAM_MANAGER, True, False),
        (Role.CREDENTIAL_OFFICER, True, False),
        (Role.FINANCE, True, True),
        (Role.ADMINISTRATOR, True, True),
        (Role.AUDITOR, True, True),
    ],
)
def test_money_is_read_by_those_whose_work_needs_it(
    world: World, role: Role, reads_charges: bool, reads_payments: bool
) -> None:
    me, candidate, (charge,) = owing(world, 10_000)
    payment = paid(world, me, [charge])["id"]
    of_charges = (f"candidates/{candidate}/charges", f"charges/{charge}", f"candidates/{candidate}/refunds")
    of_payments = (f"candidates/{candidate}/payments", f"payments/{payment}", f"candidates/{candidate}/statement")

    def answers(paths: tuple[str, ...]) -> set[int]:
        return {world.client.get(f"/v1/{path}", headers=world.token(role)).status_code for path in paths}

    assert answers(of_charges) == {200 if reads_charges else 403}
    assert answers(of_payments) == {200 if reads_payments else 403}


@pytest.mark.parametrize("by_staff", [False, True])
def test_one_letter_asks_for_what_one_raised_oneself_and_that_is_the_invoice(
    either_world: World, by_staff: bool
) -> None:
    exam = Exam(either_world)
    exam.policy()
    me, application = exam.candidate()
    path = f"/applications/{application}/exam-charge"

    charge = exam.done(path, exam.manager if by_staff else me)
    before = [(one["fee"], one["amount_minor"]) for one in exam.letters("payment_due")]
    exam.pay(charge, me)

    due = ("exam", 39_500)
    assert before == ([due] if by_staff else [])
    assert [(one["fee"], one["amount_minor"]) for one in exam.letters("payment_due")] == [*before, due]
    assert len(exam.letters("payment_received")) == 1
