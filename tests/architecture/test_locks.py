"""What is installed is what was locked: exact versions, checksums, and no address of any registry."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

LOCKS = sorted(ROOT.glob("requirements*.lock"))
_ENTRY = re.compile(r"^([a-z0-9][a-z0-9._-]*)(\[[a-z0-9,_-]+\])?==([^ ;\\]+)", re.MULTILINE)
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[a-z0-9,]+\])?==(\S+)$")


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_entry_of_a_lock_has_its_checksum(lock: Path) -> None:
    entries = [block for block in re.split(r"\n(?=[a-z0-9])", lock.read_text("utf-8")) if _ENTRY.match(block)]

    bare = [block.split()[0] for block in entries if "--hash=sha256:" not in block]

    assert entries
    assert bare == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_address_and_no_path(lock: Path) -> None:
    found = [
        line for line in lock.read_text("utf-8").splitlines() if re.search(r"https?://|file:|--index|--find", line)
    ]

    assert found == []


def test_the_node_lock_has_checksums_and_names_no_registry() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]

    bare = [name for name, package in packages.items() if name and "integrity" not in package]

    assert bare == []
    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_what_the_project_pins_is_what_the_locks_hold() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    pinned = dict(_pin(line) for line in project["dependencies"])
    pinned_for_tests = pinned | dict(_pin(line) for line in project["optional-dependencies"]["dev"])

    runtime, everything = _locked("requirements.lock"), _locked("requirements-dev.lock")

    assert {name: runtime.get(name) for name in pinned} == pinned
    assert {name: everything.get(name) for name in pinned_for_tests} == pinned_for_tests


def test_the_tests_run_on_the_versions_that_are_served() -> None:
    runtime, everything = _locked("requirements.lock"), _locked("requirements-dev.lock")

    assert {name: everything.get(name) for name in runtime} == runtime


def _pin(line: str) -> tuple[str, str]:
    match = _PINNED.match(line)
    assert match, f"{line} is not pinned"
    return match[1].lower().replace("_", "-"), match[2]


def _locked(name: str) -> dict[str, str]:
    """The entries that python 3.11 installs; a lock may hold another version for a later python."""
    text = (ROOT / name).read_text("utf-8")
    lines = (line for line in text.splitlines() if "python_full_version >=" not in line)
    return {match[1]: match[3] for line in lines if (match := _ENTRY.match(line))}
