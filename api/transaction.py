"""The one wrapper around every route that touches the store.

A route is a plain `def` that names its action. The wrapper takes the request into a thread once (a brief read from a
file stays where it is), and there: begins a transaction, finds out who calls, answers a repeated Idempotency-Key,
authorizes, checks If-Match, runs the route, serialises, stores the answer, commits, and only then lets it leave.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from fastapi import Request, Response

from api.auth import Authenticator
from api.edge_errors import InsufficientScope
from api.idempotency import Claim, Idempotency
from api.route import Call, Preparation, Route
from api.threads import Threads
from domain.actors import ANONYMOUS, Actor
from domain.authorization import admits, may_know
from domain.errors import Forbidden, NotFound, Stale, Unauthenticated, Unavailable
from domain.ports import UnitOfWork

TRIES = 4
T = TypeVar("T")


class Units(Protocol):
    """Begins units of work; wiring gives the adapter's."""

    def begin(self, actor: Actor, *, write: bool, request_id: str | None) -> Any:  # noqa: ANN401 - a context manager of the adapter's unit of work, which has more than the port
        """A unit of work that commits at the end of its block."""
        ...


@dataclass(slots=True)
class Transactions:
    """Runs calls in transactions, in two pools of threads: a wait for the writer's turn keeps no reader waiting.

    With `in_the_loop`, for a store that a reader never waits for, brief reads are carried out where they arrive: the
    way to a thread and back costs more than they do.
    """

    units: Units
    authenticator: Authenticator
    idempotency: Idempotency
    contended: type[Exception]
    doors: Mapping[type, object]
    readers: Threads
    writers: Threads
    in_the_loop: bool = False

    async def run(self, call: Call) -> Response:
        """The answer to a call, after its commit."""
        if call.route.before is not None:
            call = await asyncio.to_thread(self._prepared, call, call.route.before)
        if call.route.brief and self.in_the_loop and self.authenticator.is_at_hand(call.request):
            return self._handle(call)
        pool = self.writers if call.route.writes else self.readers
        return await pool.run(self._handle, call)

    async def admit(self, request: Request, route: Route) -> None:
        """Raise Unauthenticated or Forbidden where this caller may never take the route's action."""
        await self.readers.run(self._admitted, request, route)

    def close(self) -> None:
        """Let what runs finish."""
        self.readers.close()
        self.writers.close()

    def _prepared(self, call: Call, before: Preparation) -> Call:
        """The call after the work that its route wants done before the transaction: for a caller who may come at all.

        It has threads of its own, so that a wait there keeps no reader and no writer waiting.
        """
        self._admitted(call.request, call.route)
        return replace(call, arguments={**call.arguments, **before(self.doors, call.arguments)})

    def _admitted(self, request: Request, route: Route) -> None:
        presented = self.authenticator.presented(request)

        def once() -> None:
            with self.units.begin(ANONYMOUS, write=False, request_id=None) as uow:
                _admit(self.authenticator.actor(uow, presented), route)

        self._insist(once)

    def _handle(self, call: Call) -> Response:
        return self._insist(lambda: self._once(call))

    def _insist(self, once: Callable[[], T]) -> T:
        """Run a transaction; the engine may ask for it to be run again from the start."""
        for _ in range(TRIES):
            try:
                return once()
            except self.contended:
                continue
        raise Unavailable

    def _once(self, call: Call) -> Response:
        route = call.route
        presented = self.authenticator.presented(call.request)
        request_id = call.request.scope.get("request_id")
        with self.units.begin(ANONYMOUS, write=route.writes, request_id=request_id) as uow:
            actor = uow.actor = self.authenticator.actor(uow, presented)
            _admit(actor, route)
            claim = self._claim(uow, actor, call)
            if claim is not None and claim.answer is not None:
                return claim.answer
            _check_precondition(uow, actor, call)
            response = route.respond(self._run(uow, actor, call), actor, call.request, uow)
            if claim is not None:
                self.idempotency.keep(uow, claim, response, route.secrets)
        return response

    def _claim(self, uow: Any, actor: Actor, call: Call) -> Claim | None:  # noqa: ANN401 - see Units
        if not call.route.takes_key:
            return None
        return self.idempotency.claim(uow, actor, call.request, call.body, needed=call.route.needs_key)

    def _run(self, uow: UnitOfWork, actor: Actor, call: Call) -> object:
        arguments = dict(call.arguments)
        for name, wanted in call.route.injected.items():
            if wanted is UnitOfWork:
                arguments[name] = uow
            elif wanted is Actor:
                arguments[name] = actor
            else:
                arguments[name] = self.doors[wanted]
        return call.route.function(**arguments)


def _admit(actor: Actor, route: Route) -> None:
    """Refuse a caller whose roles, or whose token's scopes, may never do this; a stranger is asked for a token."""
    if admits(actor, route.action):
        if route.scope is not None and route.scope not in actor.scopes:
            raise InsufficientScope(route.scope)
        return
    if actor is ANONYMOUS:
        raise Unauthenticated
    raise Forbidden


def _check_precondition(uow: Any, actor: Actor, call: Call) -> None:  # noqa: ANN401 - see Units
    """Hold the row that the request means to change and compare its version with If-Match.

    Whose thing it is comes first: a stranger learns nothing from 412 or 428.
    """
    if call.route.if_match is None:
        return
    if call.route.holds is not None:
        call.route.holds(uow, call.arguments)
    entity = uow.store(call.route.if_match).lock(call.arguments[call.route.if_match_parameter])
    if not may_know(actor, call.route.action, entity):
        raise NotFound
    expected = call.route.expected_versions(call.request)
    if expected is not None and entity.version not in expected:
        raise Stale
