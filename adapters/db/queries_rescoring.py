"""Lists of rescores that need more than equality."""

from sqlalchemy import Connection, bindparam, func, select

from adapters.db.repository import SqlRepository
from adapters.db.tables.rescoring import RescoreEntryRow
from adapters.db.tables.scores import AttemptRow
from domain.rescoring.model import Rescore, RescoreEntry

_ENTRIES = RescoreEntryRow.__table__  # type: ignore[attr-defined]
_ATTEMPTS = AttemptRow.__table__  # type: ignore[attr-defined]
_LISTED = (_ENTRIES.c.rescore_id == bindparam("rescore_id"), _ENTRIES.c.list_number == bindparam("list_number"))
_UNMOVED = (
    select(func.count())
    .select_from(_ENTRIES.join(_ATTEMPTS, _ATTEMPTS.c.id == _ENTRIES.c.attempt_id))
    .where(*_LISTED, _ATTEMPTS.c.version == _ENTRIES.c.attempt_version)
)
_ALL = select(func.count()).select_from(_ENTRIES).where(*_LISTED)
_COVERED = select(func.count()).where(
    _ATTEMPTS.c.form_id == bindparam("form_id"), _ATTEMPTS.c.status.in_(("scored", "released"))
)
_WITHIN = _COVERED.where(_ATTEMPTS.c.administration_id == bindparam("administration_id"))


class RescoreEntryRepository(SqlRepository[RescoreEntry]):
    """The port `RescoreEntries`."""

    def __init__(self, connection: Connection) -> None:
        """Speak through `connection`."""
        super().__init__(connection, RescoreEntry)

    def moved(self, run: Rescore) -> bool:
        """Whether an attempt of the run's newest list has changed since, or others have come that it lacks."""
        listed = {"rescore_id": run.id, "list_number": run.list_number}
        entries = self._connection.execute(_ALL, listed).scalar_one()
        if self._connection.execute(_UNMOVED, listed).scalar_one() != entries:
            return True
        where = {"form_id": run.form_id}
        if run.administration_id is None:
            covered = self._connection.execute(_COVERED, where).scalar_one()
        else:
            where["administration_id"] = run.administration_id
            covered = self._connection.execute(_WITHIN, where).scalar_one()
        return bool(covered != entries)
