"""Letters through the API."""

from uuid import UUID, uuid4

import pytest

from domain.actors import Actor, Role
from domain.notices.actions import SEND, notify
from domain.notices.model import NoticeKind
from domain.notices.rules import seen_by
from tests.world import World


def told(world: World, candidate: UUID, failed: bool = False) -> UUID:
    with world.unit() as uow:
        notice = notify(uow, candidate, NoticeKind.SCORE_HELD, uuid4(), program="CPOM")
        if failed:
            uow.notices.save(notice.failed("recipient_refused"))
    return notice.id


def test_a_candidate_lists_their_letters(either_world: World) -> None:
    me = either_world.token(subject="ada")
    candidate = either_world.id_of(me)
    notice = told(either_world, candidate)

    answer = either_world.client.get(f"/v1/candidates/{candidate}/notices", headers=me)

    assert answer.status_code == 200, answer.text
    (listed,) = answer.json()["items"]
    assert (listed["id"], listed["kind"], listed["status"]) == (str(notice), "score_held", "queued")
    assert "parameters" not in listed


def test_a_strangers_letters_are_not_found(world: World) -> None:
    candidate = world.id_of(world.token(subject="ada"))
    eve = world.token(subject="eve")
    world.id_of(eve)

    assert world.client.get(f"/v1/candidates/{candidate}/notices", headers=eve).status_code == 404


def test_staff_send_a_letter_again_that_was_given_up(world: World) -> None:
    notice = told(world, world.id_of(world.token(subject="ada")), failed=True)
    world.tasks.waiting.clear()
    staff = {**world.token(Role.EXAM_MANAGER), "if-match": '"2"'}

    again = world.client.post(f"/v1/notices/{notice}/resending", headers=staff)
    twice = world.client.post(f"/v1/notices/{notice}/resending", headers={**staff, "if-match": '"3"'})

    assert again.status_code == 200, again.text
    assert again.json()["status"] == "queued"
    assert twice.status_code == 409
    assert world.tasks.waiting == [(SEND, {"notice_id": str(notice)})]


LETTERS = {
    NoticeKind.APPLICATION_SUBMITTED: {"program": "CPOM", "number": "A1"},
    NoticeKind.ACCOMMODATION_DECIDED: {"program": "CPOM", "outcome": "approved"},
    NoticeKind.SCORE_HELD: {"program": "CPOM"},
    NoticeKind.CREDENTIAL_HELD: {"program": "CPOM"},
    NoticeKind.PAYMENT_RECEIVED: {"amount_minor": 1, "currency": "USD", "reference": "I1"},
}
EVERYTHING = {"application_submitted", "accommodation_decided", "score_held", "credential_held", "payment_received"}


@pytest.mark.parametrize(
    ("role", "kinds"),
    [
        (Role.REVIEWER, {"application_submitted"}),
        (Role.EXAM_MANAGER, {"accommodation_decided", "score_held"}),
        (Role.CREDENTIAL_OFFICER, {"score_held", "credential_held"}),
        (Role.FINANCE, {"payment_received"}),
        (Role.ADMINISTRATOR, EVERYTHING),
        (Role.AUDITOR, EVERYTHING),
        (None, EVERYTHING),
    ],
)
def test_staff_know_of_the_letters_of_their_own_work_alone(world: World, role: Role | None, kinds: set[str]) -> None:
    me = world.token(subject="ada")
    candidate = world.id_of(me)
    with world.unit() as uow:
        sent = {kind: notify(uow, candidate, kind, uuid4(), **given) for kind, given in LETTERS.items()}  # type: ignore[arg-type]
        for notice in sent.values():
            uow.notices.save(notice.failed("recipient_refused"))
    header = world.token(role) if role else me
    path = f"/v1/candidates/{candidate}/notices"

    listed = world.client.get(path, headers=header).json()["items"]
    money = world.client.get(f"{path}?kind=payment_received", headers=header).json()["items"]
    again = world.client.post(
        f"/v1/notices/{sent[NoticeKind.PAYMENT_RECEIVED].id}/resending", headers={**header, "if-match": "*"}
    )

    assert {one["kind"] for one in listed} == kinds
    assert [one["kind"] for one in money] == [kind for kind in ("payment_received",) if kind in kinds]
    resends = role not in (None, Role.AUDITOR)
    assert again.status_code == (403 if not resends else 200 if "payment_received" in kinds else 404)


def test_a_psychometrician_reads_no_letters(world: World) -> None:
    candidate = world.id_of(world.token(subject="ada"))
    header = world.token(Role.PSYCHOMETRICIAN)

    assert world.client.get(f"/v1/candidates/{candidate}/notices", headers=header).status_code == 403


def test_every_kind_of_letter_is_somebodys_work() -> None:
    working = (Role.REVIEWER, Role.EXAM_MANAGER, Role.CREDENTIAL_OFFICER, Role.FINANCE)
    staff = [Actor(subject=role, roles=frozenset({role})) for role in working]
    orphans = [kind for kind in NoticeKind if not any(kind in seen_by(one, uuid4()) for one in staff)]

    assert orphans == []
