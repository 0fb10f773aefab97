"""What the world sees of a credential: the holder's file, the status lists and the refresh, through its whole life.

Whether a badge holds is judged by openbadgeslib, which we did not write, from what anybody can fetch.
"""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from httpx2 import Response
from sqlalchemy import text

from adapters.keys import FileKeyProvider
from domain.actors import Role
from domain.badges.actions import Replaced, replace_key
from domain.badges.facts import MASTER, Securing
from domain.badges.keys import EDDSA
from domain.credentials.actions_standing import forget
from tests.api.outcomes import everything
from tests.builders_badges import Stranger, as_list, badge_of, refreshed
from tests.builders_credentials import AWARDED, ENDS, IN_TIME, Holder, a_holder, midday, officer
from tests.world import ADDRESS, World

DAY = timedelta(days=1)
REASON = {"reason": "The board suspended the licence."}
STRICT = {"/badges/profile": "ob30-strict"}


def path_of(document: bytes) -> str:
    """Where a badge says that it is found."""
    address: str = json.loads(document)["id"]
    return address.removeprefix(ADDRESS)


def signatures(world: World) -> dict[str, list[Any]]:
    """Every badge, place and list, as they are stored."""
    tables = ("badges", "status_places", "status_lists")
    with world.database.transaction(write=False) as connection:
        return {one: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {one}"))] for one in tables}


def renewed(holder: Holder) -> None:
    """The holder renews in time."""
    holder.earned()
    midday(holder.world, IN_TIME)
    holder.paid()
    assert holder.post("/renewals").status_code == 201


# --- issue


@pytest.mark.parametrize("profile", ["vcdm2", "ob30-strict"])
def test_an_outside_verifier_accepts_the_badge_of_a_new_credential(either_world: World, profile: str) -> None:
    holder = a_holder(either_world, {"/badges/profile": profile})
    stranger = Stranger(either_world)

    document = badge_of(holder)

    assert stranger.fault(document) is None
    assert not stranger.says(document, "revocation")
    assert either_world.client.get(path_of(document)).content == document


def test_badge_certificate_and_registry_say_the_same(world: World) -> None:
    holder = a_holder(world)

    badge, certificate, public = json.loads(badge_of(holder)), holder.get("/certificate").json(), holder.registry()
    subject = badge["credentialSubject"]

    assert subject["name"] == certificate["name"] == public.json()["holder_name"]
    assert subject["licenseNumber"] == certificate["number"] == public.json()["number"]
    assert badge["validUntil"] == certificate["ends_at"] == public.json()["valid_until_instant"]
    assert badge["awardedDate"] == badge["validFrom"] == "2026-03-02T05:00:00Z"
    assert certificate["awarded_on"] == public.json()["valid_from"] == "2026-03-02"


def test_the_holder_and_staff_download_the_badge_and_a_stranger_does_not(world: World) -> None:
    holder = a_holder(world)
    path = f"/v1/credentials/{holder.credential_id}/badge"
    another = world.token(subject="bea")
    world.id_of(another)

    assert holder.get("/badge").status_code == holder.get("/badge", officer(world)).status_code == 200
    assert world.client.get(path, headers=another).status_code == 404
    assert world.client.get(path).status_code == 401
    assert world.client.get(path, headers=world.token(Role.PARTNER)).status_code == 403


def test_an_identity_is_told_by_its_salted_hash_alone(world: World) -> None:
    holder = a_holder(world)

    (identifier,) = json.loads(badge_of(holder))["credentialSubject"]["identifier"]

    assert identifier["hashed"] is True
    assert len(bytes.fromhex(identifier["salt"])) == 16
    assert b"example.org" not in badge_of(holder)


def test_a_body_without_a_publisher_issues_credentials_all_the_same(world: World) -> None:
    object.__setattr__(world.units, "_publisher", None)

    holder = a_holder(world)

    assert holder.get().json()["status"] == "active"
    assert holder.get("/badge").status_code == 404
    assert signatures(world) == {"badges": [], "status_places": [], "status_lists": []}


# --- forms


@pytest.mark.parametrize(
    ("accept", "media_type", "starts"),
    [
        pytest.param(None, "application/vc", b'{"@context"', id="nothing said"),
        pytest.param("*/*", "application/vc", b'{"@context"', id="anything"),
        pytest.param("application/vc", "application/vc", b'{"@context"', id="a credential"),
        pytest.param("APPLICATION/VC", "application/vc", b'{"@context"', id="capitals"),
        pytest.param("application/ld+json", "application/ld+json", b'{"@context"', id="linked data"),
        pytest.param("application/json", "application/json", b'{"@context"', id="plain JSON"),
        pytest.param("application/vc+jwt", "application/vc+jwt", b"eyJ", id="W3C's JWT"),
        pytest.param("application/jwt", "application/jwt", b"eyJ", id="Open Badges' JWT"),
        pytest.param("text/plain", "text/plain; charset=utf-8", b"eyJ", id="a compact JWS"),
        pytest.param("text/html, application/vc+jwt;q=0.3, application/vc;q=0.9", "application/vc", b"{", id="weights"),
        pytest.param("application/vc;q=0, */*;q=0.1", "application/ld+json", b"{", id="the closest range counts"),
        pytest.param('application/ld+json; profile="x";q=0.5', "application/ld+json", b"{", id="a parameter"),
    ],
)
def test_the_form_follows_accept(world: World, accept: str | None, media_type: str, starts: bytes) -> None:
    holder = a_holder(world)

    answer = holder.get("/badge", {**holder.header, "accept": accept or ""} if accept else holder.header)

    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert answer.content.startswith(starts)
    assert "Accept" in answer.headers["vary"]


def test_a_form_that_there_is_not_is_refused_with_those_there_are(world: World) -> None:
    holder = a_holder(world)
    before = everything(world)

    refused = holder.get("/badge", {**holder.header, "accept": "application/pdf, text/html;q=0.2"})

    assert (refused.status_code, refused.json()["code"]) == (406, "not_acceptable")
    assert "application/vc+jwt" in refused.json()["detail"]
    assert everything(world) == before


@pytest.mark.parametrize("securing", ["eddsa-rdfc-2022", "ecdsa-rdfc-2019", "eddsa-jcs-2022"])
def test_another_suite_signs_the_same_on_request(world: World, securing: str) -> None:
    holder = a_holder(world)

    asked = holder.get(f"/badge?securing={securing}").json()

    assert as_list(asked.pop("proof"))[0]["cryptosuite"] == securing
    assert asked == {name: value for name, value in json.loads(badge_of(holder)).items() if name != "proof"}


def test_a_suite_and_a_form_that_contradict_are_refused(world: World) -> None:
    holder = a_holder(world)

    refused = holder.get("/badge?securing=vc%2Bjwt", {**holder.header, "accept": "application/vc"})

    assert (refused.status_code, "application/vc+jwt" in refused.json()["detail"]) == (406, True)


def test_a_bare_plus_in_a_query_is_a_space_and_so_no_suite(world: World) -> None:
    holder = a_holder(world)

    said = [holder.get(f"/badge?securing=vc{plus}jwt").status_code for plus in ("%2B", "+")]

    assert said == [200, 422]


def test_who_has_the_document_is_told_so(world: World) -> None:
    document = badge_of(a_holder(world))

    first = world.client.get(path_of(document))
    again = world.client.get(path_of(document), headers={"if-none-match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["access-control-allow-origin"] == "*"


def test_an_achievement_and_its_criteria_are_found_where_badges_say(world: World) -> None:
    stated = json.loads(badge_of(a_holder(world)))["credentialSubject"]["achievement"]

    achievement = world.client.get(stated["id"].removeprefix(ADDRESS))
    criteria = world.client.get(stated["criteria"]["id"].removeprefix(ADDRESS))
    read = world.client.get(stated["criteria"]["id"].removeprefix(ADDRESS), headers={"accept": "text/plain"})

    assert achievement.headers["content-type"] == criteria.headers["content-type"] == "application/ld+json"
    assert {name: value for name, value in achievement.json().items() if name != "@context"} == stated
    assert criteria.json()["narrative"] == read.text == stated["criteria"]["narrative"]
    # The edition never changes, but its sentences are the service's own, and may be worded better one day.
    assert {one.headers["cache-control"] for one in (achievement, criteria, read)} == {"public, max-age=86400"}


@pytest.mark.parametrize(
    "path",
    [
        "/v1/badges/0190f3c2-8a5e-7c11-9d2b-5f0e6a7b8c9d",
        "/v1/badges/0190f3c2-8a5e-7c11-9d2b-5f0e6a7b8c9d/refresh",
        "/v1/status-lists/0190f3c2-8a5e-7c11-9d2b-5f0e6a7b8c9d",
        "/v1/programs/CPOM/policies/cpom-1999/achievement",
        "/v1/programs/OTHER/policies/cpom-2026/achievement/criteria",
    ],
)
def test_what_there_is_not_is_not_found(world: World, path: str) -> None:
    a_holder(world)

    assert world.client.get(path).status_code == 404


# --- a life, seen from outside


@pytest.mark.parametrize("profile", ["vcdm2", "ob30-strict"])
def test_a_suspension_shows_until_it_is_lifted(either_world: World, profile: str) -> None:
    holder = a_holder(either_world, {"/badges/profile": profile})
    stranger, held = Stranger(either_world), badge_of(holder)

    holder.post("/suspension", REASON, officer(either_world))
    suspended, refused = stranger.fault(held), refreshed(either_world, held)
    holder.post("/lift", REASON, officer(either_world))

    if profile == "vcdm2":
        assert suspended is not None
        assert "'suspension' is set" in suspended
        assert not stranger.says(held, "suspension")
    else:
        assert suspended is None
    assert (refused.status_code, refused.json()["code"]) == (409, "badge_suspended")
    assert stranger.fault(held) is None
    assert refreshed(either_world, held).content == badge_of(holder) == held


@pytest.mark.parametrize("profile", ["vcdm2", "ob30-strict"])
@pytest.mark.parametrize("verb", ["revocation", "retirement"])
def test_a_credential_withdrawn_fails_everywhere_for_good(either_world: World, verb: str, profile: str) -> None:
    holder = a_holder(either_world, {"/badges/profile": profile})
    stranger, held = Stranger(either_world), badge_of(holder)

    assert holder.post(f"/{verb}", REASON, officer(either_world)).status_code == 200

    assert stranger.says(held, "revocation")
    assert "'revocation' is set" in str(stranger.fault(held))
    refused = refreshed(either_world, held)
    assert (refused.status_code, refused.json()["code"]) == (409, "badge_withdrawn")
    assert either_world.client.get(path_of(held)).content == held


def asked(holder: Holder, document: bytes, securing: Securing) -> list[Response]:
    """A badge in one securing, of its credential for the holder and for staff, and at its own address."""
    query = f"?securing={quote(securing.value)}"
    whose = [holder.get(f"/badge{query}", header) for header in (holder.header, officer(holder.world))]
    return [*whose, holder.world.client.get(path_of(document) + query)]


@pytest.mark.parametrize("profile", ["vcdm2", "ob30-strict"])
@pytest.mark.parametrize(
    ("verb", "code"),
    [("suspension", "badge_suspended"), ("revocation", "badge_withdrawn"), ("retirement", "badge_withdrawn")],
)
def test_while_a_credential_does_not_stand_its_badge_is_not_handed_out_nor_signed_in_another_form(
    either_world: World, verb: str, code: str, profile: str
) -> None:
    holder = a_holder(either_world, {"/badges/profile": profile})
    held = badge_of(holder)
    holder.post(f"/{verb}", REASON, officer(either_world))
    before = signatures(either_world)

    answers = {one: asked(holder, held, one) for one in Securing}

    *of_credential, at_its_address = answers.pop(MASTER)
    assert (at_its_address.status_code, at_its_address.content) == (200, held)
    refused = [*of_credential, *(answer for some in answers.values() for answer in some)]
    assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(409, code)}
    assert len(refused) == 3 * len(Securing) - 1
    assert signatures(either_world) == before


def test_once_a_suspension_is_lifted_the_badge_is_handed_out_in_every_form_again(world: World) -> None:
    holder = a_holder(world)
    held = badge_of(holder)
    holder.post("/suspension", REASON, officer(world))

    holder.post("/lift", REASON, officer(world))

    assert {answer.status_code for one in Securing for answer in asked(holder, held, one)} == {200}


def test_a_revocation_during_a_suspension_leaves_one_bit(world: World) -> None:
    holder = a_holder(world)
    stranger, held = Stranger(world), badge_of(holder)
    holder.post("/suspension", REASON, officer(world))
    midday(world, AWARDED + 2 * DAY)

    holder.post("/revocation", REASON, officer(world))

    assert (stranger.says(held, "revocation"), stranger.says(held, "suspension")) == (True, False)


def test_a_renewal_makes_a_new_version_and_leaves_the_old_file_as_it_was(either_world: World) -> None:
    holder = a_holder(either_world)
    stranger, held = Stranger(either_world), badge_of(holder)

    renewed(holder)

    newest = refreshed(either_world, held).content
    old, new = stranger.checked(held), stranger.checked(newest)
    assert (old["validUntil"], new["validUntil"]) == ("2029-03-03T05:00:00Z", "2032-03-03T05:00:00Z")
    assert old["awardedDate"] == new["awardedDate"] == "2026-03-02T05:00:00Z"
    assert old["credentialStatus"] == new["credentialStatus"]
    assert old["id"] != new["id"]
    assert old["credentialSubject"]["identifier"] == new["credentialSubject"]["identifier"]
    assert either_world.client.get(path_of(held)).content == held
    assert refreshed(either_world, newest).content == badge_of(holder) == newest
    assert stranger.fault(newest) is None
    midday(either_world, ENDS + DAY)
    assert "expired" in str(stranger.fault(held)).lower()
    assert stranger.fault(newest) is None


def test_a_lapse_is_told_by_the_dates_and_a_reinstatement_by_a_new_version(world: World) -> None:
    holder = a_holder(world)
    stranger, held = Stranger(world), badge_of(holder)
    midday(world, ENDS + timedelta(days=120))
    lapsed = refreshed(world, held)
    holder.earned(completed_on=ENDS - DAY)
    holder.earned(completed_on=ENDS - 2 * DAY)
    holder.paid()

    back = holder.post("/reinstatements")

    assert back.status_code in (200, 201), back.text
    newest = refreshed(world, held).content
    assert lapsed.content == held
    assert not stranger.says(newest, "revocation")
    assert json.loads(newest)["validFrom"] > json.loads(held)["validUntil"]
    assert json.loads(newest)["awardedDate"] == json.loads(held)["awardedDate"]
    assert stranger.fault(newest) is None


def test_a_corrected_name_stands_in_the_refreshed_badge_only(world: World) -> None:
    holder = a_holder(world)
    stranger, held = Stranger(world), badge_of(holder)
    with world.unit() as uow:
        candidate = uow.candidates.get(holder.candidate_id)
        name = type(candidate.legal_name)(family="Ångström-Okafor", given="Adaeze")
        uow.candidates.save(type(candidate)(**{**_fields(candidate), "legal_name": name}))

    assert holder.post("/name-correction", None, officer(world)).status_code == 200

    newest = refreshed(world, held).content
    assert json.loads(held)["credentialSubject"]["name"] == "Adaeze Okafor"
    assert json.loads(newest)["credentialSubject"]["name"] == "Adaeze Ångström-Okafor"
    assert stranger.fault(held) is stranger.fault(newest) is None


def _fields(entity: Any) -> dict[str, Any]:
    return {name: getattr(entity, name) for name in entity.__dataclass_fields__}


def test_a_rotation_leaves_old_files_good_and_signs_what_comes_with_the_new_key(world: World, tmp_path: Path) -> None:
    first = a_holder(world)
    held = badge_of(first)

    FileKeyProvider(tmp_path / "keys").rotate(EDDSA)
    second = badge_of(a_holder(world, subject="bea"))

    stranger = Stranger(world)
    assert stranger.fault(held) is stranger.fault(second) is None
    assert refreshed(world, held).content == held
    assert _method(held) != _method(second)


def test_after_a_compromise_old_files_fail_and_a_refresh_heals_them(either_world: World, tmp_path: Path) -> None:
    holder = a_holder(either_world)
    held, keys, stranger = badge_of(holder), FileKeyProvider(tmp_path / "keys"), Stranger(either_world)

    keys.revoke(EDDSA, keys.current(EDDSA).kid)
    broken = stranger.fault(held, status=False)
    with either_world.unit() as uow:
        done = replace_key(uow, _method(held), 10)
    with either_world.unit() as uow:
        again = replace_key(uow, _method(held), 10)

    newest = refreshed(either_world, held).content
    assert broken is not None
    assert (done, again) == (Replaced(badges=1, lists=2), Replaced(badges=0, lists=0))
    assert stranger.fault(newest) is None
    assert not stranger.says(newest, "revocation")
    assert json.loads(newest)["credentialSubject"]["name"] == json.loads(held)["credentialSubject"]["name"]
    assert stranger.fault(either_world.client.get(path_of(held)).content) is None


def _method(document: bytes) -> str:
    method: str = as_list(json.loads(document)["proof"])[0]["verificationMethod"]
    return method


def test_an_erasure_takes_every_version_and_the_salt_and_leaves_the_place_taken(either_world: World) -> None:
    holder = a_holder(either_world)
    held = badge_of(holder)

    with either_world.unit() as uow:
        forget(uow, holder.candidate_id)

    assert either_world.client.get(path_of(held)).status_code == 404
    assert refreshed(either_world, held).status_code == 404
    assert holder.get("/badge").status_code == 404
    with either_world.unit() as uow:
        (place,) = uow.status_places.find(credential_id=holder.credential_id)
        assert (place.salt, uow.badges.count()) == (None, 0)


def test_a_refused_change_leaves_badges_and_lists_as_they_were(world: World) -> None:
    holder = a_holder(world)
    holder.post("/revocation", REASON, officer(world))
    before = signatures(world)

    again = holder.post("/revocation", REASON, officer(world))
    renewal = holder.post("/renewals")

    assert (again.status_code, renewal.status_code) == (409, 409)
    assert signatures(world) == before
