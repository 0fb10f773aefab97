"""`certificant import-responses`: a sandbox makes what a file needs, and says what became of each row."""

import io
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr
from rich.console import Console

from api.imports import Wish, import_file
from api.imports_key import KeyFault, read_key
from api.imports_setting import FIRST, order
from api.settings import Settings
from api.wiring import Service
from domain.actors import ANONYMOUS
from domain.exams.model import AdministrationStatus
from domain.scores import actions, releasing
from domain.scores.model import AttemptStatus
from tests.builders import cpom
from tests.builders_exams import stored_policy

ITEMS = 40
KEY = "item,key\n" + "".join(f"iresp.B{number},{number % 4 + 1}\n" for number in range(1, ITEMS + 1))
HEADING = ",".join(["EID", "cent_id", *(f"iresp.B{number}" for number in range(1, ITEMS + 1))])


def row(who: str, right: int) -> str:
    answers = [number % 4 + 1 if number <= right else (number + 1) % 4 + 1 for number in range(1, ITEMS + 1)]
    return ",".join([who, "17", *map(str, answers)])


def a_sheet(*rows: str) -> str:
    return "\n".join([HEADING, *rows, ""])


class Shell:
    """A sandbox, and the command over it."""

    def __init__(self, service: Service, directory: Path) -> None:
        self.service, self.directory, self.told = service, directory, ""
        self.key = directory / "key.csv"
        self.key.write_text(KEY)

    def run(self, content: str | bytes, **wish: object) -> int:
        """Import a file; the answer is the command's count of refused rows."""
        file = self.directory / "responses.csv"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        shown = io.StringIO()
        wanted = {"key": self.key, "form": "B", "administration": "2026-B", "release": True, **wish}
        refused = import_file(self.service, file, Wish(**wanted), Console(file=shown, width=160))  # type: ignore[arg-type]
        self.told = shown.getvalue()
        return refused

    def counts(self) -> dict[str, int]:
        """How many of everything there are."""
        with self.service.units.begin(ANONYMOUS, write=False) as uow:
            return {
                "forms": uow.forms.count(),
                "administrations": uow.administrations.count(),
                "candidates": uow.candidates.count(),
                "attempts": uow.attempts.count(),
                "released": uow.attempts.count(status=AttemptStatus.RELEASED),
                "credentials": uow.credentials.count(),
                "jobs": uow.jobs.count(),
            }


NOTHING = dict.fromkeys(("forms", "administrations", "candidates", "attempts", "released", "credentials", "jobs"), 0)


@pytest.fixture
def shell(sqlite_url: str, tmp_path: Path) -> Iterator[Shell]:
    """A sandbox with CPOM published, and nobody in it."""
    service = Service(Settings(data_dir=tmp_path / "data", database_url=SecretStr(sqlite_url)))
    with service.units.begin(ANONYMOUS) as uow:
        stored_policy(uow)
    yield Shell(service, tmp_path)
    service.close()


def test_a_foreign_file_is_imported_scored_released_and_its_passers_are_certified(shell: Shell) -> None:
    refused = shell.run(a_sheet(row("e1", 26), row("e2", 25), row("e3", ITEMS)))

    assert refused == 0, shell.told
    assert shell.counts() == {
        "forms": 1,
        "administrations": 1,
        "candidates": 3,
        "attempts": 3,
        "released": 3,
        "credentials": 2,
        "jobs": 3,
    }
    assert "2 of 3 (66.7 %)" in shell.told
    assert "mean 30.33, SD 8.39" in shell.told


def test_a_second_time_every_row_is_repeated_and_nothing_changes(shell: Shell) -> None:
    content = a_sheet(row("e1", 30), row("e2", 5))
    shell.run(content)
    before = shell.counts()

    refused = shell.run(content)

    assert refused == 0
    assert {**shell.counts(), "jobs": 0} == {**before, "jobs": 0}
    told = {cells[1].strip(): cells[2].strip() for line in shell.told.splitlines() if len(cells := line.split("│")) > 2}
    assert {name: told[name] for name in ("rows", "accepted", "repeated", "rejected", "credentials")} == {
        "rows": "2",
        "accepted": "0",
        "repeated": "2",
        "rejected": "0",
        "credentials": "1",
    }


