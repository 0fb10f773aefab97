"""What two people must do, two sign-ins of one person cannot: the service knows them by the record they are tied to."""

from datetime import timedelta
from typing import Any

import pytest

from domain.actors import Role
from domain.applications.model import ConflictOfInterest
from domain.candidates.model import Identity
from tests.api.scores_world import Desk
from tests.builders_credentials import a_holder
from tests.builders_exams import stored_candidate
from tests.builders_scores import ITEMS, some_items
from tests.world import World

ITEM_BODIES = [{"code": one.code, "domain": one.domain} for one in some_items()]
REASON = {"reason": "So it is."}
BARRED = (403, "separation_of_duties")


def one_person(world: World, former: str, present: str) -> None:
    """Ties two sign-ins to one candidate's record, the first of them until it was ended."""
    with world.unit() as uow:
        held = stored_candidate(uow)
        tie: dict[str, Any] = {"candidate_id": held.id, "linked_at": uow.now, "how": "invitation"}
        ended: dict[str, Any] = {"ended_at": uow.now, "ended_by": "an-administrator", "ended_reason": "A new address."}
        uow.identities.add(Identity(id=uow.new_id(), subject=former, **tie, **ended))
        uow.identities.add(Identity(id=uow.new_id(), subject=present, **tie))


def told(answer: Any) -> tuple[int, str]:
    """The status and code of an answer."""
    return answer.status_code, answer.json().get("code", "")


@pytest.fixture(params=["the one who proposed signs in anew", "the former sign-in proposes"])
def desk(either_world: World, request: pytest.FixtureRequest) -> Desk:
    """An exam office whose two people are one."""
    desk = Desk(either_world)
    one_person(either_world, *(("pia", "max") if request.param.startswith("the one") else ("max", "pia")))
    return desk


def test_a_key_a_conversion_and_a_release_are_not_approved_by_another_sign_in_of_who_made_them(desk: Desk) -> None:
    form = desk.post("/v1/forms", desk.pia, {"program": "CPOM", "code": "Form-9", "items": ITEM_BODIES}).json()["id"]
    key = desk.post(f"/v1/forms/{form}/keys", desk.pia, {"correct": [[1]] * ITEMS}).json()["id"]
    conversion = desk.post(f"/v1/forms/{form}/conversions", desk.pia, {"cut": 11.2}).json()["id"]
    desk.sat(12)
    release = desk.post(f"{desk.under}/score-releases", desk.pia).json()["id"]
    approvals = [f"/v1/form-keys/{key}", f"/v1/conversions/{conversion}", f"/v1/score-releases/{release}"]

    own = [told(desk.post(f"{one}/approval", desk.max, version=1)) for one in approvals]
    shown = [desk.get(one, desk.max).json()["allowed_actions"] for one in approvals[2:]]
    another = desk.world.token(Role.EXAM_MANAGER, subject="somebody-else")

    assert own == [BARRED] * 3
    assert shown == [["reject"]]
    assert [desk.post(f"{one}/approval", another, version=1).status_code for one in approvals] == [200] * 3


def test_a_hold_is_not_made_an_invalidation_by_another_sign_in_of_who_placed_it(desk: Desk) -> None:
    (ann,) = desk.sat(12)
    attempt = desk.attempt(ann)["id"]
    desk.post(f"/v1/attempts/{attempt}/holds", desk.pia, {"kind": "identity", "reason": "Another face."})

    own = desk.post(f"/v1/attempts/{attempt}/invalidation", desk.max, REASON, version=2)
    another = desk.world.token(Role.EXAM_MANAGER, subject="somebody-else")
    done = desk.post(f"/v1/attempts/{attempt}/invalidation", another, REASON, version=2)

    assert told(own) == BARRED
    assert (done.status_code, done.json()["status"]) == (200, "invalidated")


def test_nobody_gives_roles_to_their_other_sign_in_nor_takes_them(either_world: World) -> None:
    world = either_world
    one_person(world, "root", "ada")
    root, other = (world.token(Role.ADMINISTRATOR, subject=name) for name in ("root", "someone-else"))
    wish = {"subject": "ada", "role": "finance"}

    own = world.client.post("/v1/role-grants", json=wish, headers={**root, "idempotency-key": "a"})
    granted = world.client.post("/v1/role-grants", json=wish, headers={**other, "idempotency-key": "b"})
    taken = world.client.post(f"/v1/role-grants/{granted.json()['id']}/revocation", headers={**root, "if-match": "*"})

    assert granted.status_code == 201
    assert told(own) == told(taken) == (409, "own_role")


def test_who_was_tied_to_a_candidate_or_declared_a_conflict_by_another_sign_in_does_not_act_on_them(
    either_world: World,
) -> None:
    world = either_world
    holder = a_holder(world)
    one_person(world, "rita", "rita-anew")
    with world.unit() as uow:
        own: dict[str, Any] = {"subject": "former-ada", "candidate_id": holder.candidate_id, "how": "invitation"}
        ended: dict[str, Any] = {"ended_at": uow.now, "ended_by": "an-administrator", "ended_reason": "Lost."}
        uow.identities.add(Identity(id=uow.new_id(), linked_at=uow.now - timedelta(days=9), **own, **ended))
        declared: dict[str, Any] = {"candidate_id": holder.candidate_id, "nature": "A cousin.", "declared_at": uow.now}
        uow.conflicts.add(ConflictOfInterest(id=uow.new_id(), subject="rita", **declared))

    def suspended_by(subject: str) -> tuple[int, str]:
        header = {**world.token(Role.ADMINISTRATOR, subject=subject), "if-match": "*", "idempotency-key": subject}
        path = f"/v1/credentials/{holder.credential_id}/suspension"
        return told(world.client.post(path, json=REASON, headers=header))

    assert suspended_by("former-ada") == BARRED
    assert suspended_by("rita-anew") == (403, "conflict_of_interest")
    assert suspended_by("nobody-in-particular")[0] == 200
