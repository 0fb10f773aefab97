"""Every door of the hexagon on one page. `adapters/` holds what stands behind them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol, TypeVar
from uuid import UUID

from domain.access.model import ApiKey, RoleGrant
from domain.actors import Actor
from domain.applications.model import Appeal, Application, AuditDraw, ConflictOfInterest, Determination, Evidence
from domain.candidates.model import Candidate, Education, Identity, Invitation, Licence
from domain.credentials.model import Award, Credential, StandingChange
from domain.doors import (
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
    SandboxTime as SandboxTime,
    SigningKey as SigningKey,
    StartedPayment as StartedPayment,
    TokenVerifier as TokenVerifier,
    VerifiedToken as VerifiedToken,
)
from domain.entity import Entity
from domain.events import Event
from domain.exams.model import Accommodation, Administration, Authorization, Registration, Session
from domain.files.model import StoredFile
from domain.jobs.model import Job, JobOutcome
from domain.journal.model import Backlog, JournalLine, Leaf, Recorded, StoredCheckpoint
from domain.notices.model import Notice
from domain.paging import Page, PageRequest
from domain.payments.model import Charge, Payment, Refund
from domain.programs.model import EditionHeading, PolicyEdition, RecognisedProvider
from domain.programs.policy import Policy
from domain.renewals.model import Activity, ApprovedActivity, Cycle
from domain.scores.model import (
    Attempt,
    Conversion,
    Form,
    FormItem,
    FormKey,
    Hold,
    ResponseImport,
    ScoreRelease,
)
from domain.scores.responses import ResponseFile
from domain.scores.sittings import Figures, Identifier, Intake, Ref, Score, Seat, Sitting
from domain.sweep.model import Turn

T = TypeVar("T", bound=Entity)


class Repository(Protocol[T]):
    """The stored entities of one kind, inside one transaction."""

    def get(self, id_: UUID) -> T:
        """The entity; raises NotFound."""
        ...

    def lock(self, id_: UUID) -> T:
        """The entity, its row held until the transaction ends (SQLite: the writer holds the database); NotFound."""
        ...

    def find(self, **equals: object) -> list[T]:
        """All whose fields equal these values, oldest id first. A list value matches any of its members."""
        ...

    def first(self, **equals: object) -> T | None:
        """The first of `find`, or None."""
        ...

    def page(self, request: PageRequest) -> Page[T]:
        """One keyset page."""
        ...

    def count(self, **equals: object) -> int:
        """How many `find` would return."""
        ...

    def add(self, entity: T) -> T:
        """Store a new one; raises AlreadyExists where a uniqueness rule of the store stands against it."""
        ...

    def add_all(self, entities: Iterable[T]) -> None:
        """Store many new ones in one statement; raises AlreadyExists."""
        ...

    def save(self, entity: T) -> T:
        """Store a changed one; returns it with its version raised by one. Raises Stale when another change won."""
        ...

    def remove(self, entity: T) -> None:
        """Forget one; raises Stale when another change won."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryEntry:
    """The finished public answers for one credential number: before and from the instant `turns_at`, and after that.

    `turns_at` and the later `turns_again_at` are midnights of `zone` (IANA) in epoch seconds; None: nothing turns by
    itself. A payload is what `domain.credentials.public` writes; `tag` names these payloads among all that this number
    ever had.
    """

    number: str
    zone: str
    turns_at: int | None
    payload_before: bytes
    payload_after: bytes | None
    tag: str
    turns_again_at: int | None = None
    payload_last: bytes | None = None


class RegistryAnswer(NamedTuple):
    """One finished answer: the payload that holds at the instant asked about, the entry's zone and its tag."""

    payload: bytes
    zone: str
    tag: str


class RegistryReader(Protocol):
    """The fast lane's one question."""

    async def read(self, number: str, at: int) -> RegistryAnswer | None:
        """The answer for a canonical number at an instant (epoch seconds), or None; raises Unavailable."""
        ...


class Policies(Repository[PolicyEdition], Protocol):
    """Published editions."""

    def named(self, edition: str) -> Policy:
        """The edition of this name; raises NotFound."""
        ...

    def in_force(self, program: str, on: date) -> Policy:
        """The edition of a program in force on a day; raises NotFound."""
        ...

    def headings(self, program: str | None = None) -> list[EditionHeading]:
        """Every published edition of a program, or of all, without its document; by program, then first day."""

    def hold(self, program: str) -> None:
        """Keep everyone else from holding this program's editions until the transaction ends."""


class Applications(Repository[Application], Protocol):
    """Applications. A page sorted by when they were submitted leaves out those that were not."""

    def due(self, before: date, limit: int) -> list[Application]:
        """At most `limit` whose `due_on` lies before a day, longest due first."""

    def submitted_between(self, program: str, start: datetime, end: datetime, limit: int) -> list[Application]:
        """At most `limit` of a program that were submitted from an instant until before another, oldest first."""


