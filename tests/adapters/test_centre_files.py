"""Test centres' files in a vendor's shape: tab-separated, CP1252, nothing lost, nothing made up."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, strategies as st

from adapters.policies import LocatedFault
from adapters.test_centres import YamlCentreFiles
from adapters.test_centres.cp1252 import transliterated
from adapters.test_centres.layouts import OURS, parse_layout
from domain.errors import Invalid
from domain.test_centres.fields import FIELDS, IN, OUT, FileKind
from domain.test_centres.layout import Layout
from domain.test_centres.model import Values

FILES = YamlCentreFiles()
(VUE,) = FILES.layouts()
TEXT = (OURS / "pearson-vue.yaml").read_text()
ANA: Values = {
    "client_candidate_id": "C0000000018",
    "action": "add",
    "family_name": "Núñez",
    "given_name": "Ana",
    "middle_name": "",
    "suffix": "",
    "email": "ana@example.org",
    "phone": "+1 919 555 0100",
    "address_1": "1 Main Street",
    "address_2": "",
    "address_3": "",
    "city": "Raleigh",
    "region": "NC",
    "postal_code": "27601",
    "country": "US",
    "updated_at": "2026-03-02T15:00:00+00:00",
}


def test_a_candidate_is_written_exactly_in_the_vendors_shape() -> None:
    content, faults = FILES.write(VUE, FileKind.CANDIDATES, [ANA])

    assert faults == [None]
    assert content == (
        b"ClientCandidateID\tAction\tLastName\tFirstName\tMiddleName\tSuffix\tEmail\tPhone\tAddress1\tAddress2\tAddress3"
        b"\tCity\tState\tPostalCode\tCountry\tLastUpdate\r\n"
        b"C0000000018\tAdd\tN\xfa\xf1ez\tAna\t\t\tana@example.org\t+1 919 555 0100\t1 Main Street\t\t\tRaleigh\tNC"
        b"\t27601\tUSA\t2026/03/02 15:00:00\r\n"
    )


def test_an_authorization_is_written_exactly_in_the_vendors_shape() -> None:
    row: Values = {
        "client_authorization_id": "T1",
        "client_candidate_id": "C1",
        "action": "delete",
        "exam_series_code": "POM-001",
        "attempts": 1,
        "accommodations": "ET01HR,SEPRM",
        "first_day": "2026-03-02",
        "last_day": "2026-05-30",
        "updated_at": "2026-03-02T15:04:05+00:00",
    }

    content, _ = FILES.write(VUE, FileKind.AUTHORIZATIONS, [row])

    assert content.split(b"\r\n")[1] == (
        b"T1\tC1\tDelete\t1\tPOM-001\tET01HR,SEPRM\t2026/03/02 00:00:00\t2026/05/30 00:00:00\t2026/03/02 15:04:05"
    )


def test_what_a_spreadsheet_would_take_for_a_formula_reaches_the_vendor_as_it_is() -> None:
    content, faults = FILES.write(VUE, FileKind.CANDIDATES, [{**ANA, "family_name": "=SUM(A1)", "city": "-Cumbria"}])

    assert faults == [None]
    assert b"\t=SUM(A1)\t" in content
    assert b"\t-Cumbria\t" in content


@pytest.mark.parametrize(
    ("name", "written"),
    [
        pytest.param("Žluťoučký", "Žlutoucký", id="CP1252 has some of it"),
        pytest.param("Łukasz", "Lukasz", id="no decomposition"),
        pytest.param("Nguyễn", "Nguyên", id="two marks"),
        pytest.param("Ñúñez", "Ñúñez", id="decomposed in the store"),
        pytest.param("Đặng", "Dang", id="a stroke"),
        pytest.param("I\u011fd\u0131r", "Igdir", id="dotless"),
        pytest.param("O\u2019Neill", "O\u2019Neill", id="CP1252 has the apostrophe"),
        pytest.param("Ka\u02bbiulani", "Ka'iulani", id="an okina"),
    ],
)
def test_a_letter_that_cp1252_lacks_is_written_by_its_nearest(name: str, written: str) -> None:
    content, faults = FILES.write(VUE, FileKind.CANDIDATES, [{**ANA, "family_name": name}])

    assert faults == [None]
    assert content.split(b"\r\n")[1].split(b"\t")[2].decode("cp1252") == written


@given(st.text(max_size=30))
def test_nothing_ever_becomes_a_question_mark(text: str) -> None:
    written = transliterated(text)

    if written is not None:
        assert written.encode("cp1252").decode("cp1252") == written
        assert written.count("?") == text.count("?")


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        pytest.param({"family_name": "山田"}, "LastName", "unwritable_character", id="no nearest letter"),
        pytest.param({"city": "Ral\teigh"}, "City", "control_character", id="a tab"),
        pytest.param({"address_1": "1\r\n2"}, "Address1", "control_character", id="a line break"),
        pytest.param({"country": "XX"}, "Country", "unknown_country", id="no country"),
        pytest.param({"given_name": "x" * 31}, "FirstName", "too_long", id="too long"),
        pytest.param({"email": ""}, "Email", "missing_value", id="nothing where something must be"),
    ],
)
def test_a_row_that_cannot_be_written_is_refused_at_its_column_and_the_others_stay(
    change: Values, column: str, code: str
) -> None:
    content, faults = FILES.write(VUE, FileKind.CANDIDATES, [{**ANA, **change}, ANA])

    refused, kept = faults
    assert refused is not None
    assert (refused.column, refused.code) == (column, code)
    assert kept is None
    assert content.count(b"\r\n") == 2


def test_a_layout_may_refuse_rather_than_transliterate() -> None:
    strict = parse_layout(TEXT.replace("unwritable: transliterate", "unwritable: refuse").encode())

    _, (fault,) = FILES.write(strict, FileKind.CANDIDATES, [{**ANA, "family_name": "Łukasz"}])

    assert fault is not None
    assert fault.code == "unwritable_character"


RESULTS = (
    "RegistrationID\tClientCandidateID\tClientAuthorizationID\tForm\tAttempt\tExamDate\tTimeUsed\tScore\tGrade\tNoShow"
    "\tNDARefused\tCorrect\tIncorrect\tSkipped\r\n"
)


def a_result(**changes: str) -> bytes:
    """A file of one result in the vendor's shape."""
    cells = {
        "RegistrationID": "350001", "ClientCandidateID": "C1", "ClientAuthorizationID": "T1", "Form": "F1",
        "Attempt": "1", "ExamDate": "2026/03/10 14:30:00", "TimeUsed": "151", "Score": "742", "Grade": "pass",
        "NoShow": "false", "NDARefused": "false", "Correct": "88", "Incorrect": "30", "Skipped": "2",
    }  # fmt: skip
    return (RESULTS + "\t".join({**cells, **changes}.values()) + "\r\n").encode("cp1252")


