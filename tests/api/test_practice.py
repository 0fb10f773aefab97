"""Practice exams and the reading list over HTTP."""

import pytest

from domain.actors import Role
from domain.items import actions, actions_sets
from domain.items.model import ItemStatus
from domain.programs.learning import Practice
from tests.api.items_world import events
from tests.api.practice_world import Learner
from tests.builders import cpom
from tests.builders_exams import stored_policy
from tests.builders_items import DOMAINS, JUDGE, WRITER, a_set, operational, practice_bank, retired, reviewed, written
from tests.world import World

SHARES = {DOMAINS[0]: 3, DOMAINS[1]: 2, DOMAINS[2]: 2, DOMAINS[3]: 1}


@pytest.fixture
def learner(world: World) -> Learner:
    """A candidate before a bank of retired items."""
    made = Learner(world)
    practice_bank(world.units, 5)
    return made


def test_a_candidate_practises_and_learns_at_once_what_to_study(either_world: World) -> None:
    learner = Learner(either_world)
    practice_bank(either_world.units, 5)

    exam = learner.begun()
    asked = learner.get(exam, "/questions").json()
    answered = learner.answer(exam, {place: [2] for place in range(1, 6)} | {6: [1]})
    done = learner.finish(exam).json()

    assert (exam["places"], exam["status"], exam["domains"]) == (8, "in_progress", [])
    assert exam["allowed_actions"] == ["answer", "finish"]
    assert [one["place"] for one in asked["items"]] == list(range(1, 9))
    assert not {"key", "rationale", "right", "scored"} & set(asked["items"][0])
    assert "labour ratio" not in str(asked)
    assert answered.json()["answered"] == 6
    assert (done["status"], done["correct"]) == ("finished", 5)
    assert [(one["code"], one["items"], one["correct"], one["percent"]) for one in done["domains"]] == [
        (DOMAINS[0], 3, 3, 100),
        (DOMAINS[1], 2, 2, 100),
        (DOMAINS[2], 2, 0, 0),
        (DOMAINS[3], 1, 0, 0),
    ]
    study = {row.exam_domain: list(row.modules) for row in cpom().diagnostics.study}
    assert [one["modules"] for one in done["domains"]] == [[], [], study[DOMAINS[2]], study[DOMAINS[3]]]
    assert [len(events(either_world, f"practice_exam.{kind}")) for kind in ("started", "ended")] == [1, 1]


def test_the_rationale_is_shown_afterwards_and_not_before(learner: Learner) -> None:
    exam = learner.begun()
    assert learner.get(exam, "/review").json()["code"] == "practice_in_progress"
    learner.answer(exam, {1: [1]})
    learner.finish(exam)

    first = learner.get(exam, "/review").json()["items"][0]

    assert [option["right"] for option in first["options"]] == [False, True, False, False]
    assert first["options"][0]["rationale"] == "That is the labour ratio."
    assert (first["marked"], first["scored"]) == ([1], False)


def test_beginning_again_answers_with_the_one_under_way(learner: Learner) -> None:
    exam = learner.begun()

    assert learner.begun()["id"] == exam["id"]
    assert len(events(learner.world, "practice_exam.started")) == 1


def test_when_the_time_is_over_the_exam_is_ended_by_the_clock(learner: Learner) -> None:
    exam = learner.begun()
    learner.answer(exam, {1: [2]})
    learner.world.clock.advance(minutes=30)

    late = learner.answer(exam, {2: [2]})
    told = learner.get(exam).json()

    assert (late.status_code, late.json()["code"]) == (409, "practice_time_over")
    assert (told["status"], told["correct"], told["finished_at"]) == ("timed_out", 1, exam["ends_at"])
    assert told["allowed_actions"] == []
    assert learner.get(exam, "/review").status_code == 200
    assert learner.finish(exam).json()["status"] == "timed_out"


