"""A key is withdrawn: from then on nothing that it signed is handed out, on any way, whatever is still stored under it.

What comes out is verified from what anybody can fetch, with libraries and recomputations that are not ours.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from adapters.badges.baking import unbake
from adapters.badges.signer import KeyedBadgeSigner
from adapters.strict import from_base64url
from api.badge_host_description import READ
from domain.badges.facts import Securing, StatusPurpose
from domain.badges.keys import BADGE_PURPOSES, EDDSA, ES256
from domain.badges.rules import list_id
from domain.wallets.actions import CONFIGURATIONS
from tests.api.test_badges import path_of
from tests.api.wallet import Wallet, offered
from tests.api.withdrawn_key.house import House
from tests.builders_badge_facts import spelled
from tests.builders_badges import Stranger, as_list, badge_of
from tests.builders_credentials import Holder, a_holder, officer
from tests.world import ADDRESS, World

LISTS = [f"/v1/status-lists/{list_id(0, purpose)}" for purpose in StatusPurpose]
LIST_TYPES = ("application/vc", "application/vc+jwt")


def handed_out(house: House, holder: Holder, first: bytes) -> Iterator[tuple[str, bytes]]:
    """Everything signed that this service gives of a holder's badge, by each way that gives it."""
    world = house.world
    for securing in Securing:
        query = {"securing": securing.value}
        path = f"/v1/credentials/{holder.credential_id}/badge"
        yield f"of its credential, {securing}", _got(world, path, query, holder)
        yield f"by its id, {securing}", _got(world, path_of(first), query)
        yield f"refreshed, {securing}", _got(world, f"{path_of(first)}/refresh", query)
        for picture in ("png", "svg"):
            baked = _got(world, f"{path}.{picture}", query, holder)
            yield f"in a {picture}, {securing}", unbake(baked).encode()
    token = {"authorization": f"Bearer {world.issuer.mint('ada', scope=READ)}"}
    hosted = json.loads(house.fetch("/ims/ob/v3p0/credentials", **token))
    yield from (("hosted", json.dumps(one).encode()) for one in hosted["credential"])
    yield from (("hosted as a token", one.encode()) for one in hosted["compactJwsString"])
    for configuration in CONFIGURATIONS:
        wallet = Wallet(world)
        answer = wallet.fetch(wallet.token(offered(holder)), configuration)
        (given,) = answer.json()["credentials"]
        badge = given["credential"]
        yield f"to a wallet, {configuration}", (badge if isinstance(badge, str) else json.dumps(badge)).encode()
    for path in LISTS:
        for media_type in LIST_TYPES:
            yield f"list, {media_type}", house.fetch(path, accept=media_type)


def _got(world: World, path: str, query: Mapping[str, str], holder: Holder | None = None) -> bytes:
    answer = world.client.get(path, params=query, headers=holder.header if holder else {})
    assert answer.status_code == 200, (path, answer.text)
    return answer.content


def key_of(signed: bytes) -> str:
    """What a document names as the key that signed it."""
    if not signed.startswith(b"{"):
        return str(spelled(signed.split(b".")[0])["kid"])
    (proof,) = as_list(json.loads(signed)["proof"])
    return str(proof["verificationMethod"])


def judged(house: House, holder: Holder, first: bytes, withdrawn: set[str]) -> dict[str, tuple[bool, bool]]:
    """Of each thing handed out that is not as it should be: whether it verifies, and whether it names the key."""
    found = {}
    for name, signed in handed_out(house, holder, first):
        named = any(one.encode() in signed for one in withdrawn) or key_of(signed) in withdrawn
        if named or not house.verifies(signed):
            found[name] = (house.verifies(signed), named)
    return found


def names_of(house: House, purpose: str) -> set[str]:
    """The names that the key which signs now has in documents of ours."""
    return KeyedBadgeSigner(house.keys, ADDRESS).names(purpose, house.keys.current(purpose))


@pytest.mark.parametrize("purpose", BADGE_PURPOSES)
def test_once_a_key_is_revoked_all_that_is_handed_out_stands_under_published_keys(house: House, purpose: str) -> None:
    holder = a_holder(house.world)
    first, stolen, withdrawn = badge_of(holder), house.stolen(purpose), names_of(house, purpose)
    assert judged(house, holder, first, set()) == {}

    revoked = house.command("revoke", purpose, stolen, "--yes")
    before_reissue = judged(house, holder, first, withdrawn)
    reissued = house.command("reissue", purpose, stolen)
    after_reissue = judged(house, holder, first, withdrawn)

    assert (revoked.exit_code, reissued.exit_code) == (0, 0), revoked.output + reissued.output
    assert (before_reissue, after_reissue) == ({}, {})
    assert not house.verifies(first) or purpose != EDDSA


def test_whoever_lists_what_is_handed_out_lists_every_way(house: House) -> None:
    holder = a_holder(house.world)

    found = [name for name, _ in handed_out(house, holder, badge_of(holder))]

    assert len(found) == len(set(found)) + 2  # each list's two forms bear the names of the other's
    assert len(found) == 5 * 5 + 2 + 3 + 4


def test_a_badge_signed_on_request_states_what_was_stored_and_says_when_it_was_signed(house: House) -> None:
    holder = a_holder(house.world)
    held, kept = badge_of(holder), house.stolen(EDDSA)
    house.world.clock.advance(days=3)
    house.keys.revoke(EDDSA, kept)

    given = badge_of(holder)

    stated, former = json.loads(given), json.loads(held)
    proof, old = stated.pop("proof"), former.pop("proof")
    assert stated == former
    assert datetime.fromisoformat(proof["created"]) - datetime.fromisoformat(old["created"]) == timedelta(days=3)
    assert Stranger(house.world).fault(given) is None


