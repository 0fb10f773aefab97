"""What a badge and a status list say, in the shape of each profile, and what neither will state."""

import json
import os
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from adapters.badges import schemas
from domain.badges.document import OB_SCHEMA, achievement_document, badge_document, signed_with, status_list_document
from domain.badges.errors import UnfitFacts
from domain.badges.facts import (
    AchievementFacts,
    BadgeFacts,
    BadgeProfile,
    IdentityFacts,
    Securing,
    StatusPlaceFacts,
    StatusPurpose,
)
from tests.builders_badge_facts import ACHIEVEMENT, BASE, DID, ISSUER, badge_facts, list_facts

STRICT = BadgeProfile.OB30_STRICT
STATED = {
    "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
    ],
    "id": f"{BASE}/v1/badges/5f0f8d0c-6f6e-4d9a-9e6f-1c1f6f0f8d0c",
    "type": ["VerifiableCredential", "AchievementCredential"],
    "name": "Certified Pharmacy Operations Manager",
    "issuer": {
        "id": DID,
        "type": ["Profile"],
        "name": "The Certifying Body",
        "url": BASE,
        "email": "certification@certs.example",
    },
    "awardedDate": "2026-03-01T05:00:00Z",
    "validFrom": "2026-03-01T05:00:00Z",
    "validUntil": "2099-03-02T05:00:00Z",
    "credentialSubject": {
        "id": f"{BASE}/v1/badges/5f0f8d0c-6f6e-4d9a-9e6f-1c1f6f0f8d0c#holder",
        "type": ["AchievementSubject"],
        "name": "Zoë Ångström-Li",
        "licenseNumber": "CPOM-7K3M-9Q2T-X",
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityHash": IdentityFacts.hiding("holder@mail.example", "4fd1b7a0c9").hash,
                "identityType": "emailAddress",
                "salt": "4fd1b7a0c9",
            }
        ],
        "achievement": {
            "id": f"{BASE}/programs/CPOM/editions/cpom-2026",
            "type": ["Achievement"],
            "name": "Certified Pharmacy Operations Manager",
            "description": "Leads the operations of a pharmacy.",
            "criteria": {
                "id": f"{BASE}/programs/CPOM/editions/cpom-2026/criteria",
                "narrative": "Met a pathway of the edition and passed the examination POM-001.",
            },
            "achievementType": "Certification",
            "humanCode": "CPOM",
            "version": "cpom-2026",
            "inLanguage": "en",
            "alignment": [
                {
                    "id": f"{BASE}/programs/CPOM/editions/cpom-2026#exam-POM-001",
                    "type": ["Alignment"],
                    "targetCode": "POM-001",
                    "targetName": "Certified Pharmacy Operations Manager Examination",
                    "targetFramework": "cpom-2026",
                    "targetType": "ext:Examination",
                    "targetUrl": f"{BASE}/programs/CPOM/editions/cpom-2026/criteria",
                }
            ],
            "image": {"id": f"{BASE}/badges/cpom.png", "type": "Image"},
        },
    },
    "evidence": [
        {
            "id": "urn:uuid:0190aa54-3f5e-7c7b-9d3e-3f5e7c7b9d3e",
            "type": ["Evidence"],
            "name": "Determination under policy edition cpom-2026",
            "narrative": "Every requirement of the edition was met.",
            "genre": "Determination",
        }
    ],
    "credentialStatus": [
        {
            "id": f"{BASE}/v1/status-lists/0-{purpose}#94567",
            "type": "BitstringStatusListEntry",
            "statusPurpose": purpose,
            "statusListIndex": "94567",
            "statusListCredential": f"{BASE}/v1/status-lists/0-{purpose}",
        }
        for purpose in ("revocation", "suspension")
    ],
    "credentialSchema": [{"id": f"{BASE}/schemas/achievement-credential-vcdm2.json", "type": "JsonSchema"}],
    "refreshService": {
        "id": f"{BASE}/v1/badges/5f0f8d0c-6f6e-4d9a-9e6f-1c1f6f0f8d0c/refresh",
        "type": "1EdTechCredentialRefresh",
    },
}
"""What `badge_facts()` come to, whole."""


def everything(profile: BadgeProfile = BadgeProfile.VCDM2) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps(badge_document(badge_facts(profile=profile))))
    return document


def test_a_badge_states_its_facts_and_nothing_else() -> None:
    assert everything() == STATED


def test_the_strict_profile_has_one_status_entry_for_revocation_and_names_1edtechs_schema() -> None:
    usual, strict = everything(), everything(STRICT)

    differing = {name for name in usual | strict if usual.get(name) != strict.get(name)}

    assert differing == {"credentialStatus", "credentialSchema"}
    assert strict["credentialStatus"] == usual["credentialStatus"][0]
    assert strict["credentialSchema"] == [{"id": OB_SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}]


