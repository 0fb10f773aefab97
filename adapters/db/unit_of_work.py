"""The unit of work: one transaction, its repositories, its journal entries and the jobs it starts."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Generic, Protocol, Self, TypeVar, overload
from uuid import UUID

from sqlalchemy import Connection
from uuid_utils.compat import uuid7

from adapters import api_keys
from adapters.db.engine import Database
from adapters.db.journal import insert_events, read_page
from adapters.db.kept_answers import SqlKeptAnswers
from adapters.db.marks import Marks
from adapters.db.policies import PolicyRepository
from adapters.db.principals import known
from adapters.db.registry import SqlRegistry
from adapters.db.repository import SqlRepository
from domain.access.model import ApiKey, RoleGrant
from domain.actors import Actor, Person, Role
from domain.analysis.model import EquatingRun, Grouping, StatisticsSheet
from domain.applications.model import Appeal, AuditDraw, ConflictOfInterest, Determination, Evidence
from domain.assembly.model import Assembly
from domain.badges.model import Publisher
from domain.candidates.model import Candidate, Education, Identity, Invitation, Licence
from domain.credentials.model import Award, Credential, StandingChange
from domain.dates import date_at
from domain.entity import Entity
from domain.errors import Unauthenticated
from domain.events import Event
from domain.exams.model import Accommodation, Administration, Registration
from domain.files.model import StoredFile
from domain.hosting.model import HolderProfile
from domain.items.model import (
    Enemy,
    Exposure,
    Item,
    ItemExport,
    ItemReading,
    ItemSet,
    ItemSetVersion,
    ItemStatistics,
    ItemVersion,
)
from domain.jobs.model import Job, JobOutcome
from domain.journal.model import Entry, Recorded
from domain.notices.model import Notice
from domain.paging import Page, PageRequest
from domain.payments.model import Charge, Payment, Refund
from domain.practice.model import PracticeExam
from domain.programs.model import RecognisedProvider
from domain.renewals.model import Activity, ApprovedActivity
from domain.rescoring.model import AttemptResult, Rescore
from domain.scores.model import Conversion, Form, FormKey, Hold, ResponseImport, ScoreRelease
from domain.security.model import Flag, Review, Screening, TimesFile
from domain.standards.model import JudgeRating, StandardSetting
from domain.test_centres.model import CentreFile, CentreRow, SentRecord
from domain.wallets.model import WalletOffer
from domain.watching.model import DeliveryAttempt, WatchFeed, WatchList, WebhookEndpoint

if TYPE_CHECKING:
    from adapters.db.bulk_attempts import AttemptRepository
    from adapters.db.queries_analysis import AnalysisRepository
    from adapters.db.queries_applications import ApplicationRepository
    from adapters.db.queries_badges import BadgeRepository, StatusListRepository, StatusPlaceRepository
    from adapters.db.queries_exams import AuthorizationRepository, SessionRepository
    from adapters.db.queries_hosting import HostedBadgeRepository
    from adapters.db.queries_renewals import CycleRepository
    from adapters.db.queries_rescoring import RescoreEntryRepository
    from adapters.db.queries_wallets import WalletNonceRepository
    from adapters.db.queries_watching import WatchEventRepository, WatchRepository, WebhookDeliveryRepository
    from adapters.db.sweep import SqlSweep

T = TypeVar("T", bound=Entity)
R = TypeVar("R")


class JobQueue(Protocol):
    """Starts a durable job inside the caller's transaction."""

    def enqueue(
        self, connection: Connection, kind: str, parameters: Mapping[str, object], unique_key: str | None = None
    ) -> None:
        """Start `kind` when, and only when, `connection`'s transaction commits."""
        ...


class Store(Generic[T]):
    """An attribute of the unit of work: the repository of one entity type, made at first use."""

    def __init__(self, entity: type[T]) -> None:
        """Serve `entity`."""
        self._entity = entity
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        """Remember the attribute's name, under which the instance keeps the repository."""
        self._name = name

    @overload
    def __get__(self, uow: None, owner: type) -> Self: ...
    @overload
    def __get__(self, uow: "SqlUnitOfWork", owner: type) -> SqlRepository[T]: ...
    def __get__(self, uow: "SqlUnitOfWork | None", owner: type) -> "Self | SqlRepository[T]":
        """The repository; the instance's own dictionary answers from the second time on."""
        if uow is None:
            return self
        repository = SqlRepository(uow.connection, self._entity)
        uow.__dict__[self._name] = repository
        return repository


