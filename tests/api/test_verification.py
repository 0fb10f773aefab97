"""Presented badges: every form that we issue verifies, and whatever is wrong with one is told, check by check."""

import json
from base64 import urlsafe_b64decode
from typing import Any
from urllib.parse import quote

import pytest

from adapters.badges.baking import bake, unbake
from adapters.strict import to_base64url
from domain.badges.facts import Securing
from domain.certificates.model import Picture
from tests.builders_badges import publisher_of
from tests.builders_credentials import ENDS, Holder, midday, officer
from tests.world import World

FORMS = list(Securing)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"></svg>'


def presented(world: World, content: bytes | str, media_type: str = "application/octet-stream") -> Any:
    body = content.encode() if isinstance(content, str) else content
    return world.client.post("/v1/registry/verify", content=body, headers={"content-type": media_type})


def unmet(answer: Any) -> list[str]:
    return [check["code"] for check in answer.json()["checks"] if check["met"] is False]


def badge_as(holder: Holder, securing: Securing) -> bytes:
    found: bytes = holder.get(f"/badge?securing={quote(securing.value)}").content
    return found


@pytest.mark.parametrize("securing", FORMS)
def test_every_form_that_we_issue_verifies(holder: Holder, securing: Securing) -> None:
    answer = presented(holder.world, badge_as(holder, securing))

    said = answer.json()
    assert answer.status_code == 200, answer.text
    assert said["valid"] is True, said
    assert (said["securing"], said["number"], said["standing"]) == (securing, holder.credential.number, "active")
    assert unmet(answer) == []


@pytest.mark.parametrize("securing", [Securing.EDDSA_RDFC, Securing.OB_JWT])
def test_a_badge_baked_into_a_picture_verifies(holder: Holder, securing: Securing) -> None:
    image = bake(SVG, Picture.SVG, badge_as(holder, securing).decode())

    answer = presented(holder.world, image, "image/svg+xml")

    assert unbake(image)
    assert (answer.json()["valid"], answer.json()["image"]) == (True, True)


def test_the_same_document_written_another_way_is_the_same_badge(holder: Holder) -> None:
    document = json.loads(badge_as(holder, Securing.EDDSA_RDFC))
    turned = json.dumps(dict(reversed(document.items())), indent=3, ensure_ascii=True)

    assert presented(holder.world, turned, "application/json").json()["valid"] is True


@pytest.mark.parametrize(
    ("step", "code", "standing"),
    [("suspension", "not_suspended", "suspended"), ("revocation", "not_revoked", "revoked")],
)
@pytest.mark.parametrize("securing", FORMS)
def test_a_badge_that_fell_is_told_so_in_every_form(
    holder: Holder, securing: Securing, step: str, code: str, standing: str
) -> None:
    badge = badge_as(holder, securing)
    holder.post(f"/{step}", {"reason": "The board acted."}, officer(holder.world))

    answer = presented(holder.world, badge)

    assert answer.json()["valid"] is False
    assert unmet(answer) == [code, "in_force"]
    assert answer.json()["standing"] == standing


def test_a_badge_whose_time_is_over_has_ended(holder: Holder) -> None:
    badge = badge_as(holder, Securing.EDDSA_RDFC)
    midday(holder.world, ENDS.replace(year=ENDS.year + 1))

    answer = presented(holder.world, badge)

    assert answer.json()["valid"] is False
    assert {"not_ended", "in_force"} <= set(unmet(answer))


def test_a_badge_with_a_newer_version_holds_with_a_notice(holder: Holder) -> None:
    badge = badge_as(holder, Securing.EDDSA_RDFC)
    with holder.world.unit() as uow:
        candidate = uow.candidates.get(holder.candidate_id)
        from dataclasses import replace  # noqa: PLC0415 - this test alone changes a name by hand

        name = replace(candidate.legal_name, family="Newname")
        uow.candidates.save(replace(candidate, legal_name=name))
    corrected = holder.post("/name-correction", {"reason": "Married."}, officer(holder.world))

    answer = presented(holder.world, badge)

    assert corrected.status_code == 200, corrected.text
    assert (answer.json()["valid"], unmet(answer)) == (True, ["newest"])


