"""The nightly sweep on both engines."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import text

from adapters.notices.letters import JinjaLetters
from domain.credentials.events import CredentialExpired, CredentialLapsed
from domain.credentials.model import Standing
from domain.events import Event
from domain.notices.model import Notice, NoticeKind, NoticeStatus
from domain.payments.events import ChargeCancelled
from domain.ports import UnitOfWork
from domain.renewals.model import CycleStatus
from domain.sweep.actions import NIGHTLY, STEPS, Sweeper, nightly
from domain.sweep.letters import SEND_MANY, TELL, send_many, tell
from tests.builders_credentials import AWARDED, ENDS, Holder, a_holder, midday, officer
from tests.builders_letters import Postbox
from tests.world import World, a_world

GRACE = 90
LAST_OF_GRACE = ENDS + timedelta(days=GRACE)
DAY = timedelta(days=1)


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    """A whole service over each engine in turn."""
    with a_world(database_url, tmp_path) as made:
        yield made


def swept(world: World, day: date) -> dict[str, int]:
    """What the sweep of a day did."""
    midday(world, day)
    return nightly(world.units)


def entries(world: World, kind: str) -> list[dict[str, Any]]:
    """What the journal holds of a kind, as its lines say."""
    with world.database.transaction(write=False) as connection:
        rows = connection.execute(
            text("SELECT subject_id, data FROM journal WHERE kind = :kind ORDER BY seq"), {"kind": kind}
        )
        return [orjson.loads(row.data) if isinstance(row.data, str) else row.data for row in rows]


def letters(world: World, kind: NoticeKind) -> list[Notice]:
    """The letters of a kind."""
    with world.unit() as uow:
        return uow.notices.find(kind=kind)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(ENDS - DAY, Standing.ACTIVE, id="the day before the last"),
        pytest.param(ENDS, Standing.ACTIVE, id="the last valid day"),
        pytest.param(ENDS + DAY, Standing.EXPIRED, id="the day after"),
        pytest.param(LAST_OF_GRACE, Standing.EXPIRED, id="the last day of grace"),
        pytest.param(LAST_OF_GRACE + DAY, Standing.LAPSED, id="the day after the grace"),
    ],
)
def test_a_credential_is_written_down_as_its_dates_say(world: World, day: date, expected: Standing) -> None:
    holder = a_holder(world)

    swept(world, day)

    assert holder.credential.status is expected
    assert holder.registry().json()["status"] == expected.value


def test_what_the_sweep_writes_is_what_an_action_would_have_written(world: World) -> None:
    holder = a_holder(world)

    swept(world, ENDS + DAY)
    swept(world, LAST_OF_GRACE + DAY)

    issued, expired, lapsed = holder.history()
    assert (issued.number, expired.number, lapsed.number) == (1, 2, 3)
    assert (expired.standing, expired.effective_on) == (Standing.EXPIRED, ENDS + DAY)
    assert (lapsed.standing, lapsed.effective_on) == (Standing.LAPSED, LAST_OF_GRACE + DAY)
    assert (lapsed.valid_until, lapsed.edition, lapsed.name) == (issued.valid_until, issued.edition, issued.name)
    assert lapsed.by == f"system:{NIGHTLY}"
    ids = {"credential_id": holder.credential_id, "candidate_id": holder.candidate_id}
    about: dict[str, Any] = {**ids, "valid_until": ENDS}
    said: list[tuple[str, Event]] = [
        ("credential.expired", CredentialExpired(effective_on=ENDS + DAY, **about)),
        ("credential.lapsed", CredentialLapsed(effective_on=LAST_OF_GRACE + DAY, **about)),
    ]
    for kind, event in said:
        assert event.kind == kind
        assert entries(world, kind) == [event.data()]
    assert holder.cycle.status is CycleStatus.LAPSED
    assert holder.credential.version == 3


def charges(world: World, holder: Holder) -> list[tuple[str, str, int]]:
    """What stands about the holder's first cycle: fee, status and version, by fee."""
    with world.unit() as uow:
        cycle = uow.cycles.find(credential_id=holder.credential_id)[0]
        return sorted((one.fee, one.status.value, one.version) for one in uow.charges.find(about_id=cycle.id))


