"""The verbs of rosters: begin one, add to it, end what is watched, and read again what was told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.actors import Actor, Role
from domain.credentials.number import parse
from domain.errors import Contradiction, Fault
from domain.paging import Page, PageRequest
from domain.ports import UnitOfWork
from domain.watching.errors import DigestNeedsAddress
from domain.watching.events import WatchEnded, WatchesAdded, WatchListOpened
from domain.watching.model import Consent, Digest, Watch, WatchEvent, WatchFeed, WatchList, WatchStatus

MOST_AT_ONCE: Final = 5_000
_LOOKED_UP_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a partner wants of a list: what it is called, and how it is told once a day."""

    name: str
    digest: Digest = Digest.NONE
    digest_email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row to add: the number as it was written, the partner's own reference, and the consent."""

    number: str
    reference: str
    consent: Consent


class Outcome(StrEnum):
    """What became of a row: `already_watched` left the row there was as it is."""

    ADDED = "added"
    ALREADY_WATCHED = "already_watched"


def sees_all(actor: Actor) -> bool:
    """Whether a caller reads what is every partner's: administrators and auditors."""
    return bool(actor.roles & {Role.ADMINISTRATOR, Role.AUDITOR})


def own(actor: Actor, request: PageRequest) -> PageRequest:
    """The request, kept to what is the caller's own, unless they read everyone's."""
    return request if sees_all(actor) else request.within(partner=actor.subject)


def open_list(uow: UnitOfWork, actor: Actor, wish: Wish) -> WatchList:
    """Begin a roster; AlreadyExists where the partner has one."""
    actor.must("watch_list.open")
    _must_have_an_address(wish)
    made = uow.watch_lists.add(
        WatchList(
            id=uow.new_id(),
            partner=actor.subject,
            name=wish.name,
            created_at=uow.now,
            digest=wish.digest,
            digest_email=wish.digest_email,
        )
    )
    uow.watch_feeds.add(WatchFeed(id=made.id, partner=made.partner))
    uow.record(WatchListOpened(watch_list_id=made.id))
    return made


def change_list(uow: UnitOfWork, actor: Actor, watch_list_id: UUID, wish: Wish) -> WatchList:
    """Call a roster otherwise, or be told of it otherwise. A digest that begins tells of what changes from now on."""
    found = uow.watch_lists.lock(watch_list_id)
    actor.must("watch_list.change", found)
    _must_have_an_address(wish)
    if found.digest is Digest.NONE and wish.digest is not Digest.NONE:
        feed = uow.watch_feeds.lock(found.id)
        uow.watch_feeds.save(replace(feed, digested_sequence=feed.last_sequence))
    changed = replace(found, name=wish.name, digest=wish.digest, digest_email=wish.digest_email)
    return uow.watch_lists.save(changed)


def add(uow: UnitOfWork, actor: Actor, watch_list_id: UUID, row: Row) -> Watch:
    """Watch a number. Raises MalformedNumber for one that none ever had, AlreadyExists for one that is watched.

    Nobody is asked whether a credential has this number, so nothing is told of that.
    """
    found = uow.watch_lists.get(watch_list_id)
    actor.must("watch.add", found)
    _must_be_given(row.consent.given_on, uow.today, "/consent/given_on")
    made = uow.watches.add(_watch(uow, found, replace(row, number=parse(row.number))))
    uow.record(WatchesAdded(watch_list_id=found.id, added=1))
    return made


def add_many(uow: UnitOfWork, actor: Actor, watch_list_id: UUID, rows: Sequence[Row]) -> list[Outcome]:
    """Watch many canonical numbers; what became of each, in order. A number twice is added once."""
    found = uow.watch_lists.lock(watch_list_id)
    actor.must("watch.add", found)
    watched = _watched(uow, found.id, [row.number for row in rows])
    outcomes: list[Outcome] = []
    fresh: list[Watch] = []
    for row in rows:
        new = row.number not in watched
        outcomes.append(Outcome.ADDED if new else Outcome.ALREADY_WATCHED)
        if new:
            watched.add(row.number)
            fresh.append(_watch(uow, found, row))
    uow.watches.add_all(fresh)
    if fresh:
        uow.record(WatchesAdded(watch_list_id=found.id, added=len(fresh)))
    return outcomes


def end(uow: UnitOfWork, actor: Actor, watch_id: UUID, *, withdrawn: bool) -> Watch:
    """Watch a number no more. Where the consent was withdrawn, what was told before is not told again either."""
    found = uow.watches.lock(watch_id)
    actor.must("watch.end", found)
    ended = uow.watches.save(found.ended(WatchStatus.WITHDRAWN if withdrawn else WatchStatus.ENDED, uow.now))
    if withdrawn:
        uow.watch_events.withhold(ended.id)
    uow.record(WatchEnded(watch_id=ended.id, status=ended.status.value))
    return ended


def events_after(uow: UnitOfWork, actor: Actor, sequence: int, limit: int) -> list[WatchEvent]:
    """The caller's events numbered above `sequence`, in order, at most `limit`; those withheld are left out."""
    actor.must("watch_event.read")
    return uow.watch_events.after(actor.subject, sequence, limit)


def list_rows(uow: UnitOfWork, actor: Actor, watch_list_id: UUID, request: PageRequest) -> Page[Watch]:
    """The rows of a roster."""
    actor.must("watch_list.read", uow.watch_lists.get(watch_list_id))
    return uow.watches.page(request.within(watch_list_id=watch_list_id))


def _watched(uow: UnitOfWork, watch_list_id: UUID, numbers: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(numbers), _LOOKED_UP_AT_ONCE):
        some = list(numbers[start : start + _LOOKED_UP_AT_ONCE])
        rows = uow.watches.find(watch_list_id=watch_list_id, number=some, status=WatchStatus.WATCHING)
        found |= {row.number for row in rows}
    return found


def _watch(uow: UnitOfWork, of: WatchList, row: Row) -> Watch:
    return Watch(
        id=uow.new_id(),
        watch_list_id=of.id,
        partner=of.partner,
        number=row.number,
        reference=row.reference,
        consent=row.consent,
        created_at=uow.now,
    )


def _must_have_an_address(wish: Wish) -> None:
    if wish.digest is Digest.MAIL and wish.digest_email is None:
        raise DigestNeedsAddress


def _must_be_given(given_on: date, today: date, pointer: str) -> None:
    """No consent is given on a day to come."""
    if given_on > today:
        raise Contradiction(Fault(pointer, "day_to_come", "No consent is given on a day that has not come."))
