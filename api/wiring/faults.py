"""What the store's own faults mean to whoever typed a command."""

from alembic.util.exc import CommandError
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError, OperationalError

from adapters.keys import KeyFault


def said_of(fault: Exception) -> str | None:
    """A sentence about a fault that the operator can mend; None for one that is ours."""
    match fault:
        case KeyFault():
            return str(fault)
        case IntegrityError():
            return None
        case DatabaseError():
            return _of_the_database(fault)
        case ArgumentError():
            return "CERTIFICANT_DATABASE_URL is not the address of a database."
        case CommandError():
            return str(fault)
        case _:
            return None


def _of_the_database(fault: DatabaseError) -> str:
    said = str(fault.orig).partition("\n")[0].strip()
    if "no such" in said or "relation" in said:
        return f"The database refused: {said}. `certificant migrate` brings its schema up to date."
    if isinstance(fault, OperationalError):
        return f"The database cannot be reached: {said}."
    return f"The database refused: {said}."
