"""From settings to a whole service."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.types import ASGIApp

from adapters import api_keys
from adapters.checkpoints import FileCheckpointStore, notes_in
from adapters.clock import SandboxClock
from adapters.db.bulk_registry import ClosableBulk
from adapters.db.engine import Contended, Database
from adapters.db.journal import SqlJournal
from adapters.db.migrations import Migrations
from adapters.db.registry import registry_reader
from adapters.db.unit_of_work import SqlUnitsOfWork
from adapters.dev_issuer import DevelopmentIssuer
from adapters.files import ObjectFiles, open_store
from adapters.jwks import FetchTerms, JwksSource, RemoteJwks, StaticJwks
from adapters.keys import PURPOSES, FileKeyProvider
from adapters.payments import InvoiceGateway
from adapters.policies import LocatedFault, check_policy, load_policy
from adapters.tokens import JoseTokenVerifier, TokenTerms
from adapters.wallets import JwtWalletProofs
from api import edge, logs
from api.app import Parts, create_app
from api.auth import Authenticator
from api.observability import Metrics
from api.registry import RegistryLane
from api.settings import Settings
from api.wiring.assembly import solver
from api.wiring.certificates import press_of
from api.wiring.hosting import foreign_of, terms_of
from api.wiring.identity import identity_of
from api.wiring.items import exchange
from api.wiring.measuring import measure_of
from api.wiring.publisher import publisher_of, reader_of
from api.wiring.reports import sheet_press
from api.wiring.sandbox_issuer import issuer_of
from api.wiring.test_centres import centres_of
from api.wiring.watching import bulk_of, courier_of, statements_of
from domain.actors import the_service
from domain.badges.model import Publisher
from domain.hosting.model import HostTerms
from domain.jobs.actions import Step
from domain.journal import actions as journal
from domain.journal.model import AuditReport
from domain.journal.verify import verify
from domain.keys.model import KeyState
from domain.ports import (
    BadgeReader,
    BulkRegistry,
    Clock,
    Files,
    ForeignBadges,
    ItemExchange,
    KeyMint,
    KeyProvider,
    Letters,
    Mailer,
    PaymentGateway,
    Press,
    RegistryStatements,
    SandboxTime,
    WalletProofs,
)
from domain.programs import actions as programs
from domain.programs.dry_run import Comparison, compare_all
from domain.programs.model import PolicyEdition
from domain.programs.policy import Policy
from domain.programs.reading import policy_document
from domain.scores.model import FormItem
from domain.scores.responses import ResponseFile
from domain.test_centres.ports import CentreFiles

if TYPE_CHECKING:
    from adapters.jobs import TaskQueue
    from adapters.jobs.worker import Worker
    from api.tasks import Doors
    from domain.watching.delivering import Courier


class RealClock:
    """The real time, UTC."""

    def __call__(self) -> datetime:
        """The instant."""
        return datetime.now(UTC)


@dataclass(frozen=True)
class Service:
    """Everything behind the ports, made when first asked for, from one set of settings."""

    settings: Settings

    @cached_property
    def metrics(self) -> Metrics:
        """What operators are told."""
        return Metrics(measure_of(lambda: self.database, lambda: self.clock))

    @cached_property
    def clock(self) -> Clock:
        """The body's clock; a sandbox's can be turned on."""
        return RealClock() if self.settings.production else SandboxClock(self.settings.data_dir)

    @cached_property
    def database(self) -> Database:
        """The one database."""
        self.settings.data_dir.mkdir(parents=True, exist_ok=True)
        return Database(self.settings.database)

    @cached_property
    def migrations(self) -> Migrations:
        """Brings the database's schema up to this code's."""
        return Migrations(self.database)

    @cached_property
    def queue(self) -> "TaskQueue":
        """Puts tasks into our transactions."""
        from adapters.jobs import TaskQueue  # noqa: PLC0415 - dbos is imported where tasks are started

        return TaskQueue(self.database.engine)

    @cached_property
    def units(self) -> SqlUnitsOfWork:
        """Units of work on the database."""
        settings = self.settings
        return SqlUnitsOfWork(
            self.database,
            clock=self.clock,
            zone=settings.body_zone,
            body_name=settings.body_name,
            queue=self.queue,
            publisher=self.publisher,
        )

    def units_at(self, clock: Clock) -> SqlUnitsOfWork:
        """Units of work that live by another clock: a sandbox's story, told in the past."""
        return SqlUnitsOfWork(
            self.database, clock=clock, zone=self.settings.body_zone, queue=self.queue, publisher=self.publisher
        )

    @cached_property
    def publisher(self) -> Publisher:
        """Who signs badges and status lists."""
        return publisher_of(self.settings, self.keys)

    def policy(self, edition: str) -> Policy:
        """The policy in the file of this name; raises Invalid."""
        return load_policy(self.settings.policies_dir / f"{edition}.yaml")

    @cached_property
    def keys(self) -> FileKeyProvider:
        """Private keys in files; in production they must be there already."""
        chosen = self.settings.key_passphrase
        passphrase = None if chosen is None else chosen.get_secret_value().encode()
        directory = self.settings.under_data(self.settings.keys_dir, "keys")
        return FileKeyProvider(directory, passphrase, create=not self.settings.production)

    def create_keys(self) -> None:
        """Make every key and secret that is missing."""
        chosen = self.settings.key_passphrase
        passphrase = None if chosen is None else chosen.get_secret_value().encode()
        provider = FileKeyProvider(self.settings.under_data(self.settings.keys_dir, "keys"), passphrase)
        for purpose, kind in PURPOSES.items():
            if kind == "secret":
                provider.secret(purpose)
            else:
                provider.current(purpose)

    @cached_property
    def issuer(self) -> DevelopmentIssuer:
        """The sandbox's own issuer of tokens."""
        return issuer_of(self.settings)

    @cached_property
    def authenticator(self) -> Authenticator:
        """Who calls."""
        terms = TokenTerms(
            issuer=self.settings.oidc_issuer,
            audiences=frozenset(self.settings.oidc_audience),
            types=self.settings.oidc_token_types,
            roles_claim=self.settings.oidc_roles_claim,
        )
        return Authenticator(JoseTokenVerifier(self._jwks(), terms), api_keys.looks_like_one)

    def _jwks(self) -> JwksSource:
        if self.settings.development_issuer:
            return StaticJwks(self.issuer.jwks())
        terms = FetchTerms(plain_http_on_loopback=not self.settings.production)
        return RemoteJwks(self.settings.oidc_jwks_url or "", terms)

    @cached_property
    def files(self) -> ObjectFiles:
        """Uploaded files."""
        root = self.settings.files_root
        if root is None:
            folder = (self.settings.data_dir / "files").resolve()
            folder.mkdir(parents=True, exist_ok=True)
            root = folder.as_uri()
        return ObjectFiles(open_store(root))

    @cached_property
    def mailer(self) -> Mailer:
        """How letters leave."""
        from adapters.mail import EmlMailer, Sender, SmtpMailer, SmtpServer  # noqa: PLC0415 - mail is for workers

        settings = self.settings
        sender = Sender(address=settings.mail_from, name=settings.body_name, reply_to=settings.body_email)
        if settings.mail_mode == "files":
            return EmlMailer(settings.under_data(settings.mail_dir, "mail"), sender, self.clock)
        password = settings.smtp_password
        server = SmtpServer(
            host=settings.smtp_host or "",
            port=settings.smtp_port,
            tls=settings.smtp_tls,
            user=settings.smtp_user,
            password=None if password is None else password.get_secret_value(),
        )
        return SmtpMailer(server, sender, self.clock)

    @cached_property
    def letters(self) -> Letters:
        """What letters say."""
        from adapters.notices.letters import JinjaLetters  # noqa: PLC0415 - jinja2 is for workers

        return JinjaLetters(
            body_name=self.settings.body_name,
            portal=self.settings.public_base_url,
            contact=self.settings.body_email,
        )

    @cached_property
    def gateway(self) -> PaymentGateway:
        """Who takes money: an invoice, unless a card provider is put behind the same port."""
        return InvoiceGateway(self.settings.body_name, "Pay by bank transfer, naming the invoice number.")

    @cached_property
    def press(self) -> Press:
        """What makes certificates on paper and badge pictures."""
        return press_of(self.settings, self.keys)

    @cached_property
    def courier(self) -> "Courier":
        """What sends messages to endpoints."""
        return courier_of(self.settings, self.keys)

    @cached_property
    def bulk(self) -> ClosableBulk:
        """The registry for very many numbers at once."""
        return bulk_of(self.settings)

    @cached_property
    def centres(self) -> CentreFiles:
        """The layouts of test centres' files."""
        return centres_of(self.settings)

    @property
    def doors(self) -> Mapping[type, object]:
        """What routes may ask for by type."""
        sandbox = self.clock if isinstance(self.clock, SandboxClock) else None
        return {
            Files: self.files,
            ItemExchange: exchange(),
            KeyMint: api_keys.Mint("live" if self.settings.production else "test"),
            KeyProvider: self.keys,
            PaymentGateway: self.gateway,
            Press: self.press,
            SandboxTime: sandbox,
            BulkRegistry: self.bulk,
            CentreFiles: self.centres,
            WalletProofs: JwtWalletProofs(),
            BadgeReader: reader_of(self.settings, self.keys),
            ForeignBadges: foreign_of(self.settings),
            HostTerms: terms_of(self.settings),
            RegistryStatements: statements_of(self.settings, self.keys),
        }

    @cached_property
    def work_doors(self) -> "Doors":
        """What tasks and jobs may use."""
        from api.tasks import Doors  # noqa: PLC0415 - tasks are for workers

        return Doors(
            units=self.units,
            mailer=lambda: self.mailer,
            letters=lambda: self.letters,
            files=lambda: self.files,
            gateway=lambda: self.gateway,
            seal=self.seal_journal,
            clock=self.clock,
            reader=_read_responses,
            centres=lambda: self.centres,
            sheets=sheet_press(),
            solver=solver(),
            exchange=exchange(),
            courier=lambda: self.courier,
        )

    @cached_property
    def steps(self) -> Mapping[str, Step]:
        """One batch of each kind of long work."""
        from api.tasks import steps  # noqa: PLC0415 - as above

        return steps(self.work_doors)

    @cached_property
    def outside(self) -> FileCheckpointStore:
        """The journal's checkpoints, outside the database."""
        return FileCheckpointStore(self.settings.under_data(self.settings.checkpoints_dir, "checkpoints"))

    def seal_journal(self) -> int:
        """Seal what the journal has gained, and publish the checkpoints; returns the leaves added."""
        added, more = 0, True
        while more:
            with self.database.transaction(write=True) as connection:
                now = self.clock()
                log = SqlJournal(connection, now)
                sealed = journal.seal(log, self.keys, self.outside, origin=self.origin, now=now)
            added, more = added + sealed.added, sealed.more
            with self.database.transaction(write=True) as connection:
                journal.publish(SqlJournal(connection, self.clock()), self.outside)
        return added

    def audit(self, anchors: Iterable[Path] = ()) -> AuditReport:
        """Recompute the whole journal and compare it with its seals, inside, outside and in files kept elsewhere."""
        records = self.keys.records(journal.PURPOSE)
        withdrawn = frozenset(record.kid for record in records if record.state is KeyState.REVOKED)
        with self.database.transaction(write=False) as connection:
            now = self.clock()
            return verify(
                SqlJournal(connection, now),
                self.keys,
                self.outside,
                origin=self.origin,
                now=now,
                withdrawn=withdrawn,
                anchors=[note for path in anchors for note in notes_in(path)],
            )

    @property
    def origin(self) -> str:
        """The name of the journal's log."""
        return self.settings.journal_name

    def publish_file(self, path: Path) -> PolicyEdition:
        """Publish a policy file's edition; raises Invalid with every fault, and what publishing may refuse with."""
        policy = load_policy(path)
        with self.units.begin(the_service("policy.publish")) as uow:
            return programs.publish(uow, uow.actor, policy.program, policy_document(policy))

    def rehearse_file(self, path: Path) -> Comparison:
        """Whose outcome a policy file's edition would change; stores nothing, and raises as publishing would."""
        policy = load_policy(path)
        with self.units.begin(the_service("policy.publish"), write=False) as uow:
            return compare_all(uow, programs.checked(uow, policy.program, policy_document(policy)))

    def close(self) -> None:
        """Give the connections back."""
        self.database.close()