def test_who_is_added_to_the_file_is_added_and_released_alone(shell: Shell) -> None:
    shell.run(a_sheet(row("e1", 30)))

    refused = shell.run(a_sheet(row("e1", 30), row("e2", 31)))

    counts = shell.counts()
    assert (refused, counts["candidates"], counts["released"], counts["credentials"]) == (0, 2, 2, 2)


@pytest.mark.parametrize("more", [(), ("x,1",)], ids=["every row taken", "a row refused"])
def test_what_is_stored_beside_a_release_under_way_is_said_to_be_stored(shell: Shell, more: tuple[str, ...]) -> None:
    shell.run(a_sheet(row("e1", 30)), release=False)
    with shell.service.units.begin(FIRST) as uow:
        (form,), (administration,) = uow.forms.find(), uow.administrations.find()
        releasing.propose(uow, FIRST, administration.id, form.id)

    refused = shell.run(a_sheet(row("e1", 30), row("e2", 31), *more))

    counts = shell.counts()
    assert (refused, counts["attempts"], counts["released"], counts["credentials"]) == (1, 2, 0, 0)
    assert "A release of these scores is under way" in shell.told
    assert "The responses are stored; no score of them was released." in shell.told
    assert "othing was stored" not in shell.told


def test_nobody_is_made_for_an_administration_in_which_nobody_sat(shell: Shell) -> None:
    shell.run(a_sheet(row("e1", 30)))
    before = shell.counts()
    with shell.service.units.begin(FIRST) as uow:
        (held,) = uow.administrations.find()
        uow.administrations.save(replace(held, status=AdministrationStatus.CANCELLED))

    refused = shell.run(a_sheet(row("e2", 31)))

    assert (refused, shell.counts()) == (1, before)
    assert "Nothing was stored." in shell.told


def test_what_was_made_for_a_file_that_could_not_be_stored_is_named(shell: Shell) -> None:
    shell.run(a_sheet(row("e1", 30)), release=False)
    with shell.service.units.begin(FIRST) as uow:
        (form,) = uow.forms.find()
        actions.retire_form(uow, FIRST, form.id)

    refused = shell.run(a_sheet(row("e2", 31)), administration="2026-C")

    assert refused == 1
    assert "what was made for them stays: administration 2026-C, candidates." in shell.told
    assert shell.counts()["attempts"] == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param("EID,X1\ne1,1\n", "unknown_form", id="another form's columns"),
        pytest.param(a_sheet(row("e1", 3)).replace("EID", "who"), "missing_column", id="no candidates"),
        pytest.param(HEADING.replace("B2,", "B3,", 1) + "\n" + row("e1", 3), "duplicate_column", id="a column twice"),
        pytest.param(b"", "no_heading", id="an empty file"),
        pytest.param(b"\x00\x01\x02\x03", "unreadable", id="no text"),
    ],
)
def test_a_file_that_cannot_be_read_as_a_whole_leaves_nothing(shell: Shell, content: str | bytes, said: str) -> None:
    refused = shell.run(content)

    assert refused == 1
    assert said in shell.told
    assert "Nothing was stored." in shell.told
    assert shell.counts() == NOTHING


def test_faulty_rows_are_told_one_by_one_and_the_others_are_taken(shell: Shell) -> None:
    strange = [row("e2", 4).replace(",1", ",9"), row("e3", 2) + ",1", row("", 5)]
    rows = [row("e1", 30), *strange, row("e4", 1), row("e4", 2)]

    refused = shell.run(a_sheet(*rows))

    assert refused == 5
    for code in ("not_an_option", "wrong_number_of_fields", "missing_candidate", "duplicate_candidate"):
        assert code in shell.told
    assert (shell.counts()["candidates"], shell.counts()["attempts"]) == (1, 1)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
def test_the_encoding_is_found(shell: Shell, encoding: str) -> None:
    refused = shell.run(a_sheet(row("é1", 30)).encode(encoding))

    assert refused == 0, shell.told
    with shell.service.units.begin(ANONYMOUS, write=False) as uow:
        assert [one.number for one in uow.candidates.find()] == ["é1"]


def test_rows_of_another_form_are_refused_by_their_form_column(shell: Shell) -> None:
    content = a_sheet(row("e1", 30), row("e2", 30)).replace("cent_id", "form")
    content = content.replace("e1,17", "e1,b").replace("e2,17", "e2,C")

    refused = shell.run(content)

    assert refused == 1
    assert "unknown_form" in shell.told
    assert shell.counts()["attempts"] == 1


