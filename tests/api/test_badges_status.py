"""Status lists: when they change and when not, how they are served, and who wins a place or a bit, on both engines."""

from dataclasses import replace
from typing import Any

import pytest

from domain.actors import Actor, Role
from domain.badges import issuing, rules
from domain.badges.facts import StatusPurpose
from domain.badges.model import StatusList
from domain.badges.rules import list_id
from domain.credentials import actions_standing as standing
from domain.credentials.actions_standing import Change
from domain.credentials.model import Credential, Standing
from domain.errors import AlreadyExists
from domain.renewals import actions as renewals
from tests.api.outcomes import events
from tests.api.test_badges import REASON, signatures
from tests.builders_badges import Stranger, badge_of, bits_of
from tests.builders_credentials import Holder, a_credential, a_holder, midday, officer
from tests.racing import in_transactions
from tests.world import ADDRESS, World

STAFF = Actor(subject="officer", roles=frozenset({Role.CREDENTIAL_OFFICER}))
REVOCATION = f"/v1/status-lists/{list_id(0, StatusPurpose.REVOCATION)}"
TINY = 64
ISSUERS = 16


@pytest.fixture
def holder(either_world: World) -> Holder:
    """Somebody who holds the first credential."""
    return a_holder(either_world)


def lists(world: World) -> dict[tuple[int, StatusPurpose], StatusList]:
    """The lists as they are stored, by shard and purpose."""
    with world.unit() as uow:
        return {(one.shard, one.purpose): one for one in uow.status_lists.find()}


def many(world: World, holder: Holder, count: int) -> list[Credential]:
    """More credentials of a holder, stored without badges."""
    with world.unit() as uow:
        made = [
            a_credential(
                id=uow.new_id(),
                candidate_id=holder.candidate_id,
                application_id=holder.application_id,
                number=f"N-{uow.random(8).hex()}",
            )
            for _ in range(count)
        ]
        uow.credentials.add_all(made)
    return made


# --- a list, served


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "application/vc"),
        ("application/vc+jwt", "application/vc+jwt"),
        ("application/ld+json", "application/ld+json"),
        ("application/json", "application/json"),
        ("application/vc;q=0.2, application/vc+jwt", "application/vc+jwt"),
    ],
)
def test_a_list_is_served_in_both_securings(world: World, accept: str | None, media_type: str) -> None:
    a_holder(world)

    answer = world.client.get(REVOCATION, headers={"accept": accept} if accept else {})

    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.content.startswith(b"eyJ" if media_type.endswith("jwt") else b'{"@context"')


def test_a_list_of_another_form_is_not_to_be_had(world: World) -> None:
    a_holder(world)

    refused = world.client.get(REVOCATION, headers={"accept": "text/html"})

    assert (refused.status_code, refused.json()["code"]) == (406, "not_acceptable")


def test_a_cache_answers_for_no_more_than_half_of_what_a_list_lets_a_verifier_keep_it(world: World) -> None:
    a_holder(world)

    answer = world.client.get(REVOCATION)
    again = world.client.get(REVOCATION, headers={"if-none-match": answer.headers["etag"]})

    seconds = int(answer.headers["cache-control"].removeprefix("public, max-age="))
    assert 0 < 2 * seconds * 1_000 <= answer.json()["credentialSubject"]["ttl"]
    assert (again.status_code, again.content) == (304, b"")


def test_a_list_is_signed_when_a_bit_changes_and_not_when_it_is_read(world: World) -> None:
    holder = a_holder(world)
    first, held = world.client.get(REVOCATION), badge_of(holder)
    world.clock.advance(hours=7)

    again = world.client.get(REVOCATION)
    holder.post("/revocation", REASON, officer(world))
    changed = world.client.get(REVOCATION)

    assert first.content == again.content
    assert changed.headers["etag"] != first.headers["etag"]
    assert Stranger(world).says(held, "revocation")
    assert events(world, "status_list.changed") == 1


# --- places and bits


def test_giving_a_place_leaves_the_lists_as_they_are_and_says_nothing(either_world: World, holder: Holder) -> None:
    before = signatures(either_world)["status_lists"]

    a_holder(either_world, subject="bea")

    assert signatures(either_world)["status_lists"] == before
    assert not any(any(one.bits) for one in lists(either_world).values())
    with either_world.unit() as uow:
        assert uow.status_places.count() == 2


def test_the_store_gives_no_place_twice_and_no_credential_two(either_world: World, holder: Holder) -> None:
    (other,) = many(either_world, holder, 1)
    with either_world.unit() as uow:
        (taken,) = uow.status_places.find()
        fresh = replace(taken, id=uow.new_id(), credential_id=other.id)

    with pytest.raises(AlreadyExists), either_world.unit() as uow:
        uow.status_places.add(fresh)
    with pytest.raises(AlreadyExists), either_world.unit() as uow:
        uow.status_places.add(replace(taken, id=fresh.id, place=taken.place ^ 1))
    with either_world.unit() as uow:
        assert uow.status_places.claim(0, [fresh], TINY) == set()
        assert uow.status_places.claim(0, [replace(fresh, place=taken.place ^ 1)], TINY) == {other.id}


