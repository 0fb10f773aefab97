"""What programs tell everyone, and how caches may keep it."""

import pytest

from domain.actors import Role
from tests.builders_applications import next_edition, publish, staff
from tests.world import World

PARTS = (
    "",
    "/policy",
    "/policies",
    "/policies/cpom-2026",
    "/exam",
    "/eligibility",
    "/fees",
    "/curriculum",
    "/roadmap",
    "/study-resources",
    "/diagnostics",
    "/to-decide",
)


@pytest.mark.parametrize("part", PARTS)
def test_everyone_reads_a_program_without_a_token_and_caches_may_keep_it(world: World, part: str) -> None:
    publish(world)

    answer = world.client.get(f"/v1/programs/CPOM{part}")
    again = world.client.get(f"/v1/programs/CPOM{part}", headers={"if-none-match": answer.headers["etag"]})

    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"].startswith("public, max-age=")
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", answer.headers["etag"])


@pytest.mark.parametrize(
    ("given", "status"),
    [
        pytest.param('"another"', 200, id="another tag"),
        pytest.param("*", 304, id="anything"),
        pytest.param('"one", W/{tag}', 304, id="one of a list, weakly"),
    ],
)
def test_if_none_match_is_read_as_http_says(world: World, given: str, status: int) -> None:
    publish(world)
    tag = world.client.get("/v1/programs/CPOM/fees").headers["etag"]

    answer = world.client.get("/v1/programs/CPOM/fees", headers={"if-none-match": given.replace("{tag}", tag)})

    assert answer.status_code == status


def test_the_edition_holds_what_the_program_states(either_world: World) -> None:
    publish(either_world)
    client = either_world.client

    exam = client.get("/v1/programs/CPOM/exam").json()["exam"]
    curriculum = client.get("/v1/programs/CPOM/curriculum").json()["curriculum"]
    roadmap = client.get("/v1/programs/CPOM/roadmap").json()["roadmap"]
    policy = client.get("/v1/programs/CPOM/policy").json()

    assert [(one["weight_percent"], one["items"], len(one["objectives"])) for one in exam["domains"]] == [
        (30, 36, 4),
        (25, 30, 4),
        (30, 36, 4),
        (15, 18, 3),
    ]
    assert 1 + sum(len(one["modules"]) for one in curriculum["domains"]) == 20
    assert len(roadmap["stages"]) == 4
    assert policy == client.get("/v1/programs/CPOM/policies/cpom-2026").json()
    assert (policy["scale"]["passing"], policy["validity"]["years"]) == (720, 3)


def test_what_the_body_has_still_to_decide_is_told_by_its_place(world: World) -> None:
    publish(world)

    said = world.client.get("/v1/programs/CPOM/to-decide").json()

    assert "/retakes" in said["to_decide"]
    assert "/scale/rounding" in said["to_decide"]


def test_a_program_is_answered_for_another_day(world: World) -> None:
    publish(world)
    staff(world, Role.ADMINISTRATOR).post("/programs/CPOM/policies", next_edition())

    def edition(query: str = "") -> str:
        return str(world.client.get(f"/v1/programs/CPOM{query}").json()["edition"])

    assert [edition(), edition("?as_of=2026-06-30"), edition("?as_of=2026-07-01")] == [
        "cpom-2026",
        "cpom-2026",
        "cpom-next",
    ]
    assert [one["program"] for one in world.client.get("/v1/programs").json()["items"]] == ["CPOM"]
    assert world.client.get("/v1/programs?as_of=2025-12-31").json()["items"] == []


@pytest.mark.parametrize(
    "path",
    [
        "/v1/programs/NONE",
        "/v1/programs/NONE/policies",
        "/v1/programs/CPOM?as_of=2025-12-31",
        "/v1/programs/CPOM/policies/unheard-of",
        "/v1/programs/OTHER/policies/cpom-2026",
    ],
)
def test_what_is_not_there_is_not_found(world: World, path: str) -> None:
    publish(world)

    assert world.client.get(path).status_code == 404


def test_everyone_reads_why_there_is_a_learning_path_and_what_each_side_gives(world: World) -> None:
    publish(world)
    client = world.client

    curriculum = client.get("/v1/programs/CPOM/curriculum").json()["curriculum"]
    roadmap = client.get("/v1/programs/CPOM/roadmap").json()["roadmap"]
    about = client.get("/v1/programs/CPOM").json()["about"]
    study = client.get("/v1/programs/CPOM/study-resources").json()["study"]

    assert [one["title"] for one in curriculum["partnership"]["commitments"]] == [
        "Be Present and Engaged",
        "Embrace Discomfort",
        "Apply, Apply, Apply",
    ]
    assert curriculum["partnership"]["promise"][0].startswith("Our commitment to you")
    assert "20-module journey" in curriculum["overview"]["paragraphs"][0]
    assert (len(curriculum["why"]["paragraphs"]), len(curriculum["analogy"]["paragraphs"])) == (3, 4)
    assert roadmap["introduction"].startswith("The CPOM program is designed")
    assert "industry standard" in about["summary"]
    assert study["introduction"].startswith("Prepare for your CPOM exam")


def test_everyone_reads_what_the_body_has_still_to_decide(world: World) -> None:
    publish(world)

    places = world.client.get("/v1/programs/CPOM/to-decide").json()["to_decide"]

    assert {"/in_force_from", "/zone", "/currency", "/renewal/categories/1/min_hours"} <= set(places)
