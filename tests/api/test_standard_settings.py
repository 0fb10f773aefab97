"""Standard setting over HTTP: panels, rounds, cuts by each method, and the conversion that two people put in force."""

from typing import Any
from uuid import UUID

import numpy as np
import pytest

from adapters.db.unit_of_work import SqlUnitsOfWork
from domain.actors import Role
from domain.items.model import IrtModel, IrtParameters, ItemStatistics
from domain.psychometrics.irt_model import item_parameters
from domain.psychometrics.standard_setting import bookmark, hofstee
from tests.api.analyses_world import Office
from tests.builders_items import WRITER, written
from tests.world import World

JUDGES = ["ann", "bob", "cyd"]
ITEMS = 20


class Panel(Office):
    """An office that holds a study."""

    def open(self, method: str = "angoff", **wish: object) -> Any:
        body = {"method": method, "title": "Spring panel", "borderline": "Just safe.", "judges": JUDGES, **wish}
        return self.post(f"/v1/forms/{self.scores.form.id}/standard-settings", body)

    def held(self, method: str = "angoff", **wish: object) -> str:
        answer = self.open(method, **wish)
        assert answer.status_code == 201, answer.text
        return str(answer.headers["location"])

    def rate(self, study: str, judge: str, values: list[float]) -> Any:
        return self.post(f"{study}/ratings", {"judge": judge, "values": values})

    def step(self, study: str, step: str, body: object = None) -> Any:
        version = self.get(study).json()["version"]
        return self.post(f"{study}/{step}", body, if_match=f'"{version}"')

    def all_rate(self, study: str, said: list[list[float]]) -> None:
        for judge, values in zip(JUDGES, said, strict=True):
            assert self.rate(study, judge, values).status_code == 201

    def counts(self) -> list[int]:
        with self.world.unit() as uow:
            return [kind.count() for kind in (uow.standard_settings, uow.judge_ratings, uow.conversions)]


@pytest.fixture
def panel(world: World) -> Panel:
    return Panel(world)


def test_angoff_in_two_rounds_comes_to_the_mean_of_the_last_with_its_error(panel: Panel) -> None:
    study = panel.held()
    panel.all_rate(study, [[0.6] * ITEMS, [0.5] * ITEMS, [0.9] * ITEMS])

    after_one = panel.step(study, "rounds").json()
    panel.all_rate(study, [[0.62] * ITEMS, [0.6] * ITEMS, [0.7] * ITEMS])
    closed = panel.step(study, "closing").json()

    assert after_one["round"] == 2
    assert after_one["rounds"][0]["cut"] == pytest.approx(20 * (0.6 + 0.5 + 0.9) / 3)
    sums = np.array([12.4, 12.0, 14.0])
    assert closed["status"] == "closed"
    assert closed["cut"] == pytest.approx(sums.mean())
    assert closed["cut_error"] == pytest.approx(sums.std(ddof=1) / np.sqrt(3))
    assert closed["cut_raw"] == 13
    assert closed["result"]["moved"][0] == pytest.approx([0.4, 2.0, -4.0])


@pytest.mark.parametrize(("rounding", "cut_raw"), [("up", 13), ("half_up", 12), ("down", 12)])
def test_a_cut_of_12_4_is_rounded_as_the_study_states(panel: Panel, rounding: str, cut_raw: int) -> None:
    study = panel.held(rounding=rounding)
    panel.all_rate(study, [[0.62] * ITEMS] * 3)

    closed = panel.step(study, "closing").json()

    assert closed["cut"] == pytest.approx(12.4)
    assert closed["cut_raw"] == cut_raw


def test_the_cut_is_in_force_when_a_second_person_approves_the_conversion_it_became(panel: Panel) -> None:
    study = panel.held()
    panel.all_rate(study, [[0.6] * ITEMS] * 3)
    panel.step(study, "closing")

    adopted = panel.step(study, "adoption").json()
    conversion = f"/v1/conversions/{adopted['conversion_id']}"
    drafted = panel.get(conversion)
    alone = panel.post(f"{conversion}/approval", if_match=drafted.headers["etag"])
    second = panel.post(f"{conversion}/approval", who=panel.max, if_match=drafted.headers["etag"])

    assert adopted["status"] == "adopted"
    assert drafted.json()["cut_raw"] == 12
    assert drafted.json()["scaled"][12] == 720
    assert (alone.status_code, alone.json()["code"]) == (403, "separation_of_duties")
    assert second.json()["status"] == "approved"


