"""Commands that are given bad files, bad words or a bad house say what is wrong, and end without a traceback."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import main

ROOT = Path(__file__).resolve().parents[2]
CPOM = ROOT / "policies" / "cpom-2026.yaml"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A runner whose commands live in a fresh data directory, with no database yet."""
    monkeypatch.setenv("CERTIFICANT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CERTIFICANT_POLICIES_DIR", str(ROOT / "policies"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "noise").write_bytes(b"\xff\xfe\x00\x01")
    (tmp_path / "deep").write_text("a: " + "[" * 3_000 + "]" * 3_000)
    (tmp_path / "key.csv").write_text("item,key\nB1,1\nB2,2\n")
    (tmp_path / "sheet.csv").write_text("candidate,B1,B2\ne1,1,2\n")
    return CliRunner()


def _told(run: CliRunner, command: str) -> tuple[int, str]:
    """The exit code and everything said; whatever was raised beyond an exit is a fault of ours."""
    result = run.invoke(main, [str(CPOM) if word == "CPOM" else word for word in command.split()])
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return result.exit_code, " ".join(result.output.split())


@pytest.mark.parametrize("file", ["empty", "noise", "deep"])
@pytest.mark.parametrize("command", ["diff {} CPOM", "diff CPOM {}", "publish {}", "publish {} --dry-run", "lint {}"])
def test_a_file_that_is_no_policy_is_told_with_its_name_line_and_fault(run: CliRunner, command: str, file: str) -> None:
    _told(run, "migrate")

    code, said = _told(run, f"policy {command.format(file)}")

    fault = {"empty": "not_a_mapping", "noise": "not_utf_8", "deep": "too_deep"}[file]
    assert code == 1
    assert f"{file}:1: " in said
    assert f"{fault}: " in said


def test_every_fault_of_both_shape_and_meaning_is_told_by_diff(run: CliRunner, tmp_path: Path) -> None:
    faulty = CPOM.read_text().replace("zone: America/New_York", "zone: localtime").replace("years: 3", "years: 9000")
    (tmp_path / "faulty").write_text(faulty)

    code, said = _told(run, "policy diff CPOM faulty")

    assert code == 1
    assert "/validity/years: less_than_equal" in said
    assert "/zone: zone_unknown" in said


@pytest.mark.parametrize(
    "command",
    [
        "policy publish CPOM",
        "policy publish CPOM --dry-run",
        "import-responses sheet.csv --key key.csv",
        "sandbox",
        "sweep",
    ],
)
def test_without_a_schema_the_way_to_one_is_told(run: CliRunner, command: str) -> None:
    code, said = _told(run, command)

    assert (code, said) == (1, "The database's schema is not this code's: run `certificant migrate`.")


@pytest.mark.parametrize("command", ["audit seal", "audit verify"])
def test_an_audit_asks_for_no_more_of_the_schema_than_the_journals_tables(run: CliRunner, command: str) -> None:
    code, said = _told(run, command)

    assert (code, said.partition(": ")[0]) == (1, "The database refused")
    assert said.endswith("`certificant migrate` brings its schema up to date.")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("nonsense", "not the address of a database"),
        ("sqlite:////dev/null/x.db", "cannot be reached"),
        ("postgresql://nobody@127.0.0.1:1/none", "cannot be reached"),
    ],
)
@pytest.mark.parametrize("command", ["sweep", "migrate", "audit verify"])
def test_a_database_that_is_not_there_is_told(
    run: CliRunner, monkeypatch: pytest.MonkeyPatch, command: str, url: str, expected: str
) -> None:
    monkeypatch.setenv("CERTIFICANT_DATABASE_URL", url)

    code, said = _told(run, command)

    assert code == 1
    assert expected in said


def test_a_file_that_is_no_database_is_told(run: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "certificant.sqlite3").write_text("garbage")

    code, said = _told(run, "sweep")

    assert code == 1
    assert "not a database" in said


@pytest.mark.parametrize(
    ("command", "code", "expected"),
    [
        ("migrate nosuch", 1, "nosuch"),
        ("token --role bogus", 2, "bogus"),
        ("keys prepare nosuch", 1, "nosuch"),
        ("keys rotate nosuch", 1, "nosuch"),
        ("keys revoke nosuch kid --yes", 1, "nosuch"),
        ("keys reissue nosuch kid", 1, "nosuch"),
        ("keys drill nosuch", 2, "rotation"),
        ("test-centres lint noise empty deep", 1, "3 file(s)"),
        ("import-responses sheet.csv --key noise", 1, "Nothing was stored."),
        ("import-responses noise --key key.csv", 1, "Nothing was stored."),
        ("import-responses sheet.csv --key key.csv --program NONE", 1, "Nothing was stored."),
        ("import-responses sheet.csv --key key.csv --cut-percent nan", 2, "--cut-percent"),
        ("analyse noise --key key.csv", 1, "Nothing was written."),
        ("analyse sheet.csv --key noise", 1, "Nothing was written."),
        ("analyse sheet.csv --key key.csv --groups noise", 1, "Nothing was written."),
        ("analyse sheet.csv --key key.csv --edition nosuch", 1, "nosuch"),
        ("analyse --form x --administration y", 1, "Nothing was written."),
    ],
)
def test_words_that_name_nothing_are_told(run: CliRunner, command: str, code: int, expected: str) -> None:
    if command.startswith(("import", "analyse")):
        _told(run, "migrate")
        _told(run, "policy publish CPOM")

    ended, said = _told(run, command)

    assert ended == code
    assert expected in said


def test_an_empty_subject_signs_nothing(run: CliRunner) -> None:
    result = run.invoke(main, ["token", "--subject", " "])

    assert result.exit_code == 2
    assert "may not be empty" in result.output


@pytest.mark.parametrize("command", ["audit seal", "audit verify", "keys list", "certificates request", "token"])
def test_a_key_that_cannot_be_read_is_named(run: CliRunner, tmp_path: Path, command: str) -> None:
    for before in ("migrate", "keys create", "token"):
        assert _told(run, before)[0] == 0
    for key in (tmp_path / "data" / "keys").glob("*.pem"):
        key.write_text("garbage")

    code, said = _told(run, command)

    assert code == 1
    assert "cannot be opened" in said


def test_a_fault_of_ours_keeps_its_traceback(run: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    """What no operator can mend is not dressed up as a refusal."""
    _told(run, "migrate")
    monkeypatch.setattr("domain.sweep.actions.nightly", lambda _: json.loads("{"))

    result = run.invoke(main, ["sweep"])

    assert isinstance(result.exception, json.JSONDecodeError)
