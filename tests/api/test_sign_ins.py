"""A sign-in and a candidate are tied once: never by staff to themselves, and ended by an administrator alone."""

from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest

from domain.actors import Actor, Role
from domain.candidates import actions
from domain.ports import UnitOfWork
from tests.api.outcomes import events
from tests.racing import in_transactions
from tests.world import World

ADA = {"legal_name": {"family": "Okafor", "given": "Adaeze"}, "email": "ada@example.org", "practises_in": "US"}
REASON = {"reason": "She lost her phone, and proved who she is by post."}
STAFF_ROLES = [Role.REVIEWER, Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, Role.CREDENTIAL_OFFICER, Role.FINANCE]


def registered(world: World) -> str:
    """A candidate whom staff registered, without a sign-in."""
    made = world.client.post("/v1/candidates", json=ADA, headers=world.token(Role.REVIEWER, subject="rita"))
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def invited(world: World, candidate: str, by: str = "rita") -> str:
    """The token of an invitation."""
    answer = invite(world, candidate, by)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])


def invite(world: World, candidate: str, by: str = "rita", role: Role = Role.REVIEWER) -> Any:
    """What comes of inviting a candidate."""
    return world.client.post(f"/v1/candidates/{candidate}/invitations", headers=world.token(role, subject=by))


def accept(world: World, token: str, header: dict[str, str]) -> tuple[int, str]:
    """The status of following an invitation, and the code of its refusal."""
    answer = world.client.post("/v1/invitations/acceptance", json={"token": token}, headers=header)
    return answer.status_code, answer.json().get("code", "")


def unlink(world: World, candidate: str, header: dict[str, str] | None = None) -> Any:
    """What comes of ending a candidate's sign-in; by an administrator unless told otherwise."""
    header = header or world.token(Role.ADMINISTRATOR, subject="adam")
    return world.client.post(f"/v1/candidates/{candidate}/unlinking", json=REASON, headers={**header, "if-match": "*"})


def candidate_of(world: World, header: dict[str, str]) -> str | None:
    """The candidate whom a sign-in is tied to."""
    said: str | None = world.client.get("/v1/me", headers=header).json()["candidate_id"]
    return said


def test_nobody_invites_to_a_candidate_who_has_a_sign_in(either_world: World) -> None:
    ada = str(either_world.id_of(either_world.token(subject="ada")))

    refused = invite(either_world, ada)

    assert (refused.status_code, refused.json()["code"]) == (409, "candidate_linked")
    assert events(either_world, "candidate.invited") == 0


@pytest.mark.parametrize("role", [*STAFF_ROLES, Role.ADMINISTRATOR])
def test_a_sign_in_with_staff_roles_is_tied_to_nobody(world: World, role: Role) -> None:
    ada = registered(world)
    token = invited(world, ada)
    staff = world.token(role, subject="sam", email="ada@example.org")

    followed = accept(world, token, staff)
    linked = world.client.post("/v1/me/candidate-link", headers=staff)

    assert followed == (linked.status_code, linked.json()["code"]) == (403, "staff_sign_in")
    assert candidate_of(world, staff) is None
    assert accept(world, token, world.token(subject="ada"))[0] == 200


def test_who_issued_an_invitation_does_not_follow_it_with_the_roles_left_out(world: World) -> None:
    ada = registered(world)
    token = invited(world, ada)
    without_roles = world.token(subject="rita")

    assert accept(world, token, without_roles) == (403, "separation_of_duties")
    assert candidate_of(world, without_roles) is None


def test_who_issued_an_invitation_does_not_follow_it_with_another_sign_in_of_theirs(either_world: World) -> None:
    ada, other = registered(either_world), either_world.token(subject="rita-at-home")
    own = either_world.id_of(other)
    with either_world.unit() as uow:
        (tied,) = uow.identities.find(candidate_id=own)
        uow.identities.save(replace(tied, subject="rita", ended_at=uow.now, ended_by="adam", ended_reason="Old."))
        uow.identities.add(replace(tied, id=uow.new_id(), subject="rita-at-home"))
    token = invited(either_world, ada)

    assert accept(either_world, token, other) == (403, "separation_of_duties")
    assert candidate_of(either_world, other) == str(own)


def test_an_invitation_is_spent_once_a_sign_in_was_tied_by_another(either_world: World) -> None:
    ada = registered(either_world)
    first, second = invited(either_world, ada), invited(either_world, ada)
    assert accept(either_world, first, either_world.token(subject="ada"))[0] == 200

    assert accept(either_world, second, either_world.token(subject="eve")) == (409, "invitation_spent")
    unlink(either_world, ada).raise_for_status()
    assert accept(either_world, second, either_world.token(subject="eve")) == (409, "invitation_spent")