def test_a_dry_run_makes_nothing(shell: Shell) -> None:
    refused = shell.run(a_sheet(row("e1", 30), row("e2", 4) + ",1"), dry_run=True)

    assert refused == 1
    assert "wrong_number_of_fields" in shell.told
    assert shell.counts() == NOTHING


@pytest.mark.parametrize("administration", ["2026-B", "2026-C"])
def test_a_dry_run_refuses_the_rows_that_the_import_would_refuse(shell: Shell, administration: str) -> None:
    """Those who sat before have no seat left, and other answers than the stored ones are not taken."""
    shell.run(a_sheet(row("e1", 30), row("e2", 31)))
    before = shell.counts()
    content = a_sheet(row("e1", 30), row("e2", 5), row("e3", 12), row("e" * 65, 12))

    foreseen = shell.run(content, administration=administration, dry_run=True)
    dry = shell.told
    unchanged = shell.counts()
    refused = shell.run(content, administration=administration)

    reasons = {"2026-B": {"already_stored", "unknown_candidate"}, "2026-C": {"no_authorization", "unknown_candidate"}}
    assert foreseen == refused == {"2026-B": 2, "2026-C": 3}[administration]
    assert all(reason in dry and reason in shell.told for reason in reasons[administration])
    assert unchanged == before


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize(
    ("option", "code"),
    [("form", "x y/z"), ("form", "-x"), ("administration", "A" * 65), ("administration", "A" * 300)],
)
def test_a_code_that_the_api_would_not_take_is_none_for_the_command_either(
    shell: Shell, option: str, code: str, *, dry_run: bool
) -> None:
    refused = shell.run(a_sheet(row("e1", 30)), **{option: code}, dry_run=dry_run)

    assert (refused, shell.counts()) == (1, NOTHING)
    assert f"--{option}" in shell.told


def test_a_form_that_stands_is_not_given_another_key_by_a_file(shell: Shell) -> None:
    shell.run(a_sheet(row("e1", 30)))
    before = shell.counts()
    shell.key.write_text(KEY.replace("iresp.B1,2", "iresp.B1,3"))

    refused = shell.run(a_sheet(row("e2", 30)))

    assert refused == 1
    assert "another key" in shell.told
    assert shell.counts() == before


def test_without_a_key_the_form_must_be_there(shell: Shell) -> None:
    refused = shell.run(a_sheet(row("e1", 30)), key=None)

    assert (refused, shell.counts()) == (1, NOTHING)
    assert "There is no form B" in shell.told


def test_production_releases_nothing_from_the_command_line(sqlite_url: str, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", database_url=SecretStr(sqlite_url)).model_copy(
        update={"environment": "production"}
    )
    shell = Shell(Service(settings), tmp_path)

    released, made = shell.run(a_sheet(row("e1", 30))), shell.run(a_sheet(row("e1", 30)), release=False)

    assert (released, made, shell.counts()) == (1, 1, NOTHING)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        pytest.param("item,key\nB1,2\nB1,3\n", 3, id="an item twice"),
        pytest.param("item,key\nB1,27\n", 2, id="an option beyond Z"),
        pytest.param("item,key\nB1,0\n", 2, id="option zero"),
        pytest.param("item,key\nB1,\n", 2, id="no option"),
        pytest.param("item,key\n,1\n", 2, id="no item"),
        pytest.param("item,key\nB1,1,2\n", 2, id="three fields"),
        pytest.param("item,key\n", 1, id="no lines"),
        pytest.param("", 1, id="nothing"),
    ],
)
def test_a_faulty_key_is_told_with_its_line(content: str, line: int) -> None:
    read = read_key(content.encode())

    assert isinstance(read, KeyFault)
    assert read.line == line


def test_a_key_is_read_with_numbers_letters_and_prefixes() -> None:
    assert read_key("\ufeffitem,key\nform.B1,2\n\nB2, c \n".encode()) == [("B1", 2), ("B2", 3)]


@pytest.mark.parametrize("count", [120, 170, 20])
def test_items_are_spread_over_the_outline_by_its_weights(count: int) -> None:
    ordered = order(cpom(), [(f"I{number}", 5) for number in range(count)], Decimal(65))

    given = [item.domain for item in ordered.items]
    for domain in cpom().exam.domains:
        assert abs(given.count(domain.code) - count * domain.weight_percent / 100) < 1
    assert ordered.cut == Decimal(count) * 65 / 100
    assert {item.options for item in ordered.items} == {5}
