"""The doors to the store: repositories, the registry's table, kept answers.

`domain.ports` names them again, beside the others, so that every door is found on one page.
"""

from collections.abc import Awaitable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol, TypeVar
from uuid import UUID

from domain.analysis.model import Analysis, Attribute
from domain.applications.model import Application
from domain.badges.model import Badge, StatusList, StatusPlace
from domain.entity import Entity
from domain.exams.model import Administration, Authorization, Session
from domain.paging import Page, PageRequest
from domain.programs.model import EditionHeading, PolicyEdition
from domain.programs.policy import Policy
from domain.renewals.model import Cycle
from domain.rescoring.model import Rescore, RescoreEntry
from domain.scores.model import (
    Attempt,
    ScoreRelease,
)
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

    def lock_all(self, ids: Iterable[UUID]) -> list[T]:
        """Those of these ids that there are, their rows held until the transaction ends; locked and listed by id."""
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

    def read(self, number: str, at: int) -> Awaitable[RegistryAnswer | None]:
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

    def due(self, before: date, limit: int, editions: Collection[str]) -> list[Application]:
        """At most `limit` under these editions whose `due_on` lies before a day, longest due first."""

    def submitted_between(self, program: str, start: datetime, end: datetime, limit: int) -> list[Application]:
        """At most `limit` of a program that were submitted from an instant until before another, oldest first."""


class Authorizations(Repository[Authorization], Protocol):
    """Authorizations to test."""

    def closed_before(self, day: date, limit: int, editions: Collection[str]) -> list[Authorization]:
        """Up to `limit` active ones under these editions whose window closed before `day`, and with no seat booked."""
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

    def still_asked(self, seats: Sequence[Seat]) -> list[UUID]:
        """The authorizations and bookings of these seats of which a charge is still open."""
        ...

    def to_score(
        self, administration_id: UUID, form_id: UUID, numbers: tuple[int, int], *, after: Ref | None, limit: int
    ) -> list[tuple[Ref, bytes]]:
        """Attempts that may be scored and are not scored by this key and conversion, with their answers, by id.

        Those of which only a score came have no answers, and are left out.
        """
        ...

    def put_scores(self, key_number: int, conversion_number: int, scores: Sequence[Score]) -> int:
        """Store the scores of attempts that may still be scored, and tell the journal; how many were changed."""
        ...

    def releasable(self, release: ScoreRelease, *, after: UUID | None, limit: int) -> list[Attempt]:
        """Scored attempts of a release that are not held, by id, their rows held."""
        ...

    def leave(self, attempts: Sequence[Attempt], release: ScoreRelease) -> list[Attempt]:
        """Let the scores of these attempts, their rows held, leave with a release; raises Stale."""
        ...

    def withheld(self, release: ScoreRelease, *, after: UUID | None, limit: int) -> list[Attempt]:
        """Scored attempts that a release passes by because they are held, by id."""
        ...

    def figures(self, administration_id: UUID, form_id: UUID) -> Figures:
        """A form in an administration, in numbers."""
        ...


class Analyses(Repository[Analysis], Protocol):
    """Analyses, and what they read of very many attempts: those that were not invalidated, by their ids."""

    def people(self, administration_id: UUID, form_id: UUID) -> int:
        """How many attempts with answers there are that were not invalidated."""
        ...

    def answers(self, administration_id: UUID, form_id: UUID, *, unheld: bool = False) -> list[tuple[str, bytes]]:
        """Each attempt with its answers; `unheld` leaves out those on hold."""
        ...

    def candidates(self, administration_id: UUID, form_id: UUID) -> dict[str, str]:
        """The candidate of each attempt, by id."""
        ...

    def numbers(self, administration_id: UUID, form_id: UUID) -> dict[str, str]:
        """Who took the form: ids of candidates by their numbers."""
        ...

    def groups(self, administration_id: UUID, form_id: UUID, attribute: Attribute) -> dict[str, str]:
        """The value of an attribute for each attempt; attempts without one are left out."""
        ...


class Cycles(Repository[Cycle], Protocol):
    """Renewal cycles."""

    def to_remind(self, edition: str, day: date, limit: int) -> list[Cycle]:
        """Up to `limit` open ones under an edition whose next letter is due by `day`, held until the transaction ends.

        Those that somebody else holds are left out: they are for the next night.
        """
        ...


class RescoreEntries(Repository[RescoreEntry], Protocol):
    """What rescores list."""

    def moved(self, run: Rescore) -> bool:
        """Whether an attempt of the run's newest list has changed since, or others have come that it lacks."""
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
        """Expired ones become lapsed, and so do their open cycles, for which only the fee of coming back stays due."""
        ...


class Badges(Repository[Badge], Protocol):
    """Every version of every badge."""

    def newest(self, credential_id: UUID) -> Badge | None:
        """The newest version of a credential's badge, None where it has none."""
        ...

    def newest_under(self, key_id: str, limit: int) -> list[Badge]:
        """At most `limit` newest versions that this key signed, by credential."""
        ...


class StatusPlaces(Repository[StatusPlace], Protocol):
    """The places of credentials in the status lists; the store keeps each for one credential."""

    def claim(self, shard: int, places: Sequence[StatusPlace], buckets: int) -> set[UUID]:
        """Store those whose place in this shard is free; the ids of their credentials. Never waits.

        A place belongs to one of so many buckets (place modulo `buckets`). One whose bucket another transaction is
        claiming from just now is passed by.
        """
        ...

    def free(self, shard: int, size: int) -> list[int]:
        """Every place of a shard that nobody has, as far as can be seen from here."""
        ...


class StatusLists(Repository[StatusList], Protocol):
    """The lists, two for each shard."""

    def last_shard(self) -> int | None:
        """The shard in which places are given now, None before the first."""
        ...

    def open(self, lists: Iterable[StatusList]) -> None:
        """Store the lists of a new shard; those that somebody else was quicker with stay as they are."""
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
