"""Durable tasks, long work and schedules, on dbos. Its system tables live in our own database.

`TaskQueue` puts tasks into our transactions and costs little to make; the API needs nothing else. `Worker` is one
process that carries them out. `prepare` makes dbos's tables; alembic leaves `DBOS_TABLES` alone.
"""

from adapters.jobs.queue import TaskQueue
from adapters.jobs.store import DBOS_SCHEMA, DBOS_TABLES, prepare

__all__ = ["DBOS_SCHEMA", "DBOS_TABLES", "TaskQueue", "prepare"]
