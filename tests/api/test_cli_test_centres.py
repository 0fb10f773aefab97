"""Layouts of test centres' files, linted from the command line."""

from pathlib import Path

from typer.testing import CliRunner

from adapters.test_centres.layouts import OURS
from api.cli import main

VUE = OURS / "pearson-vue.yaml"


def test_a_sound_layout_has_no_fault() -> None:
    done = CliRunner().invoke(main, ["test-centres", "lint", str(VUE)])

    assert (done.exit_code, done.output) == (0, "1 file(s), 0 fault(s).\n")


def test_every_fault_of_a_layout_is_listed_with_its_line(tmp_path: Path) -> None:
    broken = tmp_path / "own.yaml"
    broken.write_text(VUE.read_text().replace("field: suffix", "field: nickname"))

    done = CliRunner().invoke(main, ["test-centres", "lint", str(broken)])

    line = 1 + next(n for n, text in enumerate(broken.read_text().split("\n")) if "nickname" in text)
    assert done.exit_code == 1
    assert f"own.yaml:{line}: /out/candidates/columns/5/field: unknown_field: " in done.output.replace("\n", "")
