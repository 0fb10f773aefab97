"""What workers do for those who watch: numbering events, sending messages, and the digests."""

from collections.abc import Callable, Mapping
from typing import Any

from domain.errors import Unavailable
from domain.jobs.actions import Handler
from domain.jobs.model import Schedule
from domain.ports import Mailer, UnitsOfWork
from domain.watching import delivering, telling
from domain.watching.delivering import Courier


def nobody() -> Courier:
    """Stands where no way out was given: messages wait."""
    raise Unavailable


def handlers(courier: Callable[[], Courier], mailer: Callable[[], Mailer]) -> dict[str, Handler]:
    """The handler of each kind of task."""

    def deliver(units: UnitsOfWork, parameters: Mapping[str, Any]) -> None:
        delivering.deliver(units, courier(), parameters)

    def mail_digest(units: UnitsOfWork, parameters: Mapping[str, Any]) -> None:
        delivering.mail_digest(units, mailer(), courier().base_url, parameters)

    return {
        telling.NUMBER: telling.number,
        telling.DELIVER: deliver,
        delivering.DUE: delivering.due,
        delivering.DIGESTS: delivering.digests,
        delivering.MAIL_DIGEST: mail_digest,
        delivering.FORGET: delivering.forget,
    }


def schedules(zone: str) -> tuple[Schedule, ...]:
    """What falls due is taken up each minute; digests are made at six in the morning in the body's IANA zone.

    Old messages are forgotten at night.
    """
    return (
        Schedule(name="webhooks-due", cron="* * * * *", kind=delivering.DUE),
        Schedule(name="watch-list-digests", cron="0 6 * * *", kind=delivering.DIGESTS, zone=zone, catch_up=True),
        Schedule(name="forget-old-messages", cron="40 3 * * *", kind=delivering.FORGET, zone=zone),
    )