def test_of_two_who_follow_two_invitations_at_once_one_is_tied(either_world: World) -> None:
    ada = registered(either_world)
    tokens = {name: invited(either_world, ada) for name in ("ada", "eve")}

    def follow(name: str) -> Any:
        def verb(uow: UnitOfWork) -> None:
            actions.accept(uow, Actor(subject=name, roles=frozenset({Role.CANDIDATE})), tokens[name])

        return verb

    outcomes = in_transactions(either_world, Actor(subject="x"), *(follow(name) for name in tokens))

    assert sorted(outcomes) == ["done", "invitation_spent"]
    with either_world.unit() as uow:
        assert uow.identities.count() == 1


def test_a_lost_sign_in_is_ended_by_one_person_and_another_invites_to_a_new_one(either_world: World) -> None:
    old, new = either_world.token(subject="ada"), either_world.token(subject="ada-again")
    ada = str(either_world.id_of(old))
    admin = either_world.token(Role.ADMINISTRATOR, subject="adam")
    told = either_world.client.get(f"/v1/candidates/{ada}", headers=admin).json()["allowed_actions"]

    ended = unlink(either_world, ada)

    assert (ended.status_code, "unlink" in told, "invite" in told) == (200, True, False), ended.text
    assert ("unlink" in ended.json()["allowed_actions"], "invite" in ended.json()["allowed_actions"]) == (False, True)
    assert candidate_of(either_world, old) is None
    assert either_world.client.get(f"/v1/candidates/{ada}", headers=old).status_code == 403
    own = invite(either_world, ada, "adam", Role.ADMINISTRATOR)
    assert (own.status_code, own.json()["code"]) == (403, "separation_of_duties")
    either_world.clock.advance(minutes=1)
    assert accept(either_world, invited(either_world, ada), new)[0] == 200
    assert candidate_of(either_world, new) == ada
    assert events(either_world, "candidate.identity_unlinked") == 1
    with either_world.unit() as uow:
        kept = uow.identities.find(candidate_id=UUID(ada))
    assert [(one.subject, one.ended_by, one.ended_reason) for one in kept] == [
        ("ada", "adam", REASON["reason"]),
        ("ada-again", None, None),
    ]


def test_a_sign_in_that_was_ended_does_not_come_back_by_its_address(world: World) -> None:
    old = world.token(subject="ada", email="ada@example.org")
    candidate = registered(world)
    world.client.post("/v1/me/candidate-link", headers=old).raise_for_status()
    unlink(world, candidate).raise_for_status()

    back = world.client.post("/v1/me/candidate-link", headers=old)

    assert (back.status_code, candidate_of(world, old)) == (404, None)


def test_a_sign_in_is_ended_by_independent_administrators_alone(world: World) -> None:
    ada = str(world.id_of(world.token(subject="ada")))
    callers = [world.token(Role.REVIEWER, subject="rita"), world.token(subject="ada"), world.token(subject="eve")]
    own = world.token(Role.ADMINISTRATOR, subject="ada")

    refused = [unlink(world, ada, header) for header in (*callers, own)]
    without = world.client.post(f"/v1/candidates/{ada}/unlinking", json=REASON, headers=world.token(Role.ADMINISTRATOR))

    assert [one.status_code for one in refused] == [403] * 4
    assert without.status_code == 428
    assert candidate_of(world, callers[1]) == ada


def test_there_is_nothing_to_end_where_no_sign_in_is_tied(world: World) -> None:
    refused = unlink(world, registered(world))

    assert (refused.status_code, refused.json()["code"]) == (409, "not_linked")


def test_the_list_tells_of_each_whether_to_invite(either_world: World) -> None:
    tied, free = str(either_world.id_of(either_world.token(subject="ada"))), registered(either_world)
    admin = either_world.token(Role.ADMINISTRATOR, subject="adam")

    listed = either_world.client.get("/v1/candidates", headers=admin).json()["items"]
    nobody = either_world.client.get("/v1/candidates?search_name=zzz", headers=admin).json()["items"]

    steps = {one["id"]: {"invite", "unlink"} & set(one["allowed_actions"]) for one in listed}
    assert (steps, nobody) == ({tied: {"unlink"}, free: {"invite"}}, [])


def test_an_invitation_is_kept_as_a_digest(world: World) -> None:
    ada = registered(world)
    token = invited(world, ada)

    with world.unit() as uow:
        (kept,) = uow.invitations.find(candidate_id=UUID(ada))
    assert kept.token_digest == sha256(token.encode()).hexdigest()