def policy_of(path: Path) -> Policy:
    """The policy in a file; raises Invalid with every fault of its shape."""
    return load_policy(path)


def lint_file(path: Path) -> list[LocatedFault]:
    """Everything that stands against publishing a policy file, place by place."""
    return check_policy(path)[1]


def _read_responses(
    content: bytes, items: Sequence[FormItem], form_code: str, *, candidate_column: str | None = None
) -> ResponseFile:
    from adapters.responses_csv import read_responses  # noqa: PLC0415 - polars and numpy are for workers

    return read_responses(content, items, form_code, candidate_column=candidate_column)


def application(settings: Settings) -> ASGIApp:
    """The whole ASGI application: the registry lane in front, then the middleware, then the routes."""
    log = logs.configure(settings.log_level)
    service = Service(settings)
    reader = registry_reader(settings.database)
    parts = Parts(
        units=service.units,
        authenticator=service.authenticator,
        contended=Contended,
        doors=service.doors,
        cursor_secret=service.keys.secret("cursor"),
        base_url=settings.public_base_url,
        title=settings.body_name,
        email=settings.body_email,
        terms_url=settings.terms_url,
        privacy_url=settings.privacy_url,
        checks={"database": service.database.reachable, "migrations": service.migrations.at_head},
        keys=service.keys,
        identity=identity_of(settings, service.keys),
        issuer=settings.oidc_issuer,
        threads=(settings.reader_threads, settings.writer_threads),
        # Readers of SQLite wait for nobody in WAL; in memory they would, for the writer.
        in_the_loop=service.database.is_sqlite and not service.database.is_memory,
        sandbox=not settings.production,
        closers=(reader.close, service.bulk.close),
        close=service.close,
    )
    app = edge.surround(create_app(parts), settings, log=log, metrics=service.metrics)
    now = service.clock.timestamp if isinstance(service.clock, SandboxClock) else time.time
    return RegistryLane(app, reader, issuer=settings.body_name, now=now, observe=service.metrics.observe)


def worker(settings: Settings) -> "Worker":
    """A worker process's one worker: tasks, jobs and schedules."""
    from adapters.jobs.worker import Worker  # noqa: PLC0415 - dbos runs in workers only
    from api.tasks import handlers, schedules  # noqa: PLC0415 - and so do tasks

    logs.configure(settings.log_level)
    service = Service(settings)
    return Worker(
        service.database,
        service.units,
        handlers=handlers(service.work_doors),
        steps=service.steps,
        schedules=schedules(settings.body_zone),
        threads=settings.worker_threads,
    )
