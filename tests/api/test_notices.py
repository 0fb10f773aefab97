"""Letters through the API."""

from uuid import UUID, uuid4

from domain.actors import Role
from domain.notices.actions import SEND, notify
from domain.notices.model import NoticeKind
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
    staff = {**world.token(Role.REVIEWER), "if-match": '"2"'}

    again = world.client.post(f"/v1/notices/{notice}/resending", headers=staff)
    twice = world.client.post(f"/v1/notices/{notice}/resending", headers={**staff, "if-match": '"3"'})

    assert again.status_code == 200, again.text
    assert again.json()["status"] == "queued"
    assert twice.status_code == 409
    assert world.tasks.waiting == [(SEND, {"notice_id": str(notice)})]