def test_a_badge_in_whose_issuers_name_nobody_signs_any_more_is_not_handed_out(house: House) -> None:
    holder = a_holder(house.world)
    held = badge_of(holder)
    with house.world.unit() as uow:
        (kept,) = uow.badges.find()
        moved = replace(kept.facts, issuer=replace(kept.facts.issuer, did="did:web:former.example"))
        uow.badges.save(replace(kept, facts=moved))
    before = badge_of(holder)

    house.keys.revoke(EDDSA, house.stolen(EDDSA))

    assert before == held
    assert house.world.client.get(path_of(held)).status_code == holder.get("/badge").status_code == 404


def test_a_rotation_hands_out_what_is_stored(house: House) -> None:
    holder = a_holder(house.world)
    held, lists = badge_of(holder), [house.fetch(path) for path in LISTS]

    for purpose in BADGE_PURPOSES:
        house.keys.rotate(purpose)

    assert badge_of(holder) == held
    assert [house.fetch(path) for path in LISTS] == lists


def _stored_lists(world: World) -> set[bytes]:
    with world.unit() as uow:
        return {form for one in uow.status_lists.find() for form in (one.document, one.token)}


# --- lists


@pytest.mark.parametrize("purpose", [EDDSA, ES256])
def test_a_revocation_signs_every_list_anew_before_it_returns_and_their_tags_change(house: House, purpose: str) -> None:
    holder = a_holder(house.world)
    held = badge_of(holder)
    holder.post("/suspension", {"reason": "The board suspended it."}, officer(house.world))
    media_type = LIST_TYPES[0] if purpose == EDDSA else LIST_TYPES[1]
    tags = [house.world.client.get(path, headers={"accept": media_type}).headers["etag"] for path in LISTS]

    house.command("revoke", purpose, house.stolen(purpose), "--yes")

    stored = _stored_lists(house.world)
    for path, tag in zip(LISTS, tags, strict=True):
        anew = house.world.client.get(path, headers={"accept": media_type, "if-none-match": tag})
        assert (anew.status_code, anew.headers["etag"] != tag, anew.content in stored) == (200, True, True)
    assert Stranger(house.world).says(held, "suspension")
    assert not Stranger(house.world).says(held, "revocation")


def test_a_suspended_badge_under_a_revoked_key_is_not_signed_until_the_suspension_is_lifted(house: House) -> None:
    holder = a_holder(house.world)
    path = path_of(badge_of(holder))
    holder.post("/suspension", {"reason": "The board suspended it."}, officer(house.world))
    house.keys.revoke(EDDSA, house.stolen(EDDSA))

    refused = house.world.client.get(path)
    holder.post("/lift", {"reason": "The board lifted it."}, officer(house.world))
    lifted = house.world.client.get(path)

    assert (refused.status_code, refused.json()["code"]) == (409, "badge_suspended")
    assert lifted.status_code == 200, lifted.text
    assert house.verifies(lifted.content)


@pytest.mark.parametrize("purpose", [EDDSA, ES256])
def test_a_revocation_that_was_broken_off_leaves_no_list_under_the_key_and_is_ended_by_its_repetition(
    house: House, purpose: str
) -> None:
    holder, stolen = a_holder(house.world), house.stolen(purpose)
    before, withdrawn = _stored_lists(house.world), names_of(house, purpose)

    house.keys.revoke(purpose, stolen)  # the command went no further than this
    meanwhile = judged(house, holder, badge_of(holder), withdrawn)
    untouched = _stored_lists(house.world)
    repeated = house.command("revoke", purpose, stolen, "--yes")

    assert (meanwhile, untouched) == ({}, before)
    assert repeated.exit_code == 0, repeated.output
    kept = {key_of(one) for one in _stored_lists(house.world)}
    assert not kept & withdrawn
    assert [record.state.value for record in house.keys.records(purpose)] == ["revoked", "active"]


def test_a_picture_that_carries_a_badge_under_a_withdrawn_key_is_fetched_anew(house: House) -> None:
    holder = a_holder(house.world)
    kept = holder.get("/badge.png")
    house.keys.revoke(EDDSA, house.stolen(EDDSA))

    again = holder.get("/badge.png", {**holder.header, "if-none-match": kept.headers["etag"]})

    assert again.status_code == 200
    assert house.verifies(unbake(again.content).encode())


def test_a_registry_statement_stands_under_a_published_key_too(house: House) -> None:
    holder = a_holder(house.world)
    path, stolen = f"/v1/registry/{holder.credential.number}/statement", house.stolen("registry")

    house.command("revoke", "registry", stolen, "--yes")

    kid = spelled(house.fetch(path).split(b".")[0])["kid"]
    published = [one["kid"] for one in house.world.client.get("/.well-known/jwks.json").json()["keys"]]
    assert kid in published
    assert stolen not in published


def test_a_certificate_is_made_anew_under_the_key_that_signs_now(house: House) -> None:
    holder = a_holder(house.world)
    kept = holder.get("/certificate.pdf")
    house.keys.revoke("certificates", house.stolen("certificates"))

    again = holder.get("/certificate.pdf", {**holder.header, "if-none-match": kept.headers["etag"]})

    assert again.status_code == 200
    assert [_signs(one.content, house) for one in (kept, again)] == [False, True]


def _signs(pdf: bytes, house: House) -> bool:
    """Whether the certificate in a PDF's signature is for the key that signs certificates now."""
    (signature,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    public = signature.signer_cert.public_key["public_key"].native
    face = house.keys.current("certificates").public_jwk
    x, y = (from_base64url(str(face[name]).encode()) for name in ("x", "y"))
    return bool(public == b"\x04" + x + y)
