"""A sandbox's clock, turned on through the API, so that integrators can watch three years pass."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from api.fields import In, Out
from api.routing import Routes
from domain.actors import Actor
from domain.ports import SandboxTime, UnitOfWork

routes = Routes("sandbox")

Days = Annotated[int, Field(strict=True, ge=0, le=3_660, description="Days to turn the clock on.")]
Seconds = Annotated[int, Field(strict=True, ge=0, le=86_400, description="Seconds to turn the clock on, beside days.")]


class ClockIn(In):
    """How far to turn the clock on."""

    days: Days = 0
    seconds: Seconds = 0


class ClockOut(Out):
    """What the clock shows."""

    now: datetime


@routes.post("/sandbox/clock", action="sandbox.turn_clock", answers=ClockOut)
def advance(uow: UnitOfWork, actor: Actor, clock: SandboxTime, body: ClockIn) -> ClockOut:
    """Turn the sandbox's clock on. It never goes back, and exists in a sandbox only."""
    actor.must("sandbox.turn_clock")
    del uow
    return ClockOut(now=clock.advance(timedelta(days=body.days, seconds=body.seconds)))