def test_what_was_owed_for_a_renewal_is_owed_no_more_after_the_lapse(world: World) -> None:
    holder, other = a_holder(world), a_holder(world, subject="bea")
    midday(world, LAST_OF_GRACE - timedelta(days=40))
    holder.post("/renewal-charges")
    midday(world, LAST_OF_GRACE)
    other.paid()
    before = charges(world, holder), charges(world, other)

    swept(world, LAST_OF_GRACE)
    in_grace = charges(world, holder)
    swept(world, LAST_OF_GRACE + DAY)

    assert {status for _, status, _ in before[0]} == {"open"}
    assert in_grace == before[0]
    assert len(in_grace) == 2
    assert charges(world, holder) == [(fee, "cancelled", version + 1) for fee, _, version in in_grace]
    assert charges(world, other) == before[1]
    with world.unit() as uow:
        cancelled = uow.charges.find(status="cancelled")
        assert {one.settled_at for one in cancelled} == {uow.now}
    said = [ChargeCancelled(charge_id=one.id, candidate_id=one.candidate_id).data() for one in cancelled]
    assert sorted(entries(world, ChargeCancelled.kind), key=str) == sorted(said, key=str)


def test_the_fee_of_coming_back_that_was_asked_before_the_sweep_stays_due(world: World) -> None:
    holder = a_holder(world)
    midday(world, LAST_OF_GRACE)
    holder.post("/renewal-charges")
    midday(world, LAST_OF_GRACE + DAY)
    holder.post("/renewal-charges")

    swept(world, LAST_OF_GRACE + DAY)

    stands = [(fee, status) for fee, status, _ in charges(world, holder)]
    assert [one for one in stands if one[1] == "open"] == [("reinstatement", "open")]
    assert len(stands) == 3


def test_the_ids_it_makes_are_of_version_7_and_all_different(world: World) -> None:
    holders = [a_holder(world, subject=name) for name in ("ada", "bea", "cyd")]

    swept(world, ENDS + DAY)

    with world.database.transaction(write=False) as connection:
        rows = connection.execute(text("SELECT id FROM journal WHERE kind = 'credential.expired'")).scalars()
        made = [UUID(str(one)) for one in rows]
    made += [one.history()[-1].id for one in holders]
    assert len(set(made)) == 6
    assert {(one.version, one.variant) for one in made} == {(7, "specified in RFC 4122")}


def test_a_second_run_of_the_same_night_finds_nothing_to_do(world: World) -> None:
    holder = a_holder(world)
    first = swept(world, ENDS + DAY)
    before = holder.credential

    again = swept(world, ENDS + DAY)

    assert (first["credentials.expire"], again["credentials.expire"]) == (1, 0)
    assert holder.credential == before
    assert len(entries(world, "credential.expired")) == 1
    assert len(holder.history()) == 2


def test_one_task_writes_the_letters_of_a_batch(world: World) -> None:
    for name in ("ada", "bea", "cyd"):
        a_holder(world, subject=name)
    world.tasks.waiting.clear()

    swept(world, ENDS + DAY)

    (batch,) = [parameters for kind, parameters in world.tasks.waiting if kind == TELL]
    assert len(batch["change_ids"]) == 3


def told(world: World) -> Postbox:
    """Carry out the tasks that write and send letters; what was posted."""
    post, written = (
        Postbox(),
        JinjaLetters(body_name="CPS", portal="https://portal.example", contact="help@body.example"),
    )
    world.run_tasks({TELL: lambda units, parameters: tell(units, post, written, parameters)})
    return post


def test_its_letters_say_until_when_there_is_grace_and_leave_once(world: World) -> None:
    holder = a_holder(world)
    world.tasks.waiting.clear()
    swept(world, ENDS + DAY)
    again = list(world.tasks.waiting)

    (mail,) = told(world).mails
    world.tasks.waiting.extend(again)
    repeated = told(world).mails

    assert "expired on 2 March 2029" in mail.text
    assert "until the end of 31 May 2029" in mail.text
    assert holder.credential.number in mail.text
    assert repeated == []
    assert [one.status for one in letters(world, NoticeKind.RENEWAL_GRACE)] == [NoticeStatus.SENT]


