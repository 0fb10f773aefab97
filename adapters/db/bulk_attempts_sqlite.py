"""Many attempts on SQLite: one prepared statement over many rows, and JSON arrays to join with."""

# ruff: noqa: S608 - the statements are put together from the words of this page alone

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import starmap
from uuid import UUID

import orjson
import uuid_utils
from sqlalchemy.exc import IntegrityError

from adapters.db.driver import Driver
from adapters.db.marks import Marks
from domain.errors import AlreadyExists
from domain.exams.model import Administration
from domain.scores.sittings import Identifier, Intake, Ref, Score, Seat, Sitting

_NAMES = "(SELECT value AS name FROM json_each(:names)) n"
# The plus keeps the engine from going through everyone booked in the administration once for each name.
_BOOKING = "+r.administration_id = :administration AND r.status IN ('booked', 'tested')"
_STORED = "LEFT JOIN attempts t ON t.form_id = :form AND t.administration_id = :administration AND t.candidate_id ="
_FOUND = "r.id, r.session_id, t.responses, coalesce(r.status = 'booked', 0)"
_SEATS = {
    Identifier.CANDIDATE: f"SELECT n.name, c.id, r.authorization_id, {_FOUND} FROM {_NAMES} "
    "CROSS JOIN candidates c ON c.number = n.name "
    f"LEFT JOIN registrations r ON r.candidate_id = c.id AND {_BOOKING} {_STORED} c.id",
    Identifier.REGISTRATION: f"SELECT n.name, r.candidate_id, r.authorization_id, {_FOUND} FROM {_NAMES} "
    f"CROSS JOIN registrations r ON r.number = n.name AND {_BOOKING} {_STORED} r.candidate_id",
    Identifier.AUTHORIZATION: f"SELECT n.name, a.candidate_id, a.id, {_FOUND} FROM {_NAMES} "
    "CROSS JOIN authorizations a ON a.number = n.name "
    f"LEFT JOIN registrations r ON r.authorization_id = a.id AND {_BOOKING} {_STORED} a.candidate_id",
}
_SEAT = "SELECT 1 FROM registrations r WHERE r.status = 'booked' AND r.authorization_id"
_WALK_INS = (
    f"SELECT a.candidate_id, a.id, EXISTS ({_SEAT} = a.id) FROM (SELECT value AS id FROM json_each(:ids)) n "
    "CROSS JOIN authorizations a ON a.candidate_id = n.id WHERE a.status = 'active' AND a.program = :program "
    "AND a.opens_on <= :closes AND a.closes_on >= :opens ORDER BY a.id"
)
_BOOKED = (
    "SELECT count(*) FROM registrations WHERE status = 'booked' "
    "AND authorization_id IN (SELECT value FROM json_each(:ids))"
)
_ASKED = (
    "SELECT DISTINCT about_id FROM charges WHERE status = 'open' AND about_id IN (SELECT value FROM json_each(:ids))"
)
_COLUMNS = (
    "id, version, candidate_id, authorization_id, registration_id, administration_id, form_id, import_id, taken_on, "
    "responses, created_at, status, key_number, conversion_number, raw, scaled, passed, domain_raw, held"
)
_INSERT = f"INSERT INTO attempts ({_COLUMNS}) VALUES (?, 1, {', '.join('?' * 16)}, 0)"
_CLOSE = (
    "UPDATE registrations SET status = 'tested', closed_at = :now, version = version + 1 "
    "WHERE status = 'booked' AND id IN (SELECT value FROM json_each(:ids))"
)
_USE_UP = (
    "UPDATE authorizations SET status = 'used', version = version + 1 "
    "WHERE status = 'active' AND id IN (SELECT value FROM json_each(:ids))"
)
_ENOUGH = (
    " AND (SELECT count(*) FROM attempts t WHERE t.candidate_id = authorizations.candidate_id "
    "AND t.authorization_id = authorizations.id) >= :attempts"
)
_WHICH = " RETURNING id, candidate_id"
_TO_SCORE = (
    "SELECT id, responses FROM attempts WHERE administration_id = ? AND form_id = ? AND id > ? "
    "AND length(responses) > 0 AND status IN ('imported', 'scored') "
    "AND (key_number IS NOT ? OR conversion_number IS NOT ?) ORDER BY id LIMIT ?"
)
_SCORE = (
    "UPDATE attempts SET version = version + 1, status = 'scored', key_number = ?, conversion_number = ?, raw = ?, "
    "scaled = ?, passed = ?, domain_raw = ? WHERE id = ? AND status IN ('imported', 'scored')"
)
_JOURNAL = (
    "INSERT INTO journal (id, occurred_at, kind, subject_id, actor, request_id, data) VALUES (?, ?, ?, ?, ?, ?, ?)"
)


