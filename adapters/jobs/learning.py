"""What dbos does to queue a task, learnt from dbos itself and written down for `adapters.jobs.queue`.

`python -m adapters.jobs.learning` writes both files anew; a test compares them with what dbos says.

dbos is called once for each kind of call, on a stand-in for a connection that writes the statements down.
"""

import re
from collections.abc import Mapping
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import orjson
from dbos import DBOSClient, EnqueueOptions, WorkflowSerializationFormat
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, Dialect, Engine, create_engine
from sqlalchemy.dialects import sqlite

from adapters.jobs import store
from adapters.jobs.queue import RUN, Form, file_name
from domain.jobs.lanes import Lane

_VARYING = frozenset({"workflow_uuid", "creator_xid", "inputs", "delay_until_epoch_ms"})


def learnt(engine: Engine) -> bytes:
    """The contents of the file for this engine. The database is not asked."""
    client = store.client(engine)
    statements = [
        {"queue": lane.value, "delayed": delayed, "forms": _learn(client, engine, lane.value, delayed=delayed)}
        for lane in Lane
        for delayed in (False, True)
    ]
    kept = {"dbos": version("dbos"), "statements": statements}
    return orjson.dumps(kept, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def engines() -> tuple[Engine, Engine]:
    """One of each kind, which connect to nothing."""
    return create_engine("sqlite://"), create_engine("postgresql+psycopg://")


class _StandIn:
    """Stands where dbos expects a connection, and writes down the statements it is given.

    It knows what `enqueue_in_transaction` asks of a connection: to translate dbos's schema, and to execute.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.forms: list[Form] = []
        self._options: dict[str, Any] = {}

    def get_execution_options(self) -> Mapping[str, Any]:
        return self._options

    def execution_options(self, **options: Any) -> "_StandIn":  # noqa: ANN401 - SQLAlchemy's own signature
        self._options |= options
        return self

    def execute(self, statement: Any, values: Mapping[str, object]) -> "_StandIn":  # noqa: ANN401 - likewise
        """SQLite: dbos hands over the statement itself. Compiled by name, so that each value keeps its column's."""
        named = sqlite.dialect(paramstyle="named")
        named.default_schema_name = "main"
        compiled = statement.compile(
            dialect=named,
            column_keys=list(values),
            schema_translate_map=self._options["schema_translate_map"],
            render_schema_translate=True,
        )
        return self.exec_driver_sql(str(compiled), values)

    def exec_driver_sql(self, sql: str, values: Mapping[str, object]) -> "_StandIn":
        """PostgreSQL: dbos compiled the statement for the driver already."""
        for name, value in values.items():
            if name not in _VARYING:
                sql = re.sub(rf":{name}\b|%\({name}\)s", partial(_literal, value), sql)
        self.forms.append(Form(sql, tuple(sorted(_VARYING & values.keys()))))
        return self

    def fetchone(self) -> None:
        """The row that dbos asks back: there is none yet."""


def _learn(client: DBOSClient, engine: Engine, queue: str, *, delayed: bool) -> tuple[Form, ...]:
    options: EnqueueOptions = {
        "workflow_name": RUN,
        "queue_name": queue,
        "app_version": store.APPLICATION_VERSION,
        "serialization_type": WorkflowSerializationFormat.PORTABLE,
    }
    if delayed:
        options["delay_seconds"] = 1.0
    stand_in = _StandIn(engine.dialect)
    client.enqueue_in_transaction(cast("Connection", stand_in), options, "kind", {}, 0)
    learnt = {name for form in stand_in.forms for name in form.varying}
    if learnt != _VARYING:
        message = f"this version of dbos queues in another way: {sorted(_VARYING - learnt)} not found"
        raise RuntimeError(message)
    return _in_one(stand_in.forms) if engine.dialect.name == "postgresql" else tuple(stand_in.forms)


def _in_one(forms: list[Form]) -> tuple[Form]:
    """PostgreSQL: both statements as one, which saves a round trip."""
    status, arguments = forms
    varying = tuple(sorted({*status.varying, *arguments.varying}))
    return (Form(f"WITH queued AS ({status.sql}) {arguments.sql}", varying),)


def _literal(value: object, _: re.Match[str]) -> str:
    """A constant of ours or of dbos's as SQL writes it; anything else is a fault of this program."""
    match value:
        case None:
            return "NULL"
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return str(value)
        case str():
            return "'" + value.replace("'", "''") + "'"
        case Jsonb():
            return _literal(orjson.dumps(value.obj).decode(), _)
        case _:
            message = f"a {type(value).__name__} has no spelling in SQL here"
            raise TypeError(message)


if __name__ == "__main__":
    for one in engines():
        Path(__file__).with_name(file_name(one)).write_bytes(learnt(one))
