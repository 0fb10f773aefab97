"""Attempts by the hundred thousand: looked up, stored, scored and counted set by set.

Statements are the drivers' own (`bulk_attempts_sqlite`, `bulk_attempts_postgresql`). Ids stay as the engine spells them
on the whole way, since making a UUID of each costs more than storing it. The journal gets one event for each attempt,
closed booking and authorization used up, in the words of the event's own class.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from math import sqrt
from typing import Protocol
from uuid import UUID

import orjson
from sqlalchemy import BigInteger, Connection, bindparam, case, cast, func, select, update

from adapters.db.bulk_attempts_sqlite import ManyAttempts
from adapters.db.marks import Marks
from adapters.db.repository import SqlRepository
from adapters.db.tables.scores import AttemptRow
from domain.errors import Stale
from domain.events import Event
from domain.exams.events import AuthorizationClosed, RegistrationTested
from domain.exams.model import Administration, AuthorizationStatus
from domain.scores.events import AttemptImported, AttemptScored
from domain.scores.model import Attempt, AttemptStatus, ScoreRelease
from domain.scores.sittings import Figures, Identifier, Intake, Ref, Score, Seat, Sitting

_PLACES = [UUID(int=2**128 - number) for number in (1, 2, 3, 4)]
"""Stand in an event for the ids that differ from row to row."""
_TABLE = AttemptRow.__table__  # type: ignore[attr-defined]
_T = _TABLE.c


class Bulk(Protocol):
    """What the two engines do differently."""

    def fresh(self, count: int) -> list[Ref]:
        """So many new ids, in order."""
        ...

    def shown(self, ref: Ref) -> str:
        """An id as the journal spells it."""
        ...

    def seats(self, administration_id: UUID, form_id: UUID, by: Identifier, names: Sequence[str]) -> Iterable[Seat]:
        """The seats behind these names, bookings of this administration alone; several where several are booked."""
        ...

    def walk_ins(self, administration: Administration, candidates: Sequence[Ref]) -> Iterable[tuple[Ref, Ref, bool]]:
        """Candidates and their open authorizations whose window meets the administration's, the oldest first.

        With each, whether a seat is booked under it.
        """
        ...

    def insert_attempts(self, intake: Intake, ids: Sequence[Ref], sittings: Sequence[Sitting], now: datetime) -> None:
        """Store attempts; raises AlreadyExists."""
        ...

    def close_bookings(self, registrations: Sequence[Ref], now: datetime) -> int:
        """Close booked registrations as tested; how many there were."""
        ...

    def use_up(self, authorizations: Sequence[Ref], attempts: int) -> list[tuple[Ref, Ref]]:
        """Use active authorizations up that have had so many attempts; which there were, and whose."""
        ...

    def booked(self, authorizations: Sequence[Ref]) -> int:
        """How many seats are booked under these authorizations."""
        ...

    def asked(self, about: Sequence[Ref]) -> list[Ref]:
        """Of these things those of which a charge is open."""
        ...

    def to_score(
        self, administration_id: UUID, form_id: UUID, numbers: tuple[int, int], after: Ref | None, limit: int
    ) -> list[tuple[Ref, bytes]]:
        """See the port."""
        ...

    def put_scores(self, key_number: int, conversion_number: int, scores: Sequence[Score]) -> int:
        """Store scores; how many attempts could still be scored."""
        ...

    def journal(self, kind: str, subjects: Sequence[Ref], data: Iterable[str], marks: Marks) -> None:
        """One journal line per subject, with its data in JSON."""
        ...


class AttemptRepository(SqlRepository[Attempt]):
    """The port `Attempts` on either engine."""

    def __init__(self, connection: Connection, marks: Marks) -> None:
        """Speak through `connection`."""
        super().__init__(connection, Attempt)
        self._marks = marks
        self._postgresql = connection.dialect.name == "postgresql"
        self._bulk = _bulk_of(connection)

    def seats(
        self, administration: Administration, form_id: UUID, by: Identifier, names: Sequence[str]
    ) -> dict[str, Seat]:
        """Who these names stand for in an administration, by name; names that nobody bears are left out."""
        found: dict[str, Seat] = {}
        for seat in self._bulk.seats(administration.id, form_id, by, names):
            if seat.booked or seat.name not in found:
                found[seat.name] = seat
        unbooked = [seat for seat in found.values() if seat.registration is None and seat.stored is None]
        if unbooked:
            usable: dict[Ref, dict[Ref, bool]] = {}
            candidates = [str(seat.candidate) for seat in unbooked]
            for candidate, authorization, booked in self._bulk.walk_ins(administration, candidates):
                usable.setdefault(candidate, {})[authorization] = bool(booked)
            found.update({seat.name: _walked_in(seat, usable) for seat in unbooked})
        return found

    def take(self, intake: Intake, sittings: Sequence[Sitting]) -> None:
        """Store new attempts, close their bookings as tested, use their authorizations up, and tell the journal.

        Raises AlreadyExists or Stale, with nothing stored, when somebody else was quicker.
        """
        if not sittings:
            return
        bulk, seats = self._bulk, [sitting.seat for sitting in sittings]
        ids = bulk.fresh(len(sittings))
        bulk.insert_attempts(intake, ids, sittings, self._marks.now)
        self._close([sitting for sitting in sittings if sitting.seat.booked])
        self._use_up(intake, seats)
        bulk.journal(AttemptImported.kind, ids, _imported(bulk, intake, ids, seats), self._marks)

    def still_asked(self, seats: Sequence[Seat]) -> list[UUID]:
        """The authorizations and bookings of these seats of which a charge is still open."""
        about = [str(one) for seat in seats for one in (seat.authorization, seat.registration) if one is not None]
        return [UUID(one) for one in self._bulk.asked(about)]

    def to_score(
        self, administration_id: UUID, form_id: UUID, numbers: tuple[int, int], *, after: Ref | None, limit: int
    ) -> list[tuple[Ref, bytes]]:
        """Attempts that may be scored and are not scored by this key and conversion, with their answers, by id."""
        return self._bulk.to_score(administration_id, form_id, numbers, after, limit)

    def put_scores(self, key_number: int, conversion_number: int, scores: Sequence[Score]) -> int:
        """Store the scores of attempts that may still be scored, and tell the journal; how many were changed.

        Raises Stale when one of them was released or invalidated meanwhile.
        """
        changed = self._bulk.put_scores(key_number, conversion_number, scores)
        if changed != len(scores):
            raise Stale
        event = AttemptScored(attempt_id=_PLACES[0], key_number=key_number, conversion_number=conversion_number)
        template, ids = _template(event, 1), [score.attempt for score in scores]
        shown = self._bulk.shown
        self._bulk.journal(AttemptScored.kind, ids, (template % shown(one) for one in ids), self._marks)
        return changed

    def releasable(self, release: ScoreRelease, *, after: UUID | None, limit: int) -> list[Attempt]:
        """Scored attempts of a release that are not held, by id, their rows held."""
        return self._of_release(release, after, limit, held=False)

    def leave(self, attempts: Sequence[Attempt], release: ScoreRelease) -> list[Attempt]:
        """Let the scores of these attempts, their rows held, leave with a release; raises Stale."""
        values = {"release_id": release.id, "released_at": self._marks.now}
        changed = {**values, "status": AttemptStatus.RELEASED.value, "version": _T.version + 1}
        statement = update(_TABLE).where(_T.id.in_([one.id for one in attempts]), *_MAY_LEAVE).values(changed)
        if self._connection.execute(statement).rowcount != len(attempts):
            raise Stale
        return [
            replace(one, version=one.version + 1, status=AttemptStatus.RELEASED, **values)  # type: ignore[arg-type]
            for one in attempts
        ]

    def withheld(self, release: ScoreRelease, *, after: UUID | None, limit: int) -> list[Attempt]:
        """Scored attempts that a release passes by because they are held, by id."""
        return self._of_release(release, after, limit, held=True)

    def figures(self, administration_id: UUID, form_id: UUID) -> Figures:
        """A form in an administration, in numbers."""
        values = {"administration_id": administration_id, "form_id": form_id}
        row = self._connection.execute(_FIGURES, values).one()
        attempts, scored, passed, held, released, total, squares = (int(value or 0) for value in row)
        mean = total / scored if scored else None
        spread = (squares - total * total / scored) / (scored - 1) if scored > 1 else None
        deviation = None if spread is None else sqrt(max(0.0, spread))
        return Figures(attempts, scored, passed, held, released, mean, deviation)

    def _close(self, booked: Sequence[Sitting]) -> None:
        """Close these bookings as tested; raises Stale where one of them is no longer open."""
        registrations = [str(sitting.seat.registration) for sitting in booked]
        if not registrations:
            return
        if self._bulk.close_bookings(registrations, self._marks.now) != len(registrations):
            raise Stale
        self._bulk.journal(RegistrationTested.kind, registrations, _tested(self._bulk, booked), self._marks)

    def _use_up(self, intake: Intake, seats: Sequence[Seat]) -> None:
        """Use up what allows no further attempt.

        Raises Stale where something was used up meanwhile, or a seat booked for one who had none. Whoever books holds
        the authorization: they come before this, and their seat is seen, or after it, and find it used.
        """
        per = intake.attempts_per_authorization
        walked_in = [str(seat.authorization) for seat in seats if seat.registration is None]
        used = self._bulk.use_up(walked_in, per) if walked_in else []
        if walked_in and self._bulk.booked(walked_in):
            raise Stale
        if others := [str(seat.authorization) for seat in seats if seat.registration is not None]:
            used += self._bulk.use_up(others, per)
        if per == 1 and len(used) != len(seats):
            raise Stale
        if used:
            ids = [authorization for authorization, _ in used]
            self._bulk.journal(AuthorizationClosed.kind, ids, _used(self._bulk, used), self._marks)

    def _of_release(self, release: ScoreRelease, after: UUID | None, limit: int, *, held: bool) -> list[Attempt]:
        statement = self._map.all.where(*_OF_RELEASE).order_by(_T.id).limit(limit)
        if after is not None:
            statement = statement.where(_T.id > after)
        if self._postgresql and not held:
            statement = statement.with_for_update()
        values = {
            "administration_id": release.administration_id,
            "form_id": release.form_id,
            "held": held,
            "key_number": release.key_number,
            "conversion_number": release.conversion_number,
        }
        return [self._map.load(row) for row in self._connection.execute(statement, values).mappings()]


def _bulk_of(connection: Connection) -> Bulk:
    if connection.dialect.name != "postgresql":
        return ManyAttempts(connection)
    from adapters.db.bulk_attempts_postgresql import CopyingAttempts  # noqa: PLC0415 - only there is its driver needed

    return CopyingAttempts(connection)


_MAY_LEAVE = (_T.status == AttemptStatus.SCORED.value, _T.held.is_(False))
_NAMED = ("administration_id", "form_id", "held", "key_number", "conversion_number")
_OF_RELEASE = (_T.status == AttemptStatus.SCORED.value, *(_T[name] == bindparam(name) for name in _NAMED))
_FIGURES = select(
    func.count(),
    func.count(_T.raw),
    func.sum(case((_T.passed, 1), else_=0)),
    func.sum(case((_T.held, 1), else_=0)),
    func.sum(case((_T.status == AttemptStatus.RELEASED.value, 1), else_=0)),
    func.sum(_T.raw),
    func.sum(cast(_T.raw, BigInteger) * _T.raw),
).where(
    _T.administration_id == bindparam("administration_id"),
    _T.form_id == bindparam("form_id"),
    _T.status != AttemptStatus.INVALIDATED.value,
)


def _walked_in(seat: Seat, usable: Mapping[Ref, Mapping[Ref, bool]]) -> Seat:
    """A seat without a booking: the authorization that was named, or else the oldest, if it can still be used.

    One under which a seat is booked is for that seat.
    """
    theirs = usable.get(seat.candidate or "", {})
    choices = [one for one in theirs if seat.authorization in (None, one)]
    free = next((one for one in choices if not theirs[one]), None)
    return seat._replace(authorization=free, elsewhere=free is None and bool(choices))


def _imported(bulk: Bulk, intake: Intake, ids: Sequence[Ref], seats: Sequence[Seat]) -> Iterator[str]:
    """The data of each attempt's event."""
    booked, unbooked = _import_template(intake, _PLACES[3]), _import_template(intake, None)
    shown = bulk.shown
    for one, seat in zip(ids, seats, strict=True):
        told = (shown(one), shown(seat.candidate or ""), shown(seat.authorization or ""))
        yield booked % (*told, shown(seat.registration)) if seat.registration else unbooked % told


