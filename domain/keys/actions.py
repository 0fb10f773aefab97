"""Entering into the journal what becomes of keys.

Keys lie outside the database, so no transaction holds both. The ring is changed first, and its change entered next: an
entry of something that never came to be would be worse than one that comes late. What a crash kept away is entered by
the next command on the same ring, which looks at what the ring says before it changes anything.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID, uuid5

from domain.keys.events import KeyCreated, KeyPrepared, KeyRevoked, KeyRotated, KeysReissued
from domain.keys.model import KeyRecord, KeyState
from domain.paging import PageRequest
from domain.ports import UnitOfWork

Told = type[KeyCreated] | type[KeyPrepared] | type[KeyRotated] | type[KeyRevoked]

_KEYS: Final = UUID("0c1d6a52-7f0e-5b7c-8d43-1f4b0f5a9e61")
_TELLS: Final[Mapping[KeyState, tuple[Told, ...]]] = {
    KeyState.PENDING: (KeyPrepared,),
    KeyState.ACTIVE: (KeyRotated, KeyCreated),
    # That a key has retired, the entry of the one that took its place says.
    KeyState.RETIRED: (),
    KeyState.REVOKED: (KeyRevoked,),
}
"""Which entries tell of a state: any of them will do."""


def key_id(purpose: str, kid: str) -> UUID:
    """What the journal calls a key of a purpose."""
    return uuid5(_KEYS, f"{purpose}/{kid}")


def tell(uow: UnitOfWork, purpose: str, records: Sequence[KeyRecord]) -> None:
    """Enter what a ring, its keys in the order of their making, says of them and the journal does not say yet."""
    for place, record in enumerate(records):
        tells, id_ = _TELLS[record.state], key_id(purpose, record.kid)
        if not tells or any(_entered(uow, id_, told) for told in tells):
            continue
        told = KeyCreated if record.state is KeyState.ACTIVE and place == 0 else tells[0]
        uow.record(told(key_id=id_, purpose=purpose, kid=record.kid, since=record.since))


def tell_reissued(uow: UnitOfWork, purpose: str, kid: str, *, badges: int, lists: int) -> None:
    """Enter what was signed anew of all that a key had signed; nothing where there was nothing."""
    if badges or lists:
        id_ = key_id(purpose, kid)
        uow.record(KeysReissued(key_id=id_, purpose=purpose, kid=kid, badges=badges, lists=lists))


def _entered(uow: UnitOfWork, id_: UUID, told: Told) -> bool:
    request = PageRequest(limit=1, sort="seq").within(subject_id=id_, kind=told.kind)
    return bool(uow.journal_page(request).items)
