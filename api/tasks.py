"""What workers do: the handler of each kind of task, the step of each kind of job, and the schedules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from domain.applications import actions_upkeep as applications
from domain.files import actions as files
from domain.jobs.actions import Handler, Step
from domain.jobs.model import Schedule
from domain.notices import actions as notices
from domain.ports import Clock, Files, Letters, Mailer, PaymentGateway, UnitsOfWork
from domain.programs import dry_run

SEAL = "journal.seal"

SCHEDULES: tuple[Schedule, ...] = (
    Schedule(name="seal-journal", cron="* * * * *", kind=SEAL),
    # Each hour, so that wherever the body is, its days end soon after midnight.
    Schedule(name="sweep-applications", cron="7 * * * *", kind=applications.SWEEP),
)


@dataclass(frozen=True, kw_only=True)
class Doors:
    """What handlers may use; the heavy ones are opened when first needed."""

    units: UnitsOfWork
    mailer: Callable[[], Mailer]
    letters: Callable[[], Letters]
    files: Callable[[], Files]
    gateway: Callable[[], PaymentGateway]
    seal: Callable[[], int]
    clock: Clock


def handlers(doors: Doors) -> dict[str, Handler]:
    """The handler of each kind of small task."""

    def send(units: UnitsOfWork, parameters: Mapping[str, Any]) -> None:
        notices.send(units, doors.mailer(), doors.letters(), parameters)

    def erase(units: UnitsOfWork, parameters: Mapping[str, Any]) -> None:
        files.erase(units, doors.files(), parameters)

    def seal(units: UnitsOfWork, parameters: Mapping[str, Any]) -> None:
        del units, parameters
        doors.seal()

    return {notices.SEND: send, files.ERASE: erase, SEAL: seal, applications.SWEEP: applications.sweep}


def steps(doors: Doors) -> dict[str, Step]:
    """One batch of each kind of long work."""
    del doors
    return {dry_run.COMPARE: dry_run.step}
