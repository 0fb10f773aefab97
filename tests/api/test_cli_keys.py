"""`certificant keys …`, as whoever keeps the keys would type it, on a sandbox that has issued badges."""

import re
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from typer.testing import CliRunner, Result

from adapters.badges import drill as drills
from api.cli import main
from domain.badges.keys import BADGE_PURPOSES, EDDSA, ES256

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
KID = r"[A-Za-z0-9_-]{43}"


class Keeper:
    """Types commands at a sandbox of its own."""

    def __init__(self, directory: Path) -> None:
        self.data = directory / "data"
        self._runner = CliRunner(
            env={"CERTIFICANT_DATA_DIR": str(self.data), "CERTIFICANT_POLICIES_DIR": str(ROOT / "policies")}
        )

    def __call__(self, *command: str, typed: str | None = None) -> Result:
        return self._runner.invoke(main, list(command), input=typed, catch_exceptions=False)

    def states(self, purpose: str) -> dict[str, str]:
        """The state of each key of a purpose, by its id, as `keys list` shows them."""
        lines = [line.split() for line in self("keys", "list").output.splitlines()]
        return {line[2]: line[1] for line in lines if line[0] == purpose}

    def active(self, purpose: str) -> str:
        return next(kid for kid, state in self.states(purpose).items() if state == "active")


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    made = Keeper(tmp_path)
    made("migrate")
    return made


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Keeper:
    made = Keeper(tmp_path_factory.mktemp("keeper"))
    made("migrate")
    made("sandbox")
    return made


def test_every_signing_key_is_listed_with_its_state_and_since_when(keeper: Keeper) -> None:
    lines = keeper("keys", "create").output.splitlines()

    assert [line.split()[:2] for line in lines][:2] == [["journal", "active"], ["registry", "active"]]
    assert {line.split()[0] for line in lines} > set(BADGE_PURPOSES)
    assert [line for line in lines if not re.search(rf"{KID}  since \d{{4}}-\d\d-\d\dT", line)] == []


def test_a_key_is_prepared_then_signs_and_the_former_one_is_retired(keeper: Keeper) -> None:
    former = keeper.active(EDDSA)

    with time_machine.travel(NOON, tick=False):
        prepared = keeper("keys", "prepare", EDDSA)
    pending = {kid for kid, state in keeper.states(EDDSA).items() if state == "pending"}
    with time_machine.travel(NOON + timedelta(minutes=10), tick=False):
        rotated = keeper("keys", "rotate", EDDSA)

    assert (rotated.exit_code, rotated.stderr) == (0, "")
    assert pending == set(re.findall(KID, prepared.output))
    assert keeper.states(EDDSA) == {former: "retired", **dict.fromkeys(pending, "active")}


