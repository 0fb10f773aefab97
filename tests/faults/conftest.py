"""What the tests of faults break."""

from collections.abc import Iterator

import pytest

from tests.faults.service import PostgresServer


@pytest.fixture(scope="package")
def breakable_postgres(postgres_server: str) -> Iterator[PostgresServer]:
    """A PostgreSQL server that these tests may stop and crash; it runs again after each."""
    server = PostgresServer()
    yield server
    server.close()
