"""What workers do for the item bank: make packages that were agreed to, and erase those that are over."""

from collections.abc import Callable, Mapping
from typing import Any

from domain.items import exporting
from domain.jobs.actions import Handler, Step
from domain.jobs.model import Schedule
from domain.ports import Files, ItemExchange, UnitsOfWork


def schedules() -> tuple[Schedule, ...]:
    """Packages that nobody fetched are erased within a quarter of an hour after their time."""
    return (Schedule(name="expire-item-exports", cron="*/15 * * * *", kind=exporting.EXPIRE),)


def handlers(files: Callable[[], Files]) -> dict[str, Handler]:
    """The handler of each kind of small task."""

    def expire(units: UnitsOfWork, parameters: Mapping[str, Any]) -> None:
        exporting.expire(units, files(), parameters)

    def erase(units: UnitsOfWork, parameters: Mapping[str, Any]) -> None:
        exporting.erase(units, files(), parameters)

    return {exporting.EXPIRE: expire, exporting.ERASE: erase}


def steps(files: Files, exchange: ItemExchange | None) -> dict[str, Step]:
    """The one step of an export; none where nothing speaks the format."""
    return {} if exchange is None else {exporting.EXPORT: exporting.step(files, exchange)}