@pytest.mark.parametrize(
    ("path", "value", "first"),
    [
        pytest.param(["name"], "Another title", "unaltered", id="another title"),
        pytest.param(["credentialSubject", "name"], "Someone Else", "unaltered", id="another name"),
        pytest.param(["credentialSubject", "licenseNumber"], "0000-0000-0000-0000", "unaltered", id="another number"),
        pytest.param(["credentialSubject", "identifier", 0, "hashed"], 1, "unaltered", id="1 for true"),
        pytest.param(["validUntil"], "2099-01-01T00:00:00Z", "unaltered", id="a later end"),
        pytest.param(["unheardOf"], "an unsigned member", "unaltered", id="a member that no context defines"),
        pytest.param(["@context", 2], "https://evil.example/context.json", "unaltered", id="another context"),
        pytest.param(["credentialStatus", 0, "statusListIndex"], "7", "unaltered", id="another place in the list"),
        pytest.param(["issuer", "id"], "did:web:evil.example", "issuer", id="another issuer"),
        pytest.param(["id"], "https://certifier.example/v1/badges/none", "issuer", id="an address that is none"),
        pytest.param(["type"], ["VerifiableCredential"], "issuer", id="no badge by its types"),
        pytest.param(["proof", "proofValue"], None, "proof", id="another signature"),
        pytest.param(["proof", "created"], "2026-01-01T00:00:00Z", "proof", id="another time of signing"),
        pytest.param(["proof", "verificationMethod"], "did:web:evil.example#key", "proof", id="another key"),
    ],
)
def test_what_is_changed_in_a_badge_is_found(holder: Holder, path: list[str | int], value: object, first: str) -> None:
    document = json.loads(badge_as(holder, Securing.EDDSA_RDFC))
    place: Any = document
    for part in path[:-1]:
        place = place[part]
    last = path[-1]
    place[last] = _other_signature(place[last]) if value is None else value

    answer = presented(holder.world, json.dumps(document))

    assert answer.json()["valid"] is False
    assert unmet(answer) == [first]
    assert after(answer, first) == {None}
    assert (answer.json()["number"], answer.json()["standing"]) == (None, None)


def after(answer: Any, code: str) -> set[bool | None]:
    """What came of the checks that stand behind this one."""
    checks = answer.json()["checks"]
    return {check["met"] for check in checks[[check["code"] for check in checks].index(code) + 1 :]}


def _other_signature(stated: str) -> str:
    """As long, of the same alphabet, with one symbol changed."""
    return f"{stated[:-1]}{'2' if stated[-1] != '2' else '3'}"


@pytest.mark.parametrize(
    "header",
    [
        pytest.param({"alg": "none"}, id="no algorithm"),
        pytest.param({"alg": "HS256"}, id="a symmetric algorithm"),
        pytest.param({"typ": "vc+jwt"}, id="the other dialect's type"),
        pytest.param({"jwk": {}}, id="a key of its own"),
        pytest.param({"crit": ["exp"]}, id="a critical member"),
        pytest.param({"kid": 7}, id="a key that is no text"),
    ],
)
def test_a_token_with_another_header_is_no_badge(holder: Holder, header: dict[str, object]) -> None:
    head, body, signature = badge_as(holder, Securing.OB_JWT).decode().split(".")
    stated = json.loads(urlsafe_b64decode(head + "=="))
    forged = f"{to_base64url(json.dumps({**stated, **header}).encode())}.{body}.{signature}"

    answer = presented(holder.world, forged, "application/jwt")

    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable_badge")


PROOF = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-rdfc-2022",
    "created": "2026-03-01T17:30:00Z",
    "verificationMethod": "did:web:certifier.example#key",
    "proofPurpose": "assertionMethod",
    "proofValue": "z",
}


def _with_proof(*proofs: object) -> bytes:
    return json.dumps({"id": 1, "proof": list(proofs)}).encode()