def test_a_badge_says_no_more_than_it_is_told() -> None:
    little = badge_document(
        badge_facts(
            holder_name=None,
            evidence=(),
            refresh_url=None,
            schema_url=None,
            issuer=replace(ISSUER, email=None),
            achievement=replace(ACHIEVEMENT, image_url=None),
        )
    )

    assert json.dumps(little).count("null") == 0
    missing = {"evidence", "refreshService", "credentialSchema"}
    assert set(everything()) - set(little) == missing
    assert "name" not in little["credentialSubject"]  # type: ignore[operator]
    assert "email" not in little["issuer"]  # type: ignore[operator]


def test_the_day_of_the_award_is_kept_whatever_the_validity() -> None:
    later = datetime(2029, 3, 2, 5, tzinfo=UTC)
    renewed = badge_document(badge_facts(valid_from=later, valid_until=later + timedelta(days=1095)))

    assert (renewed["awardedDate"], renewed["validFrom"]) == ("2026-03-01T05:00:00Z", "2029-03-02T05:00:00Z")


def test_an_instant_is_written_in_utc_whatever_its_zone() -> None:
    eastern = timezone(timedelta(hours=-5))
    document = badge_document(badge_facts(valid_from=datetime(2026, 3, 1, tzinfo=eastern)))

    assert document["validFrom"] == "2026-03-01T05:00:00Z"


def test_an_identity_is_hidden_as_open_badges_hides_it() -> None:
    hidden = IdentityFacts.hiding("student@1edtech.edu", "not-a-secret")

    # printf 'student@1edtech.edunot-a-secret' | sha256sum
    assert hidden.hash == "sha256$7f91289dfb99d38964797f2335d18f8ae7be876a17d0ab027d7d3741307fb339"
    assert "student" not in repr(hidden)


def test_a_wallet_that_proved_itself_is_the_subject() -> None:
    subject = badge_document(badge_facts(holder_id="did:key:z6MkhaXg"))["credentialSubject"]

    assert subject["id"] == "did:key:z6MkhaXg"  # type: ignore[index]


def test_every_text_of_the_facts_stands_in_the_document() -> None:
    document = json.dumps(everything(), ensure_ascii=False)

    told = [getattr(ACHIEVEMENT, one.name) for one in fields(AchievementFacts)]

    assert [text for text in told if text not in document] == []


# --- schemas


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="everything"),
        pytest.param({"holder_name": None, "evidence": (), "refresh_url": None, "schema_url": None}, id="little"),
        pytest.param({"holder_id": "did:key:z6MkhaXg"}, id="a wallet"),
    ],
)
def test_a_badge_fits_the_schema_that_it_names(changes: dict[str, Any]) -> None:
    schema = json.loads(schemas.published()["achievement-credential-vcdm2.json"])
    document = json.loads(json.dumps(badge_document(badge_facts(**changes))))

    jsonschema.Draft202012Validator.check_schema(schema)
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER

    assert list(jsonschema.Draft202012Validator(schema, format_checker=checker).iter_errors(document)) == []


@pytest.mark.parametrize("member", ["issuer", "awardedDate", "validUntil", "credentialSubject", "credentialStatus"])
def test_a_badge_that_lacks_a_member_does_not_fit_its_schema(member: str) -> None:
    schema = json.loads(schemas.published()["achievement-credential-vcdm2.json"])
    document = everything()
    del document[member]

    assert not jsonschema.Draft202012Validator(schema).is_valid(document)


# 1EdTech's schema may be used to implement Open Badges, but does not say that it may be handed on: it is not kept here.
OB_SCHEMA_FILE = Path(os.environ.get("OB_SCHEMA_FILE", "ob_v3p0_achievementcredential_schema.json"))


@pytest.mark.skipif(not OB_SCHEMA_FILE.is_file(), reason="OB_SCHEMA_FILE names no copy of 1EdTech's schema")
@pytest.mark.parametrize("changes", [{}, {"holder_name": None, "evidence": (), "refresh_url": None}])
def test_the_strict_profile_fits_1edtechs_schema(changes: dict[str, Any]) -> None:
    validator = jsonschema.Draft201909Validator(json.loads(OB_SCHEMA_FILE.read_text()))
    document = json.loads(json.dumps(badge_document(badge_facts(profile=STRICT, **changes))))
    document["proof"] = [{"type": "DataIntegrityProof", "created": "2026-03-01T05:00:00Z"}]

    assert list(validator.iter_errors(document)) == []
    assert [fault.json_path for fault in validator.iter_errors(everything())] == ["$.credentialStatus"]


# --- status lists


def test_a_status_list_states_its_facts_and_nothing_else() -> None:
    facts = list_facts(valid_until=datetime(2026, 4, 1, tzinfo=UTC))

    assert status_list_document(facts) == {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": f"{BASE}/v1/status-lists/0-revocation",
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": DID,
        "validFrom": "2026-03-01T17:30:00Z",
        "validUntil": "2026-04-01T00:00:00Z",
        "credentialSubject": {
            "id": f"{BASE}/v1/status-lists/0-revocation#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": facts.encoded,
            "ttl": 300_000,
        },
    }


