"""Whatever is wrong with a policy file is listed at once: faults of its writing, of its shape, and of what it says."""

from itertools import pairwise
from pathlib import Path

import pytest

from adapters.policies import check_policy, load_policy
from domain.errors import Invalid
from domain.programs.lint import lint
from domain.programs.partial import partial_policy
from tests.builders import CPOM_FILE, a_policy, a_policy_document, cpom
from tests.domain.programs.test_lint import FAULTS

SHAPE = {
    "\ncurrency: USD\n": "\ncurrency: usd\n",
    "  hours: 30\n  categories": "  hours: -3\n  categories",
    "  wait_days: 45": "  wait_days: soon",
    "  code: POM-001\n": "  code: POM-001\n  colour: blue\n",
    "validity:\n  basis: page\n  years: 3": "validity:\n  basis: page",
}
OF_SHAPE = {
    ("/currency", "string_pattern_mismatch"),
    ("/renewal/hours", "greater_than_equal"),
    ("/retakes/wait_days", "int_type"),
    ("/exam/colour", "extra_forbidden"),
    ("/validity/years", "missing"),
}
MEANING = {
    "in_force_until: null": "in_force_until: 2025-06-30",
    "zone: America/New_York": "zone: Mars/X",
    "      weight_percent: 15": "      weight_percent: 16",
    "  passing: 720": "  passing: 950",
    "  fee: renewal\n": "  fee: nothing\n",
    "      modules: [1, 2, 7, 10]": "      modules: [1, 2, 77]",
    "  lifetime_max: 5": "  lifetime_max: 2",
}
OF_MEANING = {
    ("/in_force_until", "dates_inverted"),
    ("/zone", "zone_unknown"),
    ("/exam/domains", "weights_do_not_sum"),
    ("/exam/domains/3/items", "items_do_not_match_weight"),
    ("/scale", "scale_out_of_order"),
    ("/renewal/fee", "unknown_fee"),
    ("/roadmap/stages/0/modules", "unknown_module"),
    ("/retakes/max_per_12_months", "retakes_incoherent"),
}
WRITING = {
    "  minutes: 180": "  minutes: &long 180",
    "  attempts_per_authorization: 1": "  attempts_per_authorization: *long",
    "  release_approvals: 2": "  release_approvals: !!int 2",
    "program_title:": "? [program, title]\n: aside\nprogram_title:",
}
OF_WRITING = {
    ("/exam/minutes", "anchor_or_alias"),
    ("/retakes/attempts_per_authorization", "anchor_or_alias"),
    ("/scoring/release_approvals", "tag"),
    ("", "key_not_text"),
}


def _found(folder: Path, *changes: dict[str, str]) -> tuple[bool, list[tuple[str, str]], list[int]]:
    text = CPOM_FILE.read_text()
    for change in changes:
        for old, new in change.items():
            assert text.count(old) >= 1, old
            text = text.replace(old, new, 1)
    file = folder / "policy.yaml"
    file.write_text(text)
    policy, faults = check_policy(file)
    return policy is not None, [(one.pointer, one.code) for one in faults], [one.line for one in faults]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param((SHAPE,), OF_SHAPE, id="shape alone"),
        pytest.param((MEANING,), OF_MEANING, id="meaning alone"),
        pytest.param((SHAPE, MEANING), OF_SHAPE | OF_MEANING, id="shape and meaning, in one section too"),
        pytest.param((WRITING, SHAPE, MEANING), OF_WRITING | OF_SHAPE | OF_MEANING, id="anchors and tags as well"),
    ],
)
def test_every_kind_of_fault_is_listed_beside_every_other(
    tmp_path: Path, changes: tuple[dict[str, str], ...], expected: set[tuple[str, str]]
) -> None:
    readable, faults, lines = _found(tmp_path, *changes)

    assert set(faults) == expected
    assert len(faults) == len(expected)
    assert readable is (changes == (MEANING,))
    after = lines[len(OF_WRITING) :] if WRITING in changes else lines
    assert all(one <= other for one, other in pairwise(after))


def test_loading_such_a_file_refuses_with_the_same_faults(tmp_path: Path) -> None:
    _, listed, _ = _found(tmp_path, SHAPE, MEANING)

    with pytest.raises(Invalid) as refusal:
        load_policy(tmp_path / "policy.yaml")

    assert [(one.pointer, one.code) for one in refusal.value.faults] == listed


def test_a_second_document_hides_nothing_of_the_first(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(CPOM_FILE.read_text().replace("zone: America/New_York", "zone: Mars/X") + "\n---\na: 1\n")

    policy, faults = check_policy(file)

    assert policy is None
    assert [one.code for one in faults] == ["several_documents", "zone_unknown"]


# --- holes


@pytest.mark.parametrize("section", sorted(a_policy_document()))
def test_a_section_that_cannot_be_read_raises_no_fault_of_meaning(section: str) -> None:
    assert lint(partial_policy(a_policy_document({f"/{section}": 7.5}))) == []


@pytest.mark.parametrize(
    ("changes", "pointer", "code"), [pytest.param(*row, id=f"{row[2]} at {row[1]}") for row in FAULTS]
)
def test_each_fault_of_meaning_is_found_beside_a_fault_of_shape_elsewhere(
    changes: dict[str, object], pointer: str, code: str
) -> None:
    document = a_policy_document({**changes, "/policy_format": "one", "/program_title": 3, "/scoring/basis": None})

    found = {(fault.pointer, fault.code) for fault in lint(partial_policy(document))}

    assert found == {(fault.pointer, fault.code) for fault in lint(a_policy(changes))}
    assert (pointer, code) in found


def test_a_document_without_fault_is_read_whole() -> None:
    assert partial_policy(a_policy_document()) == cpom()


def test_a_hole_is_asked_in_vain_and_silences_the_one_check_that_asks() -> None:
    document = a_policy_document({"/fees/6/code": "two words", "/renewal/fee": "gone", "/appeals/fee": "exam"})

    found = [(fault.pointer, fault.code) for fault in lint(partial_policy(document))]

    assert found == [("/appeals/fee", "fee_due_elsewhere")]
