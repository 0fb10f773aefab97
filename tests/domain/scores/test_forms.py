"""Forms, and versions of their key and conversion: proposed by one, put in force by another."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from domain.actors import Actor, Role
from domain.errors import AlreadyExists, Forbidden, Invalid, SeparationOfDuties, WrongState
from domain.scores import actions
from domain.scores.model import VersionStatus
from tests.builders_scores import ADA, BEN, ITEMS, Scores, some_items

FIRST_DOMAIN = some_items()[0].domain


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        pytest.param({"domain": "astrology"}, "/items/0/domain", "unknown_domain", id="a domain of another vocabulary"),
        pytest.param({"objective": "risk"}, "/items/0/objective", "unknown_objective", id="another domain's objective"),
        pytest.param({"code": "i2"}, "/items/1/code", "duplicate_item", id="a code twice, but for its case"),
    ],
)
def test_items_follow_the_editions_outline(scores: Scores, change: dict[str, Any], pointer: str, code: str) -> None:
    first, *others = some_items()

    with scores.unit(ADA) as uow, pytest.raises(Invalid) as refusal:
        actions.create_form(uow, ADA, "CPOM", "Other", [replace(first, **change), *others])

    assert [(fault.pointer, fault.code) for fault in refusal.value.faults] == [(pointer, code)]


def test_a_form_of_pretest_items_alone_scores_nothing(scores: Scores) -> None:
    items = [replace(item, scored=False) for item in some_items()]

    with scores.unit(ADA) as uow, pytest.raises(Invalid) as refusal:
        actions.create_form(uow, ADA, "CPOM", "Other", items)

    assert refusal.value.faults[0].code == "nothing_scored"


@pytest.mark.parametrize(("program", "edition"), [("NOPE", None), ("CPOM", "nope-2026")])
def test_a_form_stands_under_a_known_edition(scores: Scores, program: str, edition: str | None) -> None:
    with scores.unit(ADA) as uow, pytest.raises(Invalid):
        actions.create_form(uow, ADA, program, "Other", some_items(), edition)


def test_a_code_names_one_form_of_an_exam(scores: Scores) -> None:
    with pytest.raises(AlreadyExists), scores.unit(ADA) as uow:
        actions.create_form(uow, ADA, "CPOM", scores.form.code, some_items())


def test_a_form_is_frozen_once_a_key_is_approved(scores: Scores) -> None:
    with scores.unit(ADA) as uow:
        draft = actions.create_form(uow, ADA, "CPOM", "Draft", some_items())
        changed = actions.change_form(uow, ADA, draft.id, some_items(8))

    assert len(changed.items) == 8
    with scores.unit(ADA) as uow, pytest.raises(WrongState):
        actions.change_form(uow, ADA, scores.form.id, some_items(8))


def test_whoever_proposed_a_key_or_a_conversion_may_not_approve_it(scores: Scores) -> None:
    with scores.unit(ADA) as uow:
        key = actions.draft_key(uow, ADA, scores.form.id, [[2]] * ITEMS)
        conversion = actions.draft_conversion(uow, ADA, scores.form.id, Decimal(9))

    for approve, draft in ((actions.approve_key, key.id), (actions.approve_conversion, conversion.id)):
        verb: Callable[..., object] = approve
        with pytest.raises(SeparationOfDuties), scores.unit(ADA) as uow:
            verb(uow, ADA, draft)

    with scores.unit() as uow:
        assert uow.form_keys.get(key.id).status is VersionStatus.DRAFT
        assert uow.conversions.get(conversion.id).status is VersionStatus.DRAFT


def test_one_version_is_in_force_and_the_one_before_is_retired(scores: Scores) -> None:
    number = scores.key([[1, 2]] * ITEMS)

    with scores.unit() as uow:
        keys = uow.form_keys.find(form_id=scores.form.id)
        assert number == 2
        assert [(key.number, key.status, key.approved_by) for key in keys] == [
            (1, VersionStatus.RETIRED, "ben"),
            (2, VersionStatus.APPROVED, "ben"),
        ]
        with pytest.raises(WrongState):
            actions.approve_key(uow, BEN, keys[0].id)


@pytest.mark.parametrize(
    ("correct", "code"),
    [
        pytest.param([[1]] * (ITEMS - 1), "wrong_length", id="an item too few"),
        pytest.param([[5]] + [[1]] * (ITEMS - 1), "unknown_option", id="an option that is not there"),
        pytest.param([[1, 1]] + [[1]] * (ITEMS - 1), "duplicate_option", id="an option twice"),
        pytest.param([[]] * ITEMS, "nothing_scored", id="every item dropped"),
    ],
)
def test_a_faulty_key_is_refused_with_its_place(scores: Scores, correct: list[list[int]], code: str) -> None:
    with scores.unit(ADA) as uow, pytest.raises(Invalid) as refusal:
        actions.draft_key(uow, ADA, scores.form.id, correct)

    assert refusal.value.faults[0].code == code


def test_a_cut_between_two_points_is_the_upper_one_and_reported_as_the_passing_score(scores: Scores) -> None:
    with scores.unit(ADA) as uow:
        made = actions.draft_conversion(uow, ADA, scores.form.id, Decimal("12.2"))

    assert (made.cut_raw, made.scaled[12], made.scaled[13], made.scaled[0], made.scaled[ITEMS]) == (
        13,
        672,
        720,
        100,
        900,
    )


def test_a_conversion_is_made_for_the_points_of_a_version_of_the_key(scores: Scores) -> None:
    scores.key([[]] + [[1]] * (ITEMS - 1), approve=False)

    with scores.unit(ADA) as uow:
        for_newest = actions.draft_conversion(uow, ADA, scores.form.id, Decimal(12))
        for_first = actions.draft_conversion(uow, ADA, scores.form.id, Decimal(12), key_number=1)
        with pytest.raises(Invalid):
            actions.draft_conversion(uow, ADA, scores.form.id, Decimal(12), key_number=9)

    assert (len(for_newest.scaled), len(for_first.scaled)) == (ITEMS, ITEMS + 1)


def test_a_table_that_was_equated_elsewhere_must_pass_at_its_cut(scores: Scores) -> None:
    table = [100 + 10 * raw for raw in range(12)] + [720 + 10 * raw for raw in range(9)]

    with scores.unit(ADA) as uow:
        kept = actions.draft_conversion(uow, ADA, scores.form.id, Decimal(12), scaled=table)
        with pytest.raises(Invalid):
            actions.draft_conversion(uow, ADA, scores.form.id, Decimal(11), scaled=table)

    assert kept.scaled == tuple(table)


def test_a_retired_form_takes_no_new_versions(scores: Scores) -> None:
    with scores.unit(ADA) as uow:
        actions.retire_form(uow, ADA, scores.form.id)
        with pytest.raises(WrongState):
            actions.draft_key(uow, ADA, scores.form.id, [[1]] * ITEMS)


def test_keys_are_for_those_who_run_exams(scores: Scores) -> None:
    officer = Actor(subject="otto", roles=frozenset({Role.CREDENTIAL_OFFICER}))

    with scores.unit(officer) as uow, pytest.raises(Forbidden):
        actions.draft_key(uow, officer, scores.form.id, [[1]] * ITEMS)
