"""One winner, always: renewals, revocations, extensions and the sweep beside each other, on both engines."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from domain.actors import Actor, Role
from domain.credentials import actions_standing as standing
from domain.credentials.actions import award
from domain.credentials.actions_standing import Change
from domain.credentials.model import AwardStatus, Standing
from domain.renewals import actions as renewals, activities
from domain.renewals.model import ActivityStatus, CycleStatus
from domain.sweep.actions import nightly
from tests.api.outcomes import events
from tests.builders_credentials import AWARDED, ENDS, Holder, a_holder, a_released_pass, lapsed, midday, ready
from tests.racing import Verb, at_once, in_transactions
from tests.world import World

STAFF = Actor(subject="officer", roles=frozenset({Role.CREDENTIAL_OFFICER}))
ROUNDS = 4


@pytest.fixture
def holder(either_world: World) -> Holder:
    """A holder who may renew today."""
    return ready(either_world)


def raced(world: World, *verbs: Verb) -> list[str]:
    """What became of verbs that staff let go at the same moment, sorted."""
    return sorted(in_transactions(world, STAFF, *verbs, tries=5))


def renew(holder: Holder) -> Verb:
    """Renew it."""
    return lambda uow: renewals.renew(uow, STAFF, holder.credential_id)


def revoke(holder: Holder) -> Verb:
    """Revoke it."""
    return lambda uow: standing.revoke(uow, STAFF, holder.credential_id, Change(reason="A reason."))


def test_of_many_renewals_one_wins(holder: Holder) -> None:
    outcomes = raced(holder.world, *[renew(holder)] * ROUNDS)

    assert outcomes == ["done", *["refused_by_rule"] * (ROUNDS - 1)]
    assert holder.credential.valid_until == date(2032, 3, 2)
    assert (holder.cycle.number, len(holder.history())) == (2, 2)
    assert events(holder.world, "credential.renewed") == 1


def test_over_http_the_second_renewal_finds_the_credential_changed(holder: Holder) -> None:
    path, version = f"/v1/credentials/{holder.credential_id}/renewals", holder.credential.version

    def post(key: str) -> int:
        headers = {**holder.header, "if-match": f'"{version}"', "idempotency-key": key}
        return holder.world.client.post(path, headers=headers).status_code

    statuses = sorted(at_once(lambda: post("one"), lambda: post("two")))

    assert statuses == [201, 412]
    assert events(holder.world, "credential.renewed") == 1


def test_a_repeated_key_renews_once_and_answers_the_same(holder: Holder) -> None:
    headers = {**holder.header, "if-match": f'"{holder.credential.version}"', "idempotency-key": "once"}
    path = f"/v1/credentials/{holder.credential_id}/renewals"

    first, second = (holder.world.client.post(path, headers=headers) for _ in range(2))

    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert second.headers["idempotent-replayed"] == "true"
    assert events(holder.world, "credential.renewed") == 1


def test_revoke_against_renew_ends_revoked_whoever_comes_first(holder: Holder) -> None:
    outcomes = raced(holder.world, renew(holder), revoke(holder))

    # Either the revocation came second and revokes the renewed credential, or it came first and nothing is renewed.
    assert outcomes in (["done", "done"], ["done", "wrong_state"])
    assert holder.credential.status is Standing.REVOKED
    assert holder.cycle.status is CycleStatus.ENDED
    assert holder.registry().json()["status"] == "revoked"
    assert [one.number for one in holder.history()] == list(range(1, len(holder.history()) + 1))


def test_of_a_reinstatement_and_a_withdrawal_of_what_it_rests_on_one_wins(either_world: World) -> None:
    holder = lapsed(either_world)
    holder.earned()
    holder.paid()
    with either_world.unit() as uow:
        (activity,) = uow.activities.find(credential_id=holder.credential_id)

    outcomes = in_transactions(
        either_world,
        STAFF,
        lambda uow: renewals.reinstate(uow, STAFF, holder.credential_id),
        lambda uow: activities.withdraw(uow, STAFF, activity.id),
    )

    with either_world.unit() as uow:
        kept = uow.activities.get(activity.id).status
    assert (outcomes, kept, holder.credential.status) in (
        (["done", "wrong_state"], ActivityStatus.ACCEPTED, Standing.ACTIVE),
        (["refused_by_rule", "done"], ActivityStatus.WITHDRAWN, Standing.LAPSED),
    )


def test_of_many_changes_each_has_its_own_place_in_the_history(holder: Holder) -> None:
    suspend = [
        lambda uow: standing.suspend(uow, STAFF, holder.credential_id, Change(reason="A reason."))
        for _ in range(ROUNDS)
    ]

    outcomes = raced(holder.world, *suspend)

    assert outcomes == ["done", *["wrong_state"] * (ROUNDS - 1)]
    assert [one.number for one in holder.history()] == [1, 2]


def test_the_sweep_beside_a_late_renewal_leaves_one_of_two_true_stories(holder: Holder) -> None:
    midday(holder.world, ENDS.replace(day=3))
    holder.paid()

    with ThreadPoolExecutor(1) as pool:
        sweep = pool.submit(nightly, holder.world.units)
        outcomes = raced(holder.world, renew(holder))
        sweep.result()

    assert outcomes == ["done"]
    nightly(holder.world.units)
    assert holder.credential.status is Standing.ACTIVE
    stood = [one.standing for one in holder.history()]
    assert stood in ([Standing.ACTIVE, Standing.EXPIRED, Standing.ACTIVE], [Standing.ACTIVE, Standing.ACTIVE])


def test_two_passes_of_one_person_become_one_credential(either_world: World) -> None:
    first = a_holder(either_world, licence={"expires_on": date(2026, 3, 1)})
    with either_world.unit() as uow:
        attempts = [a_released_pass(uow, first.candidate_id) for _ in range(2)]
        application = uow.applications.get(first.application_id)
        (licence,) = uow.licences.find(candidate_id=first.candidate_id)
        uow.licences.save(replace(licence, expires_on=None))

    outcomes = raced(either_world, *[lambda uow, one=one: award(uow, one, application, AWARDED) for one in attempts])

    assert outcomes == ["done", "done"]
    with either_world.unit() as uow:
        assert uow.credentials.count() == 1
        assert sorted(one.status for one in uow.awards.find(attempt_id=[a.id for a in attempts])) == [
            AwardStatus.HELD,
            AwardStatus.ISSUED,
        ]


def test_one_attempt_is_awarded_once_however_often_it_is_released(either_world: World) -> None:
    first = a_holder(either_world, licence={"expires_on": date(2026, 3, 1)})
    with either_world.unit() as uow:
        attempt = a_released_pass(uow, first.candidate_id)
        application = uow.applications.get(first.application_id)

    outcomes = raced(either_world, *[lambda uow: award(uow, attempt, application, AWARDED)] * ROUNDS)

    assert set(outcomes) <= {"done", "already_exists"}
    with either_world.unit() as uow:
        assert uow.awards.count(attempt_id=attempt.id) == 1
