"""Forms assembled over HTTP: asked for, searched for as a job, adopted with their keys; and why none exists."""

from typing import Any
from uuid import UUID

import numpy as np
import pytest

from adapters.solver import HighsSolver
from domain.actors import Role
from domain.assembly import actions
from domain.items import statistics
from domain.items.model import Enemy, IrtModel, IrtParameters, ItemStatistics
from domain.jobs.actions import CARRY_ON, carry_on
from domain.ports import UnitOfWork
from tests.builders import cpom
from tests.builders_items import DOMAINS, JUDGE, THIRD, WRITER, a_set, operational, retired, reviewed, written
from tests.builders_scores import some_scores
from tests.world import World

OUTLINE = {domain.code: domain.items for domain in cpom().exam.domains}


class Workshop:
    """Psychometricians over HTTP, with a bank that holds a little more than one form of each domain."""

    def __init__(self, world: World, spare: int = 3) -> None:
        self.world = world
        self.pia = world.token(Role.PSYCHOMETRICIAN, subject="pia")
        with world.unit(WRITER) as uow:
            self.items = _bank(uow, spare)

    def post(self, path: str, body: object = None, **headers: str) -> Any:
        said = {**self.pia, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.world.client.post(path, json={} if body is None else body, headers=said)

    def get(self, path: str) -> Any:
        return self.world.client.get(path, headers=self.pia)

    def ask(self, **wish: object) -> Any:
        return self.post("/v1/assemblies", {"program": "CPOM", "codes": ["N1"], "theta": 0.0, **wish})

    def assembled(self, **wish: object) -> Any:
        """An assembly, asked for and carried out."""
        answer = self.ask(**wish)
        assert answer.status_code == 202, answer.text
        self.work()
        return self.get(answer.headers["location"]).json()

    def work(self) -> None:
        steps = {actions.ASSEMBLE: actions.step(HighsSolver())}

        def run(units: Any, parameters: Any) -> None:
            while carry_on(units, steps, UUID(parameters["job_id"])):
                pass

        self.world.run_tasks({CARRY_ON: run})

    def counts(self) -> list[int]:
        with self.world.unit() as uow:
            return [kind.count() for kind in (uow.assemblies, uow.forms, uow.form_keys, uow.jobs)]


def _bank(uow: UnitOfWork, spare: int) -> dict[str, UUID]:
    """Operational items with parameters, some of them in a set, and two that may not meet."""
    chance, made = np.random.default_rng(4), {}
    case = a_set(uow)
    for domain in DOMAINS:
        for number in range(OUTLINE[domain] + spare):
            code = f"{domain[:3].upper()}-{number:02}"
            item = operational(
                uow,
                written(uow, code, domain, set_id=case.id if code.endswith("-00") and domain == DOMAINS[0] else None),
            )
            made[code] = item.id
            _calibrated(uow, item.id, float(chance.uniform(0.6, 1.4)), float(chance.normal(0, 1)))
    return made


def _calibrated(uow: UnitOfWork, item_id: UUID, a: float, b: float, scale: str = "") -> None:
    form, administration = _somewhere(uow)
    uow.item_statistics.add(
        ItemStatistics(
            id=uow.new_id(),
            item_id=item_id,
            number=1,
            form_id=form,
            administration_id=administration,
            n=500,
            p=0.6,
            point_biserial=0.3,
            irt=IrtParameters(model=IrtModel.TWO_PARAMETER, a=a, b=b, scale=scale),
            recorded_by="pia",
            recorded_at=uow.now,
        )
    )


def _somewhere(uow: UnitOfWork) -> tuple[UUID, UUID]:
    return uow.forms.find()[0].id, uow.administrations.find()[0].id


@pytest.fixture
def workshop(world: World) -> Workshop:
    some_scores(world.units)
    return Workshop(world)


def test_forms_are_assembled_to_the_outline_and_adopted_with_their_keys(workshop: Workshop) -> None:
    found = workshop.assembled(information=25.0, expected_raw=70.0)

    assert found["status"] == "solved"
    (form,) = found["forms"]
    assert {code: sum(one.startswith(code[:3].upper()) for one in form["scored"]) for code in OUTLINE} == OUTLINE
    assert found["gap"] <= 0.05
    assert found["solver"].startswith("HiGHS")
    adopted = workshop.post(f"/v1/assemblies/{found['id']}/adoption", if_match='"2"')
    assert adopted.status_code == 200, adopted.text
    (form_id,) = adopted.json()["form_ids"]
    laid = workshop.get(f"/v1/forms/{form_id}").json()
    assert [item["code"] for item in laid["items"]] == form["scored"]
    keys = workshop.get(f"/v1/forms/{form_id}/keys").json()["items"]
    assert keys[0]["status"] == "draft"
    assert keys[0]["correct"] == [[2]] * 120


def test_what_cannot_be_is_explained_by_the_bounds_that_clash(workshop: Workshop) -> None:
    objective = cpom().exam.domains[0].objectives[0].code

    found = workshop.assembled(objectives={objective: {"least": 3, "most": 9}})

    assert found["status"] == "infeasible"
    assert [(clash["bound"], clash["by"], clash["clashing"]) for clash in found["clashes"]] == [
        (f"items of objective {objective}", 3.0, True)
    ]
    assert found["forms"] == []
    refused = workshop.post(f"/v1/assemblies/{found['id']}/adoption", if_match='"2"')
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")


def test_items_that_cannot_be_chosen_are_counted_by_reason(workshop: Workshop) -> None:
    with workshop.world.unit(WRITER) as uow:
        operational(uow, written(uow, "NEW-1", DOMAINS[0]))
        retired(uow, operational(uow, written(uow, "OLD-1", DOMAINS[0])))
        reviewed(uow, written(uow, "EARLY-1", DOMAINS[0]))

    found = workshop.assembled()

    assert found["left_out"] == {"no_parameters": 1}
    assert found["pool_items"] == sum(OUTLINE.values()) + 3 * len(DOMAINS)


def test_parameters_count_on_the_metric_asked_for_only(workshop: Workshop) -> None:
    found = workshop.assembled(scale="another")

    assert found["status"] == "infeasible"
    assert found["left_out"] == {"no_parameters": len(workshop.items)}


def test_enemies_are_kept_apart(workshop: Workshop) -> None:
    codes = [code for code in workshop.items if code.startswith(DOMAINS[1][:3].upper())]
    with workshop.world.unit(WRITER) as uow:
        for one, other in zip(codes[::2], codes[1::2], strict=False):
            pair = sorted((workshop.items[one], workshop.items[other]))
            uow.item_enemies.add(
                Enemy(
                    id=uow.new_id(),
                    item_id=pair[0],
                    enemy_id=pair[1],
                    reason="",
                    declared_by="pia",
                    declared_at=uow.now,
                )
            )

    found = workshop.assembled()

    assert found["status"] == "infeasible"
    assert "enemies apart" in {clash["bound"] for clash in found["clashes"] if clash["clashing"]}


def test_an_item_retired_since_spoils_the_adoption_and_lays_nothing_out(workshop: Workshop) -> None:
    found = workshop.assembled()
    with workshop.world.unit(JUDGE) as uow:
        gone = found["forms"][0]["scored"][0]
        retired(uow, uow.items.get(workshop.items[gone]))
    before = workshop.counts()

    refused = workshop.post(f"/v1/assemblies/{found['id']}/adoption", if_match='"2"')

    assert (refused.status_code, refused.json()["code"]) == (409, "pool_changed")
    assert workshop.counts() == before


def test_an_item_retired_since_that_was_not_chosen_spoils_nothing(workshop: Workshop) -> None:
    found = workshop.assembled()
    with workshop.world.unit(JUDGE) as uow:
        spare = next(code for code in workshop.items if code not in found["forms"][0]["scored"])
        retired(uow, uow.items.get(workshop.items[spare]))

    adopted = workshop.post(f"/v1/assemblies/{found['id']}/adoption", if_match='"2"')

    assert adopted.status_code == 200


@pytest.mark.parametrize(
    ("wish", "pointer", "code"),
    [
        pytest.param({"codes": ["N1", "n1"]}, "/codes/1", "duplicate_code", id="a code twice"),
        pytest.param({"program": "NONE"}, "/program", "unknown_program", id="a program that is none"),
        pytest.param(
            {"objectives": {"nowhere": {"least": 0, "most": 1}}},
            "/objectives/nowhere",
            "unknown_objective",
            id="an objective that is none",
        ),
        pytest.param({"sets": {"least": 2, "most": 1}}, "/sets", "out_of_order", id="bounds out of order"),
        pytest.param({"anchor_items": 121}, "/anchor_items", "out_of_range", id="an anchor longer than the form"),
        pytest.param(
            {"anchor_form_id": "01890000-0000-7000-8000-000000000000", "anchor_items": 5},
            "/anchor_form_id",
            "unknown_form",
            id="an earlier form that is none",
        ),
    ],
)
def test_what_cannot_be_asked_for_is_refused_in_its_place(
    workshop: Workshop, wish: dict[str, object], pointer: str, code: str
) -> None:
    before = workshop.counts()

    refused = workshop.ask(**wish)

    assert refused.status_code == 409
    assert [(fault["pointer"].removeprefix("/body"), fault["code"]) for fault in refused.json()["errors"]] == [
        (pointer, code)
    ]
    assert workshop.counts() == before


def test_a_form_code_that_is_taken_is_refused(workshop: Workshop) -> None:
    with workshop.world.unit() as uow:
        taken = uow.forms.find()[0].code

    refused = workshop.ask(codes=[taken])

    assert [fault["code"] for fault in refused.json()["errors"]] == ["code_taken"]


def test_discarded_forms_are_laid_out_no_more(workshop: Workshop) -> None:
    found = workshop.assembled()

    discarded = workshop.post(f"/v1/assemblies/{found['id']}/discarding", if_match='"2"')

    assert discarded.json()["status"] == "discarded"
    assert workshop.post(f"/v1/assemblies/{found['id']}/adoption", if_match='"3"').status_code == 409


def test_items_shown_too_often_are_left_out(workshop: Workshop) -> None:
    with workshop.world.unit(THIRD) as uow:
        form, administration = _somewhere(uow)
        statistics.count_exposure(uow, THIRD, form, administration)

    found = workshop.assembled(most_exposed=0)

    assert found["status"] == "solved"