def test_a_second_before_the_end_an_answer_counts(learner: Learner) -> None:
    exam = learner.begun()
    learner.world.clock.advance(minutes=30, seconds=-1)

    assert learner.answer(exam, {1: [2]}).status_code == 200
    assert learner.finish(exam).json()["status"] == "finished"


def test_a_new_exam_may_begin_once_the_time_of_the_last_ran_out(learner: Learner) -> None:
    first = learner.begun()
    learner.world.clock.advance(minutes=31)

    second = learner.begun()

    assert second["id"] != first["id"]
    listed = learner.world.client.get(f"/v1/candidates/{learner.candidate}/practice-exams", headers=learner.me).json()
    assert [one["status"] for one in listed["items"]] == ["timed_out", "in_progress"]


def test_the_policy_says_how_many_begin_within_thirty_days(learner: Learner) -> None:
    for _ in range(3):
        learner.finish(learner.begun())

    assert learner.start().json()["code"] == "practice_limit_reached"
    learner.world.clock.advance(days=30, seconds=1)
    assert learner.start().status_code == 201


def test_an_answer_may_be_changed_and_taken_back(learner: Learner) -> None:
    exam = learner.begun()
    learner.answer(exam, {1: [1], 2: [2]})
    learner.answer(exam, {1: [2], 2: []})

    assert [one["marked"] for one in learner.get(exam, "/questions").json()["items"][:3]] == [[2], [], []]


@pytest.mark.parametrize(
    ("answers", "pointer", "code"),
    [
        ({9: [1]}, "/body/answers/0/place", "unknown_place"),
        ({1: [5]}, "/body/answers/0/marked", "unknown_option"),
        ({1: [1], 2: [1, 2]}, "/body/answers/1/marked", "too_many_marked"),
        ({1: [1, 1]}, "/body/answers/0/marked", "too_many_marked"),
    ],
)
def test_an_answer_that_cannot_be_meant_saves_nothing(
    learner: Learner, answers: dict[int, list[int]], pointer: str, code: str
) -> None:
    exam = learner.begun()

    answer = learner.answer(exam, answers)

    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"], fault["code"]) == (409, pointer, code)
    assert learner.get(exam).json()["answered"] == 0


def test_two_windows_do_not_overwrite_each_other(learner: Learner) -> None:
    exam = learner.begun()
    assert learner.answer(exam, {1: [1]}, match=f'"{exam["version"]}"').status_code == 200

    assert learner.answer(exam, {1: [2]}, match=f'"{exam["version"]}"').status_code == 412


def test_only_the_candidate_sees_what_is_asked(learner: Learner) -> None:
    exam = learner.begun()
    stranger = Learner(learner.world, "eve").me

    for what in ("", "/questions", "/review"):
        assert learner.get(exam, what, stranger).status_code == 404
    for role in (Role.EXAM_MANAGER, Role.ADMINISTRATOR, Role.AUDITOR):
        assert learner.get(exam, "/questions", learner.world.token(role)).status_code == 403
        assert learner.get(exam, "", learner.world.token(role)).status_code == 200
    assert learner.start(stranger).status_code == 404


# --- what may stand on it


def test_only_items_retired_for_practice_are_ever_drawn(world: World) -> None:
    learner = Learner(world)
    good = set(practice_bank(world.units, 3))
    with world.units.begin(WRITER) as uow:
        for domain in DOMAINS:
            written(uow, f"draft-{domain}", domain)
            reviewed(uow, written(uow, f"reviewed-{domain}", domain))
            actions.pretest(uow, JUDGE, reviewed(uow, written(uow, f"pretest-{domain}", domain)).id)
            operational(uow, written(uow, f"operational-{domain}", domain))
            actions.retire(uow, JUDGE, reviewed(uow, written(uow, f"flawed-{domain}", domain)).id, "Flawed.")

    for _ in range(3):
        exam = learner.begun()
        places = learner.places(exam)
        learner.finish(exam)

        assert {place.item_id for place in places} <= good
        assert {domain: sum(place.domain == domain for place in places) for domain in DOMAINS} == SHARES


