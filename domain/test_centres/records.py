"""What a test centre is to know, as the store stands: candidates, authorizations and their accommodations."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeVar
from uuid import UUID

from domain.candidates.model import Candidate, CandidateStatus
from domain.entity import Entity
from domain.exams.model import Accommodation, AccommodationStatus, Authorization, AuthorizationStatus
from domain.paging import PageRequest
from domain.ports import UnitOfWork
from domain.test_centres.fields import UNTRACKED, FileKind
from domain.test_centres.layout import Layout
from domain.test_centres.model import CentreFile, SentRecord, Values

T = TypeVar("T", bound=Entity)
AT_ONCE = 500
Action = Literal["add", "update", "delete"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record as its file would tell it, and whether the vendor should have it."""

    subject_id: UUID
    values: Values
    live: bool = True

    @property
    def digest(self) -> str:
        """The SHA-256 of what it says; when it was last told is no part of it."""
        said = {name: value for name, value in self.values.items() if name not in UNTRACKED}
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A record that the vendor does not know yet as it is, what is to be done there, and what was sent before."""

    record: Record
    action: Action
    before: SentRecord | None


def changes(uow: UnitOfWork, layout: Layout, kind: FileKind, program: str) -> list[Change]:
    """What is new since the last file: records to add, to update, and to delete, in the order of their ids."""
    sent = {one.subject_id: one for one in uow.sent_records.find(vendor=layout.vendor, kind=kind)}
    found = list(_records(uow, layout, kind, program))
    known = {one.subject_id for one in found}
    left = [one.subject_id for one in sent.values() if one.subject_id not in known and not one.gone]
    found += _ended(uow, layout, kind, program, left)
    judged = (_change(one, sent.get(one.subject_id)) for one in found)
    return [one for one in judged if one is not None]


def told(change: Change, receipt: CentreFile, uow: UnitOfWork) -> SentRecord:
    """What the vendor knows of a record once it has this file."""
    if change.before is not None:
        return replace(
            change.before,
            digest=change.record.digest,
            file_id=receipt.id,
            sent_at=uow.now,
            gone=change.action == "delete",
            confirmation=None,
            confirmed_at=None,
        )
    return SentRecord(
        id=uow.new_id(),
        vendor=receipt.vendor,
        kind=receipt.kind,
        subject_id=change.record.subject_id,
        digest=change.record.digest,
        file_id=receipt.id,
        sent_at=uow.now,
    )


def _change(record: Record, before: SentRecord | None) -> Change | None:
    if before is None or before.gone:
        return Change(record=record, action="add", before=before) if record.live else None
    if not record.live:
        return Change(record=record, action="delete", before=before)
    if record.digest == before.digest:
        return None
    return Change(record=record, action="update", before=before)


def _records(uow: UnitOfWork, layout: Layout, kind: FileKind, program: str) -> Iterator[Record]:
    """The records of the program's open authorizations."""
    seen: set[UUID] = set()
    for some in _open(uow, program):
        if kind is FileKind.CANDIDATES:
            wanted = {one.candidate_id for one in some} - seen
            seen |= wanted
            yield from map(_candidate, _of(uow.candidates.find(id=sorted(wanted)) if wanted else []))
        else:
            yield from _of_authorizations(uow, layout, kind, some, live=True)


def _open(uow: UnitOfWork, program: str) -> Iterator[list[Authorization]]:
    request = PageRequest(limit=AT_ONCE).within(program=program, status=AuthorizationStatus.ACTIVE)
    while True:
        page = uow.authorizations.page(request)
        if page.items:
            yield page.items
        if page.after is None:
            return
        request = replace(request, after=page.after)


