"""What workers do: the handler of each kind of task, the step of each kind of job, and the schedules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from api import tasks_items, tasks_watching
from domain.analysis import actions as analyses, equating, groupings, sheets
from domain.assembly import actions as assembly
from domain.files import actions as files
from domain.jobs.actions import Handler, Step
from domain.jobs.model import Schedule
from domain.notices import actions as notices
from domain.ports import (
    Clock,
    Files,
    ItemExchange,
    Letters,
    Mailer,
    PaymentGateway,
    ResponseReader,
    SheetPress,
    Solver,
    UnitsOfWork,
)
from domain.programs import dry_run
from domain.rescoring import actions as rescores, carrying, listing
from domain.scores import importing, keeping, releasing, rescoring
from domain.security import screening
from domain.sweep import actions as sweep, letters
from domain.test_centres import exporting, forgetting, receiving
from domain.test_centres.ports import CentreFiles
from domain.watching.delivering import Courier

SEAL = "journal.seal"


def schedules(zone: str) -> tuple[Schedule, ...]:
    """What recurs; the nightly sweep at ten past midnight in the body's IANA zone, also for nights that were missed."""
    return (
        Schedule(name="seal-journal", cron="* * * * *", kind=SEAL),
        Schedule(name="nightly-sweep", cron="10 0 * * *", kind=sweep.NIGHTLY, zone=zone, catch_up=True),
        *tasks_watching.schedules(zone),
        *tasks_items.schedules(),
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
    reader: ResponseReader
    centres: Callable[[], CentreFiles]
    sheets: SheetPress
    solver: Solver
    courier: Callable[[], Courier] = tasks_watching.nobody
    exchange: ItemExchange | None = None


def handlers(doors: Doors) -> dict[str, Handler]:
    """The handler of each kind of small task."""

    def send(units: UnitsOfWork, parameters: Mapping[str, Any]) -> None:
        notices.send(units, doors.mailer(), doors.letters(), parameters)

    def erase(units: UnitsOfWork, parameters: Mapping[str, Any]) -> None:
        files.erase(units, doors.files(), parameters)

    def forget_file(units: UnitsOfWork, parameters: Mapping[str, Any]) -> None:
        keeping.delete(units, doors.files(), parameters)

    def erase_groups(units: UnitsOfWork, parameters: Mapping[str, Any]) -> None:
        groupings.erase(units, doors.files(), parameters)

    def seal(units: UnitsOfWork, parameters: Mapping[str, Any]) -> None:
        del units, parameters
        doors.seal()

    def send_many(units: UnitsOfWork, parameters: Mapping[str, Any]) -> None:
        letters.send_many(units, doors.mailer(), doors.letters(), parameters)

    def tell(units: UnitsOfWork, parameters: Mapping[str, Any]) -> None:
        letters.tell(units, doors.mailer(), doors.letters(), parameters)

    def sweep_nightly(units: UnitsOfWork, parameters: Mapping[str, Any]) -> None:
        sweep.nightly(units, parameters)

    return {
        notices.SEND: send,
        letters.SEND_MANY: send_many,
        letters.TELL: tell,
        files.ERASE: erase,
        groupings.ERASE: erase_groups,
        keeping.FORGET: forget_file,
        SEAL: seal,
        sweep.NIGHTLY: sweep_nightly,
        **tasks_watching.handlers(doors.courier, doors.mailer),
        **tasks_items.handlers(doors.files),
        **_forgetting(doors.files),
    }


def _forgetting(files: Callable[[], Files]) -> dict[str, Handler]:
    """What an erasure leaves for workers."""

    def search(units: UnitsOfWork, parameters: Mapping[str, Any]) -> None:
        forgetting.search(units, files(), parameters)

    def erase(units: UnitsOfWork, parameters: Mapping[str, Any]) -> None:
        forgetting.erase(units, files(), parameters)

    return {forgetting.FORGET: search, forgetting.ERASE: erase}


def steps(doors: Doors) -> dict[str, Step]:
    """One batch of each kind of long work."""
    return {
        dry_run.COMPARE: dry_run.step,
        importing.IMPORT: importing.step(doors.files(), doors.reader),
        rescoring.SCORE: rescoring.step(),
        releasing.RELEASE: releasing.step(),
        analyses.ANALYSE: analyses.step(doors.files()),
        equating.EQUATE: equating.step(),
        assembly.ASSEMBLE: assembly.step(doors.solver),
        sheets.MAKE: sheets.step(doors.files(), doors.sheets),
        exporting.EXPORT: exporting.step(doors.centres(), doors.files()),
        receiving.RECEIVE: receiving.step(doors.centres(), doors.files(), doors.gateway()),
        screening.SCREEN: screening.step(doors.files()),
        rescores.LIST: listing.step(),
        rescores.CARRY_OUT: carrying.step(doors.gateway()),
        **tasks_items.steps(doors.files(), doors.exchange),
    }
