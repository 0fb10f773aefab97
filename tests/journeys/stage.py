"""The service as its people meet it: the application, a worker, the registry's lane, mail, and the journal's seal."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from httpx2 import Response
from starlette.applications import Starlette
from starlette.testclient import TestClient

from adapters.checkpoints import FileCheckpointStore
from adapters.db.journal import SqlJournal
from adapters.db.registry import registry_reader
from adapters.keys import FileKeyProvider
from adapters.mail import EmlMailer, Sender
from adapters.notices.letters import JinjaLetters
from adapters.payments import InvoiceGateway
from adapters.reports.press import ReportPress
from adapters.responses_csv import read_responses
from adapters.test_centres import YamlCentreFiles
from api import tasks
from api.registry import RegistryLane
from api.wiring.assembly import solver
from domain.actors import Role
from domain.jobs.actions import CARRY_ON, Handler, carry_on
from domain.journal.actions import publish, seal
from domain.journal.model import AuditReport
from domain.journal.verify import verify
from domain.ports import UnitsOfWork
from domain.sweep.actions import NIGHTLY
from tests.builders import a_policy_document
from tests.world import World, a_world

ZONE = ZoneInfo("America/New_York")
BODY = "CPS"
ORIGIN = "certificant.test/journal"
BEGINNING = datetime(2026, 1, 5, tzinfo=ZONE)
"""The day on which CPOM's first edition is published; every life begins later."""
NO_AUDIT = {"/audit/renewals_rate": 0.0}
"""CPOM's first edition, but for the lot that would audit one renewal in ten."""


