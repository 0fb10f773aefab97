"""The part of our database that is dbos's own. dbos itself is imported where it is called: the API does without."""

from typing import TYPE_CHECKING

from sqlalchemy import Engine
from sqlalchemy.engine import URL

if TYPE_CHECKING:
    from dbos import DBOSClient

APPLICATION = "certificant"

APPLICATION_VERSION = "1"
"""Stamped on every task. It never changes: dbos hands a task only to workers of the task's own version, so a version
that followed ours would strand what was queued before a deploy. Parameters of tasks therefore only ever grow."""

DBOS_SCHEMA = "dbos"
"""Where dbos's tables live on PostgreSQL. SQLite knows no schemas: there they stand beside ours."""

DBOS_TABLES = frozenset(
    {
        "application_versions",
        "dbos_migrations",
        "notifications",
        "operation_outputs",
        "queues",
        "streams",
        "workflow_events",
        "workflow_events_history",
        "workflow_input",
        "workflow_output",
        "workflow_schedules",
        "workflow_status",
    }
)
"""dbos's tables on SQLite: no table of ours may bear one of these names, and alembic's diff leaves them out."""


def prepare(url: URL) -> None:
    """Make or upgrade dbos's tables in the database at `url`; several processes may do so at once."""
    from dbos import DBOS  # noqa: PLC0415 - as the module says

    DBOS.migrate(system_url(url), schema=DBOS_SCHEMA)


def system_url(url: URL) -> str:
    """The address as dbos wants it."""
    name = "sqlite" if url.get_backend_name() == "sqlite" else "postgresql"
    return url.set(drivername=name).render_as_string(hide_password=False)


def client(system_database: Engine | URL) -> "DBOSClient":
    """Dbos's face for whoever runs no tasks; connects when it is first used.

    On an engine of ours it is good for learning statements only: dbos writes on SQLite as our engine would not let it.
    """
    from dbos import DBOSClient, DBOSPortableJSONSerializer  # noqa: PLC0415 - as the module says

    engine = system_database if isinstance(system_database, Engine) else None
    url = system_url(system_database) if isinstance(system_database, URL) else None
    return DBOSClient(
        system_database_url=url,
        system_database_engine=engine,
        dbos_system_schema=DBOS_SCHEMA,
        application_name=APPLICATION,
        serializer=DBOSPortableJSONSerializer(),
        system_database_pool_size=2,
        lazy=True,
    )