class Authorizations(Repository[Authorization], Protocol):
    """Authorizations to test."""

    def closed_before(self, day: date, limit: int) -> list[Authorization]:
        """Up to `limit` active ones whose window closed before `day` and under which no seat is booked."""
        ...


class Sessions(Repository[Session], Protocol):
    """Exam sessions."""

    def upcoming(self, request: PageRequest, after: datetime) -> Page[Session]:
        """One page of the open sessions with a free seat that begin after an instant, of open administrations."""
        ...


class Attempts(Repository[Attempt], Protocol):
    """Attempts, with what is done to very many of them at once: set by set, never row by row."""

    def seats(
        self, administration: Administration, form_id: UUID, by: Identifier, names: Sequence[str]
    ) -> dict[str, Seat]:
        """Who these names stand for in an administration, by name; names that nobody bears are left out."""
        ...

    def take(self, intake: Intake, sittings: Sequence[Sitting]) -> None:
        """Store new attempts, close their bookings as tested, use their authorizations up, and tell the journal.

        Raises AlreadyExists or Stale, with nothing stored, when somebody else was quicker.
        """
        ...

    def to_score(
        self, administration_id: UUID, form_id: UUID, numbers: tuple[int, int], *, after: Ref | None, limit: int
    ) -> list[tuple[Ref, bytes]]:
        """Attempts that may be scored and are not scored by this key and conversion, with their answers, by id."""
        ...

    def put_scores(self, key_number: int, conversion_number: int, scores: Sequence[Score]) -> int:
        """Store the scores of attempts that may still be scored, and tell the journal; how many were changed."""
        ...

    def releasable(self, release: ScoreRelease, *, after: UUID | None, limit: int) -> list[Attempt]:
        """Scored attempts of a release that are not held, by id, their rows held."""
        ...

    def withheld(self, release: ScoreRelease, *, after: UUID | None, limit: int) -> list[Attempt]:
        """Scored attempts that a release passes by because they are held, by id."""
        ...

    def figures(self, administration_id: UUID, form_id: UUID) -> Figures:
        """A form in an administration, in numbers."""
        ...


class Cycles(Repository[Cycle], Protocol):
    """Renewal cycles."""

    def to_remind(self, day: date, limit: int) -> list[Cycle]:
        """Up to `limit` open ones whose next letter is due by `day`, held until the transaction ends.

        Those that somebody else holds are left out: they are for the next night.
        """
        ...


class Sweep(Protocol):
    """What the nightly sweep turns, set by set: never row by row.

    Of each credential the standing, an entry of its history and one of the journal are written in the caller's
    transaction; the ids of the history's entries are returned. Credentials that somebody else holds are left out: they
    are for the next night.
    """

    def expire(self, turn: Turn) -> tuple[UUID, ...]:
        """Active ones become expired."""
        ...

    def lapse(self, turn: Turn) -> tuple[UUID, ...]:
        """Expired ones become lapsed, and so do their open cycles."""
        ...


class Registry(Protocol):
    """The finished public answers, written with every change of a credential."""

    def put(self, entry: RegistryEntry) -> None:
        """Store or replace the answer for one number."""
        ...

    def put_all(self, entries: Iterable[RegistryEntry]) -> None:
        """Store or replace the answers for many numbers, in one statement."""
        ...

    def delete(self, number: str) -> None:
        """Forget the answer for one number, which from then on is like one that never was."""
        ...


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The answer that an Idempotency-Key was given, for replay."""

    fingerprint: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class KeptAnswers(Protocol):
    """Answers kept for replay."""

    def claim(self, scope: str, fingerprint: str, now: datetime, until: datetime) -> KeptAnswer | None:
        """Hold `scope` for this transaction and return None; or return what was answered before, if still kept.

        A twin in flight is waited for. Raises Conflict when the wait is too long.
        """
        ...

    def answer(self, scope: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Keep the answer for the held `scope`."""
        ...

    def forget_old(self, now: datetime) -> int:
        """Remove what is kept no longer; returns how many."""
        ...


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

    def new_id(self) -> UUID:
        """A fresh id (UUID version 7: ids sort by their making)."""
        ...

    def random(self, size: int) -> bytes:
        """Fresh unpredictable bytes."""
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
    # credentials
    @property
    def awards(self) -> Repository[Award]: ...  # noqa: D102
    @property
    def credentials(self) -> Repository[Credential]: ...  # noqa: D102
    @property
    def standing_changes(self) -> Repository[StandingChange]: ...  # noqa: D102
    @property
    def registry(self) -> Registry: ...  # noqa: D102
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