class ManyAttempts(Driver):
    """The engine's part of the port `Attempts`. An id is 32 hexadecimal digits."""

    def fresh(self, count: int) -> list[Ref]:
        """So many new ids, in order."""
        return [uuid_utils.uuid7().hex for _ in range(count)]

    def shown(self, ref: Ref) -> str:
        """An id as the journal spells it."""
        return f"{ref[:8]}-{ref[8:12]}-{ref[12:16]}-{ref[16:20]}-{ref[20:]}"

    def seats(self, administration_id: UUID, form_id: UUID, by: Identifier, names: Sequence[str]) -> Iterable[Seat]:
        """The seats behind these names, bookings of this administration alone."""
        values = {"names": _json(names), "administration": administration_id.hex, "form": form_id.hex}
        return starmap(Seat, self._fetch(_SEATS[by], values))

    def walk_ins(self, administration: Administration, candidates: Sequence[Ref]) -> Iterable[tuple[Ref, Ref, bool]]:
        """Candidates, their open authorizations whose window meets the administration's, and whether one is booked."""
        values = {
            "ids": _json(candidates),
            "program": administration.program,
            "opens": administration.opens_on.isoformat(),
            "closes": administration.closes_on.isoformat(),
        }
        return self._fetch(_WALK_INS, values)

    def insert_attempts(self, intake: Intake, ids: Sequence[Ref], sittings: Sequence[Sitting], now: datetime) -> None:
        """Store attempts; raises AlreadyExists."""
        administration, form, imported = intake.administration_id.hex, intake.form_id.hex, intake.import_id.hex
        status = "imported" if intake.key_number is None else "scored"
        at, key, conversion = _instant(now), intake.key_number, intake.conversion_number
        days = {day: day.isoformat() for day in {sitting.taken_on for sitting in sittings}}
        rows = [
            (
                one, candidate, authorization, registration, administration, form, imported,
                days[taken_on], responses, at, status, key, conversion, raw, scaled, passed, str(domains),
            )
            for one, (seat, taken_on, responses, raw, scaled, passed, domains) in zip(ids, sittings, strict=True)
            for _, candidate, authorization, registration, *_ in (seat,)
        ]  # fmt: skip
        try:
            self._run(_INSERT, rows)
        except IntegrityError as fault:
            if "UNIQUE constraint failed" in str(fault.orig):
                raise AlreadyExists from fault
            raise

    def close_bookings(self, registrations: Sequence[Ref], now: datetime) -> int:
        """Close booked registrations as tested; how many there were."""
        return int(self._run(_CLOSE, {"ids": _json(registrations), "now": _instant(now)}).rowcount)

    def use_up(self, authorizations: Sequence[Ref], attempts: int) -> list[tuple[Ref, Ref]]:
        """Use active authorizations up that have had so many attempts; which there were, and whose."""
        values: dict[str, object] = {"ids": _json(authorizations)}
        if attempts == 1:
            return self._fetch(_USE_UP + _WHICH, values)
        return self._fetch(_USE_UP + _ENOUGH + _WHICH, {**values, "attempts": attempts})

    def booked(self, authorizations: Sequence[Ref]) -> int:
        """How many seats are booked under these authorizations."""
        ((count,),) = self._fetch(_BOOKED, {"ids": _json(authorizations)})
        return int(count)

    def asked(self, about: Sequence[Ref]) -> list[Ref]:
        """Of these things those of which a charge is open."""
        return [id_ for (id_,) in self._fetch(_ASKED, {"ids": _json(about)})]

    def to_score(
        self, administration_id: UUID, form_id: UUID, numbers: tuple[int, int], after: Ref | None, limit: int
    ) -> list[tuple[Ref, bytes]]:
        """Attempts not scored by these versions, with their answers, by id."""
        place = (administration_id.hex, form_id.hex, (after or "").replace("-", ""), *numbers, limit)
        return self._fetch(_TO_SCORE, place)

    def put_scores(self, key_number: int, conversion_number: int, scores: Sequence[Score]) -> int:
        """Store scores; how many attempts could still be scored."""
        rows = [
            (key_number, conversion_number, raw, scaled, passed, str(domains), one)
            for one, raw, scaled, passed, domains in scores
        ]
        return int(self._run(_SCORE, rows).rowcount)

    def journal(self, kind: str, subjects: Sequence[Ref], data: Iterable[str], marks: Marks) -> None:
        """One journal line per subject, with its data in JSON."""
        at = _instant(marks.now)
        rows = [
            (event, at, kind, subject, marks.actor, marks.request_id, told)
            for event, subject, told in zip(self.fresh(len(subjects)), subjects, data, strict=True)
        ]
        self._run(_JOURNAL, rows)


def _json(values: Sequence[str]) -> str:
    return orjson.dumps(list(values)).decode()


def _instant(at: datetime) -> str:
    """As the column type writes it: UTC, of fixed width."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")
