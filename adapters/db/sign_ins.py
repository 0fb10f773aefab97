"""Who is behind a sign-in, in one look-up: every sign-in ever tied to a candidate record that it was tied to itself."""

from sqlalchemy import Connection, bindparam, select

from adapters.db.prepared import Prepared
from adapters.db.tables.candidates import IdentityRow
from domain.actors import Person

_ITS = IdentityRow.__table__.alias("its")  # type: ignore[attr-defined]
_ALL = IdentityRow.__table__.alias("every")  # type: ignore[attr-defined]
_BEHIND = Prepared(
    select(_ALL.c.subject, _ALL.c.candidate_id)
    .select_from(_ITS.join(_ALL, _ALL.c.candidate_id == _ITS.c.candidate_id))
    .where(_ITS.c.subject == bindparam("subject"))
)


def person_behind(connection: Connection, subject: str) -> Person:
    """The person as far as ties to candidate records tell, those that were ended among them."""
    rows = _BEHIND.rows(connection, {"subject": subject})
    return Person(
        subjects=frozenset({subject, *(tied for tied, _ in rows)}), candidates=frozenset(held for _, held in rows)
    )
