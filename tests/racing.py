"""Races: verbs that are let go at the same moment, each in a thread of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from adapters.db.engine import Contended
from adapters.db.unit_of_work import SqlUnitOfWork
from domain.actors import Actor
from domain.errors import Conflict, DomainError, Stale
from tests.world import World

Verb = Callable[[SqlUnitOfWork], object]
SOON = 30


def at_once(*verbs: Callable[[], Any]) -> list[Any]:
    """What each verb came to, in their order: its result, or the refusal that it met."""
    gate = Barrier(len(verbs), timeout=SOON)

    def run(verb: Callable[[], Any]) -> Any:
        gate.wait()
        try:
            return verb()
        except DomainError as refusal:
            return refusal

    with ThreadPoolExecutor(len(verbs)) as pool:
        return list(pool.map(run, verbs))


def in_transactions(world: World, actor: Actor, *verbs: Verb, tries: int = 8) -> list[str]:
    """What became of each verb, in their order, each in a transaction of its own: `done`, or the code of its conflict.

    A transaction that the engine gives up is begun again, so many times in all.
    """

    def carried_out(verb: Verb) -> str:
        for _ in range(tries):
            try:
                with world.units.begin(actor) as uow:
                    verb(uow)
            except Contended:
                continue
            except (Conflict, Stale) as refusal:
                return refusal.code
            return "done"
        return "contended"

    return at_once(*(lambda verb=verb: carried_out(verb) for verb in verbs))