def test_a_result_is_read_as_the_vendor_writes_it() -> None:
    read = FILES.read(VUE, FileKind.RESULTS, a_result())

    assert read.fault is None
    (row,) = read.rows
    assert (row.row, row.fault) == (2, None)
    assert row.values == {
        "registration_id": "350001", "client_candidate_id": "C1", "client_authorization_id": "T1", "form": "F1",
        "attempt": 1, "taken_at": "2026-03-10T14:30:00+00:00", "minutes_used": 151, "score": 742, "grade": "pass",
        "no_show": "no", "nda_refused": "no", "correct": 88, "incorrect": 30, "skipped": 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        pytest.param({"ExamDate": "10/03/2026 14:30"}, "ExamDate", "malformed_time", id="another form of time"),
        pytest.param({"ExamDate": "2026/02/30 00:00:00"}, "ExamDate", "malformed_time", id="no such day"),
        pytest.param({"Correct": "88.5"}, "Correct", "malformed_number", id="half a point"),
        pytest.param({"Correct": "-1"}, "Correct", "malformed_number", id="less than nothing"),
        pytest.param({"Grade": "maybe"}, "Grade", "unknown_code", id="a code nobody agreed on"),
        pytest.param({"ClientAuthorizationID": ""}, "ClientAuthorizationID", "missing_value", id="nobody's"),
        pytest.param({"Form": "x" * 65}, "Form", "too_long", id="too long"),
        pytest.param({"Form": "F\x001"}, "Form", "control_character", id="a NUL"),
        pytest.param({"Form": "F1\tF2"}, None, "wrong_number_of_fields", id="a field too many"),
    ],
)
def test_a_malformed_row_is_refused_at_its_place(change: dict[str, str], column: str | None, code: str) -> None:
    (row,) = FILES.read(VUE, FileKind.RESULTS, a_result(**change)).rows

    assert row.fault is not None
    assert (row.fault.column, row.fault.code, row.values) == (column, code, {})


def test_a_byte_that_cp1252_leaves_undefined_costs_its_row_alone() -> None:
    sound = a_result()
    content = sound + sound.split(b"\r\n")[1].replace(b"F1", b"F\x81") + b"\r\n"

    first, second = FILES.read(VUE, FileKind.RESULTS, content).rows

    assert first.fault is None
    assert second.fault is not None
    assert second.fault.code == "undefined_byte"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param(lambda _: b"", "no_heading", id="empty"),
        pytest.param(lambda text: text.replace(b"ExamDate", b"Date"), "missing_column", id="a needed column is gone"),
        pytest.param(lambda text: text.replace(b"Score", b"Form"), "duplicate_column", id="a column twice"),
        pytest.param(lambda text: b"\x81\t" + text, "no_heading", id="not text"),
    ],
)
def test_a_file_in_another_layout_is_refused_whole(change: Callable[[bytes], bytes], code: str) -> None:
    read = FILES.read(VUE, FileKind.RESULTS, change(a_result()))

    assert read.fault is not None
    assert (read.fault.code, read.rows) == (code, ())


