"""A press whose keys lie in a folder, and a certificate that it made."""

from pathlib import Path

import pytest

from adapters.certificates.press import Press
from tests.builders_certificates import a_certificate, a_press


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
def press(folder: Path) -> Press:
    return a_press(folder)


@pytest.fixture(scope="module")
def pdf(press: Press) -> bytes:
    return press.certificate(a_certificate())
