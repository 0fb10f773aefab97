"""Tables whose rows are written once: triggers, on both engines, refuse to change or remove one, whoever asks."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import DDL, Table, event
from sqlalchemy.schema import ExecutableDDLElement


@dataclass(frozen=True, slots=True, kw_only=True)
class AppendOnly:
    """The guards of some tables.

    `keys` lists each table's unique columns: what an INSERT OR REPLACE could push a row out by. `said` is what the
    refusal says, `function` the name of PostgreSQL's function that says it.
    """

    keys: Mapping[str, tuple[str, ...]]
    said: str
    function: str

    @property
    def sqlite(self) -> dict[str, str]:
        """SQLite's triggers by name."""
        return {name: ddl for table in self.keys for name, ddl in self._of_sqlite(table).items()}

    @property
    def postgresql(self) -> dict[str, str]:
        """PostgreSQL's triggers by name. They want the function first."""
        return {name: ddl for table in self.keys for name, ddl in self._of_postgresql(table).items()}

    @property
    def postgresql_function(self) -> str:
        """What makes the function that PostgreSQL's triggers call."""
        body = f"$body${self.postgresql_body}$body$"
        return f"CREATE OR REPLACE FUNCTION {self.function}() RETURNS trigger LANGUAGE plpgsql AS {body}"

    @property
    def postgresql_body(self) -> str:
        """The function's source, as PostgreSQL keeps it."""
        return f"""
BEGIN
    RAISE EXCEPTION '{self.said}' USING ERRCODE = 'restrict_violation';
END
"""

    def statements(self, dialect: str) -> tuple[str, ...]:
        """Every statement that guards the tables, in order, for `sqlite` or `postgresql`."""
        if dialect == "postgresql":
            return (self.postgresql_function, *self.postgresql.values())
        return tuple(self.sqlite.values())

    def attach(self, table: Table) -> None:
        """Guard a table also where it is made from the metadata, without a migration."""
        statements = [("sqlite", ddl) for ddl in self._of_sqlite(table.name).values()]
        own = self._of_postgresql(table.name).values()
        statements += [("postgresql", ddl) for ddl in (self.postgresql_function, *own)]
        for dialect, ddl in statements:
            event.listen(table, "after_create", _only_on(dialect, ddl))

    def _of_sqlite(self, table: str) -> dict[str, str]:
        """Refuse to change or remove a row, also by INSERT OR REPLACE, which fires no DELETE trigger."""
        taken = " OR ".join(f"{column} = NEW.{column}" for column in self.keys[table])
        refuse = f"BEGIN SELECT RAISE(ABORT, '{self.said}'); END"
        replaced = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {taken})"  # noqa: S608 - our own names
        return {
            f"{table}_refuses_update": f"CREATE TRIGGER {table}_refuses_update BEFORE UPDATE ON {table} {refuse}",
            f"{table}_refuses_delete": f"CREATE TRIGGER {table}_refuses_delete BEFORE DELETE ON {table} {refuse}",
            f"{table}_refuses_replace": (
                f"CREATE TRIGGER {table}_refuses_replace BEFORE INSERT ON {table} {replaced} {refuse}"
            ),
        }

    def _of_postgresql(self, table: str) -> dict[str, str]:
        """One refusal of every statement that changes, removes or truncates."""
        name = f"{table}_append_only"
        return {
            name: f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {self.function}()"
        }


def _only_on(dialect: str, ddl: str) -> ExecutableDDLElement:
    statement: ExecutableDDLElement = DDL(ddl.replace("%", "%%"))  # type: ignore[no-untyped-call]
    return statement.execute_if(dialect=dialect)