def test_columns_in_another_order_and_columns_nobody_asked_for_do_no_harm() -> None:
    heading, row = (line.split("\t") for line in a_result().decode("cp1252").strip().split("\r\n"))
    turned = "\n".join("\t".join([*reversed(line), "more"]) for line in (heading, row))

    (read,) = FILES.read(VUE, FileKind.RESULTS, turned.encode()).rows

    assert read.values["correct"] == 88


WRITABLE = st.text(st.characters(codec="cp1252", exclude_categories=["Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=20)


@given(message=WRITABLE)
def test_what_is_read_is_what_was_written(message: str) -> None:
    heading = "ClientCandidateID\tClientAuthorizationID\tDate\tStatus\tMessage\n"
    line = f"C1\tT1\t2026/03/02 15:00:00\tError\t{message}\n"

    (row,) = FILES.read(VUE, FileKind.CONFIRMATIONS, (heading + line).encode("cp1252")).rows

    assert row.values["message"] == message


# --- layouts


def test_our_layout_has_every_kind_and_no_fault() -> None:
    assert set(VUE.out) == set(OUT)
    assert set(VUE.incoming) == set(IN)
    assert set(FIELDS) == {*OUT, *IN}


@pytest.mark.parametrize(
    ("old", "new", "pointer", "code"),
    [
        ("field: suffix", "field: nickname", "/out/candidates/columns/5/field", "unknown_field"),
        ("field: suffix", "field: phone", "/out/candidates/columns/5/field", "duplicate_field"),
        ("column: Suffix", "column: LastName", "/out/candidates/columns/2/column", "duplicate_column"),
        ("transform: alpha3", "transform: whole", "/out/candidates/columns/14/transform", "wrong_transform"),
        ("update: Update, delete: Delete", "update: Update", "/out/candidates/columns/1/codes", "missing_value"),
        ("add: Add, update: Update", "add: Add, update: add", "/out/candidates/columns/1/codes", "ambiguous_code"),
        ("accepted: Accepted", "granted: Accepted", "/incoming/confirmations/columns/3/codes/granted", "unknown_value"),
        ('name: "cdd-{number}.dat"', 'name: "cdd.dat"', "/out/candidates/name", "not_numbered"),
        ("zone: UTC", "zone: Atlantis/Capital", "/zone", "unknown_zone"),
        ("zone: UTC", "zone: localtime", "/zone", "unknown_zone"),
        ("update: Update", "update: Обновить", "/out/candidates/columns/1", "not_writable"),
        ("encoding: cp1252", "encoding: utf-8", "/encoding", "literal_error"),
        ("longest: 50", "longest: 0", "/out/candidates/columns/0/longest", "greater_than_equal"),
        ("transform: alpha3", "transform: eval", "/out/candidates/columns/14/transform", "enum"),
    ],
)
def test_a_faulty_layout_is_refused_at_its_place_and_line(old: str, new: str, pointer: str, code: str) -> None:
    broken = TEXT.replace(old, new, 1)
    line = 1 + next(number for number, one in enumerate(broken.split("\n")) if new in one)

    with pytest.raises(Invalid) as refusal:
        parse_layout(broken.encode())

    found: dict[str, Any] = {one.pointer: one for one in refusal.value.faults}
    assert found[pointer].code == code
    assert isinstance(found[pointer], LocatedFault)
    if code != "duplicate_column":
        assert found[pointer].line == line


def test_a_layout_without_a_needed_field_is_refused() -> None:
    lines = [line for line in TEXT.split("\n") if "field: family_name" not in line]

    with pytest.raises(Invalid) as refusal:
        parse_layout("\n".join(lines).encode())

    assert [one.code for one in refusal.value.faults] == ["missing_field"]


def test_a_bodys_own_layout_takes_the_place_of_ours(tmp_path: Any) -> None:
    (tmp_path / "own.yaml").write_text(TEXT.replace("title: Pearson VUE", "title: Our contract"))

    found = YamlCentreFiles(tmp_path).layouts()

    assert [one.title for one in found] == ["Our contract"]


def test_a_kind_without_a_layout_is_no_file() -> None:
    bare = Layout.model_validate({**VUE.model_dump(), "out": {}})

    with pytest.raises(LookupError):
        FILES.write(bare, FileKind.CANDIDATES, [])
