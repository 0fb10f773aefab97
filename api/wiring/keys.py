"""The body's keys as whoever keeps them works with them: listed, prepared, rotated, revoked, and drilled.

Every change is entered into the journal, by the next command at the latest. See `domain.keys.actions` for the order.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import DBAPIError

from adapters.badges import drill
from adapters.badges.signer import KeyedBadgeSigner
from adapters.db.engine import Contended
from adapters.keys import PURPOSES, SECRET, KeyFault
from domain.actors import the_service
from domain.badges.actions import replace_distrusted_lists, replace_key
from domain.badges.issuing import signers_of
from domain.badges.keys import BADGE_PURPOSES
from domain.errors import Unavailable
from domain.journal.actions import PURPOSE as JOURNAL
from domain.keys.actions import tell, tell_reissued
from domain.keys.model import KeyRecord, KeyState

if TYPE_CHECKING:
    from api.wiring.service import Service

SIGNING: Final = tuple(purpose for purpose, kind in PURPOSES.items() if kind != SECRET)
DRILLS: Final[dict[str, Callable[[str], list[drill.Step]]]] = {
    "rotation": drill.rotation,
    "compromise": drill.compromise,
}
_BATCH: Final = 200
_COUNTED: Final = 1_000
_TRIES: Final = 4


class KeyRefused(RuntimeError):
    """The keys, as they are, do not allow this; the text says why."""


class NotEntered(KeyRefused):
    """The database takes no entries now. What was done to the keys is done; the next command enters it."""

    def __init__(self) -> None:
        """Say what is missing, and what to do."""
        super().__init__("The database is away, or not migrated: nothing was written into the journal. Repeat it then.")


class KeyKeeper:
    """What the commands `certificant keys …` do. Every refusal is a KeyRefused that says why."""

    def __init__(self, service: "Service") -> None:
        """Keep the keys of a service."""
        self._service, self._keys = service, service.keys

    def records(self, purpose: str) -> tuple[KeyRecord, ...]:
        """Every key a purpose ever had, oldest first."""
        with _said():
            return self._keys.records(purpose)

    def pending(self, purpose: str) -> KeyRecord | None:
        """The key that is published already, and signs next."""
        return next((one for one in self.records(purpose) if one.state is KeyState.PENDING), None)

    def active(self, purpose: str) -> str:
        """The key that signs now."""
        return next(one.kid for one in self.records(purpose) if one.state is KeyState.ACTIVE)

    def create(self) -> None:
        """Make every key and secret that is missing; NotEntered where the database is not there yet."""
        self._service.create_keys()
        self._settle(PURPOSES, "keys.create")

    def prepare(self, purpose: str) -> str:
        """Publish a key that does not sign yet; its id. Nothing is done where the journal cannot be written."""
        self._settle([purpose], "keys.prepare")
        with _said():
            return self._keys.prepare(purpose)

    def rotate(self, purpose: str, *, at_once: bool = False) -> str:
        """Sign with the next key from now on; its id. Nothing is done where the journal cannot be written.

        Nor, but `at_once`, while others may not know the next key yet: they would reject what it signs.
        """
        self._settle([purpose], "keys.rotate")
        if purpose in SIGNING and not at_once:
            self._known_to_others(purpose)
        with _said():
            return self._keys.rotate(purpose)

    def _known_to_others(self, purpose: str) -> None:
        """Refuse a rotation for which nothing was prepared, or too lately."""
        waiting = self.pending(purpose)
        if waiting is None:
            message = (
                f"{purpose}: no key is prepared that others know, so it may be rotated ten minutes after"
                f" `keys prepare {purpose}`, or at once with --now."
            )
            raise KeyRefused(message)
        if datetime.now(UTC) < waiting.known_from:
            message = (
                f"{purpose}: {waiting.kid} was prepared at {waiting.since}, and others may hold an older key set,"
                f" so it may be rotated from {waiting.known_from.isoformat()} on, or at once with --now."
            )
            raise KeyRefused(message)

    def revoke(self, purpose: str, kid: str) -> str:
        """Withdraw a key for good, whatever becomes of the journal; the id of the key that signs now.

        Only the journal's own key waits for the journal: another key must answer for its leaves first.
        """
        if purpose == JOURNAL:
            self._sealed_by_another(kid)
        # A stolen key is not to sign for as long as the database is away.
        with suppress(NotEntered):
            self._settle([purpose], "keys.revoke")
        with _said():
            return self._keys.revoke(purpose, kid)

    def _sealed_by_another(self, kid: str) -> None:
        """Seal the journal under another key than this one, while this one's seals still prove that it is intact."""
        record = next((one for one in self.records(JOURNAL) if one.kid == kid), None)
        if record is None or record.state in (KeyState.PENDING, KeyState.REVOKED):
            return
        self._settle([JOURNAL], "keys.revoke")
        if not self._service.audit().intact:
            message = "The journal is not intact, so no key was withdrawn: `certificant audit verify` says where."
            raise KeyRefused(message)
        if record.state is KeyState.ACTIVE:
            with _said():
                self._keys.rotate(JOURNAL)
            self._settle([JOURNAL], "keys.revoke")
        self._service.seal_journal()

    def enter(self, purpose: str, command: str) -> None:
        """Enter what was done to a purpose's keys, and sign anew whatever list stands under a withdrawn one.

        Raises NotEntered. Until it is done, lists are signed as they are asked for.
        """
        self._settle([purpose], f"keys.{command}")

    def to_reissue(self, purpose: str, kid: str) -> tuple[int, int]:
        """How many badges (at most a thousand are counted) and status lists stand under a key now."""
        names = self._names(purpose, kid)
        with self._service.units.begin(the_service("keys.count"), write=False) as uow:
            badges = sum(len(uow.badges.newest_under(name, _COUNTED)) for name in names)
            lists = sum(bool(names & signers_of(one)) for one in uow.status_lists.find())
        return badges, lists

    def reissue(self, purpose: str, kid: str) -> Iterator[int]:
        """Sign anew, batch by batch, every list and newest badge that a key signed; yields how many badges so far."""
        total = 0
        for name in sorted(self._names(purpose, kid)):
            while True:
                with self._service.units.begin(the_service("keys.reissue")) as uow:
                    done = replace_key(uow, name, _BATCH)
                    tell_reissued(uow, purpose, kid, badges=done.badges, lists=done.lists)
                total += done.badges
                yield total
                if done.badges < _BATCH:
                    break

    def _settle(self, purposes: Iterable[str], job: str) -> None:
        """Bring the store to what the rings say: the journal's entries, and lists under keys that are published.

        Done before a change too, so that one that was broken off is entered before the next.
        """
        with _said():
            rings = {purpose: self._keys.records(purpose) for purpose in purposes}
        for _ in range(_TRIES):
            try:
                with self._service.units.begin(the_service(job)) as uow:
                    for purpose, records in rings.items():
                        tell(uow, purpose, records)
                    if any(purpose in BADGE_PURPOSES for purpose in rings):
                        replace_distrusted_lists(uow)
            except Contended:
                continue
            except (DBAPIError, Unavailable):
                break
            return
        raise NotEntered

    def _names(self, purpose: str, kid: str) -> set[str]:
        """The names under which a key signs; for a revoked one too, whose file is still there."""
        if purpose not in BADGE_PURPOSES:
            message = f"{purpose} signs no badges; only {', '.join(BADGE_PURPOSES)} do"
            raise KeyRefused(message)
        if kid not in {one.kid for one in self.records(purpose)}:
            message = f"{purpose}: there is no such key"
            raise KeyRefused(message)
        with _said():
            signer = KeyedBadgeSigner(self._keys, self._service.settings.public_base_url)
            return signer.names(purpose, self._keys.face(purpose, kid))


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except KeyFault as fault:
        raise KeyRefused(str(fault)) from None
