"""Many attempts on PostgreSQL: COPY in its text format, and arrays to join with."""

# ruff: noqa: S608 - the statements are put together from the words of this page alone

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import starmap
from typing import Any
from uuid import UUID

import psycopg
import uuid_utils
from sqlalchemy.exc import IntegrityError

from adapters.db.copying import as_the_engine_tells
from adapters.db.driver import Driver
from adapters.db.marks import Marks
from domain.errors import AlreadyExists
from domain.exams.model import Administration
from domain.scores.sittings import Identifier, Intake, Ref, Score, Seat, Sitting

NULL = r"\N"
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})

_NAMES = "unnest(%(names)s::text[]) AS n(name)"
# No plain `=`, lest a table without statistics is gone through by its administration, once for each name.
_BOOKING = "r.administration_id IS NOT DISTINCT FROM %(administration)s AND r.status IN ('booked', 'tested')"
_STORED = (
    "LEFT JOIN attempts t ON t.form_id = %(form)s AND t.administration_id = %(administration)s AND t.candidate_id ="
)
_FOUND = "r.id::text, r.session_id::text, t.responses, coalesce(r.status = 'booked', false)"
_SEATS = {
    Identifier.CANDIDATE: f"SELECT n.name, c.id::text, r.authorization_id::text, {_FOUND} FROM {_NAMES} "
    "JOIN candidates c ON c.number = n.name "
    f"LEFT JOIN registrations r ON r.candidate_id = c.id AND {_BOOKING} {_STORED} c.id",
    Identifier.REGISTRATION: f"SELECT n.name, r.candidate_id::text, r.authorization_id::text, {_FOUND} FROM {_NAMES} "
    f"JOIN registrations r ON r.number = n.name AND {_BOOKING} {_STORED} r.candidate_id",
    Identifier.AUTHORIZATION: f"SELECT n.name, a.candidate_id::text, a.id::text, {_FOUND} FROM {_NAMES} "
    "JOIN authorizations a ON a.number = n.name "
    f"LEFT JOIN registrations r ON r.authorization_id = a.id AND {_BOOKING} {_STORED} a.candidate_id",
}
_SEAT = "SELECT 1 FROM registrations r WHERE r.status = 'booked' AND r.authorization_id"
_WALK_INS = (
    f"SELECT a.candidate_id::text, a.id::text, EXISTS ({_SEAT} = a.id) FROM unnest(%(ids)s::uuid[]) AS n(id) "
    "JOIN authorizations a ON a.candidate_id = n.id WHERE a.status = 'active' AND a.program = %(program)s "
    "AND a.opens_on <= %(closes)s AND a.closes_on >= %(opens)s ORDER BY a.id"
)
_BOOKED = "SELECT count(*) FROM registrations WHERE status = 'booked' AND authorization_id = ANY(%(ids)s::uuid[])"
_ASKED = "SELECT DISTINCT about_id::text FROM charges WHERE status = 'open' AND about_id = ANY(%(ids)s::uuid[])"
_COPY = (
    "COPY attempts (id, version, candidate_id, authorization_id, registration_id, administration_id, form_id, "
    "import_id, taken_on, responses, created_at, status, key_number, conversion_number, raw, scaled, passed, "
    "domain_raw, held) FROM STDIN"
)
_COPY_JOURNAL = "COPY journal (id, occurred_at, kind, subject_id, actor, request_id, data) FROM STDIN"
_CLOSE = (
    "UPDATE registrations SET status = 'tested', closed_at = %(now)s, version = version + 1 "
    "WHERE status = 'booked' AND id = ANY(%(ids)s::uuid[])"
)
_USE_UP = (
    "UPDATE authorizations SET status = 'used', version = version + 1 "
    "WHERE status = 'active' AND id = ANY(%(ids)s::uuid[])"
)
_ENOUGH = (
    " AND (SELECT count(*) FROM attempts t WHERE t.candidate_id = authorizations.candidate_id "
    "AND t.authorization_id = authorizations.id) >= %(attempts)s"
)
_WHICH = " RETURNING id::text, candidate_id::text"
_TO_SCORE = (
    "SELECT id::text, responses FROM attempts WHERE administration_id = %(administration)s AND form_id = %(form)s "
    "AND id > %(after)s::uuid AND octet_length(responses) > 0 AND status IN ('imported', 'scored') "
    "AND (key_number IS DISTINCT FROM %(key)s OR conversion_number IS DISTINCT FROM %(conversion)s) "
    "ORDER BY attempts.id LIMIT %(limit)s"
)
_SCORE = (
    "UPDATE attempts SET version = version + 1, status = 'scored', key_number = %(key)s, "
    "conversion_number = %(conversion)s, raw = s.raw, scaled = s.scaled, passed = s.passed, "
    "domain_raw = s.domain_raw::jsonb FROM unnest(%(ids)s::uuid[], %(raw)s::int[], %(scaled)s::int[], "
    "%(passed)s::bool[], %(domains)s::text[]) AS s(id, raw, scaled, passed, domain_raw) "
    "WHERE attempts.id = s.id AND attempts.status IN ('imported', 'scored')"
)