@pytest.mark.parametrize("otherwise", [{"encoded": "H4sIAAA"}, {"ttl": -1}, {"id": "status-lists/0"}])
def test_a_status_list_that_nobody_could_read_is_refused(otherwise: dict[str, Any]) -> None:
    with pytest.raises(UnfitFacts):
        status_list_document(list_facts(**otherwise))


def test_an_achievement_by_itself_is_what_badges_state() -> None:
    alone = achievement_document(ACHIEVEMENT)

    assert {name: value for name, value in alone.items() if name != "@context"} == everything()["credentialSubject"][
        "achievement"
    ]


# --- refusals


@pytest.mark.parametrize(
    "address",
    [
        "",
        "badges/1",
        "/v1/badges/1",
        "javascript:alert(1)",
        "ftp://certs.example/1",
        "https://",
        "https://certs.example/a b",
        "https://certs.example/<b>",
        'https://certs.example/"',
        "https://certs.example/\\",
        "https://certs.example/{id}",
        "https://certs.example/%zz",
        "https://certs.example/%4",
        "https://certs.example/a#b#c",
        "https://certs.example/é",
        "https://certs.example/\n",
        "https://certs.example/1\n",
        "_:b0",
        "https://certs.example/" + "a%2Fb" * 5000 + " ",
    ],
)
def test_an_id_that_a_processor_would_drop_or_change_is_refused(address: str) -> None:
    for facts in (
        badge_facts(id=address),
        badge_facts(refresh_url=address),
        badge_facts(achievement=replace(ACHIEVEMENT, criteria_url=address)),
        badge_facts(places=tuple(replace(place, list_url=address) for place in badge_facts().places)),
    ):
        with pytest.raises(UnfitFacts, match="URI"):
            badge_document(facts)


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "\ufffe", "name\uffff"])
def test_text_that_readers_take_differently_is_refused(text: str) -> None:
    for facts in (badge_facts(holder_name=text), badge_facts(achievement=replace(ACHIEVEMENT, criteria=text))):
        with pytest.raises(UnfitFacts, match="text"):
            badge_document(facts)


@pytest.mark.parametrize(
    ("otherwise", "why"),
    [
        pytest.param({"valid_from": datetime(2026, 3, 1)}, "zone", id="a time without a zone"),  # noqa: DTZ001
        pytest.param({"valid_until": datetime(2026, 3, 1, 5, tzinfo=UTC)}, "ends", id="a validity of no length"),
        pytest.param({"places": ()}, "place", id="no places"),
    ],
)
def test_facts_that_no_badge_can_state_are_refused(otherwise: dict[str, Any], why: str) -> None:
    with pytest.raises(UnfitFacts, match=why):
        badge_document(badge_facts(**otherwise))


@pytest.mark.parametrize("index", [-1, 2**31])
def test_a_place_that_no_list_has_is_refused(index: int) -> None:
    places = tuple(replace(place, index=index) for place in badge_facts().places)

    with pytest.raises(UnfitFacts, match="place"):
        badge_document(badge_facts(places=places))


@pytest.mark.parametrize(
    ("profile", "missing"),
    [
        (BadgeProfile.VCDM2, StatusPurpose.SUSPENSION),
        (BadgeProfile.VCDM2, StatusPurpose.REVOCATION),
        (STRICT, StatusPurpose.REVOCATION),
    ],
)
def test_a_profile_needs_its_places(profile: BadgeProfile, missing: StatusPurpose) -> None:
    held: tuple[StatusPlaceFacts, ...] = tuple(one for one in badge_facts().places if one.purpose is not missing)

    with pytest.raises(UnfitFacts, match="revocation"):
        badge_document(badge_facts(profile=profile, places=held))


def test_the_strict_profile_needs_no_place_for_suspension() -> None:
    facts: BadgeFacts = badge_facts(profile=STRICT, places=badge_facts().places[:1])

    assert badge_document(facts) == badge_document(badge_facts(profile=STRICT))


# --- what a signed document says of itself


@pytest.mark.parametrize(
    "signed",
    [
        pytest.param(b'{"proof":{"verificationMethod":"did:web:a#b"}}', id="a proof"),
        pytest.param(b'{"proof":[{"verificationMethod":"did:web:a#b"}]}', id="a list of proofs"),
        pytest.param(b"eyJraWQiOiJkaWQ6d2ViOmEjYiJ9.e30.x", id="a token"),
    ],
)
def test_a_signed_document_names_its_key(signed: bytes) -> None:
    assert signed_with(signed) == "did:web:a#b"


@pytest.mark.parametrize("securing", list(Securing))
def test_every_securing_has_a_registered_media_type(securing: Securing) -> None:
    assert securing.media_type == {
        Securing.VC_JWT: "application/vc+jwt",
        Securing.OB_JWT: "application/jwt",
    }.get(securing, "application/vc")
    assert securing.is_jwt is securing.media_type.endswith("jwt")