def _tested(bulk: Bulk, booked: Sequence[Sitting]) -> Iterator[str]:
    """The data of each closed booking's event."""
    shown = bulk.shown
    for seat, taken_on, *_ in booked:
        told = (shown(str(seat.registration)), shown(str(seat.candidate)), shown(str(seat.authorization)))
        yield _tested_template(taken_on) % told


@cache
def _tested_template(taken_on: date) -> str:
    event = RegistrationTested(
        registration_id=_PLACES[0], candidate_id=_PLACES[1], authorization_id=_PLACES[2], taken_on=taken_on
    )
    return _template(event, 3)


def _used(bulk: Bulk, used: Sequence[tuple[Ref, Ref]]) -> Iterator[str]:
    """The data of each event of an authorization that was used up."""
    event = AuthorizationClosed(
        authorization_id=_PLACES[0], candidate_id=_PLACES[1], status=AuthorizationStatus.USED.value
    )
    template, shown = _template(event, 2), bulk.shown
    return (template % (shown(authorization), shown(candidate)) for authorization, candidate in used)


def _import_template(intake: Intake, registration: UUID | None) -> str:
    event = AttemptImported(
        attempt_id=_PLACES[0],
        candidate_id=_PLACES[1],
        authorization_id=_PLACES[2],
        registration_id=registration,
        form_id=intake.form_id,
        administration_id=intake.administration_id,
        import_id=intake.import_id,
        key_number=intake.key_number,
        conversion_number=intake.conversion_number,
    )
    return _template(event, 4 if registration else 3)


def _template(event: Event, places: int) -> str:
    """The event's data in JSON, with `%s` for the ids that differ, in the order of its fields."""
    text = orjson.dumps(event.data()).decode().replace("%", "%%")
    for place in _PLACES[:places]:
        text = text.replace(str(place), "%s")
    return text