def test_whoever_renewed_before_the_letter_was_written_is_not_told_of_the_grace(world: World) -> None:
    holder = a_holder(world)
    holder.earned()
    swept(world, ENDS + DAY)
    holder.paid()
    assert holder.post("/renewals").status_code == 201

    told(world)

    assert letters(world, NoticeKind.RENEWAL_GRACE) == []


def test_letters_that_waited_for_days_with_mail_away_are_taken_up(world: World) -> None:
    a_holder(world)
    world.tasks.waiting.clear()

    swept(world, AWARDED + timedelta(days=1))
    early = [kind for kind, _ in world.tasks.waiting]
    swept(world, AWARDED + timedelta(days=3))

    (batch,) = [parameters for kind, parameters in world.tasks.waiting if kind == SEND_MANY]
    post, written = (
        Postbox(),
        JinjaLetters(body_name="CPS", portal="https://portal.example", contact="help@body.example"),
    )
    send_many(world.units, post, written, batch)
    assert early == []
    assert [mail.subject for mail in post.mails] == ["Congratulations: Certified Pharmacy Operations Manager"]


def test_a_sweep_that_comes_after_the_grace_sends_no_letter_about_the_grace(world: World) -> None:
    holder = a_holder(world)

    done = swept(world, LAST_OF_GRACE + DAY)

    assert (done["credentials.expire"], done["credentials.lapse"]) == (1, 1)
    assert holder.credential.status is Standing.LAPSED
    told(world)
    assert letters(world, NoticeKind.RENEWAL_GRACE) == []
    assert [one.parameters["effective_on"] for one in letters(world, NoticeKind.CREDENTIAL_LAPSED)] == ["2029-06-01"]


@pytest.mark.parametrize("standing", [Standing.SUSPENDED, Standing.REVOKED, Standing.RETIRED])
def test_what_is_suspended_or_final_is_left_alone(world: World, standing: Standing) -> None:
    holder = a_holder(world)
    verb = {Standing.SUSPENDED: "suspension", Standing.REVOKED: "revocation", Standing.RETIRED: "retirement"}[standing]
    holder.post(f"/{verb}", {"reason": "A reason."}, officer(world))

    swept(world, LAST_OF_GRACE + DAY)

    assert holder.credential.status is standing
    assert len(holder.history()) == 2


def test_a_batch_that_fails_changes_nothing_and_the_next_run_does_it(world: World) -> None:
    holder = a_holder(world)
    midday(world, ENDS + DAY)
    before = holder.credential

    def killed_before_its_commit(uow: UnitOfWork, limit: int) -> int:
        STEPS[0].run(uow, limit)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        nightly(world.units, steps=[Sweeper(name="killed", batch=500, run=killed_before_its_commit)])

    assert holder.credential == before
    assert entries(world, "credential.expired") == []
    assert nightly(world.units)["credentials.expire"] == 1


def test_batches_follow_each_other_until_nothing_is_due(world: World) -> None:
    holders = [a_holder(world, subject=name) for name in ("ada", "bea", "cyd")]
    midday(world, ENDS + DAY)
    small = [Sweeper(name="expire", batch=1, run=STEPS[0].run)]

    done = nightly(world.units, steps=small)

    assert done == {"expire": 3}
    assert {one.credential.status for one in holders} == {Standing.EXPIRED}


def test_a_step_that_fails_does_not_keep_the_others_from_running(world: World) -> None:
    holder = a_holder(world)
    midday(world, ENDS + DAY)

    def failing(uow: object, limit: int) -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        nightly(world.units, steps=[Sweeper(name="failing", batch=1, run=failing), STEPS[0]])

    assert holder.credential.status is Standing.EXPIRED


def test_holders_are_reminded_on_the_days_the_policy_names(world: World) -> None:
    holder = a_holder(world)
    told = {}

    for left in (91, 90, 89, 61, 60, 31, 30, 8, 7, 6, 0):
        swept(world, ENDS - timedelta(days=left))
        told[left] = len(reminded(world, holder))

    assert told == {91: 0, 90: 1, 89: 1, 61: 1, 60: 2, 31: 2, 30: 3, 8: 3, 7: 4, 6: 4, 0: 4}
    assert holder.cycle.reminders == ("open", "60", "30", "7")
    assert holder.cycle.remind_on is None