@dataclass
class Stage:
    """A running service, the worker beside it, and the calendar that a test turns."""

    world: World
    lane: TestClient
    folder: Path
    handlers: dict[str, Handler] = field(init=False)

    def __post_init__(self) -> None:
        self.keys = FileKeyProvider(self.folder / "keys")
        self.outside = FileCheckpointStore(self.folder / "checkpoints")
        mailer = EmlMailer(self.folder / "mail", Sender(address="office@cps.example", name=BODY), self.world.clock)
        letters = JinjaLetters(body_name=BODY, portal="https://cps.example", contact="office@cps.example")
        doors = tasks.Doors(
            units=self.world.units,
            mailer=lambda: mailer,
            letters=lambda: letters,
            files=lambda: self.world.files,
            gateway=lambda: InvoiceGateway(BODY, "Pay by transfer, naming the invoice."),
            seal=self.seal,
            clock=self.world.clock,
            reader=read_responses,
            centres=YamlCentreFiles,
            sheets=ReportPress(),
            solver=solver(),
        )
        steps = tasks.steps(doors)

        def carry(units: UnitsOfWork, parameters: Mapping[str, Any]) -> None:
            while carry_on(units, steps, UUID(parameters["job_id"])):
                continue

        self.handlers = {**tasks.handlers(doors), CARRY_ON: carry}

    # --- time

    @property
    def today(self) -> date:
        """The day in the body's zone."""
        return self.world.clock.now.astimezone(ZONE).date()

    def on(self, day: date, hour: int = 12) -> None:
        """Turn the calendar to an hour of a day; that night the sweep has run and the journal was sealed."""
        self._turn(day, time(0, 10))
        self.handlers[NIGHTLY](self.world.units, {})
        self.work()
        self.handlers[tasks.SEAL](self.world.units, {})
        self._turn(day, time(hour))

    def every_night(self, until: date) -> None:
        """Let days pass, with the sweep of each night."""
        while self.today < until:
            self.on(self.today + timedelta(days=1))

    def work(self) -> None:
        """Let the worker do all that waits: letters, jobs, and what they start."""
        unknown = {kind for kind, _ in self.world.tasks.waiting} - set(self.handlers)
        assert not unknown, unknown
        self.world.run_tasks(self.handlers)

    def _turn(self, day: date, at: time) -> None:
        then = datetime.combine(day, at, ZONE).astimezone(UTC)
        assert then >= self.world.clock.now, "time does not go back"
        self.world.clock.set(then)

    # --- the rules

    def publish(self, changes: Mapping[str, object] | None = None) -> None:
        """An administrator publishes CPOM's first edition."""
        administrator = self.world.token(Role.ADMINISTRATOR)
        answer = self.world.client.post(
            "/v1/programs/CPOM/policies",
            json=a_policy_document({**NO_AUDIT, **(changes or {})}),
            headers=administrator,
        )
        assert answer.status_code == 201, answer.text

    # --- what anyone may see

    def registry(self, number: str, as_of: date | None = None) -> dict[str, Any]:
        """The public answer, today's from the lane in front and another day's from the history."""
        if as_of is None:
            answer = self.lane.get(f"/v1/registry/{number}")
        else:
            answer = self.world.client.get(f"/v1/registry/{number}?as_of={as_of}")
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.json()
        return said

    def standing(self, number: str, *days: date) -> list[tuple[str, bool]]:
        """The public standing on each of these days, and whether the holder may use it."""
        answers = [self.registry(number, day) for day in days]
        return [(one["status"], one["valid"]) for one in answers]

    def page(self, number: str) -> str:
        """The page for people."""
        answer: Response = self.lane.get(f"/registry/{number}")
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("text/html")
        return answer.text

    # --- mail

    def mail(self, address: str) -> list[EmailMessage]:
        """Every message that left for an address."""
        messages = [message_from_bytes(one.read_bytes(), EmailMessage, policy=policy.default) for one in self._eml()]
        return [one for one in messages if address in str(one["To"])]

    def _eml(self) -> list[Path]:
        return sorted((self.folder / "mail").glob("*.eml"))

    # --- the journal

    def journal(self) -> list[dict[str, Any]]:
        """Every entry, in order, as the auditor reads it."""
        auditor, entries, cursor = self.world.token(Role.AUDITOR), [], ""
        while True:
            answer = self.world.client.get(f"/v1/journal?limit=100{cursor}", headers=auditor)
            assert answer.status_code == 200, answer.text
            entries += answer.json()["items"]
            following = answer.json()["next_cursor"]
            if not following:
                return entries
            cursor = f"&cursor={following}"

    def happened(self) -> set[str]:
        """The kinds of all that the journal tells."""
        return {entry["kind"] for entry in self.journal()}

    def seal(self) -> int:
        """Seal the journal as a worker does each minute; how many leaves were added."""
        added, more = 0, True
        while more:
            now = self.world.clock.now
            with self.world.database.transaction(write=True) as connection:
                sealed = seal(SqlJournal(connection, now), self.keys, self.outside, origin=ORIGIN, now=now)
            added, more = added + sealed.added, sealed.more
            with self.world.database.transaction(write=True) as connection:
                publish(SqlJournal(connection, now), self.outside)
        return added

    def audit(self) -> AuditReport:
        """Seal what is left, and recompute the whole journal."""
        self.seal()
        with self.world.database.transaction(write=False) as connection:
            now = self.world.clock.now
            return verify(SqlJournal(connection, now), self.keys, self.outside, origin=ORIGIN, now=now)


@contextmanager
def a_stage(url: str, folder: Path) -> Iterator[Stage]:
    """A stage over the database at `url`, whose schema exists already."""
    reader = registry_reader(url)

    def now() -> float:
        return world.clock.now.timestamp()

    @asynccontextmanager
    async def closing(_: Starlette) -> AsyncIterator[None]:
        yield
        await reader.close()

    with a_world(url, folder) as world:
        world.clock.set(BEGINNING.astimezone(UTC))
        lane = RegistryLane(Starlette(lifespan=closing), reader, issuer=BODY, now=now)
        with TestClient(lane, raise_server_exceptions=False) as client:
            yield Stage(world, client, folder)
