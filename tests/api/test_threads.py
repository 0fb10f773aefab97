"""The threads that routes run in."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from api.threads import Threads


@pytest.fixture
def two() -> Iterator[Threads]:
    made = Threads(2, "test")
    yield made
    made.close()


async def _together(threads: Threads, *works: Any) -> list[Any]:
    return await asyncio.gather(*(threads.run(work) for work in works), return_exceptions=True)


def test_what_the_work_returns_comes_back(two: Threads) -> None:
    async def asked() -> int:
        return await two.run(round, 6.6)

    assert asyncio.run(asked()) == 7


def test_what_the_work_raises_is_raised_where_it_is_awaited(two: Threads) -> None:
    async def asked() -> object:
        return await two.run(int, "seven")

    with pytest.raises(ValueError, match="seven"):
        asyncio.run(asked())


def test_as_many_run_together_as_there_are_threads_and_no_more(two: Threads) -> None:
    met, names = threading.Barrier(2, timeout=10), set[str]()

    def meet() -> None:
        met.wait()
        names.add(threading.current_thread().name)

    faults = asyncio.run(_together(two, meet, meet, meet, meet))

    assert faults == [None] * 4
    assert names == {"test-0", "test-1"}


def test_whoever_helped_once_is_called_again_when_work_waits_again(two: Threads) -> None:
    async def rounds() -> list[int]:
        met = threading.Barrier(2, timeout=10)
        return [place for _ in range(5) for place in await asyncio.gather(two.run(met.wait), two.run(met.wait))]

    assert sorted(asyncio.run(rounds())) == [0] * 5 + [1] * 5


def test_a_wait_in_every_thread_but_one_keeps_nobody(two: Threads) -> None:
    gate = threading.Event()

    async def asked() -> list[object]:
        stuck = asyncio.create_task(two.run(gate.wait, 10))
        told: list[object] = [await asyncio.wait_for(two.run(round, 6.6), 10) for _ in range(3)]
        gate.set()
        return [*told, await stuck]

    assert asyncio.run(asked()) == [7, 7, 7, True]


def test_work_that_nobody_waits_for_any_more_is_finished_and_keeps_no_thread_from_others(two: Threads) -> None:
    begun, go_on, done = threading.Event(), threading.Event(), list[str]()

    def slow() -> None:
        begun.set()
        assert go_on.wait(10)
        done.append("slow")

    async def given_up() -> str:
        waiting = asyncio.create_task(two.run(slow))
        await asyncio.to_thread(begun.wait, 10)
        waiting.cancel()
        answer = await asyncio.wait_for(two.run(lambda: "quick"), 10)
        go_on.set()
        return answer

    assert asyncio.run(given_up()) == "quick"
    two.close()
    assert done == ["slow"]


def test_closing_lets_what_waits_finish(two: Threads) -> None:
    done: list[int] = []

    async def asked() -> None:
        tasks = [asyncio.create_task(two.run(done.append, number)) for number in range(20)]
        await asyncio.sleep(0)
        two.close()
        await asyncio.gather(*tasks)

    asyncio.run(asked())

    assert sorted(done) == list(range(20))
