"""Tasks put into our own transactions.

dbos's `enqueue_in_transaction` builds and compiles two statements of thirty columns at every call, which costs ten
times what they cost the driver, and dbos itself costs a process a quarter of a second and twenty megabytes. Nothing
but four values differs between two calls. So its statements are written down, by `adapters.jobs.learning` from dbos
itself, and those very statements are run here with the four values put in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from importlib.resources import files
from uuid import uuid4

import orjson
import uuid_utils
from sqlalchemy import Connection, Engine

from domain.jobs.lanes import Lane, lane_of

RUN = "certificant.run"
"""The one workflow. Its arguments: kind, parameters, and how often it was tried before."""


@dataclass(frozen=True, slots=True)
class Form:
    """A statement of dbos's with the values that never change written in, and the names of those that do, sorted."""

    sql: str
    varying: tuple[str, ...]


class TaskQueue:
    """Puts tasks into a transaction of ours: they begin when it commits, and never if it rolls back."""

    def __init__(self, engine: Engine) -> None:
        """Read the statements for this engine; the database is not asked."""
        self._forms = written(engine)

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
        lane: Lane | None = None,
    ) -> None:
        """Queue a task under an id of the caller's making, in its kind's lane unless another is named.

        Nothing happens where that id is taken.
        """
        arguments = {"positionalArgs": [kind, parameters, tried], "namedArgs": {}}
        varying: dict[str, object] = {
            "workflow_uuid": id_,
            "creator_xid": str(uuid4()),
            "inputs": orjson.dumps(arguments).decode(),
            "delay_until_epoch_ms": None if delay is None else _milliseconds_after(delay),
        }
        for form in self._forms[lane or lane_of(kind), delay is not None]:
            connection.exec_driver_sql(form.sql, {name: varying[name] for name in form.varying})


def file_name(engine: Engine) -> str:
    """The file of this package that holds an engine's statements."""
    return f"statements_{engine.dialect.name}.json"


def written(engine: Engine) -> dict[tuple[str, bool], tuple[Form, ...]]:
    """The statements for this engine, by queue and by whether there is a delay.

    Raises RuntimeError where another version of dbos is installed than the one that they were learnt from.
    """
    kept = orjson.loads(files(__package__).joinpath(file_name(engine)).read_bytes())
    if kept["dbos"] != version("dbos"):
        message = f"the statements are of dbos {kept['dbos']}: run python -m adapters.jobs.learning"
        raise RuntimeError(message)
    return {
        (one["queue"], one["delayed"]): tuple(Form(form["sql"], tuple(form["varying"])) for form in one["forms"])
        for one in kept["statements"]
    }


def _milliseconds_after(delay: timedelta) -> int:
    return int((datetime.now(UTC) + delay).timestamp() * 1000)