@pytest.mark.parametrize(
    ("zone", "instant", "letters_sent"),
    [
        pytest.param("Pacific/Auckland", datetime(2028, 12, 1, 12, 30, tzinfo=UTC), 1, id="a day ahead of the body"),
        pytest.param("Pacific/Auckland", datetime(2028, 12, 1, 10, 30, tzinfo=UTC), 0, id="ahead, and not yet"),
        pytest.param("Pacific/Honolulu", datetime(2028, 12, 2, 9, 30, tzinfo=UTC), 0, id="behind the body"),
        pytest.param("Pacific/Honolulu", datetime(2028, 12, 2, 10, 30, tzinfo=UTC), 1, id="behind, and there at last"),
    ],
)
def test_reminders_go_by_the_calendar_of_the_policys_zone(
    world: World, zone: str, instant: datetime, letters_sent: int
) -> None:
    holder = a_holder(world, {"/zone": zone})
    world.clock.set(instant)

    nightly(world.units)

    assert ENDS - timedelta(days=90) == date(2028, 12, 2)
    assert len(reminded(world, holder)) == letters_sent


def reminded(world: World, holder: Holder) -> list[NoticeKind]:
    """The kinds of the reminders that a holder was sent."""
    kinds = (NoticeKind.RENEWAL_OPEN, NoticeKind.RENEWAL_REMINDER, NoticeKind.AUDIT_CHOSEN)
    with world.unit() as uow:
        return [one.kind for one in uow.notices.find(candidate_id=holder.candidate_id) if one.kind in kinds]


def test_nights_without_a_sweep_do_not_pile_up_letters(world: World) -> None:
    holder = a_holder(world)

    swept(world, ENDS - timedelta(days=20))

    (kind,) = reminded(world, holder)
    assert kind is NoticeKind.RENEWAL_REMINDER
    assert holder.cycle.remind_on == ENDS - timedelta(days=7)


def test_whoever_was_drawn_for_audit_hears_of_it_when_renewal_opens(world: World) -> None:
    holder = a_holder(world, {"/audit/renewals_rate": 1.0})

    swept(world, ENDS - timedelta(days=91))
    early = reminded(world, holder)
    swept(world, ENDS - timedelta(days=90))

    assert early == []
    assert sorted(reminded(world, holder)) == [NoticeKind.AUDIT_CHOSEN, NoticeKind.RENEWAL_OPEN]


def test_a_reminder_lists_what_is_still_open(world: World) -> None:
    holder = a_holder(world)
    holder.earned(1_799)

    swept(world, ENDS - timedelta(days=90))

    (notice,) = letters(world, NoticeKind.RENEWAL_OPEN)
    assert [one.code for one in notice.unmet] == ["hours_missing", "fee_not_charged"]


def test_answers_kept_for_replay_are_forgotten_when_their_time_is_over(world: World) -> None:
    holder = a_holder(world)
    holder.post(
        "/activities",
        {"title": "Law", "provider": "P", "minutes": 60, "completed_on": "2026-03-02", "uan": "0197-0000-26-001-L03-P"},
    )

    swept(world, AWARDED + timedelta(days=3))

    with world.database.transaction(write=False) as connection:
        assert connection.execute(text("SELECT count(*) FROM kept_answers")).scalar_one() == 0


def test_two_sweeps_beside_each_other_turn_each_credential_once(world: World) -> None:
    holders = [a_holder(world, subject=f"holder{number}") for number in range(6)]
    midday(world, ENDS + DAY)
    small = [Sweeper(name="expire", batch=2, run=STEPS[0].run)]

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: nightly(world.units, steps=small)["expire"], range(2)))
    rest = nightly(world.units)["credentials.expire"]

    assert sum(done) + rest == 6
    assert [len(one.history()) for one in holders] == [2] * 6
    assert len(entries(world, "credential.expired")) == 6
