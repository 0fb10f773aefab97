import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, strategies as st

from adapters.policies import MAX_BYTES, LocatedFault, check_policy, load_policy, parse_policy
from domain.errors import Invalid
from domain.programs.reading import policy_digest, policy_document, policy_schema, read_policy
from tests.builders import CPOM_FILE, a_policy_document, cpom

SCHEMA_FILE = CPOM_FILE.with_name("policy.schema.json")


def faults_of(content: bytes) -> list[LocatedFault]:
    with pytest.raises(Invalid) as refusal:
        parse_policy(content)
    return [fault for fault in refusal.value.faults if isinstance(fault, LocatedFault)]


def shipped(*changes: tuple[str, str]) -> bytes:
    text = CPOM_FILE.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text.encode()


def line_of(content: bytes, text: str) -> int:
    return next(n for n, line in enumerate(content.decode().splitlines(), start=1) if text in line)


def test_the_shipped_policy_has_no_fault() -> None:
    policy, faults = check_policy(CPOM_FILE)

    assert policy is not None
    assert (policy.edition, faults) == ("cpom-2026", [])


def test_the_committed_schema_is_the_one_the_code_gives() -> None:
    assert SCHEMA_FILE.read_text() == policy_schema()


def test_the_shipped_policy_meets_the_schema_that_editors_use() -> None:
    schema = json.loads(SCHEMA_FILE.read_text())

    jsonschema.validate(policy_document(cpom()), schema)

    assert schema["properties"]["exam"]


def test_a_policy_comes_back_equal_from_its_document() -> None:
    document = json.loads(json.dumps(policy_document(cpom())))

    again = read_policy(document)

    assert (again, policy_digest(again)) == (cpom(), policy_digest(cpom()))


@pytest.mark.parametrize("made_up", ["a name with blanks", "\x15", "x" * 65, "https://elsewhere.example"])
def test_a_member_that_could_not_stand_in_a_policy_is_not_repeated(made_up: str) -> None:
    document = {**policy_document(cpom()), made_up: {made_up: 1}}

    with pytest.raises(Invalid) as refused:
        read_policy(document)

    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("", "extra_forbidden")]


def test_every_fault_of_shape_is_listed_with_its_path_and_line() -> None:
    content = shipped(
        ("passing: 720", "passing: '720'"),
        ("where: us\n", "where: moon\n"),
        ("  minutes: 180\n", ""),
        ("certificate: FPGEC", "certificate: FPGEC\n              colour: blue"),
    )

    found = {(fault.pointer, fault.code): fault.line for fault in faults_of(content)}

    assert found == {
        ("/scale/passing", "int_type"): line_of(content, "passing: '720'"),
        ("/eligibility/pathways/0/clauses/0/where", "enum"): line_of(content, "where: moon"),
        ("/exam/minutes", "missing"): line_of(content, "code: POM-001") - 1,
        ("/eligibility/pathways/0/clauses/1/parts/1/colour", "extra_forbidden"): line_of(content, "colour: blue"),
    }


def test_a_fault_of_meaning_has_its_line_too(tmp_path: Path) -> None:
    content = shipped(("zone: America/New_York", "zone: America/Nowhere"))
    file = tmp_path / "policy.yaml"
    file.write_bytes(content)

    policy, faults = check_policy(file)

    assert policy is not None
    assert [(f.pointer, f.code, f.line) for f in faults] == [("/zone", "zone_unknown", line_of(content, "zone:"))]


def test_a_file_of_the_wrong_shape_gives_no_policy_but_its_faults(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_bytes(shipped(("passing: 720", "passing: high")))

    policy, faults = check_policy(file)

    assert policy is None
    assert [fault.pointer for fault in faults] == ["/scale/passing"]


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        pytest.param(b"", "not_a_mapping", 1, id="empty"),
        pytest.param(b"- a\n- b\n", "not_a_mapping", 1, id="a list"),
        pytest.param(b"a: 1\nb: 2\na: 3\n", "duplicate_key", 3, id="a key twice"),
        pytest.param(b"a: 1\nb: &x 2\n", "anchor_or_alias", 2, id="an anchor"),
        pytest.param(b"a: *x\n", "anchor_or_alias", 1, id="an alias"),
        pytest.param(b"a: !!python/object:os.system x\n", "tag", 1, id="a tag"),
        pytest.param(b"a: 1\n---\nb: 2\n", "several_documents", 2, id="two documents"),
        pytest.param(b"a: 1\n? [b]\n: 2\n", "key_not_text", 2, id="a key that is no text"),
        pytest.param(b"a: " + b"[" * 5000, "too_deep", 1, id="deep"),
        pytest.param(b"a: [" + b"1," * 60_000 + b"]", "too_large", 1, id="many values"),
        pytest.param(b"#" * (MAX_BYTES + 1), "too_large", 1, id="large"),
        pytest.param(b"a: 1\nb: [1\n", "yaml_syntax", 3, id="an open bracket"),
        pytest.param(b"a: \x00", "yaml_syntax", 1, id="NUL"),
        pytest.param(b"a: \xff", "not_utf_8", 1, id="not UTF-8"),
    ],
)
def test_what_is_not_a_plain_small_yaml_file_is_refused(content: bytes, code: str, line: int) -> None:
    fault = faults_of(content)[0]

    assert (fault.code, fault.line) == (code, line)


def test_words_that_older_yaml_reads_as_truth_or_dates_stay_words() -> None:
    content = shipped(("title: CPOM rules, edition of 2026", "title: no"))

    policy = parse_policy(content)

    assert policy.title == "no"
    assert policy.in_force_from.isoformat() == "2026-01-01"


def test_a_byte_order_mark_does_no_harm() -> None:
    assert parse_policy(b"\xef\xbb\xbf" + shipped()) == cpom()


def test_no_fault_echoes_the_value_it_is_about() -> None:
    faults = faults_of(shipped(("where: us\n", "where: SECRET-77\n")))

    assert not any("SECRET-77" in fault.detail for fault in faults)


def test_a_document_that_json_cannot_hold_is_refused() -> None:
    endless: dict[str, object] = {}
    endless["endless"] = endless

    with pytest.raises(Invalid) as refusal:
        read_policy(endless)

    assert [(fault.pointer, fault.code) for fault in refusal.value.faults] == [("", "not_json")]


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_an_endless_number_is_told_at_its_place_beside_every_other_fault(number: float) -> None:
    rates = {"/audit/renewals_rate": number, "/eligibility/of_everyone/0/parts/0/full_time_hours": number}

    with pytest.raises(Invalid) as refusal:
        read_policy(a_policy_document({**rates, "/validity/years": 0}))

    assert {fault.pointer for fault in refusal.value.faults} == {*rates, "/validity/years"}


def test_an_endless_number_of_a_file_is_told_with_its_line() -> None:
    (fault,) = faults_of(shipped(("applications_rate: 0.1\n", "applications_rate: 1e999\n")))

    assert (fault.pointer, fault.code) == ("/audit/applications_rate", "less_than_equal")
    assert fault.line == line_of(shipped(), "applications_rate:")


def test_a_path_that_is_no_file_raises_as_files_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_policy(tmp_path / "nothing.yaml")


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_with_faults(content: bytes) -> None:
    assert faults_of(content)