def test_hofstee_weighs_the_scores_of_the_group_as_the_arithmetic_does(panel: Panel) -> None:
    analysis = panel.analysis(parts=["scores"])
    study = panel.held("hofstee", analysis_id=analysis["id"])
    said = [[8.0, 15.0, 0.05, 0.6], [9.0, 14.0, 0.1, 0.5], [7.0, 15.0, 0.0, 0.7]]
    panel.all_rate(study, said)

    closed = panel.step(study, "closing").json()

    values = np.array(said)
    expected = hofstee(values[:, :2], values[:, 2:], np.array(analysis["results"]["scores"]["counts"], dtype=float))
    assert expected.cut is not None
    assert closed["cut"] == pytest.approx(expected.cut.raw)
    assert closed["result"]["fail_rate"] == pytest.approx(expected.fail_rate)
    assert closed["result"]["impact"]["people"] == 60


def test_beuk_asks_for_a_cut_and_a_share(panel: Panel) -> None:
    analysis = panel.analysis(parts=["scores"])
    study = panel.held("beuk", analysis_id=analysis["id"])
    panel.all_rate(study, [[11.0, 0.6], [12.0, 0.7], [10.0, 0.5]])

    closed = panel.step(study, "closing").json()

    assert 0 < closed["cut"] < ITEMS
    assert closed["cut_raw"] >= closed["cut"]


def test_a_compromise_that_meets_no_curve_is_no_cut_and_changes_nothing(panel: Panel) -> None:
    analysis = panel.analysis(parts=["scores"])
    study = panel.held("hofstee", analysis_id=analysis["id"])
    panel.all_rate(study, [[19.0, 20.0, 0.0, 0.01]] * 3)

    refused = panel.step(study, "closing")

    assert (refused.status_code, refused.json()["code"]) == (409, "no_cut")
    assert panel.get(study).json()["status"] == "open"


def test_a_bookmark_is_set_in_a_booklet_ordered_by_the_bank(panel: Panel) -> None:
    chance = np.random.default_rng(8)
    a, b = chance.uniform(0.7, 1.5, ITEMS), chance.normal(0, 1, ITEMS)
    _banked(panel.world.units, panel, a, b)
    study = panel.held("bookmark", scale="2026")
    panel.all_rate(study, [[12.0], [14.0], [11.0]])

    closed = panel.step(study, "closing").json()

    expected = bookmark(np.array([12, 14, 11]), item_parameters(a, b))
    assert closed["cut"] == pytest.approx(expected.cut.raw)
    assert closed["result"]["theta"] == pytest.approx(expected.theta)
    assert [item["b"] for item in closed["booklet"]] == pytest.approx(b[expected.order].tolist())


def _banked(units: SqlUnitsOfWork, panel: Panel, a: Any, b: Any) -> None:
    with units.begin(WRITER) as uow:
        for place, item in enumerate(panel.scores.form.items):
            made = written(uow, item.code, item.domain)
            uow.item_statistics.add(
                ItemStatistics(
                    id=uow.new_id(),
                    item_id=made.id,
                    number=1,
                    form_id=panel.scores.form.id,
                    administration_id=panel.scores.administration_id,
                    n=500,
                    p=None,
                    point_biserial=None,
                    reason="too_few_responses",
                    irt=IrtParameters(model=IrtModel.TWO_PARAMETER, a=float(a[place]), b=float(b[place]), scale="2026"),
                    recorded_by="pia",
                    recorded_at=uow.now,
                )
            )


@pytest.mark.parametrize(
    ("method", "wish", "code"),
    [
        pytest.param("angoff", {"judges": ["ann", "Ann"]}, "duplicate_judge", id="a judge twice"),
        pytest.param("hofstee", {}, "missing_analysis", id="a compromise without a group"),
        pytest.param(
            "beuk",
            {"analysis_id": "01890000-0000-7000-8000-000000000000"},
            "unknown_analysis",
            id="an analysis that is none",
        ),
        pytest.param("bookmark", {}, "no_parameters", id="a bookmark without parameters"),
    ],
)
def test_a_panel_that_cannot_judge_is_not_called(panel: Panel, method: str, wish: dict[str, object], code: str) -> None:
    before = panel.counts()

    refused = panel.open(method, **wish)

    assert [fault["code"] for fault in refused.json()["errors"]] == [code]
    assert panel.counts() == before


