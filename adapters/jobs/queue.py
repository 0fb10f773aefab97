"""Tasks put into our own transactions.

dbos's `enqueue_in_transaction` builds and compiles two statements of thirty columns at every call, which costs ten
times what they cost the driver. Nothing but four values differs between two calls. So it is called once, on a stand-in
for a connection that writes the statements down, and from then on those very statements are run with the four values
put in.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, cast
from uuid import uuid4

import orjson
import uuid_utils
from dbos import DBOSClient, EnqueueOptions, WorkflowSerializationFormat
from sqlalchemy import Connection, Dialect, Engine
from sqlalchemy.dialects import sqlite

from adapters.jobs import store
from domain.jobs.actions import CARRY_ON

RUN = "certificant.run"
"""The one workflow. Its arguments: kind, parameters, and how often it was tried before."""

SMALL_TASKS = "certificant"
LONG_WORK = "certificant-bulk"
BULK_KINDS = frozenset({CARRY_ON})

_VARYING = frozenset({"workflow_uuid", "creator_xid", "inputs", "delay_until_epoch_ms"})


class TaskQueue:
    """Puts tasks into a transaction of ours: they begin when it commits, and never if it rolls back."""

    def __init__(self, engine: Engine) -> None:
        """Learn dbos's statements for this engine; the database is not asked."""
        client = store.client(engine)
        self._forms = {
            (queue, delayed): _learn(client, engine, queue, delayed=delayed)
            for queue in (SMALL_TASKS, LONG_WORK)
            for delayed in (False, True)
        }

    def enqueue(
        self, connection: Connection, kind: str, parameters: Mapping[str, object], unique_key: str | None = None
    ) -> None:
        """Queue a task. Of all tasks of this kind with the same `unique_key`, only the first is ever queued."""
        id_ = f"{kind}:{unique_key}" if unique_key is not None else str(uuid_utils.uuid7())
        self.put(connection, id_, kind, parameters)

    def put(
        self,
        connection: Connection,
        id_: str,
        kind: str,
        parameters: Mapping[str, object],
        *,
        tried: int = 0,
        delay: timedelta | None = None,
    ) -> None:
        """Queue a task under an id of the caller's making; nothing happens where that id is taken."""
        arguments = {"positionalArgs": [kind, parameters, tried], "namedArgs": {}}
        varying: dict[str, object] = {
            "workflow_uuid": id_,
            "creator_xid": str(uuid4()),
            "inputs": orjson.dumps(arguments).decode(),
            "delay_until_epoch_ms": None if delay is None else _milliseconds_after(delay),
        }
        queue = LONG_WORK if kind in BULK_KINDS else SMALL_TASKS
        for form in self._forms[queue, delay is not None]:
            connection.exec_driver_sql(form.sql, {**form.bound, **{name: varying[name] for name in form.varying}})


@dataclass(frozen=True, slots=True)
class _Form:
    """A statement of dbos's with the values that never change written in, and the names of those that do.

    `bound` holds the few that never change and that only the driver can write.
    """

    sql: str
    varying: tuple[str, ...]
    bound: Mapping[str, object]


class _StandIn:
    """Stands where dbos expects a connection, and writes down the statements it is given.

    It knows what `enqueue_in_transaction` asks of a connection: to translate dbos's schema, and to execute.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.forms: list[_Form] = []
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
        fixed = {name: value for name, value in values.items() if name not in _VARYING}
        plain = {name: value for name, value in fixed.items() if isinstance(value, str | int | None)}
        for name, value in plain.items():
            sql = re.sub(rf":{name}\b|%\({name}\)s", partial(_literal, value), sql)
        bound = {name: value for name, value in fixed.items() if name not in plain}
        self.forms.append(_Form(sql, tuple(_VARYING & values.keys()), bound))
        return self

    def fetchone(self) -> None:
        """The row that dbos asks back: there is none yet."""


def _learn(client: DBOSClient, engine: Engine, queue: str, *, delayed: bool) -> tuple[_Form, ...]:
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


def _in_one(forms: list[_Form]) -> tuple[_Form]:
    """PostgreSQL: both statements as one, which saves a round trip."""
    status, arguments = forms
    varying = tuple({*status.varying, *arguments.varying})
    return (_Form(f"WITH queued AS ({status.sql}) {arguments.sql}", varying, {**status.bound, **arguments.bound}),)


def _literal(value: str | int | None, _: re.Match[str]) -> str:
    """A constant of ours or of dbos's as SQL writes it."""
    match value:
        case None:
            return "NULL"
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return str(value)
        case str():
            return "'" + value.replace("'", "''") + "'"


def _milliseconds_after(delay: timedelta) -> int:
    return int((datetime.now(UTC) + delay).timestamp() * 1000)
