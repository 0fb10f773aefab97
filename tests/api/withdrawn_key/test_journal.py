"""Every operation on a key is entered in the journal, also where the journal is away for a while."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from adapters.keys import FileKeyProvider
from api.cli import main
from domain.badges.keys import BADGE_PURPOSES, EDDSA, RS256
from tests.api.withdrawn_key.house import House
from tests.builders_credentials import a_holder
from tests.world import World

# --- the journal


def entries(world: World) -> list[dict[str, Any]]:
    """What the journal says of keys, in its order."""
    with world.database.transaction(write=False) as connection:
        rows = connection.execute(text("SELECT kind, actor, data FROM journal WHERE kind LIKE 'key.%' ORDER BY seq"))
        return [{"kind": kind, "actor": actor, **_read(data)} for kind, actor, data in rows]


def _read(data: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(data) if isinstance(data, str) else data
    return found


def told(house: House, purpose: str) -> list[tuple[str, str, str]]:
    """The journal's entries of a purpose: kind, actor, and key."""
    return [(one["kind"], one["actor"], one["kid"]) for one in entries(house.world) if one["purpose"] == purpose]


@pytest.mark.parametrize("purpose", ["registry", "certificates", EDDSA, RS256])
def test_every_key_operation_is_entered_in_the_journal_with_its_command(house: House, purpose: str) -> None:
    first = house.stolen(purpose)

    house.command("prepare", purpose)
    second = house.keys.all(purpose)[1].kid
    house.world.clock.advance(minutes=10)
    house.command("rotate", purpose)
    house.command("revoke", purpose, second, "--yes")
    third = house.stolen(purpose)

    assert told(house, purpose) == [
        ("key.created", "system:keys.prepare", first),
        ("key.prepared", "system:keys.prepare", second),
        ("key.rotated", "system:keys.rotate", second),
        ("key.revoked", "system:keys.revoke", second),
        ("key.rotated", "system:keys.revoke", third),
    ]


@pytest.mark.parametrize("state", ["active", "retired"])
def test_the_journals_own_key_is_withdrawn_once_another_answers_for_its_leaves(house: House, state: str) -> None:
    a_holder(house.world)
    house.run("audit", "seal")
    stolen = house.stolen("journal")
    if state == "retired":
        house.command("rotate", "journal", "--now")

    revoked = house.command("revoke", "journal", stolen, "--yes")
    a_holder(house.world, subject="bea")
    sealed, audited = house.run("audit", "seal"), house.run("audit", "verify")

    assert (revoked.exit_code, sealed.exit_code) == (0, 0), revoked.output + sealed.output
    assert (audited.exit_code, "FAULT" in audited.output) == (0, False), audited.output
    assert "checkpoints_withdrawn" in audited.output
    assert [kind for kind, _, _ in told(house, "journal")] == ["key.created", "key.rotated", "key.revoked"]
    assert told(house, "journal")[-1][2] == stolen


def test_the_journals_key_stays_while_the_journal_is_not_intact(house: House) -> None:
    a_holder(house.world)
    house.run("audit", "seal")
    stolen = house.stolen("journal")
    for note in (house.directory / "cli").rglob("checkpoints/*"):
        note.write_text(note.read_text().replace("certificant/journal", "certificant/another"))

    refused = house.command("revoke", "journal", stolen, "--yes")

    assert (refused.exit_code, "not intact" in refused.stderr) == (1, True), refused.output
    assert house.stolen("journal") == stolen


def test_keys_that_are_made_are_entered_once_secrets_too(house: House) -> None:
    house.command("create")
    house.command("create")

    found = entries(house.world)

    assert {one["kind"] for one in found} == {"key.created"}
    assert {one["actor"] for one in found} == {"system:keys.create"}
    assert sorted(one["purpose"] for one in found) == sorted(
        ["journal", "registry", "certificates", *BADGE_PURPOSES, "cursor", "links", "privacy", "webhooks"]
    )
    assert {frozenset(one) for one in found} == {frozenset({"kind", "actor", "key_id", "purpose", "kid", "since"})}


def test_a_reissue_is_entered_with_what_it_signed_anew(house: House) -> None:
    a_holder(house.world)
    a_holder(house.world, subject="bea")
    stolen = house.stolen(EDDSA)
    house.keys.rotate(EDDSA)

    house.command("reissue", EDDSA, stolen)
    house.command("reissue", EDDSA, stolen)

    (entry,) = [one for one in entries(house.world) if one["kind"] == "key.reissued"]
    assert (entry["kid"], entry["badges"], entry["lists"]) == (stolen, 2, 2)
    assert entry["actor"] == "system:keys.reissue"


def test_what_a_broken_off_command_did_is_entered_by_the_next_one_with_its_own_time(house: House) -> None:
    house.command("create")
    prepared = house.keys.prepare("registry")
    since = next(one.since for one in house.keys.records("registry") if one.kid == prepared)
    house.world.clock.advance(days=1)

    house.command("rotate", "registry", "--now")

    late, rotated = entries(house.world)[-2:]
    assert (late["kind"], late["kid"], late["since"]) == ("key.prepared", prepared, since)
    assert (rotated["kind"], rotated["kid"]) == ("key.rotated", prepared)


# --- a database that is away


@pytest.fixture
def bare(tmp_path: Path) -> CliRunner:
    """The command line before anything was migrated."""
    return CliRunner(env={"CERTIFICANT_DATA_DIR": str(tmp_path / "data")})


def test_keys_are_made_before_there_is_a_database_and_entered_later(bare: CliRunner) -> None:
    early = bare.invoke(main, ["keys", "create"], catch_exceptions=False)
    bare.invoke(main, ["migrate"], catch_exceptions=False)
    late = bare.invoke(main, ["keys", "create"], catch_exceptions=False)

    assert (early.exit_code, "journal" in early.stderr) == (0, True)
    assert (late.exit_code, late.stderr) == (0, "")
    assert early.stdout == late.stdout


@pytest.mark.parametrize("command", ["prepare", "rotate"])
def test_without_the_journal_no_key_is_prepared_or_turned_over(bare: CliRunner, command: str) -> None:
    before = bare.invoke(main, ["keys", "create"]).stdout

    refused = bare.invoke(main, ["keys", command, EDDSA], catch_exceptions=False)

    assert (refused.exit_code, "journal" in refused.stderr) == (1, True)
    assert bare.invoke(main, ["keys", "list"]).stdout == before


def test_a_stolen_key_is_withdrawn_though_the_journal_cannot_be_written(bare: CliRunner, tmp_path: Path) -> None:
    bare.invoke(main, ["keys", "create"])
    keys = FileKeyProvider(tmp_path / "data" / "keys")
    stolen = keys.current(EDDSA).kid

    revoked = bare.invoke(main, ["keys", "revoke", EDDSA, stolen, "--yes"], catch_exceptions=False)

    assert (revoked.exit_code, "journal" in revoked.stderr) == (1, True)
    assert keys.current(EDDSA).kid != stolen


def test_the_journals_own_key_waits_for_the_journal(bare: CliRunner, tmp_path: Path) -> None:
    bare.invoke(main, ["keys", "create"])
    stolen = FileKeyProvider(tmp_path / "data" / "keys").current("journal").kid

    refused = bare.invoke(main, ["keys", "revoke", "journal", stolen, "--yes"], catch_exceptions=False)

    assert (refused.exit_code, "journal" in refused.stderr) == (1, True)
    assert FileKeyProvider(tmp_path / "data" / "keys").current("journal").kid == stolen
