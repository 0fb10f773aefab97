"""Sponsors: what an organisation pays for it may read, and nothing else of the candidate."""

from uuid import UUID

import pytest

from domain.actors import Role
from tests.api.test_payments import owing, paid, post
from tests.world import World

Header = dict[str, str]


def sponsor(world: World, organisation: str) -> Header:
    """The API key of an organisation that pays for candidates."""
    return world.key(Role.SPONSOR, organisation)


def listed(world: World, who: Header, path: str) -> list[str]:
    answer = world.client.get(f"/v1{path}", headers=who)
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["items"]]


def test_a_sponsor_reads_the_payments_that_name_it_and_what_they_pay_for(either_world: World) -> None:
    me, _, (theirs, own, others) = owing(either_world, 100, 200, 300)
    payment = paid(either_world, me, [theirs], sponsor="ACME-1")["id"]
    mine = paid(either_world, me, [own])["id"]
    other = post(either_world, "/v1/payments", me, {"charge_ids": [others], "sponsor": "ACME-10"}).json()["id"]
    acme = sponsor(either_world, "ACME-1")

    assert listed(either_world, acme, "/payments") == [payment]
    assert listed(either_world, acme, "/payments?status=started") == []
    assert listed(either_world, sponsor(either_world, "ACME-10"), "/payments") == [other]
    assert listed(either_world, acme, f"/payments/{payment}/charges") == [theirs]
    read = either_world.client.get(f"/v1/payments/{payment}", headers=acme).json()
    assert (read["payer"], read["amount_minor"], read["allowed_actions"]) == ("sponsor:ACME-1", 100, [])
    assert listed(either_world, me, f"/payments/{mine}/charges") == [own]


def test_another_payers_payment_is_a_missing_one_to_a_sponsor(world: World) -> None:
    me, _, (first, second) = owing(world, 100, 200)
    own = paid(world, me, [first])["id"]
    other = paid(world, me, [second], sponsor="acme-1")["id"]
    acme = sponsor(world, "ACME-1")
    missing = "00000000-0000-7000-8000-000000000000"

    answers = [
        world.client.get(f"/v1/payments/{id_}{of}", headers=acme)
        for id_ in (own, other, missing)
        for of in ("", "/charges")
    ]

    assert [(one.status_code, one.json()["code"]) for one in answers] == [(404, "not_found")] * 6
    assert listed(world, acme, "/payments") == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/charges", 403),
        ("/charges/{charge}", 403),
        ("/candidates/{candidate}", 403),
        ("/candidates/{candidate}/charges", 403),
        ("/candidates/{candidate}/refunds", 403),
        ("/candidates/{candidate}/payments", 404),
        ("/candidates/{candidate}/statement", 403),
        ("/candidates/{candidate}/applications", 403),
        ("/candidates/{candidate}/credentials", 403),
    ],
)
def test_a_sponsor_reads_nothing_else_of_the_candidate(world: World, path: str, status: int) -> None:
    me, candidate, (charge,) = owing(world, 100)
    paid(world, me, [charge], sponsor="ACME-1")

    answer = world.client.get(f"/v1{path.format(charge=charge, candidate=candidate)}", headers=sponsor(world, "ACME-1"))

    assert answer.status_code == status, answer.text
    assert str(UUID(charge)) not in answer.text


def test_a_sponsor_decides_on_no_payment(world: World) -> None:
    me, _, (charge,) = owing(world, 100)
    payment = post(world, "/v1/payments", me, {"charge_ids": [charge], "sponsor": "ACME-1"}).json()
    acme = sponsor(world, "ACME-1")

    answers = [
        post(world, f"/v1/payments/{payment['id']}/receipt", acme, version=1),
        post(world, f"/v1/payments/{payment['id']}/failure", acme, version=1),
        post(world, "/v1/payments", acme, {"charge_ids": [charge]}),
    ]

    assert [one.status_code for one in answers] == [403] * 3


def test_whoever_is_finance_too_sees_everyones_payments(world: World) -> None:
    me, _, (charge,) = owing(world, 100)
    payment = paid(world, me, [charge])["id"]

    assert listed(world, world.token(Role.FINANCE, Role.SPONSOR), "/payments") == [payment]
