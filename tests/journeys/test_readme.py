"""README's walk, every command as a newcomer would type it, before a sandbox of its own."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.service import DEADLINE, Up, until

ROOT = Path(__file__).resolve().parents[2]
SHELL = "set -uo pipefail\n"
LONGEST = 600
OFF_THE_WAY = "certificant analyse"
"""Commands that stand beside the walk: they ask for files of one's own."""
ON = "The badge of who walked:"


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    """A sandbox that was just filled, with its command where the walk looks for it."""
    made = Up(tmp_path)
    try:
        until(made.alive, within=3 * DEADLINE)
        made.command(tmp_path / ".venv" / "bin" / "certificant")
        yield made
    finally:
        made.stop()


def commands(section: str) -> str:
    """The indented lines of a section."""
    told = (ROOT / "README.md").read_text("utf-8").split(f"\n## {section}", 1)[1].split("\n## ", 1)[0]
    lines = [line[4:] for line in told.splitlines() if line.startswith("    ")]
    return "\n".join(line for line in lines if not line.lstrip().startswith(OFF_THE_WAY))


@pytest.mark.timeout(LONGEST)  # it signs in twenty times with a command that starts a process
def test_the_walk_leads_from_self_check_to_renewal(up: Up, tmp_path: Path) -> None:
    missing = [tool for tool in ("bash", "curl", "jq") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"the walk is typed into a shell that has {', '.join(missing)}")
    typed = "\n".join((SHELL, commands("A walk"), f"echo {ON}", commands("Badges that anyone")))

    done = subprocess.run(
        ["bash", "-c", typed.replace("http://127.0.0.1:8000", up.base)],  # noqa: S607 - the shell of whoever types it
        cwd=tmp_path,
        # Where `python` is the one that has what the service has.
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )

    assert done.stderr == ""
    assert done.returncode == 0
    walk, _, badges = done.stdout.partition(f"\n{ON}\n")
    said = walk.splitlines()
    assert '"pathway": "us-licensed",' in walk
    assert '{"outcome":"approved"}' in said
    assert any(re.fullmatch(r'\{"number":"R\d+","status":"booked"\}', line) for line in said)
    assert any('"kind":"scores.import","status":"succeeded"' in line and '"accepted":1' in line for line in said)
    assert any('"passed":true,"scaled":null,"passing":720' in line for line in said)
    renewed, public = said[-2:]
    until_1, until_2 = (re.search(r'"status":"active","valid_until":"(\d{4})', line) for line in (renewed, public))
    assert until_1 is not None
    assert until_2 is not None
    assert until_1[1] == until_2[1]
    verified = re.search(r'"valid_until": "(\d{4})', walk)
    assert verified is not None
    assert int(until_1[1]) == int(verified[1]) + 3
    assert re.search(r'"transaction_code": "\d{6}"', badges)
    assert '{\n  "badges": 1,\n  "tokens": 1\n}\n304\n' in badges
    assert '{\n  "valid": true,' in badges
