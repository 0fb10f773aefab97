"""What the store knows of a token's subject, in one look-up."""

from uuid import UUID

from sqlalchemy import Connection, Uuid, bindparam, literal, null, select, union_all

from adapters.db.tables.access import RoleGrantRow
from adapters.db.tables.candidates import IdentityRow

_IDENTITY = IdentityRow.__table__  # type: ignore[attr-defined]
_GRANT = RoleGrantRow.__table__  # type: ignore[attr-defined]
_KNOWN = union_all(
    select(_IDENTITY.c.candidate_id.label("candidate_id"), literal("").label("role")).where(
        _IDENTITY.c.subject == bindparam("subject")
    ),
    select(null().cast(Uuid), _GRANT.c.role)
    .where(_GRANT.c.subject == bindparam("subject"))
    .where(_GRANT.c.revoked_at.is_(None)),
)


def known(connection: Connection, subject: str) -> tuple[UUID | None, frozenset[str]]:
    """The candidate whom this subject is tied to, and the staff roles it was granted inside the service."""
    rows = connection.execute(_KNOWN, {"subject": subject}).all()
    candidate = next((row.candidate_id for row in rows if row.candidate_id is not None), None)
    return candidate, frozenset(row.role for row in rows if row.role)
