"""What the tests of faults break."""

from collections.abc import Iterator

import pytest

from tests.faults.service import PostgresServer


@pytest.fixture
def breakable_postgres(postgres_server: str) -> Iterator[PostgresServer]:
    """A PostgreSQL server of the test's own, empty, to stop and crash: what one test wrote no other counts."""
    server = PostgresServer()
    yield server
    server.close()
