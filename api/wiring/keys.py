"""The body's keys as whoever keeps them works with them: listed, prepared, rotated, revoked, and drilled."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from adapters.badges import drill
from adapters.badges.signer import KeyedBadgeSigner
from adapters.keys import PURPOSES, SECRET, KeyFault, KeyRecord, KeyState
from domain.actors import the_service
from domain.badges.actions import replace_key
from domain.badges.document import signed_with
from domain.badges.keys import BADGE_PURPOSES

if TYPE_CHECKING:
    from api.wiring.service import Service

SIGNING: Final = tuple(purpose for purpose, kind in PURPOSES.items() if kind != SECRET)
DRILLS: Final[dict[str, Callable[[str], list[drill.Step]]]] = {
    "rotation": drill.rotation,
    "compromise": drill.compromise,
}
_BATCH: Final = 200
_COUNTED: Final = 1_000


class KeyRefused(RuntimeError):
    """The keys, as they are, do not allow this; the text says why."""


class KeyKeeper:
    """What the commands `certificant keys …` do. Every refusal is a KeyRefused that says why."""

    def __init__(self, service: "Service") -> None:
        """Keep the keys of a service."""
        self._service, self._keys = service, service.keys

    def records(self, purpose: str) -> tuple[KeyRecord, ...]:
        """Every key a purpose ever had, oldest first."""
        with _said():
            return self._keys.records(purpose)

    def has_pending(self, purpose: str) -> bool:
        """Whether a key is published already that may sign next."""
        return any(one.state is KeyState.PENDING for one in self.records(purpose))

    def active(self, purpose: str) -> str:
        """The key that signs now."""
        return next(one.kid for one in self.records(purpose) if one.state is KeyState.ACTIVE)

    def prepare(self, purpose: str) -> str:
        """Publish a key that does not sign yet; its id."""
        with _said():
            return self._keys.prepare(purpose)

    def rotate(self, purpose: str) -> str:
        """Sign with the next key from now on; its id."""
        with _said():
            return self._keys.rotate(purpose)

    def revoke(self, purpose: str, kid: str) -> str:
        """Withdraw a key for good; the id of the key that signs now."""
        with _said():
            return self._keys.revoke(purpose, kid)

    def to_reissue(self, purpose: str, kid: str) -> tuple[int, int]:
        """How many badges (at most a thousand are counted) and status lists stand under a key now."""
        names = self._names(purpose, kid)
        with self._service.units.begin(the_service("keys.count"), write=False) as uow:
            badges = sum(len(uow.badges.newest_under(name, _COUNTED)) for name in names)
            lists = sum(
                bool(names & {signed_with(one.document), signed_with(one.token)}) for one in uow.status_lists.find()
            )
        return badges, lists

    def reissue(self, purpose: str, kid: str) -> Iterator[int]:
        """Sign anew, batch by batch, every list and newest badge that a key signed; yields how many badges so far."""
        total = 0
        for name in sorted(self._names(purpose, kid)):
            while True:
                with self._service.units.begin(the_service("keys.reissue")) as uow:
                    done = replace_key(uow, name, _BATCH)
                total += done
                yield total
                if done < _BATCH:
                    break

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
