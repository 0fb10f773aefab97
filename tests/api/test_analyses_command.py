"""`certificant analyse`: from files alone and from the store, with everything that it writes."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr
from rich.console import Console

from api.analysing import Wish, analysed
from api.imports import Wish as ImportWish, import_file
from api.settings import Settings
from api.wiring import Service
from domain.actors import ANONYMOUS
from tests.builders_analysis import answers_of_model
from tests.builders_exams import stored_policy

ITEMS, PEOPLE = 40, 120
KEY = "item,key\n" + "".join(f"form.B{number},1\n" for number in range(1, ITEMS + 1))
WRITTEN = {"sheet.json", "sheet.csv", "sheet.pdf", "analysis.json", "equating.json"}


def a_sheet(answers: Any) -> str:
    """Responses as a file: one column of ids, one per item."""
    head = ",".join(["cent_id", *(f"form.B{number}" for number in range(1, ITEMS + 1))])
    rows = [",".join([f"e{place}", *map(str, row)]) for place, row in enumerate(answers.tolist())]
    return "\n".join([head, *rows, ""])


class Desk:
    """A sandbox, a folder with the two files, and the command over them."""

    def __init__(self, service: Service, folder: Path) -> None:
        self.service, self.folder, self.told = service, folder, ""
        self.answers = answers_of_model(np.random.default_rng(12), PEOPLE, ITEMS)
        self.responses, self.key, self.out = folder / "responses.csv", folder / "key.csv", folder / "out"
        self.responses.write_text(a_sheet(self.answers))
        self.key.write_text(KEY)

    def run(self, **wish: Any) -> int:
        """Analyse; what was shown is kept."""
        shown = io.StringIO()
        files = {} if "administration" in wish else {"responses": self.responses, "key": self.key, "column": "cent_id"}
        code = analysed(self.service, Wish(**{**files, **wish}), Console(file=shown, width=160))
        self.told = shown.getvalue()
        return code

    def read(self, name: str) -> Any:
        return json.loads((self.out / name).read_text())


@pytest.fixture
def desk(sqlite_url: str, tmp_path: Path) -> Iterator[Desk]:
    """A sandbox with CPOM published, and nobody in it."""
    service = Service(Settings(data_dir=tmp_path / "data", database_url=SecretStr(sqlite_url)))
    with service.units.begin(ANONYMOUS) as uow:
        stored_policy(uow)
    yield Desk(service, tmp_path)
    service.close()


def test_files_alone_are_analysed_equated_and_written_down(desk: Desk) -> None:
    code = desk.run(form="B", anchor=10, replications=20, out=desk.out, standard_setting="Angoff 2026")

    assert code == 0, desk.told
    assert {path.name for path in desk.out.iterdir()} == WRITTEN
    sheet, run = desk.read("sheet.json"), desk.read("equating.json")
    assert sheet["summary"]["people"] == PEOPLE
    assert (sheet["summary"]["cut_raw"], sheet["heading"]["form"]) == (26, "B")
    assert sheet["references"]["standard_setting"] == {"reference": "Angoff 2026"}
    assert len(run["anchor"]) == 10
    assert len(run["equivalents"]) == run["forms"]["x"]["items"] + 1 == 26
    assert len(run["errors"]["se"]) == 26
    assert (desk.out / "sheet.pdf").read_bytes().startswith(b"%PDF-")
    rows = list(csv.reader(io.StringIO((desk.out / "sheet.csv").read_text())))
    assert ["summary", "", "people", str(PEOPLE)] in rows
    assert "alpha" in desk.told
    assert "Equated by chained equipercentile" in desk.told


def test_the_same_files_give_the_same_bytes(desk: Desk) -> None:
    names = ("sheet.json", "sheet.csv", "analysis.json", "equating.json")
    desk.run(form="B", anchor=10, replications=20, out=desk.out)
    first = {name: (desk.out / name).read_bytes() for name in names}

    desk.run(form="B", anchor=10, replications=20, out=desk.out)

    assert {name: (desk.out / name).read_bytes() for name in names} == first


def test_a_stored_administration_gives_the_figures_of_its_file(desk: Desk) -> None:
    wish = ImportWish(key=desk.key, form="B", administration="2026-B", column="cent_id")
    refused = import_file(desk.service, desk.responses, wish, Console(file=io.StringIO()))
    assert refused == 0
    desk.run(form="B", out=desk.out)
    of_files = desk.read("analysis.json")

    code = desk.run(form="B", administration="2026-B", out=desk.out)

    assert code == 0, desk.told
    stored = desk.read("analysis.json")
    for part in ("scores", "items", "reliability", "decisions", "speededness"):
        assert stored[part] == of_files[part]
    assert desk.read("sheet.json")["heading"]["administration"] == "2026-B"


def test_a_wrong_key_is_shown_among_the_suspects(desk: Desk) -> None:
    desk.key.write_text(KEY.replace("form.B7,1", "form.B7,3"))

    desk.run(form="B")

    assert "Suspect keys" in desk.told
    assert "B7" in desk.told.split("Suspect keys")[1]


def test_groups_of_a_file_are_compared(desk: Desk) -> None:
    groups = desk.folder / "groups.csv"
    groups.write_text("who,group\n" + "".join(f"e{n},{'east' if n % 2 else 'west'}\n" for n in range(PEOPLE)))

    desk.run(form="B", groups=groups, out=desk.out)

    found = desk.read("sheet.json")["subgroups"]
    assert {one["group"]: one["people"] for one in found["groups"]} == {"east": 60, "west": 60}
    assert len(found["comparisons"]) == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(lambda text: text.replace("form.B2,", "form.B1,", 1), "duplicate_column", id="an item twice"),
        pytest.param(lambda text: text.replace(",form.B40", "", 1), "missing_column", id="an item missing"),
        pytest.param(lambda _: "", "no_heading", id="an empty file"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_fault(desk: Desk, change: Any, told: str) -> None:
    desk.responses.write_text(change(desk.responses.read_text()))

    code = desk.run(form="B", out=desk.out)

    assert code == 1
    assert told in desk.told
    assert "Nothing was written." in desk.told
    assert not desk.out.exists()


def test_rows_that_are_refused_are_told_and_the_others_analysed(desk: Desk) -> None:
    lines = desk.responses.read_text().splitlines()
    lines[1] = lines[1].replace(",1", ",9", 1)
    lines[3] = lines[2]
    desk.responses.write_text("\n".join([*lines, ""]))

    code = desk.run(form="B", out=desk.out)

    assert code == 1
    assert "not_an_option" in desk.told
    assert desk.read("sheet.json")["summary"]["people"] == PEOPLE - 2


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        pytest.param({"anchor": 2}, "at least 3", id="an anchor of two items"),
        pytest.param({"anchor": 39}, "too few items", id="an anchor of nearly all"),
        pytest.param({"anchor": 10, "method": "guesswork"}, "no method", id="an unknown method"),
        pytest.param({"administration": "nowhere"}, "There is no form", id="an unknown administration"),
        pytest.param({"responses": None}, "--key", id="no file"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(desk: Desk, wish: dict[str, Any], told: str) -> None:
    code = desk.run(form="B", out=desk.out, **wish)

    assert code == 1
    assert told in desk.told
    assert not desk.out.exists()


def test_three_people_get_a_sheet_of_stated_nulls(desk: Desk) -> None:
    desk.responses.write_text(a_sheet(desk.answers[:3]))

    code = desk.run(form="B", out=desk.out)

    assert code == 0, desk.told
    assert desk.read("analysis.json")["rasch"]["reason"] == "too_few_observations"
    assert (desk.out / "sheet.pdf").read_bytes().startswith(b"%PDF-")
