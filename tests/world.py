"""A whole service in one process for tests: the real application over a real database, with a clock to turn."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, event
from starlette.testclient import TestClient

from adapters import api_keys
from adapters.badges.foreign import SignedElsewhere
from adapters.badges.presented import PresentedBadges
from adapters.badges.signer import KeyedBadgeSigner
from adapters.certificates.authority import sandbox_chain
from adapters.certificates.press import Press as SigningPress
from adapters.certificates.signing import seals_of_provider
from adapters.db.bulk_registry import bulk_registry
from adapters.db.engine import PATIENCE_SECONDS, Contended, Database
from adapters.db.unit_of_work import SqlUnitOfWork, SqlUnitsOfWork
from adapters.dev_issuer import DevelopmentIssuer
from adapters.files import ObjectFiles, open_store
from adapters.jwks import StaticJwks
from adapters.keys import FileKeyProvider
from adapters.payments import InvoiceGateway
from adapters.qti import QtiExchange
from adapters.statements import JwtStatements
from adapters.test_centres import YamlCentreFiles
from adapters.tokens import JoseTokenVerifier, TokenTerms
from adapters.wallets import JwtWalletProofs
from api.app import Parts, create_app
from api.auth import Authenticator
from domain.access import actions as access
from domain.actors import Actor, Role, the_service
from domain.badges.model import Publisher
from domain.hosting.model import HostTerms
from domain.ports import (
    BadgeReader,
    BulkRegistry,
    Files,
    ForeignBadges,
    ItemExchange,
    KeyMint,
    KeyProvider,
    PaymentGateway,
    Press,
    RegistryStatements,
    WalletProofs,
)
from domain.test_centres.ports import CentreFiles

AUDIENCE = "certificant"
ADDRESS = "https://certifier.example"
"""Where badges and lists say that they are found."""
MORNING = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that moves when it is told to."""

    now: datetime = MORNING

    def __call__(self) -> datetime:
        """The instant it shows."""
        return self.now

    def advance(self, **by: float) -> None:
        """Turn it on: `advance(days=3)`."""
        self.now += timedelta(**by)

    def set(self, to: datetime) -> None:
        """Turn it to an instant."""
        self.now = to


@dataclass
class Tasks:
    """The tasks that committed transactions started, in order, until a test carries them out."""

    waiting: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    _pending: dict[int, list[tuple[str, Mapping[str, Any]]]] = field(default_factory=dict)
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def attach(self, database: Database) -> None:
        """Follow the commits and rollbacks of a database."""
        event.listen(database.engine, "commit", self._committed)
        event.listen(database.engine, "rollback", self._rolled_back)

    def enqueue(
        self, connection: Connection, kind: str, parameters: Mapping[str, object], unique_key: str | None = None
    ) -> None:
        """Remember the task until the transaction's end."""
        if unique_key is not None:
            if (kind, unique_key) in self._seen:
                return
            self._seen.add((kind, unique_key))
        self._pending.setdefault(id(connection), []).append((kind, dict(parameters)))

    def _committed(self, connection: Connection) -> None:
        self.waiting.extend(self._pending.pop(id(connection), []))

    def _rolled_back(self, connection: Connection) -> None:
        self._pending.pop(id(connection), None)


