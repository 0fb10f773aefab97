"""What a holder says of themselves; what is erased with them, and what the journal keeps of it."""

from typing import Any, Final

import pytest
from httpx2 import Response

from api.badge_host_description import PROFILE, STATE
from domain.credentials.actions_standing import forget
from domain.hosting.model import HolderProfile, HostedBadge
from domain.paging import PageRequest
from tests.api.badge_host.host import asked, given, listed, told
from tests.builders_credentials import Holder, a_holder
from tests.builders_foreign import ID, Issuer, a_badge
from tests.world import World

# --- the profile

WHOLE: Final = {
    "@context": ["https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
    "id": "urn:anything",
    "type": ["Profile"],
    "name": "Another Name",
    "givenName": "Another",
    "dateOfBirth": "1999-01-01",
    "url": "https://ada.example/",
    "phone": "+1 555 0100",
    "description": "Pharmacist.",
    "image": {"id": "https://ada.example/me.png", "type": "Image", "caption": "Ada"},
    "email": "ada@example.org",
    "address": {"type": ["Address"], "addressLocality": "Lagos", "addressCountryCode": "NG"},
    "otherIdentifier": [{"type": "IdentifierEntry", "identifier": "0000-0002", "identifierType": "identifier"}],
}
_STATED: Final = ("url", "phone", "description", "image", "email", "address", "otherIdentifier")


def stated(world: World, body: Any) -> Response:
    return asked(world, "PUT", "/profile", STATE, json=body)


def test_the_profile_is_the_name_on_the_certificate_until_the_holder_says_more(holder: Holder) -> None:
    answer = asked(holder.world, "GET", "/profile", PROFILE)

    assert set(answer.json()) == {"@context", "id", "type", "name"}
    assert answer.json()["name"] == holder.credential.name


def test_what_a_holder_states_is_merged_with_the_name_on_the_certificate(either_world: World) -> None:
    holder = a_holder(either_world)

    answer = stated(either_world, WHOLE)

    read = asked(either_world, "GET", "/profile", PROFILE).json()
    assert answer.status_code == 200, answer.text
    assert answer.json() == read
    assert {name: read[name] for name in _STATED} == {name: WHOLE[name] for name in _STATED}
    assert read["name"] == holder.credential.name
    assert read["id"] == f"urn:uuid:{holder.candidate_id}"
    assert "givenName" not in read
    assert "dateOfBirth" not in read


def test_a_statement_takes_the_place_of_the_one_before(holder: Holder) -> None:
    stated(holder.world, WHOLE)

    answer = stated(holder.world, {"type": ["Profile"], "phone": "555"})

    assert set(answer.json()) == {"@context", "id", "type", "name", "phone"}
    with holder.world.unit() as uow:
        assert [one.version for one in uow.holder_profiles.find()] == [2]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"phone": "call me"}, "/body/phone"),
        ({"url": "javascript:alert(1)"}, "/body/url"),
        ({"url": "https://e.example/" + "x" * 2_000}, "/body/url"),
        ({"email": "nobody"}, "/body/email"),
        ({"description": "x" * 4_001}, "/body/description"),
        ({"image": {"id": "data:image/png;base64,AA", "type": "Image"}}, "/body/image/id"),
        ({"image": "https://e.example/"}, "/body/image"),
        ({"address": {"type": ["Address"], "addressCountryCode": "Nigeria"}}, "/body/address/addressCountryCode"),
        ({"otherIdentifier": [{"identifier": "1", "identifierType": "x"}] * 21}, "/body/otherIdentifier"),
        ({"official": "A. Person"}, "/body/official"),
        ({"endorsement": []}, "/body/endorsement"),
        ({"parentOrg": {}}, "/body/parentOrg"),
        ([], "/body"),
        ("x", "/body"),
    ],
)
def test_what_a_holder_may_not_state_is_refused_with_its_place(holder: Holder, body: Any, where: str) -> None:
    stated(holder.world, {"phone": "555"})

    answer = stated(holder.world, body)

    assert told(answer)[:2] == (400, "invalid_data")
    assert where in told(answer)[2]
    assert asked(holder.world, "GET", "/profile", PROFILE).json()["phone"] == "555"


# --- erasure, and what the journal keeps


def test_an_erasure_takes_along_what_is_kept_for_the_holder_and_nobody_elses(
    either_world: World, issuer: Issuer
) -> None:
    holder = a_holder(either_world)
    a_holder(either_world, subject="bea")
    for subject in ("ada", "bea"):
        given(either_world, issuer.signed(), subject=subject)
        asked(either_world, "PUT", "/profile", STATE, subject, json=WHOLE)

    with either_world.unit() as uow:
        forget(uow, holder.candidate_id)

    with either_world.unit() as uow:
        left: list[HostedBadge | HolderProfile] = [*uow.hosted_badges.find(), *uow.holder_profiles.find()]
    assert len(left) == 2
    assert holder.candidate_id not in {one.candidate_id for one in left}
    assert listed(either_world).headers["x-total-count"] == "0"


def test_the_journal_says_that_something_was_kept_and_not_what(holder: Holder, issuer: Issuer) -> None:
    world = holder.world
    given(world, issuer.signed())
    given(world, issuer.signed(a_badge(issuer.did, validFrom="2025-02-01T00:00:00Z")))
    stated(world, WHOLE)
    stated(world, WHOLE)

    with world.unit() as uow:
        found = [
            one for one in uow.journal_page(PageRequest(limit=200)).items if "host" in one.kind or "holder" in one.kind
        ]

    assert [one.kind for one in found] == ["hosted_badge.kept", "hosted_badge.replaced", "holder_profile.stated"]
    assert not any(secret in str(found) for secret in (issuer.did, ID, "ada@example.org", "Teamwork"))