@pytest.mark.parametrize(
    ("content", "code", "pointer"),
    [
        pytest.param(b" \n", "empty", "", id="nothing"),
        pytest.param(b"null", "malformed", "", id="a JSON word"),
        pytest.param(b"[]", "malformed", "", id="a list"),
        pytest.param(b"{}", "no_proof", "/proof", id="an empty object"),
        pytest.param(b'{"proof": [], "id": 1}', "no_proof", "/proof", id="no proof"),
        pytest.param(_with_proof(PROOF, PROOF), "several_proofs", "/proof", id="two proofs"),
        pytest.param(_with_proof("z"), "malformed_proof", "/proof", id="a proof that is a text"),
        pytest.param(_with_proof({"cryptosuite": "eddsa-rdfc-2022"}), "malformed_proof", "/proof", id="half a proof"),
        pytest.param(
            _with_proof({**PROOF, "cryptosuite": "bbs-2023"}), "unknown_suite", "/proof/cryptosuite", id="another suite"
        ),
        pytest.param(_with_proof({**PROOF, "type": "Ed25519Signature2020"}), "unknown_proof", "/proof/type", id="type"),
        pytest.param(
            _with_proof({**PROOF, "proofPurpose": "authentication"}),
            "wrong_purpose",
            "/proof/proofPurpose",
            id="another purpose",
        ),
        pytest.param(_with_proof(PROOF), "malformed_signature", "/proof/proofValue", id="no signature's bytes"),
        pytest.param(b'{"a": 1, "a": 2, "proof": {}}', "not_json", "", id="a member twice"),
        pytest.param(b'{"a": NaN, "proof": {}}', "not_json", "", id="not a number"),
        pytest.param(b'{"a": "\xff\xfe"}', "not_utf8", "", id="another encoding"),
        pytest.param(b'{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}", "not_json", "", id="very deep"),
        pytest.param(b'{"a":' + b"[" * 30 + b"]" * 30 + b"}", "too_deep", "", id="deep"),
        pytest.param(b'{"a": [' + b"1," * 90_000 + b"1]}", "too_deep", "", id="very wide"),
        pytest.param(b'{"a": "' + b"x" * 300_000 + b'"}', "too_large", "", id="very long"),
        pytest.param(b"eyJhbGciOiJub25lIn0.e30.", "malformed_header", "/header", id="half a header"),
        pytest.param(
            b"eyJhbGciOiJub25lIiwia2lkIjoiayIsInR5cCI6IkpXVCJ9.e30.", "unknown_algorithm", "/header/alg", id="unsigned"
        ),
        pytest.param(b"eyJ.eyJ", "malformed", "", id="two words"),
    ],
)
def test_what_is_no_badge_is_refused_for_its_reason_and_not_repeated(
    world: World, content: bytes, code: str, pointer: str
) -> None:
    refused = presented(world, content)

    assert (refused.status_code, refused.json()["code"]) == (422, "unreadable_badge")
    assert [(one["code"], one["pointer"]) for one in refused.json()["errors"]] == [(code, f"/body{pointer}")]
    assert "xxx" not in refused.text


def test_a_picture_cut_short_is_told_as_a_picture(world: World) -> None:
    refused = presented(world, b"\x89PNG\r\n\x1a\n")

    assert (refused.status_code, refused.json()["code"]) == (422, "unreadable_image")


@pytest.mark.parametrize("securing", FORMS)
def test_who_forges_a_signature_is_not_told_how_the_credential_stands(holder: Holder, securing: Securing) -> None:
    badge = badge_as(holder, securing)
    forged = _forged(badge)
    standing = presented(holder.world, forged)
    holder.post("/revocation", {"reason": "The board acted."}, officer(holder.world))

    revoked = presented(holder.world, forged)

    assert unmet(standing) == ["proof"]
    assert standing.content == revoked.content


def _forged(badge: bytes) -> bytes:
    """The same badge, signed by nobody."""
    if not badge.startswith(b"{"):
        head, _, mark = badge.rpartition(b".")
        return head + b"." + (b"B" if mark[:1] == b"A" else b"A") + mark[1:]
    document = json.loads(badge)
    document["proof"]["proofValue"] = _other_signature(document["proof"]["proofValue"])
    return json.dumps(document).encode()


@pytest.mark.parametrize("media_type", ["application/json", "application/vc", "application/vc+jwt", "text/plain"])
@pytest.mark.parametrize("securing", [Securing.EDDSA_RDFC, Securing.VC_JWT, Securing.OB_JWT])
def test_a_badge_is_known_by_what_it_is_whatever_it_is_called(
    holder: Holder, securing: Securing, media_type: str
) -> None:
    answer = presented(holder.world, badge_as(holder, securing), media_type)

    assert (answer.status_code, answer.json()["valid"]) == (200, True), answer.text


def test_another_bodys_badge_is_judged_no_further(holder: Holder) -> None:
    publisher = publisher_of(holder.world)
    document = json.loads(badge_as(holder, Securing.EDDSA_RDFC))
    document["issuer"]["id"] = "did:web:another.example"
    document["id"] = document["id"].replace(publisher.base_url, "https://another.example")

    said = presented(holder.world, json.dumps(document)).json()

    assert [check["met"] for check in said["checks"]] == [False, *([None] * 9)]


def test_an_erased_badge_and_one_that_never_was_are_told_alike(holder: Holder) -> None:
    document = json.loads(badge_as(holder, Securing.EDDSA_RDFC))
    never = {**document, "id": document["id"][:-4] + "ffff"}
    with holder.world.unit() as uow:
        for badge in uow.badges.find(credential_id=holder.credential_id):
            uow.badges.remove(badge)

    said = [presented(holder.world, json.dumps(one)).json() for one in (document, never)]

    assert said[0] == said[1]
    assert [check["code"] for check in said[0]["checks"] if check["met"] is False] == ["known"]
