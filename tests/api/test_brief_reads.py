"""Brief reads: over a file they stay in the event loop, once what they present needs no asking elsewhere."""

import threading
from contextlib import ExitStack

import pytest
from fastapi import FastAPI, Request

from api.auth import Authenticator
from api.transaction import Transactions
from domain.actors import Role
from domain.errors import Unauthenticated
from tests.builders_applications import an_applicant, publish
from tests.world import World


def _transactions(world: World) -> Transactions:
    assert isinstance(world.client.app, FastAPI)
    found = world.client.app.state.transactions
    assert isinstance(found, Transactions)
    return found


def _authenticator(world: World) -> Authenticator:
    return _transactions(world).authenticator


def _presenting(header: str | None) -> Request:
    headers = [] if header is None else [(b"authorization", header.encode())]
    return Request({"type": "http", "headers": headers})


def test_a_brief_read_of_a_file_is_answered_while_every_reading_thread_is_busy(world: World) -> None:
    publish(world)
    ada = an_applicant(world).draft()
    path = f"/v1/applications/{ada.application_id}"
    expected = world.client.get(path, headers=ada.header).json()
    pool, gate = _transactions(world).readers, threading.Event()

    with ExitStack() as leaving:
        assert world.client.portal is not None
        leaving.callback(gate.set)
        for _ in range(4):
            world.client.portal.start_task_soon(pool.run, gate.wait)
        answer = world.client.get(path, headers=ada.header)

    assert answer.status_code == 200
    assert answer.json() == expected


def test_only_a_store_that_readers_never_wait_for_is_read_in_the_loop(either_world: World) -> None:
    assert _transactions(either_world).in_the_loop is either_world.database.is_sqlite


def test_a_token_is_at_hand_once_it_was_verified(world: World) -> None:
    header = world.token(Role.REVIEWER)["authorization"]
    authenticator = _authenticator(world)

    before = authenticator.is_at_hand(_presenting(header))
    authenticator.presented(_presenting(header))

    assert not before
    assert authenticator.is_at_hand(_presenting(header))


@pytest.mark.parametrize("header", [None, "Bearer wlt_of-a-wallet", "Bearer ck_test_0123456789abcdef"])
def test_nobody_and_keys_of_the_service_need_no_issuer(world: World, header: str | None) -> None:
    authenticator = _authenticator(world)

    assert authenticator.is_at_hand(_presenting(header))


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer two words", "Bearer " + "a" * 9000])
def test_what_is_no_token_is_refused_in_the_loop_too(world: World, header: str) -> None:
    with pytest.raises(Unauthenticated):
        _authenticator(world).is_at_hand(_presenting(header))
