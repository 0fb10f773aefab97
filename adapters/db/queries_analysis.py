"""What analyses read of very many attempts: ids and answers alone, never whole entities."""

from uuid import UUID

from sqlalchemy import Connection, bindparam, func, select

from adapters.db.repository import SqlRepository
from adapters.db.tables.applications import ApplicationRow
from adapters.db.tables.candidates import CandidateRow
from adapters.db.tables.exams import AuthorizationRow
from adapters.db.tables.scores import AttemptRow
from domain.analysis.model import Analysis, Attribute
from domain.scores.model import AttemptStatus

_T = AttemptRow.__table__.c  # type: ignore[attr-defined]
_CANDIDATES = CandidateRow.__table__.c  # type: ignore[attr-defined]
_AUTHORIZATIONS = AuthorizationRow.__table__  # type: ignore[attr-defined]
_APPLICATIONS = ApplicationRow.__table__  # type: ignore[attr-defined]

_COUNTED = (
    _T.administration_id == bindparam("administration_id"),
    _T.form_id == bindparam("form_id"),
    _T.status != AttemptStatus.INVALIDATED.value,
    # A test centre may send a score alone: there is nothing to analyse then.
    func.length(_T.responses) > 0,
)
_PEOPLE = select(func.count()).where(*_COUNTED)
_ANSWERS = select(_T.id, _T.responses).where(*_COUNTED)
_CANDIDATE_OF = select(_T.id, _T.candidate_id).where(*_COUNTED)
_NUMBER_OF = select(_CANDIDATES.number, _T.candidate_id).where(_T.candidate_id == _CANDIDATES.id, *_COUNTED)
_PRACTISES_IN = select(_T.id, _CANDIDATES.practises_in).where(_T.candidate_id == _CANDIDATES.id, *_COUNTED)
_PATHWAY = select(_T.id, _APPLICATIONS.c.pathway).where(
    _T.authorization_id == _AUTHORIZATIONS.c.id, _AUTHORIZATIONS.c.application_id == _APPLICATIONS.c.id, *_COUNTED
)
_BY_ATTRIBUTE = {Attribute.PRACTISES_IN: _PRACTISES_IN, Attribute.PATHWAY: _PATHWAY}


class AnalysisRepository(SqlRepository[Analysis]):
    """The port `Analyses`."""

    def __init__(self, connection: Connection) -> None:
        """Speak through `connection`."""
        super().__init__(connection, Analysis)

    def people(self, administration_id: UUID, form_id: UUID) -> int:
        """How many attempts with answers there are that were not invalidated."""
        found = self._connection.execute(_PEOPLE, {"administration_id": administration_id, "form_id": form_id})
        return int(found.scalar_one())

    def answers(self, administration_id: UUID, form_id: UUID, *, unheld: bool = False) -> list[tuple[str, bytes]]:
        """Each attempt that was not invalidated, by id, with its answers; `unheld` leaves out those on hold."""
        statement = _ANSWERS.where(_T.held.is_(False)) if unheld else _ANSWERS
        rows = self._connection.execute(statement, {"administration_id": administration_id, "form_id": form_id})
        return [(str(one), bytes(answers)) for one, answers in rows]

    def candidates(self, administration_id: UUID, form_id: UUID) -> dict[str, str]:
        """The candidate of each attempt that was not invalidated, both by id."""
        rows = self._connection.execute(
            _CANDIDATE_OF, {"administration_id": administration_id, "form_id": form_id}
        )  # fmt: skip
        return {str(one): str(candidate) for one, candidate in rows}

    def numbers(self, administration_id: UUID, form_id: UUID) -> dict[str, str]:
        """Who took the form: the ids of candidates by their numbers."""
        rows = self._connection.execute(_NUMBER_OF, {"administration_id": administration_id, "form_id": form_id})
        return {str(number): str(candidate) for number, candidate in rows}

    def groups(self, administration_id: UUID, form_id: UUID, attribute: Attribute) -> dict[str, str]:
        """The value of an attribute for each attempt, by its id; attempts without one are left out."""
        values = {"administration_id": administration_id, "form_id": form_id}
        rows = self._connection.execute(_BY_ATTRIBUTE[attribute], values)
        return {str(one): str(value) for one, value in rows if value}
