"""A worker process that numbers events and sends messages, to a receiver on the loopback."""

import argparse
import signal
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.db.engine import Database
from adapters.db.unit_of_work import SqlUnitsOfWork
from adapters.jobs import TaskQueue
from adapters.jobs.worker import Worker
from adapters.keys import FileKeyProvider
from adapters.webhooks import HttpsWebhookSender
from api import tasks_watching
from domain.errors import Unavailable
from domain.jobs.model import Schedule
from domain.ports import Mailer
from domain.watching.delivering import DUE, Courier
from tests.adapters.jobs_world import QUICK
from tests.receiver import AUTHORITY

EACH_SECOND = Schedule(name="due", cron="* * * * * *", kind=DUE)


def units_of(database: Database, ahead: timedelta = timedelta(0)) -> SqlUnitsOfWork:
    """Units of work with a real queue, by a clock that may be ahead."""
    clock: Callable[[], datetime] = lambda: datetime.now(UTC) + ahead  # noqa: E731 - a clock in one line
    return SqlUnitsOfWork(database, queue=TaskQueue(database.engine), clock=clock)


def a_worker(database: Database, folder: Path, ahead: timedelta = timedelta(0)) -> Worker:
    """A worker whose endpoints are all on the loopback."""

    def nobody() -> Mailer:
        raise Unavailable

    trust = ssl.create_default_context(cafile=folder / AUTHORITY)
    sender = HttpsWebhookSender(resolve=lambda *_: ["127.0.0.1"], trust=trust, loopback=True)
    courier = Courier(sender=sender, keys=FileKeyProvider(folder / "keys"), base_url="https://certs.example")
    return Worker(
        database,
        units_of(database, ahead),
        handlers=tasks_watching.handlers(lambda: courier, nobody),
        steps={},
        schedules=(EACH_SECOND,),
        pace=QUICK,
    )


def main() -> None:
    """Work until told to stop."""
    wanted = argparse.ArgumentParser()
    wanted.add_argument("url")
    wanted.add_argument("folder", type=Path)
    told = wanted.parse_args()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    database = Database(told.url)
    with a_worker(database, told.folder):
        stop.wait()
    database.close()


if __name__ == "__main__":
    main()
