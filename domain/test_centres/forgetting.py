"""What an erasure takes out of the exchange with test centres: what rows hold of a person, and files that name them.

What stays shows that the exchange was sound, and tells nothing of anybody: that a file went or came, its number, digest
and counts; that a row came, when, and what it came to; the digest by which the same row is known again. A file holds
many people's lines and is worth nothing in part, so its bytes go as a whole: what it said of the others stands in rows.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar
from uuid import UUID

from domain.actors import the_service
from domain.entity import Entity
from domain.errors import NotFound, Unavailable
from domain.paging import PageRequest
from domain.ports import Files, Repository, UnitOfWork, UnitsOfWork
from domain.test_centres.events import CentreFileForgotten, CentreRowForgotten
from domain.test_centres.fields import FileKind
from domain.test_centres.model import CentreFile, CentreFileStatus, CentreRow, RowStatus

FORGET: Final = "test_centres.forget"
"""The kind of the task that looks through all rows and files for a person. Its parameters: `candidate_id`."""
ERASE: Final = "test_centres.erase_file"
"""The kind of the small task that erases the bytes of a file. Its parameters: `key`."""
FORGOTTEN: Final = "person_erased"
"""What a row that waited for staff came to."""
_AT_ONCE: Final = 500
_SETTLED: Final = frozenset({CentreFileStatus.DONE, CentreFileStatus.FAILED})

T = TypeVar("T", bound=Entity)


def forget(uow: UnitOfWork, candidate_id: UUID) -> None:
    """Take what rows hold of a person away, parked ones that name them included; a task finds the rest, and the files.

    A row that waited for staff waits no more. The caller has judged that the law lets it go.
    """
    known, rows = _known(uow, candidate_id), uow.centre_rows
    nobodys = _each(rows, PageRequest(limit=_AT_ONCE).within(candidate_id=None))
    for row in [*rows.find(candidate_id=candidate_id), *filter(known.name_them, nobodys)]:
        _clear(uow, row)
    for sent in uow.sent_records.find(kind=FileKind.CANDIDATES, subject_id=candidate_id):
        # It is the digest of a name and an address, which somebody could guess.
        uow.sent_records.save(replace(sent, digest=""))
    uow.enqueue(FORGET, {"candidate_id": str(candidate_id)})


def search(units: UnitsOfWork, files: Files, parameters: Mapping[str, Any]) -> None:
    """Look through all that came and went for a person's numbers. Safe to repeat.

    Raises Unavailable, to be tried again later, while a file that may name them is still being read.
    """
    candidate_id = UUID(str(parameters["candidate_id"]))
    with units.begin(the_service(FORGET), write=False) as uow:
        known = _known(uow, candidate_id)
        naming_rows = [row.id for row in _each(uow.centre_rows) if known.name_them(row)]
        theirs = {row.file_id for row in uow.centre_rows.find(candidate_id=candidate_id)}
        kept = [file for file in _each(uow.centre_files) if file.key]
    with units.begin(the_service(FORGET)) as uow:
        for row_id in naming_rows:
            _strike_out(uow, uow.centre_rows.lock(row_id), candidate_id, known)
    naming = [file for file in kept if file.id in theirs or _holds(files, file, known.numbers)]
    for file in naming:
        with units.begin(the_service(FORGET)) as uow:
            _let_go(uow, uow.centre_files.lock(file.id))
    if any(file.status not in _SETTLED for file in naming):
        raise Unavailable


def erase(units: UnitsOfWork, files: Files, parameters: Mapping[str, Any]) -> None:
    """Erase the bytes of a file that was let go. Safe to repeat; a file that is still named is left alone."""
    key = str(parameters["key"])
    with units.begin(the_service(ERASE), write=False) as uow:
        kept = uow.centre_files.first(key=key)
    if kept is None:
        files.delete(key)


@dataclass(frozen=True, slots=True)
class _Known:
    """What test centres know a person by: our numbers of them, and the vendors' registrations under these."""

    numbers: frozenset[str]
    registrations: frozenset[tuple[str, str]]

    def name_them(self, row: CentreRow) -> bool:
        """Whether a row names this person."""
        return (
            any(row.values.get(name) in self.numbers for name in ("client_candidate_id", "client_authorization_id"))
            or (row.vendor, str(row.values.get("registration_id") or "")) in self.registrations
        )


def _known(uow: UnitOfWork, candidate_id: UUID) -> _Known:
    numbers = {uow.candidates.get(candidate_id).number}
    numbers |= {one.number for one in uow.authorizations.find(candidate_id=candidate_id)}
    own = uow.centre_rows.find(candidate_id=candidate_id)
    registrations = {
        (row.vendor, str(row.values["registration_id"])) for row in own if row.values.get("registration_id")
    }
    return _Known(frozenset(numbers), frozenset(registrations))


def _clear(uow: UnitOfWork, row: CentreRow) -> None:
    """Leave of a row that it came and what it came to."""
    if not row.values and row.reason is None and row.status is not RowStatus.PARKED:
        return
    cleared = replace(row, values={}, reason=None)
    if row.status is RowStatus.PARKED:
        cleared = replace(
            cleared, status=RowStatus.DISMISSED, code=FORGOTTEN, resolved_by=uow.actor.subject, resolved_at=uow.now
        )
    uow.centre_rows.save(cleared)
    uow.record(CentreRowForgotten(row_id=row.id, file_id=row.file_id))


def _strike_out(uow: UnitOfWork, row: CentreRow, candidate_id: UUID, known: _Known) -> None:
    """Clear a row that is nobody else's; of another's, take only our numbers of this person."""
    if row.candidate_id in (None, candidate_id):
        _clear(uow, row)
        return
    values = {name: None if value in known.numbers else value for name, value in row.values.items()}
    if values != row.values:
        uow.centre_rows.save(replace(row, values=values))
        uow.record(CentreRowForgotten(row_id=row.id, file_id=row.file_id))


def _holds(files: Files, file: CentreFile, names: Iterable[str]) -> bool:
    try:
        content = files.get(file.key)
    except NotFound:
        return False
    return any(name.encode() in content for name in names)


def _let_go(uow: UnitOfWork, file: CentreFile) -> None:
    if not file.key or file.status not in _SETTLED:
        return
    uow.centre_files.save(replace(file, key=""))
    uow.enqueue(ERASE, {"key": file.key}, unique_key=file.key)
    uow.record(CentreFileForgotten(file_id=file.id))


def _each(kept: Repository[T], request: PageRequest | None = None) -> Iterator[T]:
    """Every one that a request asks for, whatever its limit."""
    asked = request or PageRequest(limit=_AT_ONCE)
    while True:
        page = kept.page(asked)
        yield from page.items
        if page.after is None:
            return
        asked = replace(asked, after=page.after)
