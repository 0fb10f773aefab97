"""What the store knows of a token's subject, in one look-up."""

from uuid import UUID

from sqlalchemy import Connection, Uuid, bindparam, literal, null, select, union_all

from adapters.db.prepared import Prepared
from adapters.db.tables.access import RoleGrantRow
from adapters.db.tables.candidates import IdentityRow

_IDENTITY = IdentityRow.__table__  # type: ignore[attr-defined]
_GRANT = RoleGrantRow.__table__  # type: ignore[attr-defined]
_KNOWN = Prepared(
    union_all(
        select(_IDENTITY.c.candidate_id.label("candidate_id"), literal("").label("role"))
        .where(_IDENTITY.c.subject == bindparam("subject"))
        .where(_IDENTITY.c.ended_at.is_(None)),
        select(null().cast(Uuid), _GRANT.c.role)
        .where(_GRANT.c.subject == bindparam("subject"))
        .where(_GRANT.c.revoked_at.is_(None)),
    )
)


def known(connection: Connection, subject: str) -> tuple[UUID | None, frozenset[str]]:
    """The candidate whom this subject is tied to, and the staff roles it was granted inside the service."""
    rows = _KNOWN.rows(connection, {"subject": subject})
    candidate = next((candidate_id for candidate_id, _ in rows if candidate_id is not None), None)
    return candidate, frozenset(role for _, role in rows if role)