def test_a_full_shard_opens_the_next_and_a_list_agrees_with_its_places(either_world: World, holder: Holder) -> None:
    made = many(either_world, holder, TINY + 5)
    tiny = shrunk(either_world)
    with either_world.unit() as uow:
        placed = issuing.allocate(uow, tiny, made[:TINY])
    with either_world.unit() as uow:
        rest = issuing.allocate(uow, tiny, made[TINY:])
        in_first = uow.status_places.count(shard=0)

    assert len(placed) == TINY
    assert in_first == TINY
    assert {one.shard for one in rest.values()} == {1}
    assert {shard for shard, _ in lists(either_world)} == {0, 1}


def shrunk(world: World) -> Any:
    """The publisher with tiny shards; the first shard's own place of the holder is moved into it."""
    with world.unit() as uow:
        assert uow.publisher is not None
        for one in uow.status_places.find():
            uow.status_places.remove(one)
        return replace(uow.publisher, shard_size=TINY)


def test_sixteen_issuers_race_for_the_last_places_and_each_gets_one(either_world: World, holder: Holder) -> None:
    made = many(either_world, holder, TINY + 8)
    tiny = shrunk(either_world)
    with either_world.unit() as uow:
        issuing.allocate(uow, tiny, made[: TINY - 8])

    outcomes = in_transactions(
        either_world, STAFF, *[lambda uow, one=one: issuing.allocate(uow, tiny, [one]) for one in made[TINY - 8 :]]
    )

    with either_world.unit() as uow:
        places = uow.status_places.find()
    assert outcomes == ["done"] * ISSUERS
    assert len(places) == len({(one.shard, one.place) for one in places}) == TINY + 8
    assert sorted(one.place for one in places if one.shard == 0) == list(range(TINY))
    assert sum(one.shard == 1 for one in places) == 8


def test_two_who_issue_hundreds_at_once_never_wait_for_each_other(either_world: World, holder: Holder) -> None:
    made = many(either_world, holder, 400)
    with either_world.unit() as uow:
        assert uow.publisher is not None
        small = replace(uow.publisher, shard_size=1_024)
    halves = (made[:200], made[200:])

    outcomes = in_transactions(
        either_world, STAFF, *[lambda uow, some=some: issuing.allocate(uow, small, some) for some in halves], tries=1
    )

    assert outcomes == ["done", "done"]
    with either_world.unit() as uow:
        places = uow.status_places.find()
    assert len({(one.shard, one.place) for one in places}) == len(places) == 401


def test_two_revocations_at_once_set_one_bit_once(either_world: World, holder: Holder) -> None:
    held, change = badge_of(holder), Change(reason="Two officers at once.")

    outcomes = in_transactions(
        either_world,
        STAFF,
        *[lambda uow: standing.revoke(uow, STAFF, holder.credential_id, change) for _ in range(2)],
    )

    assert sorted(outcomes) == ["done", "wrong_state"]
    assert Stranger(either_world).says(held, "revocation")
    assert sum(byte.bit_count() for byte in lists(either_world)[0, StatusPurpose.REVOCATION].bits) == 1
    assert events(either_world, "status_list.changed") == 1


def test_revocations_of_different_credentials_at_once_lose_no_bit(either_world: World, holder: Holder) -> None:
    holders = [holder, *(a_holder(either_world, subject=f"holder-{number}") for number in range(5))]
    held, change = [badge_of(one) for one in holders], Change(reason="All at once.")

    outcomes = in_transactions(
        either_world,
        STAFF,
        *[lambda uow, one=one: standing.revoke(uow, STAFF, one.credential_id, change) for one in holders],
    )

    assert outcomes == ["done"] * 6
    stranger = Stranger(either_world)
    assert all(stranger.says(one, "revocation") for one in held)
    assert sum(byte.bit_count() for byte in lists(either_world)[0, StatusPurpose.REVOCATION].bits) == 6


def test_a_revocation_beside_a_renewal_always_ends_revoked(either_world: World, holder: Holder) -> None:
    holder.earned()
    midday(either_world, a_credential().valid_until.replace(month=1))
    holder.paid()
    held, id_ = badge_of(holder), holder.credential_id

    outcomes = in_transactions(
        either_world,
        STAFF,
        lambda uow: standing.revoke(uow, STAFF, id_, Change(reason="Beside a renewal.")),
        lambda uow: renewals.renew(uow, STAFF, id_),
    )

    assert outcomes[0] == "done"
    assert holder.credential.status is Standing.REVOKED
    assert Stranger(either_world).says(held, "revocation")
    with either_world.unit() as uow:
        numbers = sorted(one.number for one in uow.badges.find(credential_id=id_))
    assert numbers == ([1, 2] if outcomes[1] == "done" else [1])


def test_every_list_is_what_its_places_say(either_world: World, holder: Holder) -> None:
    others = [a_holder(either_world, subject=f"holder-{number}") for number in range(3)]
    others[0].post("/revocation", REASON, officer(either_world))
    others[1].post("/suspension", REASON, officer(either_world))

    found = lists(either_world)

    with either_world.unit() as uow:
        for (shard, purpose), kept in found.items():
            column = "revoked" if purpose is StatusPurpose.REVOCATION else "suspended"
            said = uow.status_places.find(shard=shard, **{column: True})
            assert kept.bits == rules.with_places(_size(kept), [one.place for one in said])
    for purpose in StatusPurpose:
        served = either_world.client.get(f"/v1/status-lists/{list_id(0, purpose)}").json()
        assert served["id"] == f"{ADDRESS}/v1/status-lists/{list_id(0, purpose)}"
        assert bits_of(served["credentialSubject"]["encodedList"]) == found[0, purpose].bits


def _size(kept: StatusList) -> int:
    """How many places a list has."""
    return 8 * len(kept.bits)
