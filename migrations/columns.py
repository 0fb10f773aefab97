"""The column types that revisions name. Frozen: a revision means the same in ten years as on the day it was written."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql


def instant() -> sa.types.TypeEngine[Any]:
    """A UTC instant: ISO text of fixed width on SQLite, `timestamptz` on PostgreSQL."""
    return sa.String(32).with_variant(sa.DateTime(timezone=True), "postgresql")


def json_value() -> sa.types.TypeEngine[Any]:
    """A nested value."""
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def search_text() -> sa.types.TypeEngine[Any]:
    """Text compared by code point, which a plain index serves by its start."""
    return sa.String().with_variant(sa.String(collation="C"), "postgresql")


def big_serial() -> sa.types.TypeEngine[Any]:
    """A number that the database gives out."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