@pytest.mark.parametrize("purpose", [EDDSA, "registry"])
def test_a_key_that_others_may_not_know_yet_signs_only_when_it_is_to_be_now(keeper: Keeper, purpose: str) -> None:
    with time_machine.travel(NOON, tick=False):
        keeper("keys", "prepare", purpose)
    before = keeper.states(purpose)

    with time_machine.travel(NOON + timedelta(minutes=9, seconds=59), tick=False):
        refused = keeper("keys", "rotate", purpose)
        after = keeper.states(purpose)
        forced = keeper("keys", "rotate", purpose, "--now")

    assert (refused.exit_code, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
    assert (NOON + timedelta(minutes=10)).isoformat() in refused.stderr
    assert after == before
    assert (forced.exit_code, sorted(keeper.states(purpose).values())) == (0, ["active", "retired"])


def test_the_plan_of_a_rotation_names_when_the_prepared_key_may_sign(keeper: Keeper) -> None:
    unprepared = keeper("keys", "drill", "rotation").output
    with time_machine.travel(NOON, tick=False):
        keeper("keys", "prepare", EDDSA)

    prepared = keeper("keys", "drill", "rotation").output

    assert f"certificant keys prepare {EDDSA}" in unprepared
    assert "2. Ten minutes later" in unprepared
    assert f"2. From {(NOON + timedelta(minutes=10)).isoformat()} on" in prepared


def test_a_second_preparation_is_refused_and_names_the_key_that_waits(keeper: Keeper) -> None:
    waiting = re.findall(KID, keeper("keys", "prepare", EDDSA).output)[0]
    before = keeper("keys", "list").output

    refused = keeper("keys", "prepare", EDDSA)

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert waiting in refused.stderr
    assert keeper("keys", "list").output == before


def test_a_rotation_without_preparation_is_refused_unless_it_is_to_be_now(keeper: Keeper) -> None:
    before = keeper.states(ES256)

    refused = keeper("keys", "rotate", ES256)
    after = keeper.states(ES256)
    forced = keeper("keys", "rotate", ES256, "--now")

    assert (refused.exit_code, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
    assert f"ten minutes after `keys prepare {ES256}`" in refused.stderr
    assert after == before
    assert forced.exit_code == 0
    assert sorted(keeper.states(ES256).values()) == ["active", "retired"]


def test_a_revocation_is_asked_about_and_says_what_to_do_next(keeper: Keeper) -> None:
    stolen = keeper.active(EDDSA)

    declined = keeper("keys", "revoke", EDDSA, stolen, typed="n\n")
    still = keeper.active(EDDSA)
    revoked = keeper("keys", "revoke", EDDSA, stolen, typed="y\n")

    assert (declined.exit_code, still) == (1, stolen)
    assert keeper.states(EDDSA)[stolen] == "revoked"
    assert keeper.active(EDDSA) in revoked.output
    assert f"certificant keys reissue {EDDSA} {stolen}" in revoked.output


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (("rotate", "nonsense"), "no keys are kept for this purpose"),
        (("prepare", "cursor-x"), "no keys are kept for this purpose"),
        (("revoke", EDDSA, "x" * 43, "--yes"), "no such key"),
        (("revoke", EDDSA, "-" + "x" * 42, "--yes"), "no such key"),
        (("reissue", EDDSA, "--" + "x" * 41), "no such key"),
        (("rotate", "privacy"), "stored data"),
        (("revoke", "webhooks", "x" * 43, "--yes"), "stored data"),
        (("reissue", "journal", "x" * 43), "signs no badges"),
        (("reissue", EDDSA, "x" * 43), "no such key"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(keeper: Keeper, command: tuple[str, ...], why: str) -> None:
    before = keeper("keys", "list").output

    refused = keeper("keys", *command)

    assert refused.exit_code == 1
    assert why in refused.stderr
    assert keeper("keys", "list").output == before


def test_the_key_that_signs_now_has_nothing_to_be_reissued(keeper: Keeper) -> None:
    refused = keeper("keys", "reissue", EDDSA, keeper.active(EDDSA))

    assert (refused.exit_code, "signs now" in refused.stderr) == (1, True)


# --- drills


@pytest.mark.parametrize("purpose", BADGE_PURPOSES)
@pytest.mark.parametrize("what", ["rotation", "compromise"])
def test_a_drill_changes_nothing_here(keeper: Keeper, what: str, purpose: str) -> None:
    before = keeper("keys", "list").output

    drilled = keeper("keys", "drill", what, "--purpose", purpose)

    assert drilled.exit_code == 0
    assert drilled.output.count("ok   ") >= 5
    assert "FAULT" not in drilled.output
    assert keeper("keys", "list").output == before


def test_a_drill_of_a_compromise_counts_what_is_to_be_reissued(filled: Keeper) -> None:
    drilled = filled("keys", "drill", "compromise").output

    counted = re.search(r"now: (\d+) badges in their newest version, (\d+) status lists", drilled)

    assert counted is not None
    assert int(counted[1]) == _newest_badges(filled) > 0
    assert int(counted[2]) == 2
    assert f"certificant keys revoke {EDDSA} {filled.active(EDDSA)}" in drilled


def test_a_step_that_fails_fails_the_drill(keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    from api.wiring import keys as wired  # noqa: PLC0415 - where the drills are looked up

    steps = [drills.Step(said="A badge is signed, and holds.", held=False)]
    monkeypatch.setitem(wired.DRILLS, "rotation", lambda _: steps)

    drilled = keeper("keys", "drill", "rotation")

    assert (drilled.exit_code, drilled.output.startswith("FAULT")) == (1, True)


@pytest.mark.parametrize("command", [("sabotage",), ("rotation", "--purpose", "journal")])
def test_there_is_no_other_drill(keeper: Keeper, command: tuple[str, ...]) -> None:
    assert keeper("keys", "drill", *command).exit_code == 2


# --- a compromise, carried through


def test_after_a_compromise_everything_stands_under_the_new_key(filled: Keeper) -> None:
    stolen, badges = filled.active(EDDSA), _newest_badges(filled)
    filled("keys", "revoke", EDDSA, stolen, "--yes")

    reissued = filled("keys", "reissue", EDDSA, stolen)
    again = filled("keys", "reissue", EDDSA, stolen)
    drilled = filled("keys", "drill", "compromise").output

    assert reissued.output.splitlines()[-1].startswith(f"Done: {badges} badges")
    assert again.output.splitlines()[-1].startswith("Done: 0 badges")
    assert f"now: {badges} badges in their newest version, 2 status lists" in drilled


def test_the_tokens_of_status_lists_are_signed_anew_too(filled: Keeper) -> None:
    former = filled.active(ES256)
    filled("keys", "rotate", ES256, "--now")
    before = _tokens(filled)

    filled("keys", "reissue", ES256, former)

    assert len(before) == 2
    assert not set(before) & set(_tokens(filled))


def _newest_badges(keeper: Keeper) -> int:
    return int(_ask(keeper, "select count(distinct credential_id) from badges")[0][0])


def _tokens(keeper: Keeper) -> list[bytes]:
    return [bytes(row[0]) for row in _ask(keeper, "select token from status_lists")]


def _ask(keeper: Keeper, statement: str) -> list[tuple[bytes, ...]]:
    (found,) = keeper.data.glob("*.sqlite3")
    connection = sqlite3.connect(found)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()