def _ended(uow: UnitOfWork, layout: Layout, kind: FileKind, program: str, left: list[UUID]) -> Iterator[Record]:
    """Records that the vendor has and that are open no more. Candidates stay known; what was used up has come back."""
    for start in range(0, len(left), AT_ONCE):
        some = left[start : start + AT_ONCE]
        if kind is FileKind.AUTHORIZATIONS:
            found = [one for one in uow.authorizations.find(id=some, program=program) if _was_given_up(one)]
            yield from _of_authorizations(uow, layout, kind, found, live=False)
        elif kind is FileKind.ACCOMMODATIONS:
            yield from _withdrawn(uow, some, program)


def _was_given_up(authorization: Authorization) -> bool:
    return authorization.status in (AuthorizationStatus.CANCELLED, AuthorizationStatus.EXPIRED)


def _withdrawn(uow: UnitOfWork, ids: list[UUID], program: str) -> Iterator[Record]:
    """Accommodations of an authorization that is open still, or was given up, and that hold no more."""
    granted = {one.id: one for one in uow.accommodations.find(id=ids)}
    for one in granted.values():
        latest = _latest(uow, one, program)
        if latest is not None and latest.status is not AuthorizationStatus.USED:
            person = uow.candidates.get(one.candidate_id)
            yield _accommodation(one, latest, person.number, live=False)


def _latest(uow: UnitOfWork, one: Accommodation, program: str) -> Authorization | None:
    found = uow.authorizations.find(application_id=one.application_id, program=program)
    return found[-1] if found else None


def _of_authorizations(
    uow: UnitOfWork, layout: Layout, kind: FileKind, some: list[Authorization], *, live: bool
) -> Iterator[Record]:
    if not some:
        return
    numbers = {one.id: one.number for one in uow.candidates.find(id=sorted({one.candidate_id for one in some}))}
    applications = sorted({one.application_id for one in some})
    granted = uow.accommodations.find(application_id=applications, status=AccommodationStatus.APPROVED)
    codes = {edition: uow.policies.named(edition).exam.code for edition in {one.edition for one in some}}
    for one in some:
        own = [given for given in granted if given.application_id == one.application_id]
        number = numbers[one.candidate_id]
        if kind is FileKind.ACCOMMODATIONS:
            yield from (_accommodation(given, one, number, live=live) for given in own)
        else:
            series = layout.series.get(codes[one.edition], codes[one.edition])
            yield _authorization(one, number, series, own, live=live)


def _authorization(
    one: Authorization, number: str, series: str, granted: Iterable[Accommodation], *, live: bool
) -> Record:
    values: Values = {
        "client_authorization_id": one.number,
        "client_candidate_id": number,
        "exam_series_code": series,
        "attempts": 1,
        "accommodations": ",".join(sorted(given.code for given in granted)),
        "first_day": one.opens_on.isoformat(),
        "last_day": one.closes_on.isoformat(),
    }
    return Record(subject_id=one.id, values=values, live=live)


def _accommodation(given: Accommodation, one: Authorization, number: str, *, live: bool) -> Record:
    values: Values = {
        "client_authorization_id": one.number,
        "client_candidate_id": number,
        "accommodation_code": given.code,
        "extra_minutes": given.extra_minutes,
    }
    return Record(subject_id=given.id, values=values, live=live)


def _candidate(person: Candidate) -> Record:
    name, address = person.legal_name, person.address
    lines = address.lines if address else ()
    values: Values = {
        "client_candidate_id": person.number,
        "family_name": name.family,
        # The exchange asks for a given name; who has one name only is known by it on both sides.
        "given_name": name.given or name.family,
        "middle_name": name.middle,
        "suffix": name.suffix,
        "email": person.email,
        "phone": person.phone,
        **{f"address_{place + 1}": lines[place] if place < len(lines) else "" for place in range(3)},
        "city": address.city if address else "",
        "region": address.region if address else "",
        "postal_code": address.postal_code if address else "",
        "country": address.country if address else person.practises_in,
    }
    return Record(subject_id=person.id, values=values)


def _of(people: Iterable[Candidate]) -> list[Candidate]:
    return [one for one in people if one.status is CandidateStatus.ACTIVE]