class Loaded(Generic[R]):
    """An attribute of the unit of work: a repository that asks more than equality, loaded and made at first use."""

    def __init__(self, module: str, kind: str) -> None:
        """Serve the class `kind` of `adapters.db.<module>`."""
        self._module, self._kind = module, kind
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        """Remember the attribute's name, as `Store` does."""
        self._name = name

    @overload
    def __get__(self, uow: None, owner: type) -> Self: ...
    @overload
    def __get__(self, uow: "SqlUnitOfWork", owner: type) -> R: ...
    def __get__(self, uow: "SqlUnitOfWork | None", owner: type) -> "Self | R":
        """The repository, kept by the instance."""
        if uow is None:
            return self
        repository: R = getattr(import_module(f"adapters.db.{self._module}"), self._kind)(uow.connection)
        uow.__dict__[self._name] = repository
        return repository


class SqlUnitOfWork:
    """The port `UnitOfWork` on either engine."""

    providers = Store(RecognisedProvider)
    role_grants = Store(RoleGrant)
    api_keys = Store(ApiKey)
    candidates = Store(Candidate)
    identities = Store(Identity)
    invitations = Store(Invitation)
    licences = Store(Licence)
    educations = Store(Education)
    evidence = Store(Evidence)
    determinations = Store(Determination)
    appeals = Store(Appeal)
    conflicts = Store(ConflictOfInterest)
    audit_draws = Store(AuditDraw)
    administrations = Store(Administration)
    accommodations = Store(Accommodation)
    registrations = Store(Registration)
    forms = Store(Form)
    form_keys = Store(FormKey)
    conversions = Store(Conversion)
    response_imports = Store(ResponseImport)
    holds = Store(Hold)
    score_releases = Store(ScoreRelease)
    rescores = Store(Rescore)
    screenings = Store(Screening)
    flags = Store(Flag)
    irregularity_reviews = Store(Review)
    times_files = Store(TimesFile)
    centre_files = Store(CentreFile)
    sent_records = Store(SentRecord)
    centre_rows = Store(CentreRow)
    attempt_results = Store(AttemptResult)
    groupings = Store(Grouping)
    equating_runs = Store(EquatingRun)
    statistics_sheets = Store(StatisticsSheet)
    wallet_offers = Store(WalletOffer)
    holder_profiles = Store(HolderProfile)
    assemblies = Store(Assembly)
    standard_settings = Store(StandardSetting)
    judge_ratings = Store(JudgeRating)
    items = Store(Item)
    item_versions = Store(ItemVersion)
    item_sets = Store(ItemSet)
    item_set_versions = Store(ItemSetVersion)
    item_enemies = Store(Enemy)
    item_exposures = Store(Exposure)
    item_statistics = Store(ItemStatistics)
    item_exports = Store(ItemExport)
    item_readings = Store(ItemReading)
    practice_exams = Store(PracticeExam)
    awards = Store(Award)
    credentials = Store(Credential)
    standing_changes = Store(StandingChange)
    activities = Store(Activity)
    approved_activities = Store(ApprovedActivity)
    charges = Store(Charge)
    payments = Store(Payment)
    refunds = Store(Refund)
    notices = Store(Notice)
    stored_files = Store(StoredFile)
    jobs = Store(Job)
    job_outcomes = Store(JobOutcome)
    watch_lists = Store(WatchList)
    watch_feeds = Store(WatchFeed)
    webhook_endpoints = Store(WebhookEndpoint)
    webhook_attempts = Store(DeliveryAttempt)
    analyses: Loaded["AnalysisRepository"] = Loaded("queries_analysis", "AnalysisRepository")
    applications: Loaded["ApplicationRepository"] = Loaded("queries_applications", "ApplicationRepository")
    authorizations: Loaded["AuthorizationRepository"] = Loaded("queries_exams", "AuthorizationRepository")
    badges: Loaded["BadgeRepository"] = Loaded("queries_badges", "BadgeRepository")
    cycles: Loaded["CycleRepository"] = Loaded("queries_renewals", "CycleRepository")
    hosted_badges: Loaded["HostedBadgeRepository"] = Loaded("queries_hosting", "HostedBadgeRepository")
    rescore_entries: Loaded["RescoreEntryRepository"] = Loaded("queries_rescoring", "RescoreEntryRepository")
    sessions: Loaded["SessionRepository"] = Loaded("queries_exams", "SessionRepository")
    status_lists: Loaded["StatusListRepository"] = Loaded("queries_badges", "StatusListRepository")
    status_places: Loaded["StatusPlaceRepository"] = Loaded("queries_badges", "StatusPlaceRepository")
    wallet_nonces: Loaded["WalletNonceRepository"] = Loaded("queries_wallets", "WalletNonceRepository")
    watch_events: Loaded["WatchEventRepository"] = Loaded("queries_watching", "WatchEventRepository")
    watches: Loaded["WatchRepository"] = Loaded("queries_watching", "WatchRepository")
    webhook_deliveries: Loaded["WebhookDeliveryRepository"] = Loaded("queries_watching", "WebhookDeliveryRepository")

    def __init__(
        self,
        connection: Connection,
        actor: Actor,
        now: datetime,
        zone: str,
        queue: JobQueue | None,
        request_id: str | None = None,
        body_name: str = "",
        publisher: Publisher | None = None,
    ) -> None:
        """Work in the transaction that `connection` has begun."""
        self.body_name = body_name
        self.publisher = publisher
        self.connection = connection
        self.actor = actor
        self.now = now
        self.request_id = request_id
        self._zone = zone
        self._queue = queue
        self._events: list[Entry] = []
        self._policies = PolicyRepository(connection)

    @property
    def today(self) -> date:
        """The date of `now` in the body's zone."""
        return date_at(self.now, self._zone)

    @property
    def policies(self) -> PolicyRepository:
        """Published editions; what was asked for once in this transaction is remembered."""
        return self._policies

    @property
    def attempts(self) -> "AttemptRepository":
        """Attempts."""
        from adapters.db.bulk_attempts import AttemptRepository  # noqa: PLC0415 - loaded where it is used, as others

        return AttemptRepository(self.connection, Marks(self.now, self.actor.subject, self.request_id))

    @property
    def sweep(self) -> "SqlSweep":
        """What the nightly sweep turns."""
        from adapters.db.sweep import SqlSweep  # noqa: PLC0415 - as above

        return SqlSweep(self.connection, self.now, self.actor.subject)

    @property
    def registry(self) -> SqlRegistry:
        """The finished public answers."""
        return SqlRegistry(self.connection)

    @property
    def kept_answers(self) -> SqlKeptAnswers:
        """Answers kept for replay of an Idempotency-Key."""
        return SqlKeptAnswers(self.connection)

    def journal_page(self, request: PageRequest) -> Page[Recorded]:
        """One page of the journal, in its order."""
        return read_page(self.connection, request)

    def store(self, entity: type[T]) -> SqlRepository[T]:
        """The repository of an entity type."""
        return SqlRepository(self.connection, entity)

    def principal(self, subject: str) -> tuple[UUID | None, frozenset[str]]:
        """The candidate whom `subject` is tied to, and the staff roles granted to it inside the service."""
        return known(self.connection, subject)

    def person(self, subject: str) -> Person:
        """Who is behind a sign-in."""
        from adapters.db.sign_ins import person_behind  # noqa: PLC0415 - loaded where it is used, as others

        return person_behind(self.connection, subject)

    def api_key(self, presented: str) -> Actor:
        """The actor whose API key this is; raises Unauthenticated for an unknown, expired or revoked one."""
        key = api_keys.parse(presented)
        kept = self.api_keys.first(key_id=key.id)
        if kept is None or not api_keys.matches(key, kept.digest) or kept.revoked_at is not None:
            raise Unauthenticated
        if kept.expires_at is not None and kept.expires_at <= self.now:
            raise Unauthenticated
        return Actor(subject=f"organisation:{kept.organisation}", roles=frozenset({Role(kept.role)}))

    def new_id(self) -> UUID:
        """A fresh id, sorted by its making."""
        return uuid7()

    def random(self, size: int) -> bytes:
        """Fresh unpredictable bytes."""
        return os.urandom(size)

    def record(self, event: Event) -> None:
        """Write an event to the journal at the end of this transaction."""
        self._events.append(
            Entry(
                id=uuid7(),
                occurred_at=self.now,
                kind=event.kind,
                subject_id=event.subject_id,
                actor=self.actor.subject,
                request_id=self.request_id,
                data=event.data(),
            )
        )

    def enqueue(self, kind: str, parameters: Mapping[str, object], *, unique_key: str | None = None) -> None:
        """Start a durable job when this transaction commits."""
        if self._queue is not None:
            self._queue.enqueue(self.connection, kind, parameters, unique_key)

    def flush(self) -> None:
        """Write the journal; the last thing before the commit."""
        if self._events:
            insert_events(self.connection, self._events)
            self._events = []


class SqlUnitsOfWork:
    """The port `UnitsOfWork`: begins transactions on one database."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        zone: str = "America/New_York",
        body_name: str = "CPS",
        queue: JobQueue | None = None,
        publisher: Publisher | None = None,
    ) -> None:
        """`clock` tells the instant of each transaction; `zone` the body's IANA zone, `body_name` its name.

        Without a `publisher` no badges are signed.
        """
        self._body_name = body_name
        self._publisher = publisher
        self.database = database
        self.clock = clock
        self._zone = zone
        self._queue = queue

    @contextmanager
    def begin(self, actor: Actor, *, write: bool = True, request_id: str | None = None) -> Iterator[SqlUnitOfWork]:
        """A unit of work that commits at the end of the block, and rolls back on any exception."""
        with self.database.transaction(write=write, alone=not write) as connection:
            uow = SqlUnitOfWork(
                connection,
                actor,
                self.clock(),
                self._zone,
                self._queue,
                request_id,
                self._body_name,
                self._publisher,
            )
            yield uow
            uow.flush()