@pytest.mark.parametrize(
    ("values", "pointer", "code"),
    [
        pytest.param([0.5] * (ITEMS - 1), "/body/values", "wrong_length", id="a value short"),
        pytest.param([0.5] * (ITEMS + 1), "/body/values", "wrong_length", id="a value too many"),
        pytest.param(
            [*([0.5] * (ITEMS - 1)), 1.01], f"/body/values/{ITEMS - 1}", "out_of_range", id="more than certain"
        ),
    ],
)
def test_what_no_judge_can_mean_is_refused_in_its_place(
    panel: Panel, values: list[float], pointer: str, code: str
) -> None:
    study = panel.held()
    before = panel.counts()

    refused = panel.rate(study, "ann", values)

    assert [(fault["pointer"], fault["code"]) for fault in refused.json()["errors"]] == [(pointer, code)]
    assert panel.counts() == before


def test_a_stranger_to_the_panel_is_not_heard(panel: Panel) -> None:
    refused = panel.rate(panel.held(), "eve", [0.5] * ITEMS)

    assert [fault["code"] for fault in refused.json()["errors"]] == ["unknown_judge"]


def test_a_round_with_a_silent_judge_cannot_be_closed(panel: Panel) -> None:
    study = panel.held()
    panel.rate(study, "ann", [0.5] * ITEMS)

    refused = [panel.step(study, step) for step in ("rounds", "closing")]

    assert [answer.json()["code"] for answer in refused] == ["ratings_missing"] * 2
    assert panel.get(study).json()["round"] == 1


def test_a_compromise_has_one_round(panel: Panel) -> None:
    study = panel.held("beuk", analysis_id=panel.analysis(parts=["scores"])["id"])
    panel.all_rate(study, [[11.0, 0.6], [12.0, 0.7], [10.0, 0.5]])

    assert panel.step(study, "rounds").json()["code"] == "one_round_only"


def test_what_a_judge_says_again_in_a_round_replaces_what_was_said(panel: Panel) -> None:
    study = panel.held()

    for share in (0.2, 0.4):
        panel.rate(study, "ann", [share] * ITEMS)

    said = panel.get(f"{study}/ratings").json()["items"]
    assert [one["values"][0] for one in said] == [0.4]


def test_a_key_that_dropped_an_item_since_spoils_the_cut(panel: Panel) -> None:
    study = panel.held()
    panel.all_rate(study, [[0.6] * ITEMS] * 3)
    panel.step(study, "closing")
    form = UUID(str(panel.scores.form.id))
    key = [[], *([[1]] * (ITEMS - 1))]
    drafted = panel.post(f"/v1/forms/{form}/keys", {"correct": key})
    panel.post(f"/v1/form-keys/{drafted.json()['id']}/approval", who=panel.max, if_match=drafted.headers["etag"])
    before = panel.counts()

    refused = panel.step(study, "adoption")

    assert [fault["code"] for fault in refused.json()["errors"]] == ["key_changed"]
    assert panel.counts() == before


def test_an_abandoned_study_hears_nobody(panel: Panel) -> None:
    study = panel.held()

    ended = panel.step(study, "abandoning", {"reason": "The panel never met."})

    assert ended.json()["status"] == "abandoned"
    assert panel.rate(study, "ann", [0.5] * ITEMS).json()["code"] == "wrong_state"


def test_exam_managers_take_down_ratings_and_decide_nothing(panel: Panel) -> None:
    study = panel.held()
    manager = panel.world.token(Role.EXAM_MANAGER, subject="mel")

    said = panel.post(f"{study}/ratings", {"judge": "ann", "values": [0.5] * ITEMS}, who=manager)
    closing = panel.post(f"{study}/closing", who=manager, if_match='"1"')

    assert said.status_code == 201
    assert closing.status_code == 403
