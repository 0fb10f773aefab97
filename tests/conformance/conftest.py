"""The harness, served to the tests as it is to the suites of others."""

import ssl
from collections.abc import Iterator

import httpx
import pytest

from tests.conformance.client import Client
from tests.conformance.server import serving


@pytest.fixture(scope="package")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Somebody who knows its address and its authority."""
    with (
        serving(tmp_path_factory.mktemp("conformance")) as (body, authority),
        httpx.Client(base_url=body.base_url, verify=ssl.create_default_context(cafile=authority), timeout=60) as http,
    ):
        yield Client(body, http)
