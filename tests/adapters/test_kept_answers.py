"""Answers kept for replay, in the store itself: who holds a key, who waits, and what is forgotten when."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import psycopg
import pytest

from adapters.db.engine import Database
from adapters.db.kept_answers import SqlKeptAnswers
from domain.errors import Conflict
from domain.ports import KeptAnswer
from tests.adapters.jobs_world import eventually
from tests.samples import NOON

DAY = timedelta(hours=24)
SOON = 20.0
HEADERS = {"etag": '"1"', "location": "/v1/things/1"}


def test_the_first_holds_the_key_and_the_next_gets_its_answer_byte_for_byte(database: Database) -> None:
    body = bytes(range(256))

    first = _answered(database, "scope", body)
    again = _answered(database, "scope", b"never")

    assert first is None
    assert again == KeptAnswer("print", 201, HEADERS, body)


def test_a_key_whose_transaction_failed_is_free_again(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        _answered(database, "scope", b"lost", then=lambda: 1 // 0)

    assert _answered(database, "scope", b"kept") is None


def test_an_answer_is_kept_to_the_end_of_its_time_and_no_longer(database: Database) -> None:
    _answered(database, "scope", b"first")

    at_the_end = _answered(database, "scope", b"never", after=DAY)
    later = _answered(database, "scope", b"second", after=DAY + timedelta(seconds=1))
    again = _answered(database, "scope", b"never", after=DAY + timedelta(seconds=2))

    assert at_the_end is not None
    assert later is None
    assert again is not None
    assert again.body == b"second"


def test_what_is_old_is_swept_and_what_is_not_stays(database: Database) -> None:
    for hours in (0, 1, 2):
        _answered(database, f"scope-{hours}", b"", after=timedelta(hours=hours))

    with database.transaction(write=True) as connection:
        swept = SqlKeptAnswers(connection).forget_old(NOON + DAY + timedelta(hours=1, seconds=1))

    assert swept == 2
    assert _answered(database, "scope-2", b"") is not None


def test_a_twin_in_flight_waits_and_then_gets_the_answer(database: Database) -> None:
    with ThreadPoolExecutor(1) as thread:
        twins: list[Future[KeptAnswer | None]] = []

        def meet_a_twin() -> None:
            twins.append(thread.submit(_answered, database, "scope", b"twin"))
            assert eventually(lambda: _is_waiting(database))

        _answered(database, "scope", b"first", then=meet_a_twin)
        answer = twins[0].result(SOON)

    assert answer is not None
    assert answer.body == b"first"


def test_a_twin_takes_over_where_the_first_failed(database: Database) -> None:
    with ThreadPoolExecutor(1) as thread:
        twins: list[Future[KeptAnswer | None]] = []

        def fail_before_a_twin() -> None:
            twins.append(thread.submit(_answered, database, "scope", b"twin"))
            assert eventually(lambda: _is_waiting(database))
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            _answered(database, "scope", b"first", then=fail_before_a_twin)
        answer = twins[0].result(SOON)

    assert answer is None
    kept = _answered(database, "scope", b"never")
    assert kept is not None
    assert kept.body == b"twin"


def test_of_many_twins_over_an_expired_key_one_alone_holds_it(database: Database) -> None:
    _answered(database, "scope", b"old")
    later = DAY * 2

    with ThreadPoolExecutor(8) as threads:
        bodies = [f"new {number}".encode() for number in range(8)]
        answers = list(threads.map(lambda body: _answered(database, "scope", body, after=later), bodies))

    assert answers.count(None) == 1
    held = bodies[answers.index(None)]
    assert {answer.body for answer in answers if answer is not None} == {held}


def test_a_twin_that_waited_too_long_is_in_conflict(postgres_url: str) -> None:
    with closing(Database(postgres_url, patience_seconds=0.3)) as database, ThreadPoolExecutor(1) as thread:

        def outlast_a_twin() -> None:
            with pytest.raises(Conflict):
                thread.submit(_answered, database, "scope", b"twin").result(SOON)

        assert _answered(database, "scope", b"first", then=outlast_a_twin) is None


def _answered(
    database: Database,
    scope: str,
    body: bytes,
    *,
    after: timedelta = timedelta(0),
    then: Callable[[], object] = lambda: None,
) -> KeptAnswer | None:
    """One request: claim the key; where it is new, do the work, then keep the answer."""
    now = NOON + after
    with database.transaction(write=True) as connection:
        kept = SqlKeptAnswers(connection)
        earlier = kept.claim(scope, "print", now, now + DAY)
        if earlier is None:
            then()
            kept.answer(scope, 201, HEADERS, body)
        return earlier


def _is_waiting(database: Database) -> bool:
    """Whether someone waits for what this thread's transaction holds."""
    if database.is_sqlite:
        return len(database._writer._waiting) == 1
    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'")
        return found.fetchone() is not None
