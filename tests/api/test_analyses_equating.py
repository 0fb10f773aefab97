"""Equating runs over HTTP, and the conversions that come of them."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from domain.scores import actions as scores_actions
from domain.scores.model import Conversion, Form, FormItem
from domain.standards.model import Method as StudyMethod, RoundingPolicy, StandardSetting
from tests.api.analyses_world import ITEMS, Office
from tests.builders_analysis import answers_of_model, form_items, stored
from tests.builders_scores import ADA, BEN
from tests.world import World

COMMON = [f"I{number}" for number in range(1, 11)]
"""The first ten items of the reference form stand on the new form too."""
CODES = [*COMMON, *(f"N{number}" for number in range(1, 11))]
PEOPLE = 150


class Two(Office):
    """An office with a second form that shares ten items with the first."""

    def __init__(
        self, world: World, *, people: int = PEOPLE, codes: list[str] | None = None, shift: float = 0.4
    ) -> None:
        rng = np.random.default_rng(8)
        b = np.linspace(-1.2, 1.2, ITEMS)
        super().__init__(world, answers=answers_of_model(rng, PEOPLE, ITEMS, b=b))
        self.new = self.laid_out(codes or CODES)
        made = answers_of_model(rng, people, len(codes or CODES), b=b + shift * (np.arange(ITEMS) >= 10))
        stored(self.scores, made, self.new)
        self.of_new = f"/v1/exam-administrations/{self.scores.administration_id}/forms/{self.new.id}"

    def laid_out(self, codes: list[str]) -> Form:
        """A form of these items whose right options are 1, its key approved."""
        with self.world.unit(ADA) as uow:
            form = scores_actions.create_form(uow, ADA, "CPOM", "NEW", self.items_of(codes))
            key = scores_actions.draft_key(uow, ADA, form.id, [[1]] * len(codes))
        with self.world.unit(BEN) as uow:
            scores_actions.approve_key(uow, BEN, key.id)
        return form

    def items_of(self, codes: list[str]) -> list[FormItem]:
        """The items of the new form."""
        return list(form_items(codes))

    def ask(self, **more: Any) -> Any:
        body: dict[str, Any] = {
            "reference_form_id": str(self.scores.form.id),
            "reference_administration_id": str(self.scores.administration_id),
            "design": {"method": "chained_linear", "replications": 40, "seed": 11},
            **more,
        }
        return self.post(f"{self.of_new}/equating-runs", body)

    def run(self, **more: Any) -> Any:
        """A run, carried out."""
        job = self.done(self.ask(**more))
        assert job["status"] == "succeeded", job
        return self.get(f"/v1/equating-runs/{job['result']['equating_run_id']}").json()

    def proposed(self, run: Any) -> Any:
        return self.post(f"/v1/equating-runs/{run['id']}/conversions")


class Trial(Two):
    """The same, but the third item was on trial on the new form, and counted for nobody there."""

    def items_of(self, codes: list[str]) -> list[FormItem]:
        return [replace(item, scored=item.code != "I3") for item in form_items(codes)]


@pytest.fixture
def two(world: World) -> Two:
    """Two forms on SQLite."""
    return Two(world)


@pytest.fixture
def either_two(either_world: World) -> Two:
    """Two forms on each engine in turn."""
    return Two(either_world)


def test_a_run_is_stored_with_its_inputs_its_table_its_errors_and_the_anchors_drift(either_two: Two) -> None:
    run = either_two.run()

    assert run["anchor"] == COMMON
    assert (run["people"], run["reference_people"], run["key_number"]) == (PEOPLE, PEOPLE, 1)
    assert run["reference_conversion_number"] == 1
    assert len(run["responses_sha256"]) == len(run["reference_sha256"]) == 64
    assert len(run["equivalents"]) == ITEMS + 1
    assert len(run["result"]["errors"]["se"]) == ITEMS + 1
    assert {row["code"] for row in run["result"]["drift"]["items"]} == set(COMMON)
    assert run["design"]["method"] == "chained_linear"


def test_the_same_inputs_and_seed_give_the_same_table_and_errors(two: Two) -> None:
    one, again = two.run(), two.run()

    assert (one["equivalents"], one["result"]) == (again["equivalents"], again["result"])
    assert (one["number"], again["number"]) == (1, 2)


def test_a_run_without_a_seed_gets_one_of_its_own_which_is_kept(two: Two) -> None:
    design = {"method": "tucker", "replications": 20}

    one, other = two.run(design=design), two.run(design=design)

    assert one["design"]["seed"] != other["design"]["seed"]
    assert one["equivalents"] == other["equivalents"]


DESIGNS: list[tuple[str, dict[str, Any]]] = [
    ("identity", {}), ("mean", {}), ("linear", {}), ("equipercentile", {"smoothing": "aic"}),
    ("equipercentile", {"smoothing": "none"}), ("circle_arc", {"groups": "random"}), ("circle_arc", {}),
    ("tucker", {"weight": 0.5}), ("levine_observed", {"weight": 1.0}), ("levine_true", {}),
    ("chained_linear", {}), ("chained_equipercentile", {}), ("frequency_estimation", {}),
    ("braun_holland", {"smoothing": "degree", "degree": 3, "anchor_degree": 3}),
    ("irt_true_score", {"link": "mean_sigma"}), ("irt_observed_score", {"link": "haebara", "symmetric": True}),
    ("irt_true_score", {"model": "two_parameter", "link": "stocking_lord", "d": 1.7}),
    ("irt_observed_score", {"link": "mean_mean"}),
]  # fmt: skip
"""Every method, each with other arguments."""


@pytest.mark.parametrize(
    "design",
    [
        pytest.param({"method": name, "replications": 0, **more}, id="-".join([name, *map(str, more.values())]))
        for name, more in DESIGNS
    ],
)
def test_every_design_gives_a_conversion_that_never_falls(two: Two, design: dict[str, Any]) -> None:
    run = two.run(design=design)

    assert np.all(np.diff(run["equivalents"]) >= -1e-9)
    assert run["result"]["errors"] == {
        "replications": 0, "reason": "not_asked", "se": None, "bias": None, "failed": None
    }  # fmt: skip


def test_a_run_proposes_a_conversion_that_a_second_person_approves(either_two: Two) -> None:
    two = either_two
    run = two.run()

    drafted = two.proposed(run)
    assert drafted.status_code == 201, drafted.text
    conversion = drafted.json()
    path = f"/v1/conversions/{conversion['id']}/approval"
    own = two.post(path, who=two.pia, if_match='"1"', idempotency_key="a")
    approved = two.post(path, who=two.max, if_match='"1"', idempotency_key="b")

    assert (conversion["status"], conversion["equating_run_id"]) == ("draft", run["id"])
    assert conversion["equated"] == pytest.approx(run["equivalents"])
    assert conversion["base_cut"] == 12
    cut = conversion["cut_raw"]
    assert conversion["equated"][cut] >= 12 > conversion["equated"][cut - 1]
    assert conversion["scaled"][cut] == 720
    assert conversion["scaled"][cut - 1] < 720
    assert conversion["scaled"] == sorted(conversion["scaled"])
    assert (own.status_code, own.json()["code"]) == (403, "separation_of_duties")
    assert (approved.status_code, approved.json()["status"]) == (200, "approved")


def test_attempts_are_decided_on_unrounded_equivalents(two: Two) -> None:
    drafted = two.proposed(two.run()).json()
    two.post(f"/v1/conversions/{drafted['id']}/approval", who=two.max, if_match='"1"', idempotency_key="b")
    with two.world.unit(ADA) as uow:
        versions = scores_actions.in_force(uow, uow.forms.get(two.new.id))

    passes = [versions.table.passes(raw) for raw in range(ITEMS + 1)]

    assert passes == [value >= 12 - 1e-9 for value in drafted["equated"]]


def test_a_form_equated_to_an_equated_form_keeps_the_cut_of_the_base(two: Two) -> None:
    drafted = two.proposed(two.run()).json()
    two.post(f"/v1/conversions/{drafted['id']}/approval", who=two.max, if_match='"1"', idempotency_key="b")
    with two.world.unit(ADA) as uow:
        form, administration = two.scores.form.id, two.scores.administration_id
        del form
        known = uow.conversions.first(form_id=two.new.id, status="approved")
    body = {
        "reference_form_id": str(two.new.id),
        "reference_administration_id": str(administration),
        "design": {"method": "identity", "replications": 0},
    }
    job = two.done(two.post(f"{two.under}/equating-runs", body))
    chained = two.proposed(two.get(f"/v1/equating-runs/{job['result']['equating_run_id']}").json()).json()

    assert isinstance(known, Conversion)
    assert chained["equated"] == pytest.approx(list(known.equated))
    assert (chained["cut_raw"], chained["base_cut"]) == (known.cut_raw, 12)
    assert chained["scaled"] == list(known.scaled)


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        pytest.param({"anchor": COMMON[:2]}, "/body/anchor", "anchor_too_short", id="an anchor of two items"),
        pytest.param({"excluded": COMMON[2:]}, "/body/anchor", "anchor_too_short", id="all but two excluded"),
        pytest.param({"anchor": [*COMMON, "N1"]}, "/body/anchor/10", "not_common", id="an item of one form"),
        pytest.param({"anchor": [*COMMON, "I1"]}, "/body/anchor", "duplicate_item", id="an item twice"),
    ],
)
def test_an_anchor_that_cannot_carry_a_scale_is_refused_before_any_work(
    two: Two, change: dict[str, Any], pointer: str, code: str
) -> None:
    before = two.stored_things()

    answer = two.ask(**change)

    assert answer.status_code == 409, answer.text
    assert (pointer, code) in [(one["pointer"], one["code"]) for one in answer.json()["errors"]]
    assert two.stored_things() == before


def test_a_group_of_three_is_refused_before_any_work(world: World) -> None:
    two = Two(world, people=3)

    answer = two.ask()

    assert answer.status_code == 409
    assert [one["code"] for one in answer.json()["errors"]] == ["too_few_people"]
    assert two.stored_things() == [0, 0, 0, 0, 1]


def test_forms_without_common_items_are_refused(world: World) -> None:
    two = Two(world, codes=[f"Z{number}" for number in range(ITEMS)])

    assert [one["code"] for one in two.ask().json()["errors"]] == ["anchor_too_short"]


def test_an_item_with_another_key_on_the_other_form_carries_nothing(two: Two) -> None:
    two.scores.key([[2], *[[1]] * (ITEMS - 1)])

    answer = two.ask()

    assert [one["code"] for one in answer.json()["errors"]] == ["key_differs"]
    assert two.ask(excluded=["I1"]).status_code == 202


def test_data_that_a_method_cannot_take_fail_the_job_with_their_reason_and_store_nothing(world: World) -> None:
    two = Two(world)
    stored_before = two.stored_things()
    with world.unit() as uow:
        for attempt in uow.attempts.find(form_id=two.new.id):
            right = b"\1" + attempt.responses[1:10] + b"\1" + attempt.responses[11:]
            uow.attempts.save(_with(attempt, responses=right))

    job = two.done(two.ask(design={"method": "irt_true_score", "replications": 0}))

    assert (job["status"], job["error_code"]) == ("failed", "no_variation")
    assert two.stored_things() == stored_before


def _with(entity: Any, **fields: Any) -> Any:
    return type(entity)(**{**{name: getattr(entity, name) for name in entity.__dataclass_fields__}, **fields})


def test_a_run_against_a_form_without_a_conversion_proposes_none(two: Two) -> None:
    body = {
        "reference_form_id": str(two.new.id),
        "reference_administration_id": str(two.scores.administration_id),
        "design": {"method": "mean", "replications": 0},
    }
    job = two.done(two.post(f"{two.under}/equating-runs", body))

    answer = two.post(f"/v1/equating-runs/{job['result']['equating_run_id']}/conversions")

    assert (answer.status_code, answer.json()["code"]) == (409, "no_reference_conversion")


@pytest.mark.parametrize("first", [pytest.param([], id="an item less"), pytest.param([2], id="as many points")])
def test_a_run_made_under_another_key_proposes_none(two: Two, first: list[int]) -> None:
    run = two.run()
    with two.world.unit(ADA) as uow:
        key = scores_actions.draft_key(uow, ADA, two.new.id, [first, *[[1]] * (ITEMS - 1)])
    with two.world.unit(BEN) as uow:
        scores_actions.approve_key(uow, BEN, key.id)

    answer = two.proposed(run)

    assert (answer.status_code, answer.json()["code"]) == (409, "conversion_does_not_fit")


def test_a_common_item_that_was_on_trial_carries_the_scale_only_where_it_is_named(world: World) -> None:
    two = Trial(world)

    by_default, named = two.run(), two.run(anchor=COMMON)

    assert by_default["anchor"] == [code for code in COMMON if code != "I3"]
    assert named["anchor"] == COMMON


def test_drifting_items_leave_the_anchor_when_the_design_says_so(world: World) -> None:
    two = Two(world)
    with world.unit() as uow:
        for number, attempt in enumerate(uow.attempts.find(form_id=two.new.id)):
            answer = b"\1" if number % 20 == 0 else b"\2"
            uow.attempts.save(_with(attempt, responses=answer + attempt.responses[1:]))

    run = two.run(design={"method": "tucker", "replications": 0, "exclude_drifting": True})

    assert run["excluded"]["I1"] == "drifted"
    assert "I1" not in run["anchor"]
    assert "I1" in run["result"]["drift"]["drifted"]


def test_the_sheet_of_an_equated_form_tells_of_its_equating(two: Two) -> None:
    run = two.run()
    drafted = two.proposed(run).json()
    two.post(f"/v1/conversions/{drafted['id']}/approval", who=two.max, if_match='"1"', idempotency_key="b")
    job = two.done(two.post(f"{two.of_new}/analyses", {"parts": ["scores", "items", "reliability", "decisions"]}))
    made = two.done(two.post(f"/v1/analyses/{job['result']['analysis_id']}/statistics-sheets", {}))

    sheet = two.get(f"/v1/statistics-sheets/{made['result']['statistics_sheet_id']}").json()

    told = sheet["content"]["references"]["equating"]
    assert (told["method"], told["anchor_items"], told["run_number"]) == ("chained_linear", 10, 1)
    assert UUID(sheet["equating_run_id"]) == UUID(run["id"])
    assert two.get(f"/v1/statistics-sheets/{sheet['id']}/sheet.pdf").content.startswith(b"%PDF-")


def test_a_cut_of_ten_and_a_half_points_is_the_eleventh(two: Two) -> None:
    with two.world.unit(ADA) as uow:
        drafted = scores_actions.draft_conversion(uow, ADA, two.scores.form.id, Decimal("10.5"))

    assert (drafted.cut_raw, drafted.scaled[11], drafted.equated) == (11, 720, ())


def test_the_sheet_of_an_equated_form_names_the_study_that_set_the_cut_of_its_base(two: Two) -> None:
    run = two.run()
    drafted = two.proposed(run).json()
    two.post(f"/v1/conversions/{drafted['id']}/approval", who=two.max, if_match='"1"', idempotency_key="b")
    with two.world.unit() as uow:
        base = uow.conversions.first(form_id=two.scores.form.id)
        assert base is not None
        uow.standard_settings.add(
            StandardSetting(
                id=uow.new_id(),
                program="CPOM",
                form_id=two.scores.form.id,
                number=1,
                key_number=1,
                method=StudyMethod.ANGOFF,
                title="Panel of spring",
                borderline="Just competent.",
                rounding=RoundingPolicy.UP,
                judges=("J1", "J2", "J3"),
                items=tuple(COMMON),
                cut=11.6,
                cut_error=0.4,
                cut_raw=12,
                conversion_id=base.id,
                opened_by="pia",
                opened_at=uow.now,
            )
        )
    job = two.done(two.post(f"{two.of_new}/analyses", {"parts": ["scores", "items", "reliability", "decisions"]}))
    made = two.done(two.post(f"/v1/analyses/{job['result']['analysis_id']}/statistics-sheets", {}))

    sheet = two.get(f"/v1/statistics-sheets/{made['result']['statistics_sheet_id']}").json()

    told = sheet["content"]["references"]["standard_setting"]
    assert (told["judges"], told["cut"], told["cut_raw"]) == (3, 11.6, 12)
    assert told["reference"].startswith("Panel of spring")
