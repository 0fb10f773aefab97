"""The command line, each command as an operator would type it."""

import json
import re
from base64 import urlsafe_b64decode
from pathlib import Path

import pytest
from cryptography.x509 import load_pem_x509_csr
from typer.testing import CliRunner

from api.cli import main

ROOT = Path(__file__).resolve().parents[2]
CPOM = ROOT / "policies" / "cpom-2026.yaml"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A runner whose commands live in a fresh data directory."""
    monkeypatch.setenv("CERTIFICANT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CERTIFICANT_POLICIES_DIR", str(ROOT / "policies"))
    monkeypatch.chdir(tmp_path)
    return CliRunner()


def test_help_names_every_command(run: CliRunner) -> None:
    said = run.invoke(main, ["--help"]).output

    commands = (
        "serve",
        "worker",
        "migrate",
        "policy",
        "token",
        "sandbox",
        "import-responses",
        "sweep",
        "audit",
        "openapi",
    )
    assert [command for command in commands if command not in said] == []


def test_a_policy_is_linted_published_once_and_compared(run: CliRunner, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(CPOM.read_text().replace("wait_days: 45", "wait_days: 60"))
    run.invoke(main, ["migrate"], catch_exceptions=False)

    linted = run.invoke(main, ["policy", "lint", str(CPOM)])
    published = run.invoke(main, ["policy", "publish", str(CPOM)])
    again = run.invoke(main, ["policy", "publish", str(CPOM)])
    compared = run.invoke(main, ["policy", "diff", str(CPOM), str(other)])

    assert (linted.exit_code, linted.output) == (0, "1 file(s), 0 fault(s).\n")
    assert published.output.startswith("cpom-2026 is published")
    assert again.exit_code == 1
    assert compared.output == "/retakes/wait_days: 45 -> 60\n1 difference(s).\n"


def test_a_dry_run_of_publishing_says_whose_outcome_would_change_and_publishes_nothing(
    run: CliRunner, tmp_path: Path
) -> None:
    stricter, wrong = tmp_path / "stricter.yaml", tmp_path / "wrong.yaml"
    text = CPOM.read_text().replace("edition: cpom-2026", "edition: cpom-2030")
    text = re.sub(r"in_force_from: \S+", "in_force_from: 2030-01-01", text, count=1)
    stricter.write_text(text.replace("          months: 12\n", "          months: 600\n"))
    wrong.write_text(text.replace("passing: 720", "passing: 950"))
    run.invoke(main, ["migrate"], catch_exceptions=False)
    run.invoke(main, ["sandbox"], catch_exceptions=False)

    told = run.invoke(main, ["policy", "publish", "--dry-run", str(stricter)])
    refused = run.invoke(main, ["policy", "publish", "--dry-run", str(wrong)])
    published = run.invoke(main, ["policy", "publish", str(stricter)])

    *changed, last = told.output.splitlines()
    assert told.exit_code == 0
    assert re.fullmatch(r"Nothing was published. [1-9][0-9]* of [1-9][0-9]* outcomes would change.", last)
    assert all("is no longer eligible: " in line and "experience" in line for line in changed)
    assert len(changed) == int(last.split()[3])
    assert (refused.exit_code, "passing" in refused.output) == (1, True)
    assert published.output.startswith("cpom-2030 is published")


def test_every_fault_of_a_policy_file_is_listed_with_its_line(run: CliRunner, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    text = CPOM.read_text().replace("passing: 720", "passing: 950")
    bad.write_text(text.replace("weight_percent: 15", "weight_percent: 14"))

    linted = run.invoke(main, ["policy", "lint", str(bad)])

    assert linted.exit_code == 1
    assert f"{bad}:" in linted.output
    assert int(linted.output.strip().splitlines()[-1].split(" file(s), ")[1].split()[0]) >= 2


def test_an_authority_is_asked_to_vouch_for_the_key_that_signs_certificates(run: CliRunner) -> None:
    asked = run.invoke(main, ["certificates", "request"])

    assert asked.exit_code == 0
    assert load_pem_x509_csr(asked.output.encode()).is_signature_valid


def test_a_journal_is_sealed_and_found_intact(run: CliRunner) -> None:
    run.invoke(main, ["migrate"], catch_exceptions=False)
    run.invoke(main, ["policy", "publish", str(CPOM)])

    sealed = run.invoke(main, ["audit", "seal"])
    verified = run.invoke(main, ["audit", "verify"])

    assert sealed.output == "1 entries sealed.\n"
    assert (verified.exit_code, verified.output) == (0, "1 leaves, 1 checkpoints, 1 outside: intact.\n")


def test_a_token_is_signed_in_a_sandbox_and_refused_in_production(
    run: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = run.invoke(main, ["token", "--role", "reviewer"])
    monkeypatch.setenv("CERTIFICANT_ENVIRONMENT", "production")
    refused = run.invoke(main, ["token"])

    assert signed.output.count(".") == 2
    assert refused.exit_code == 2
    assert "CERTIFICANT_KEY_PASSPHRASE" in refused.output


def test_a_token_bears_the_scopes_that_it_is_asked_for(run: CliRunner) -> None:
    signed = run.invoke(main, ["token", "--scope", "openid email"], catch_exceptions=False)

    payload = signed.output.strip().split(".")[1]
    assert json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["scope"] == "openid email"


def test_a_rotated_key_stays_published_beside_the_new_one(run: CliRunner) -> None:
    run.invoke(main, ["migrate"], catch_exceptions=False)
    run.invoke(main, ["keys", "create"], catch_exceptions=False)

    rotated = run.invoke(main, ["keys", "rotate", "registry", "--now"], catch_exceptions=False)

    assert [line.split()[0] for line in rotated.output.splitlines()].count("registry") == 2


def test_an_openapi_document_that_is_out_of_date_is_told(run: CliRunner, tmp_path: Path) -> None:
    target = tmp_path / "openapi.json"

    missing = run.invoke(main, ["openapi", "--check", "--target", str(target)])
    run.invoke(main, ["openapi", "--target", str(target)], catch_exceptions=False)
    fresh = run.invoke(main, ["openapi", "--check", "--target", str(target)])

    assert (missing.exit_code, fresh.exit_code) == (1, 0)


def test_the_sandbox_is_filled_once(run: CliRunner) -> None:
    run.invoke(main, ["migrate"], catch_exceptions=False)

    first = run.invoke(main, ["sandbox"], catch_exceptions=False)
    second = run.invoke(main, ["sandbox"], catch_exceptions=False)

    assert first.output == "The sandbox holds 18 candidates and 9 credentials, at every stage of their life.\n"
    assert second.output == "The sandbox is as you left it.\n"
