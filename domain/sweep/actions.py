"""The nightly sweep: every step, batch by batch, each batch in a transaction of its own."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from domain.actors import the_service
from domain.applications import actions_upkeep as applications
from domain.exams import actions as exams
from domain.ports import UnitOfWork, UnitsOfWork
from domain.scores import keeping
from domain.sweep import credentials, letters
from domain.wallets import actions as wallets

NIGHTLY: Final = "sweep.nightly"
"""The kind of the nightly task; it has no parameters."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweeper:
    """One step of the sweep: `run` handles at most so many rows in its transaction, and says how many it did.

    It is called again until it says fewer than `batch`, each time in a transaction of its own. Being run twice over
    must do no harm: a step finds what is due by looking, not by remembering.
    """

    name: str
    batch: int
    run: Callable[[UnitOfWork, int], int]


def _expire_authorizations(uow: UnitOfWork, limit: int) -> int:
    return exams.sweep_authorizations(uow, limit)


def _forget_answers(uow: UnitOfWork, limit: int) -> int:
    del limit
    uow.kept_answers.forget_old(uow.now)
    return 0


STEPS: Final[tuple[Sweeper, ...]] = (
    Sweeper(name="credentials.expire", batch=500, run=credentials.expire),
    Sweeper(name="credentials.lapse", batch=500, run=credentials.lapse),
    Sweeper(name="credentials.remind", batch=100, run=credentials.remind),
    Sweeper(name="applications.expire", batch=100, run=applications.expire_due),
    Sweeper(name="applications.move_on", batch=100, run=applications.move_on),
    Sweeper(name="authorizations.expire", batch=100, run=_expire_authorizations),
    Sweeper(name="letters.take_up", batch=500, run=letters.take_up),
    Sweeper(name="response_files.forget", batch=100, run=keeping.forget_old),
    Sweeper(name="wallet_nonces.forget", batch=500, run=wallets.forget_nonces),
    Sweeper(name="answers.forget", batch=500, run=_forget_answers),
)
"""What a night does, in this order; a slice adds its step here. A batch is small: it gives the writer back soon."""


def nightly(
    units: UnitsOfWork, parameters: Mapping[str, Any] | None = None, *, steps: Iterable[Sweeper] = STEPS
) -> dict[str, int]:
    """Do all that is due tonight; how many rows each step did, by its name.

    Safe to repeat, and to take up after a fall: what was committed is no longer due. A step that fails does not keep
    the later ones from running; the first failure is raised when they have.
    """
    del parameters
    done: dict[str, int] = {}
    failures: list[Exception] = []
    for step in steps:
        try:
            done[step.name] = _swept(units, step)
        except Exception as failure:  # raised below, when the others have had their turn
            log.exception("the step %s of the sweep failed", step.name)
            failures.append(failure)
    if failures:
        raise failures[0]
    return done


def _swept(units: UnitsOfWork, step: Sweeper) -> int:
    total, more = 0, True
    while more:
        with units.begin(the_service(NIGHTLY)) as uow:
            count = step.run(uow, step.batch)
        total, more = total + count, count >= step.batch
    return total
