"""The registry: one narrow row per credential number, which the fast lane reads without knowing any other table."""

from sqlalchemy import BigInteger, LargeBinary, String
from sqlmodel import Field, SQLModel


class RegistryRow(SQLModel, table=True):
    """The finished answers for one number.

    `payload_before`, then `payload_after` from `turns_at` (epoch seconds), then `payload_last` from `turns_again_at`.
    """

    __tablename__ = "registry"

    number: str = Field(primary_key=True, sa_type=String(19))
    turns_at: int | None = Field(default=None, sa_type=BigInteger)
    turns_again_at: int | None = Field(default=None, sa_type=BigInteger)
    zone: str = Field(sa_type=String(64))
    tag: str = Field(sa_type=String(16))
    payload_before: bytes = Field(sa_type=LargeBinary)
    payload_after: bytes | None = Field(default=None, sa_type=LargeBinary)
    payload_last: bytes | None = Field(default=None, sa_type=LargeBinary)
