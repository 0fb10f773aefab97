"""Statements in the driver's own words, past SQLAlchemy's: for thousands of rows at once."""

from typing import Any

from sqlalchemy import Connection


class Driver:
    """Speaks to the driver of a connection, in the transaction under way."""

    def __init__(self, connection: Connection) -> None:
        """Speak through `connection`."""
        self._connection = connection

    def _fetch(self, statement: str, values: Any) -> list[Any]:  # noqa: ANN401 - the driver's own shapes
        """All rows at once, as the driver has them: a result of SQLAlchemy hands out one by one."""
        cursor = self._run(statement, values).cursor
        return list(cursor.fetchall())

    def _run(self, statement: str, values: Any) -> Any:  # noqa: ANN401 - the driver's own shapes
        return self._connection.exec_driver_sql(statement, values)
