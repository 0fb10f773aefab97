"""Candidates through the API."""

import pytest

from domain.actors import Role
from tests.world import World

ADA = {"legal_name": {"family": "Okafor", "given": "Adaeze"}, "email": "Ada@Example.org", "practises_in": "US"}


def test_a_signed_in_person_registers_and_reads_their_own_record(either_world: World) -> None:
    me = either_world.token(subject="ada")

    made = either_world.client.post("/v1/candidates", json=ADA, headers=me)

    assert made.status_code == 201, made.text
    read = either_world.client.get(made.headers["location"], headers=me)
    assert read.status_code == 200, read.text
    assert read.json() == {**made.json(), "allowed_actions": ["change_name", "update"]}
    assert read.json()["legal_name"]["full"] == "Adaeze Okafor"
    assert read.headers["etag"] == '"1"'


def test_a_strangers_record_is_byte_for_byte_a_missing_one(world: World) -> None:
    candidate = world.id_of(world.token(subject="ada"))
    stranger = world.token(subject="eve")
    world.id_of(stranger)

    theirs = world.client.get(f"/v1/candidates/{candidate}", headers=stranger)
    missing = world.client.get("/v1/candidates/00000000-0000-7000-8000-000000000000", headers=stranger)

    assert theirs.status_code == missing.status_code == 404
    drop = {"request_id"}
    assert {k: v for k, v in theirs.json().items() if k not in drop} == {
        k: v for k, v in missing.json().items() if k not in drop
    }


def test_a_change_of_name_needs_the_version_that_was_read(world: World) -> None:
    me = world.token(subject="ada")
    candidate = world.id_of(me)
    path = f"/v1/candidates/{candidate}/name-changes"
    body = {"legal_name": {"family": "Bello", "given": "Adaeze"}, "reason": "Marriage."}

    without = world.client.post(path, json=body, headers=me)
    stale = world.client.post(path, json=body, headers={**me, "if-match": '"7"'})
    done = world.client.post(path, json=body, headers={**me, "if-match": '"1"'})

    assert (without.status_code, stale.status_code, done.status_code) == (428, 412, 200)
    assert done.json()["legal_name"]["full"] == "Adaeze Bello"
    assert [past["name"]["full"] for past in done.json()["past_names"]] == ["Adaeze Okafor"]


@pytest.mark.parametrize("member", ["email", "practises_in"])
def test_an_address_and_a_country_change_and_are_never_taken_away(world: World, member: str) -> None:
    me = {**world.token(subject="ada"), "if-match": "*"}
    path = f"/v1/candidates/{world.id_of(me)}"

    taken = world.client.patch(path, json={member: None}, headers=me)
    changed = world.client.patch(path, json={"practises_in": "GB", "phone": None}, headers=me)

    assert (taken.status_code, [one["pointer"] for one in taken.json()["errors"]]) == (422, [f"/body/{member}"])
    assert (changed.status_code, changed.json()["practises_in"]) == (200, "GB")
    assert changed.json()["email"] == "adaeze@example.org"


def test_the_case_of_an_address_matters_nowhere(either_world: World) -> None:
    staff = {**either_world.token(Role.REVIEWER), "if-match": "*"}
    made = either_world.client.post("/v1/candidates", json={**ADA, "email": "first@example.org"}, headers=staff).json()

    changed = either_world.client.patch(f"/v1/candidates/{made['id']}", json={"email": ADA["email"]}, headers=staff)
    found = [
        [one["id"] for one in either_world.client.get(f"/v1/candidates?email={said}", headers=staff).json()["items"]]
        for said in ("ada@example.org", "Ada@Example.org")
    ]
    header = either_world.token(subject="ada", email="ADA@example.org")
    linked = either_world.client.post("/v1/me/candidate-link", headers=header)

    assert (changed.status_code, changed.json()["email"]) == (200, "ada@example.org")
    assert found == [[made["id"]], [made["id"]]]
    assert (linked.status_code, linked.json().get("id")) == (200, made["id"])


def test_a_name_change_names_a_file_of_ones_own(world: World) -> None:
    me = {**world.token(subject="ada"), "if-match": "*"}
    body = {
        "legal_name": {"family": "Bello"},
        "reason": "Marriage.",
        "file_id": "00000000-0000-7000-8000-000000000000",
    }

    answer = world.client.post(f"/v1/candidates/{world.id_of(me)}/name-changes", json=body, headers=me)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_repeated_key_answers_the_same_bytes_and_happens_once(either_world: World) -> None:
    staff = {**either_world.token(Role.REVIEWER), "idempotency-key": "k-1"}

    first = either_world.client.post("/v1/candidates", json=ADA, headers=staff)
    again = either_world.client.post("/v1/candidates", json=ADA, headers=staff)
    other = either_world.client.post("/v1/candidates", json={**ADA, "practises_in": "GB"}, headers=staff)

    assert first.content == again.content
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["etag"] == first.headers["etag"]
    assert other.status_code == 422
    assert other.json()["code"] == "idempotency_key_reused"
    with either_world.unit() as uow:
        assert uow.candidates.count() == 1


def test_an_invitation_ties_a_sign_in_to_a_candidate_once(world: World) -> None:
    staff = world.token(Role.REVIEWER)
    made = world.client.post("/v1/candidates", json=ADA, headers=staff).json()
    link = world.client.post(f"/v1/candidates/{made['id']}/invitations", headers=staff).json()
    token = {"token": link["token"]}

    accepted = world.client.post("/v1/invitations/acceptance", json=token, headers=world.token(subject="ada"))
    second = world.client.post("/v1/invitations/acceptance", json=token, headers=world.token(subject="eve"))

    assert accepted.status_code == 200, accepted.text
    assert accepted.json()["id"] == made["id"]
    assert second.json()["code"] == "invitation_spent"


@pytest.mark.parametrize("asked", ["dvor", "DVO%C5%98", "Dvor%CC%8C", "DVO%C5%98%C3%81K%20Zo"])
def test_staff_find_a_name_however_its_letters_are_written(either_world: World, asked: str) -> None:
    staff = either_world.token(Role.REVIEWER)
    name = {"family": "Dvor\N{COMBINING CARON}\N{LATIN SMALL LETTER A WITH ACUTE}k", "given": "Zoe"}
    made = either_world.client.post("/v1/candidates", json={**ADA, "legal_name": name}, headers=staff).json()
    either_world.client.post("/v1/candidates", json=ADA, headers=staff)

    found = either_world.client.get(f"/v1/candidates?search_name={asked}", headers=staff).json()["items"]

    assert [one["id"] for one in found] == [made["id"]]
    assert found[0]["legal_name"]["family"] == name["family"]


def test_staff_page_through_candidates_by_the_start_of_the_name(either_world: World) -> None:
    staff = either_world.token(Role.REVIEWER)
    for family in ("Abe", "Abel", "Abara", "Zed"):
        body = {**ADA, "legal_name": {"family": family}}
        either_world.client.post("/v1/candidates", json=body, headers=staff)

    first = either_world.client.get("/v1/candidates?search_name=AB&sort=search_name&limit=2", headers=staff).json()
    rest = either_world.client.get(
        f"/v1/candidates?search_name=AB&sort=search_name&limit=2&cursor={first['next_cursor']}", headers=staff
    ).json()

    names = [row["legal_name"]["family"] for row in [*first["items"], *rest["items"]]]
    assert names == ["Abara", "Abe", "Abel"]
    assert rest["next_cursor"] is None
