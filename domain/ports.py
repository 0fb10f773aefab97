"""Every door of the hexagon on one page. `adapters/` holds what stands behind them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from domain.access.model import ApiKey, RoleGrant
from domain.actors import Actor, Person
from domain.analysis.model import EquatingRun, Grouping, StatisticsSheet
from domain.applications.model import Appeal, AuditDraw, ConflictOfInterest, Determination, Evidence
from domain.assembly.model import Assembly
from domain.badges.model import Publisher
from domain.candidates.model import Candidate, Education, Identity, Invitation, Licence
from domain.credentials.model import Award, Credential, StandingChange
from domain.doors import (
    BadgeReader as BadgeReader,
    BadgeSigner as BadgeSigner,
    CheckpointStore as CheckpointStore,
    Clock as Clock,
    Files as Files,
    InspectedFile as InspectedFile,
    KeyMint as KeyMint,
    KeyProvider as KeyProvider,
    Letter as Letter,
    Letters as Letters,
    Mail as Mail,
    Mailer as Mailer,
    PaymentGateway as PaymentGateway,
    Press as Press,
    SandboxTime as SandboxTime,
    SheetPress as SheetPress,
    SigningKey as SigningKey,
    Solver as Solver,
    StartedPayment as StartedPayment,
    TokenVerifier as TokenVerifier,
    VerifiedToken as VerifiedToken,
    WalletProofs as WalletProofs,
)
from domain.events import Event
from domain.exams.model import Accommodation, Administration, Registration
from domain.files.model import StoredFile
from domain.hosting.doors import ForeignBadges as ForeignBadges
from domain.hosting.model import HolderProfile
from domain.hosting.stores import HostedBadges as HostedBadges
from domain.items.exchange import ItemExchange as ItemExchange
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
from domain.journal.model import Backlog, JournalLine, Leaf, Recorded, StoredCheckpoint
from domain.notices.model import Notice
from domain.paging import Page, PageRequest
from domain.payments.model import Charge, Payment, Refund
from domain.practice.model import PracticeExam
from domain.programs.model import RecognisedProvider
from domain.renewals.model import Activity, ApprovedActivity
from domain.rescoring.model import AttemptResult, Rescore
from domain.scores.model import (
    Conversion,
    Form,
    FormItem,
    FormKey,
    Hold,
    ResponseImport,
    ScoreRelease,
)
from domain.scores.responses import ResponseFile
from domain.security.model import Flag, Review, Screening, TimesFile
from domain.standards.model import JudgeRating, StandardSetting
from domain.stores import (
    Analyses as Analyses,
    Applications as Applications,
    Attempts as Attempts,
    Authorizations as Authorizations,
    Badges as Badges,
    Cycles as Cycles,
    KeptAnswer as KeptAnswer,
    KeptAnswers as KeptAnswers,
    Policies as Policies,
    Registry as Registry,
    RegistryAnswer as RegistryAnswer,
    RegistryEntry as RegistryEntry,
    RegistryReader as RegistryReader,
    Repository as Repository,
    RescoreEntries as RescoreEntries,
    Sessions as Sessions,
    StatusLists as StatusLists,
    StatusPlaces as StatusPlaces,
    Sweep as Sweep,
)
from domain.test_centres.model import CentreFile, CentreRow, SentRecord
from domain.wallets.model import WalletOffer
from domain.wallets.stores import WalletNonces as WalletNonces
from domain.watching.doors import (
    BulkRegistry as BulkRegistry,
    RegistryStatements as RegistryStatements,
    SentMessage as SentMessage,
    WebhookSender as WebhookSender,
)
from domain.watching.model import DeliveryAttempt, WatchFeed, WatchList, WebhookEndpoint
from domain.watching.stores import (
    Watches as Watches,
    WatchEvents as WatchEvents,
    WebhookDeliveries as WebhookDeliveries,
)


class UnitOfWork(Protocol):
    """One transaction: the stores, the clock, fresh ids, the journal and the job queue. All of it commits, or none."""

    @property
    def actor(self) -> Actor:
        """Who is acting; the journal names them."""
        ...

    @property
    def now(self) -> datetime:
        """The instant of this transaction, UTC; the same throughout."""
        ...

    @property
    def today(self) -> date:
        """The date of `now` in the body's zone."""
        ...

    @property
    def body_name(self) -> str:
        """The certifying body, as the public registry and certificates name it."""
        ...

    @property
    def publisher(self) -> Publisher | None:
        """Who signs badges and status lists; None where this service publishes none."""
        ...

    def new_id(self) -> UUID:
        """A fresh id (UUID version 7: ids sort by their making)."""
        ...

    def random(self, size: int) -> bytes:
        """Fresh unpredictable bytes."""
        ...

    def person(self, subject: str) -> Person:
        """Who is behind a sign-in."""
        ...

    def journal_page(self, request: PageRequest) -> Page[Recorded]:
        """One page of the journal, in its order; it can be filtered by `kind` and `subject_id`."""
        ...

    def record(self, event: Event) -> None:
        """Write an event to the journal in this transaction."""
        ...

    def enqueue(self, kind: str, parameters: Mapping[str, object], *, unique_key: str | None = None) -> None:
        """Start a durable job when, and only when, this transaction commits. A `unique_key` runs once."""
        ...

    # programs
    @property
    def policies(self) -> Policies: ...  # noqa: D102 - the types say it all, from here on
    @property
    def providers(self) -> Repository[RecognisedProvider]: ...  # noqa: D102
    # access
    @property
    def role_grants(self) -> Repository[RoleGrant]: ...  # noqa: D102
    @property
    def api_keys(self) -> Repository[ApiKey]: ...  # noqa: D102
    # candidates
    @property
    def candidates(self) -> Repository[Candidate]: ...  # noqa: D102
    @property
    def identities(self) -> Repository[Identity]: ...  # noqa: D102
    @property
    def invitations(self) -> Repository[Invitation]: ...  # noqa: D102
    @property
    def licences(self) -> Repository[Licence]: ...  # noqa: D102
    @property
    def educations(self) -> Repository[Education]: ...  # noqa: D102
    # applications
    @property
    def applications(self) -> Applications: ...  # noqa: D102
    @property
    def evidence(self) -> Repository[Evidence]: ...  # noqa: D102
    @property
    def determinations(self) -> Repository[Determination]: ...  # noqa: D102
    @property
    def appeals(self) -> Repository[Appeal]: ...  # noqa: D102
    @property
    def conflicts(self) -> Repository[ConflictOfInterest]: ...  # noqa: D102
    @property
    def audit_draws(self) -> Repository[AuditDraw]: ...  # noqa: D102
    # exams
    @property
    def administrations(self) -> Repository[Administration]: ...  # noqa: D102
    @property
    def sessions(self) -> Sessions: ...  # noqa: D102
    @property
    def authorizations(self) -> Authorizations: ...  # noqa: D102
    @property
    def accommodations(self) -> Repository[Accommodation]: ...  # noqa: D102
    @property
    def registrations(self) -> Repository[Registration]: ...  # noqa: D102
    # scores
    @property
    def forms(self) -> Repository[Form]: ...  # noqa: D102
    @property
    def form_keys(self) -> Repository[FormKey]: ...  # noqa: D102
    @property
    def conversions(self) -> Repository[Conversion]: ...  # noqa: D102
    @property
    def response_imports(self) -> Repository[ResponseImport]: ...  # noqa: D102
    @property
    def attempts(self) -> Attempts: ...  # noqa: D102
    @property
    def holds(self) -> Repository[Hold]: ...  # noqa: D102
    @property
    def score_releases(self) -> Repository[ScoreRelease]: ...  # noqa: D102
    # wallets
    @property
    def wallet_offers(self) -> Repository[WalletOffer]: ...  # noqa: D102
    @property
    def wallet_nonces(self) -> WalletNonces: ...  # noqa: D102
    # hosting
    @property
    def hosted_badges(self) -> HostedBadges: ...  # noqa: D102
    @property
    def holder_profiles(self) -> Repository[HolderProfile]: ...  # noqa: D102
    # standard setting
    @property
    def standard_settings(self) -> Repository[StandardSetting]: ...  # noqa: D102
    @property
    def judge_ratings(self) -> Repository[JudgeRating]: ...  # noqa: D102
    # assembly
    @property
    def assemblies(self) -> Repository[Assembly]: ...  # noqa: D102
    # analyses of forms
    @property
    def analyses(self) -> Analyses: ...  # noqa: D102
    @property
    def groupings(self) -> Repository[Grouping]: ...  # noqa: D102
    @property
    def equating_runs(self) -> Repository[EquatingRun]: ...  # noqa: D102
    @property
    def statistics_sheets(self) -> Repository[StatisticsSheet]: ...  # noqa: D102
    # items and practice
    @property
    def items(self) -> Repository[Item]: ...  # noqa: D102
    @property
    def item_versions(self) -> Repository[ItemVersion]: ...  # noqa: D102
    @property
    def item_sets(self) -> Repository[ItemSet]: ...  # noqa: D102
    @property
    def item_set_versions(self) -> Repository[ItemSetVersion]: ...  # noqa: D102
    @property
    def item_enemies(self) -> Repository[Enemy]: ...  # noqa: D102
    @property
    def item_exposures(self) -> Repository[Exposure]: ...  # noqa: D102
    @property
    def item_statistics(self) -> Repository[ItemStatistics]: ...  # noqa: D102
    @property
    def item_exports(self) -> Repository[ItemExport]: ...  # noqa: D102
    @property
    def item_readings(self) -> Repository[ItemReading]: ...  # noqa: D102
    @property
    def practice_exams(self) -> Repository[PracticeExam]: ...  # noqa: D102
    # rescoring
    @property
    def rescores(self) -> Repository[Rescore]: ...  # noqa: D102
    @property
    def rescore_entries(self) -> RescoreEntries: ...  # noqa: D102
    @property
    def attempt_results(self) -> Repository[AttemptResult]: ...  # noqa: D102
    # security
    @property
    def screenings(self) -> Repository[Screening]: ...  # noqa: D102
    @property
    def flags(self) -> Repository[Flag]: ...  # noqa: D102
    @property
    def irregularity_reviews(self) -> Repository[Review]: ...  # noqa: D102
    @property
    def times_files(self) -> Repository[TimesFile]: ...  # noqa: D102
    # test centres
    @property
    def centre_files(self) -> Repository[CentreFile]: ...  # noqa: D102
    @property
    def sent_records(self) -> Repository[SentRecord]: ...  # noqa: D102
    @property
    def centre_rows(self) -> Repository[CentreRow]: ...  # noqa: D102
    # credentials
    @property
    def awards(self) -> Repository[Award]: ...  # noqa: D102
    @property
    def credentials(self) -> Repository[Credential]: ...  # noqa: D102
    @property
    def standing_changes(self) -> Repository[StandingChange]: ...  # noqa: D102
    @property
    def registry(self) -> Registry: ...  # noqa: D102
    @property
    def badges(self) -> Badges: ...  # noqa: D102
    @property
    def status_places(self) -> StatusPlaces: ...  # noqa: D102
    @property
    def status_lists(self) -> StatusLists: ...  # noqa: D102
    # renewals
    @property
    def sweep(self) -> Sweep: ...  # noqa: D102
    @property
    def kept_answers(self) -> KeptAnswers: ...  # noqa: D102
    @property
    def cycles(self) -> Cycles: ...  # noqa: D102
    @property
    def activities(self) -> Repository[Activity]: ...  # noqa: D102
    @property
    def approved_activities(self) -> Repository[ApprovedActivity]: ...  # noqa: D102
    # payments
    @property
    def charges(self) -> Repository[Charge]: ...  # noqa: D102
    @property
    def payments(self) -> Repository[Payment]: ...  # noqa: D102
    @property
    def refunds(self) -> Repository[Refund]: ...  # noqa: D102
    # letters and files
    @property
    def notices(self) -> Repository[Notice]: ...  # noqa: D102
    @property
    def stored_files(self) -> Repository[StoredFile]: ...  # noqa: D102
    # watching
    @property
    def watch_lists(self) -> Repository[WatchList]: ...  # noqa: D102
    @property
    def watch_feeds(self) -> Repository[WatchFeed]: ...  # noqa: D102
    @property
    def watches(self) -> Watches: ...  # noqa: D102
    @property
    def watch_events(self) -> WatchEvents: ...  # noqa: D102
    @property
    def webhook_endpoints(self) -> Repository[WebhookEndpoint]: ...  # noqa: D102
    @property
    def webhook_deliveries(self) -> WebhookDeliveries: ...  # noqa: D102
    @property
    def webhook_attempts(self) -> Repository[DeliveryAttempt]: ...  # noqa: D102
    # jobs
    @property
    def jobs(self) -> Repository[Job]: ...  # noqa: D102
    @property
    def job_outcomes(self) -> Repository[JobOutcome]: ...  # noqa: D102