@dataclass
class World:
    """The service and everything a test needs to stand before it."""

    client: TestClient
    units: SqlUnitsOfWork
    database: Database
    clock: Clock
    tasks: Tasks
    issuer: DevelopmentIssuer
    files: ObjectFiles

    def token(self, *roles: Role | str, subject: str | None = None, email: str | None = None) -> dict[str, str]:
        """The Authorization header of a subject with these roles, named after them where no name is said."""
        names = [str(role) for role in roles]
        token = self.issuer.mint(
            subject or "-".join(names) or "someone", roles=names, email=email, email_verified=email is not None
        )
        return {"authorization": f"Bearer {token}"}

    def key(self, role: Role, organisation: str) -> dict[str, str]:
        """The Authorization header of a fresh API key of an organisation."""
        with self.unit() as uow:
            _, text = access.create_key(
                uow,
                uow.actor,
                api_keys.Mint("test"),
                name="A key",
                organisation=organisation,
                role=role,
                expires_at=None,
            )
        return {"authorization": f"Bearer {text}"}

    @contextmanager
    def unit(self, actor: Actor | None = None) -> Iterator[SqlUnitOfWork]:
        """A writing unit of work, as the service itself unless told otherwise."""
        with self.units.begin(actor or the_service("test")) as uow:
            yield uow

    def run_tasks(self, handlers: Mapping[str, Callable[..., None]]) -> None:
        """Carry out the waiting tasks whose kind has a handler, and those that they start."""
        while self.tasks.waiting:
            kind, parameters = self.tasks.waiting.pop(0)
            if kind in handlers:
                handlers[kind](self.units, parameters)

    def id_of(self, header: dict[str, str]) -> UUID:
        """The candidate whom a sign-in belongs to, registered now."""
        body = {
            "legal_name": {"family": "Okafor", "given": "Adaeze"},
            "email": "adaeze@example.org",
            "practises_in": "US",
        }
        answer = self.client.post("/v1/candidates", json=body, headers=header)
        assert answer.status_code == 201, answer.text
        return UUID(answer.json()["id"])


@contextmanager
def a_world(
    url: str, directory: Path, *, patience_seconds: float = PATIENCE_SECONDS, zone: str = "America/New_York"
) -> Iterator[World]:
    """A running service over the database at `url`, whose schema exists already; the body's office is in `zone`."""
    clock, tasks, database = Clock(), Tasks(), Database(url, patience_seconds=patience_seconds)
    tasks.attach(database)
    # Tokens live by the real clock: turning the body's clock on by years does not sign everyone out.
    issuer = DevelopmentIssuer(directory, audience=AUDIENCE)
    terms = TokenTerms(issuer=issuer.issuer, audiences=frozenset({AUDIENCE}))
    verifier = JoseTokenVerifier(StaticJwks(issuer.jwks()), terms)
    keys = FileKeyProvider(directory / "keys")
    publisher = Publisher(signer=KeyedBadgeSigner(keys, ADDRESS), name="CPS", base_url=ADDRESS)
    units = SqlUnitsOfWork(database, clock=clock, zone=zone, queue=tasks, publisher=publisher)
    files = ObjectFiles(open_store("memory:///"))
    bulk = bulk_registry(database.url, zone)
    parts = Parts(
        units=units,
        authenticator=Authenticator(verifier, api_keys.looks_like_one),
        contended=Contended,
        doors={
            Files: files,
            ItemExchange: QtiExchange(),
            BulkRegistry: bulk,
            CentreFiles: YamlCentreFiles(),
            WalletProofs: JwtWalletProofs(),
            BadgeReader: PresentedBadges(keys, KeyedBadgeSigner(keys, ADDRESS)),
            ForeignBadges: SignedElsewhere(publisher.signer.did),
            HostTerms: HostTerms(issuer=issuer.issuer),
            KeyMint: api_keys.Mint("test"),
            KeyProvider: keys,
            RegistryStatements: JwtStatements(keys, ADDRESS),
            PaymentGateway: InvoiceGateway("CPS", "Pay by transfer, naming the invoice."),
            Press: SigningPress(
                seals_of_provider(keys, lambda key: sandbox_chain(directory / "keys", key, "CPS")),
                base_url="https://certs.example",
            ),
        },
        cursor_secret=b"a secret for the cursors of tests",
        keys=keys,
        in_the_loop=database.is_sqlite and not database.is_memory,
        closers=(bulk.close,),
        close=database.close,
    )
    with TestClient(create_app(parts), raise_server_exceptions=False) as client:
        yield World(client, units, database, clock, tasks, issuer, files)
