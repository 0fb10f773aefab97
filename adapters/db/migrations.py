"""Alembic, driven from the program: the schema is brought up to this code's, or asked where it stands."""

from pathlib import Path
from typing import TYPE_CHECKING

from adapters.db.engine import Database

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).resolve().parents[2] / "migrations"


class Migrations:
    """The migrations of one database."""

    def __init__(self, database: Database) -> None:
        """Work on `database`."""
        self._database = database
        self._head: str | None = None
        self._known: frozenset[str] = frozenset()

    def upgrade(self, revision: str = "head") -> None:
        """Bring the schema, and dbos's own, up to `revision`; several processes may try at once."""
        from alembic import command  # noqa: PLC0415 - needed once in a process's life

        from adapters.jobs import prepare  # noqa: PLC0415 - as above

        command.upgrade(self.config(), revision)
        prepare(self._database.url)

    def downgrade(self, revision: str) -> None:
        """Take the schema back to `revision`."""
        from alembic import command  # noqa: PLC0415 - as above

        command.downgrade(self.config(), revision)

    def current(self) -> str | None:
        """The revision that the database is at, None before the first."""
        with self._database.transaction(write=False) as connection:
            if not self._database.engine.dialect.has_table(connection, "alembic_version"):
                return None
            return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()

    def head(self) -> str:
        """The newest revision, as `migrations/HEAD` names it."""
        return (FOLDER / "HEAD").read_text().strip()

    def at_head(self) -> bool:
        """Whether the database is at this code's revision or a newer one it can work beside."""
        if self._head is None:
            self._head, self._known = self.head(), self.revisions()
        current = self.current()
        # A revision that this code does not know was made by a newer one, which keeps to what this one needs.
        return current == self._head or (current is not None and current not in self._known)

    def revisions(self) -> frozenset[str]:
        """Every revision that this code knows."""
        return frozenset(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))

    def config(self) -> "Config":
        """Alembic's configuration for this database."""
        from alembic.config import Config  # noqa: PLC0415 - as above

        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["database"] = self._database
        return config