class UnitsOfWork(Protocol):
    """Begins units of work."""

    def begin(self, actor: Actor, *, write: bool = True) -> AbstractContextManager[UnitOfWork]:
        """A unit of work that commits at the end of the block, and rolls back on any exception."""
        ...


class JournalLog(Protocol):
    """The stored journal, its leaves and its checkpoints, inside one transaction."""

    def lock(self) -> None:
        """Keep every other sealer out until the transaction ends."""
        ...

    def snapshot(self) -> None:
        """Let all that is read in this transaction be the state of one moment; before its first read."""
        ...

    def latest(self) -> StoredCheckpoint | None:
        """The checkpoint of the largest tree."""
        ...

    def unsealed(self, limit: int) -> list[JournalLine]:
        """Committed lines that have no leaf, in the order of `seq`, at most `limit`."""
        ...

    def append(self, leaves: Sequence[Leaf], checkpoint: StoredCheckpoint) -> None:
        """Store new leaves and the checkpoint over them."""
        ...

    def sealed(self) -> Iterator[tuple[Leaf, JournalLine | None]]:
        """Every leaf by index with its line, or None where the line is gone; streamed, in bounded memory."""
        ...

    def checkpoints(self, above: int = 0) -> Iterator[StoredCheckpoint]:
        """Every checkpoint of more than `above` leaves, by size; streamed."""
        ...

    def backlog(self) -> Backlog:
        """What has no leaf."""
        ...

    def missing_guards(self) -> list[str]:
        """The names of the triggers against change that are not in force."""
        ...

    def subtree(self, start: int, end: int) -> bytes:
        """The Merkle tree hash of the leaves from `start` up to, not including, `end`."""
        ...


class ResponseReader(Protocol):
    """Reads a file of responses to one form."""

    def __call__(
        self, content: bytes, items: Sequence[FormItem], form_code: str, *, candidate_column: str | None = None
    ) -> ResponseFile:
        """Every line as accepted or refused; see `ResponseFile`. Never raises for what the file holds."""
        ...