class CopyingAttempts(Driver):
    """The engine's part of the port `Attempts`. An id is the text of a UUID."""

    def fresh(self, count: int) -> list[Ref]:
        """So many new ids, in order."""
        return [str(uuid_utils.uuid7()) for _ in range(count)]

    def shown(self, ref: Ref) -> str:
        """An id as the journal spells it."""
        return ref

    def seats(self, administration_id: UUID, form_id: UUID, by: Identifier, names: Sequence[str]) -> Iterable[Seat]:
        """The seats behind these names, bookings of this administration alone."""
        values = {"names": list(names), "administration": administration_id, "form": form_id}
        return starmap(Seat, self._fetch(_SEATS[by], values))

    def walk_ins(self, administration: Administration, candidates: Sequence[Ref]) -> Iterable[tuple[Ref, Ref, bool]]:
        """Candidates, their open authorizations whose window meets the administration's, and whether one is booked."""
        values = {
            "ids": list(candidates),
            "program": administration.program,
            "opens": administration.opens_on,
            "closes": administration.closes_on,
        }
        return self._fetch(_WALK_INS, values)

    def insert_attempts(self, intake: Intake, ids: Sequence[Ref], sittings: Sequence[Sitting], now: datetime) -> None:
        """Store attempts; raises AlreadyExists."""
        same = f"{intake.administration_id}\t{intake.form_id}\t{intake.import_id}"
        status = "imported" if intake.key_number is None else "scored"
        marked = f"{now.isoformat()}\t{status}\t{_or_null(intake.key_number)}\t{_or_null(intake.conversion_number)}"
        lines = [
            f"{one}\t1\t{seat.candidate}\t{seat.authorization}\t{seat.registration or NULL}\t{same}\t{taken_on}\t"
            f"\\\\x{responses.hex()}\t{marked}\t{_score(raw, scaled, passed)}\t{domains}\tf\n"
            for one, (seat, taken_on, responses, raw, scaled, passed, domains) in zip(ids, sittings, strict=True)
        ]
        try:
            self._copy(_COPY, lines)
        except IntegrityError as fault:
            if getattr(fault.orig, "sqlstate", None) == "23505":
                raise AlreadyExists from fault
            raise

    def close_bookings(self, registrations: Sequence[Ref], now: datetime) -> int:
        """Close booked registrations as tested; how many there were."""
        return int(self._run(_CLOSE, {"ids": list(registrations), "now": now}).rowcount)

    def use_up(self, authorizations: Sequence[Ref], attempts: int) -> list[tuple[Ref, Ref]]:
        """Use active authorizations up that have had so many attempts; which there were, and whose."""
        values: dict[str, object] = {"ids": list(authorizations)}
        if attempts == 1:
            return self._fetch(_USE_UP + _WHICH, values)
        return self._fetch(_USE_UP + _ENOUGH + _WHICH, {**values, "attempts": attempts})

    def booked(self, authorizations: Sequence[Ref]) -> int:
        """How many seats are booked under these authorizations."""
        ((count,),) = self._fetch(_BOOKED, {"ids": list(authorizations)})
        return int(count)

    def asked(self, about: Sequence[Ref]) -> list[Ref]:
        """Of these things those of which a charge is open."""
        return [id_ for (id_,) in self._fetch(_ASKED, {"ids": list(about)})]

    def to_score(
        self, administration_id: UUID, form_id: UUID, numbers: tuple[int, int], after: Ref | None, limit: int
    ) -> list[tuple[Ref, bytes]]:
        """Attempts not scored by these versions, with their answers, by id."""
        values = {
            "administration": administration_id,
            "form": form_id,
            "after": after or str(UUID(int=0)),
            "key": numbers[0],
            "conversion": numbers[1],
            "limit": limit,
        }
        return self._fetch(_TO_SCORE, values)

    def put_scores(self, key_number: int, conversion_number: int, scores: Sequence[Score]) -> int:
        """Store scores; how many attempts could still be scored."""
        values = {
            "key": key_number,
            "conversion": conversion_number,
            "ids": [score.attempt for score in scores],
            "raw": [score.raw for score in scores],
            "scaled": [score.scaled for score in scores],
            "passed": [score.passed for score in scores],
            "domains": [str(score.domain_raw) for score in scores],
        }
        return int(self._run(_SCORE, values).rowcount)

    def journal(self, kind: str, subjects: Sequence[Ref], data: Iterable[str], marks: Marks) -> None:
        """One journal line per subject, with its data in JSON."""
        head = f"{marks.now.isoformat()}\t{kind}"
        request = NULL if marks.request_id is None else marks.request_id.translate(_ESCAPES)
        tail = f"{marks.actor.translate(_ESCAPES)}\t{request}"
        lines = [
            f"{event}\t{head}\t{subject}\t{tail}\t{told}\n"
            for event, subject, told in zip(self.fresh(len(subjects)), subjects, data, strict=True)
        ]
        self._copy(_COPY_JOURNAL, lines)

    def _copy(self, statement: str, lines: Sequence[str]) -> None:
        """Stream the lines into a table, in the transaction under way."""
        driver: psycopg.Connection[Any] = self._connection.connection.driver_connection  # type: ignore[assignment]
        with as_the_engine_tells(statement), driver.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            copy.write("".join(lines).encode())


def _score(raw: int | None, scaled: int | None, passed: bool | None) -> str:  # noqa: FBT001 - the column's own value
    if raw is None:
        return f"{NULL}\t{NULL}\t{NULL}"
    return f"{raw}\t{scaled}\t{'t' if passed else 'f'}"


def _or_null(value: int | None) -> str:
    return NULL if value is None else str(value)
