"""A journal on each engine, with made-up keys and a file outside."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest, new as hmac
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Connection

from adapters.checkpoints import NAME, FileCheckpointStore
from adapters.db.engine import Database
from adapters.db.journal import SqlJournal, insert_events
from adapters.db.tables.journal import CHECKPOINTS, JOURNAL, LEAVES, POSTGRESQL_GUARDS, SQLITE_GUARDS
from domain.journal.actions import publish, seal
from domain.journal.model import AuditReport, Entry, Sealed
from domain.journal.verify import verify
from domain.ports import SigningKey

ORIGIN = "journal.test"
TABLES = [JOURNAL, LEAVES, CHECKPOINTS]


@dataclass
class MadeUpKeys:
    """Signs with a keyed hash: what matters here is that nobody else can."""

    kid: str = "key-1"
    secrets: dict[str, bytes] = field(default_factory=lambda: {"key-1": b"one", "key-2": b"two"})

    def current(self, purpose: str) -> SigningKey:
        return SigningKey(self.kid, "HS256", {})

    def all(self, purpose: str) -> list[SigningKey]:
        return [SigningKey(kid, "HS256", {}) for kid in self.secrets]

    def sign(self, purpose: str, message: bytes) -> tuple[str, bytes]:
        return self.kid, hmac(self.secrets[self.kid], purpose.encode() + message, sha256).digest()

    def verify(self, purpose: str, kid: str, message: bytes, signature: bytes) -> bool:
        secret = self.secrets.get(kid)
        wanted = hmac(secret, purpose.encode() + message, sha256).digest() if secret else b""
        return secret is not None and compare_digest(wanted, signature)

    def secret(self, purpose: str) -> bytes:
        return b"s" * 32


@dataclass
class Ledger:
    """A journal under test: one database, one outside store, one set of keys, and a clock."""

    database: Database
    directory: Path
    keys: MadeUpKeys = field(default_factory=MadeUpKeys)
    now: datetime = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    written: int = 0
    withdrawn: frozenset[str] = frozenset()

    @property
    def outside(self) -> FileCheckpointStore:
        return FileCheckpointStore(self.directory)

    @property
    def outside_file(self) -> Path:
        return self.directory / NAME

    @property
    def numbers_gone(self) -> str:
        """What an audit calls numbers that were given to rows of which nothing is left, on this engine."""
        return "rows_removed" if self.database.is_sqlite else "numbers_open"

    def an_entry(self) -> Entry:
        self.written += 1
        return Entry(
            id=UUID(int=self.written),
            occurred_at=self.now + timedelta(microseconds=self.written),
            kind="application.submitted",
            subject_id=UUID(int=1_000_000 + self.written),
            actor=f"subject-{self.written % 3}",
            request_id=None if self.written % 2 else f"request-{self.written}",
            data={"number": self.written, "path": "us", "late": False, "reason": None, "sign": "é – ü 𝄞"},
        )

    def write(self, count: int) -> None:
        with self.database.transaction(write=True) as connection:
            insert_events(connection, [self.an_entry() for _ in range(count)])

    def seal(self, limit: int = 1_000) -> Sealed:
        self.now += timedelta(minutes=1)
        with self.database.transaction(write=True) as connection:
            return seal(
                SqlJournal(connection, self.now), self.keys, self.outside, origin=ORIGIN, now=self.now, limit=limit
            )

    def publish(self) -> int:
        with self.database.transaction(write=True) as connection:
            return publish(SqlJournal(connection, self.now), self.outside)

    def grow(self, *counts: int) -> None:
        """Write, seal and publish, once for each count."""
        for count in counts:
            self.write(count)
            self.seal(limit=count)
            self.publish()

    def audit(self, *anchors: str) -> AuditReport:
        with self.database.transaction(write=False) as connection:
            return verify(
                SqlJournal(connection, self.now),
                self.keys,
                self.outside,
                origin=ORIGIN,
                now=self.now,
                withdrawn=self.withdrawn,
                anchors=anchors,
            )

    def withdraw(self, kid: str) -> None:
        """Let a key verify nothing any more."""
        del self.keys.secrets[kid]
        self.withdrawn |= {kid}

    def codes(self) -> list[str]:
        return [anomaly.code for anomaly in self.audit().anomalies]

    def places(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for anomaly in self.audit().anomalies:
            found.setdefault(anomaly.code, []).append(anomaly.place)
        return found

    def run(self, *statements: str) -> None:
        """Statements as written, with the triggers in force."""
        with self.database.transaction(write=True) as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    @contextmanager
    def tampering(self) -> Iterator[Connection]:
        """What someone with the database's password can do: take the triggers off, change anything, put them back."""
        sqlite = self.database.is_sqlite
        guards = SQLITE_GUARDS if sqlite else POSTGRESQL_GUARDS
        with self.database.transaction(write=True) as connection:
            for name in guards:
                table = next(t.name for t in reversed(TABLES) if name.startswith(t.name))
                connection.exec_driver_sql(f"DROP TRIGGER {name}" + ("" if sqlite else f" ON {table}"))
            yield connection
            for ddl in guards.values():
                connection.exec_driver_sql(ddl)

    def tamper(self, *statements: str) -> None:
        with self.tampering() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


@pytest.fixture
def ledger(database: Database, tmp_path: Path) -> Ledger:
    """An empty journal on each engine."""
    return Ledger(database, tmp_path / "outside")


@pytest.fixture
def sealed(ledger: Ledger) -> Ledger:
    """Twelve rows under three checkpoints, of 3, 8 and 12 leaves."""
    ledger.grow(3, 5, 4)
    return ledger


@pytest.fixture
def sqlite_ledger(sqlite_url: str, tmp_path: Path) -> Iterator[Ledger]:
    """An empty journal on SQLite."""
    database = Database(sqlite_url)
    yield Ledger(database, tmp_path / "outside")
    database.close()


@pytest.fixture
def postgres_ledger(postgres_url: str, tmp_path: Path) -> Iterator[Ledger]:
    """An empty journal on PostgreSQL."""
    database = Database(postgres_url)
    yield Ledger(database, tmp_path / "outside")
    database.close()