def test_a_retired_item_that_came_onto_a_form_again_is_passed_by(learner: Learner) -> None:
    items = [{"code": f"{domain[:3]}-0", "domain": domain} for domain in DOMAINS]
    staff = learner.world.token(Role.PSYCHOMETRICIAN)
    form = {"program": "CPOM", "code": "F1", "items": items}
    assert learner.world.client.post("/v1/forms", json=form, headers=staff).status_code == 201

    with learner.world.unit() as uow:
        on_form = {item.id for item in uow.items.find() if item.search_code.endswith("-0")}

    for _ in range(3):
        exam = learner.begun()
        assert not on_form & {place.item_id for place in learner.places(exam)}
        learner.finish(exam)


def test_a_bank_of_operational_items_alone_makes_no_practice_exam(world: World) -> None:
    learner = Learner(world)
    with world.units.begin(WRITER) as uow:
        for domain in DOMAINS:
            for number in range(4):
                operational(uow, written(uow, f"{domain}-{number}", domain))

    answer = learner.start()

    assert (answer.status_code, answer.json()["code"]) == (409, "too_few_practice_items")
    with world.unit() as uow:
        assert uow.practice_exams.count() == 0
        assert {item.status for item in uow.items.find()} == {ItemStatus.OPERATIONAL}


def test_a_set_with_a_member_in_use_and_an_enemy_of_an_item_in_use_are_passed_by(world: World) -> None:
    learner = Learner(world)
    practice_bank(world.units, 3, DOMAINS[1:])
    with world.units.begin(WRITER) as uow:
        secret = a_set(uow, "SECRET")
        kept = retired(uow, reviewed(uow, written(uow, "S-1", set_id=secret.id)))
        operational(uow, written(uow, "S-2", set_id=secret.id))
        foe = retired(uow, reviewed(uow, written(uow, "E-1")))
        actions_sets.declare_enemy(uow, WRITER, foe.id, operational(uow, written(uow, "E-2")).id, "It tells.")
        free = a_set(uow, "FREE")
        alone = retired(uow, reviewed(uow, written(uow, "A-1"))).id
        whole = [retired(uow, reviewed(uow, written(uow, f"W-{number}", set_id=free.id))).id for number in (1, 2)]

    exam = learner.begun()

    drawn = [place.item_id for place in learner.places(exam)]
    assert drawn[:3] in ([*whole, alone], [alone, *whole])
    assert not {kept.id, foe.id} & set(drawn)
    asked = learner.get(exam, "/questions").json()
    assert [one["text"] for one in asked["cases"]] == ["<p>A pharmacy.</p>"]
    of_case = [one["place"] for one in asked["items"] if one["case_id"] == asked["cases"][0]["id"]]
    assert of_case in ([1, 2], [2, 3])


def test_a_program_without_practice_says_so(world: World) -> None:
    with world.unit() as uow:
        stored_policy(uow, {"/practice": None})
    learner = Learner(world)

    assert learner.start().json()["code"] == "no_practice_offered"
    assert learner.start(program="NONE").json()["errors"][0]["code"] == "unknown_program"


# --- the reading list


def test_the_reading_list_leads_from_each_exam_domain_to_modules_and_readings(world: World) -> None:
    with world.unit() as uow:
        stored_policy(uow)

    answer = world.client.get("/v1/programs/CPOM/reading-list")

    assert answer.status_code == 200
    listed = answer.json()
    assert [one["code"] for one in listed["domains"]] == list(DOMAINS)
    for domain in listed["domains"]:
        wanted = cpom().diagnostics.modules_for(domain["code"])
        assert [module["number"] for module in domain["modules"]] == sorted(wanted)
        assert domain["readings"]
    assert [one["code"] for one in listed["resources"]] == ["practice-exam", "review-guide", "case-study"]
    again = world.client.get("/v1/programs/CPOM/reading-list", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


def test_the_shipped_edition_offers_practice() -> None:
    assert isinstance(cpom().practice, Practice)
