"""Badges that a holder gives to the host: others' are kept as they were signed, ours are known already."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from adapters.db.unit_of_work import SqlUnitOfWork
from domain.hosting.model import LARGEST, MOST, HostedBadge
from tests.api.badge_host.host import JSON, given, kept, listed, told
from tests.builders_credentials import Holder, a_holder
from tests.builders_foreign import ID, Issuer, TokenIssuer, a_badge, altered, with_claims
from tests.world import ADDRESS, World

# --- badges that others signed


@pytest.mark.parametrize("how", ["document", "token"])
def test_a_badge_of_another_issuer_is_kept_as_it_was_given(either_world: World, issuer: Issuer, how: str) -> None:
    world = either_world
    a_holder(world)
    content = issuer.signed() if how == "document" else TokenIssuer().token()
    media_type = JSON if how == "document" else "text/plain"

    first = given(world, content, media_type)
    again = given(world, content, media_type)

    assert (first.status_code, first.content, first.headers["content-type"].partition(";")[0]) == (
        201,
        content,
        media_type,
    )
    assert (again.status_code, again.content) == (304, b"")
    answer = listed(world)
    assert answer.headers["x-total-count"] == "2"
    if how == "document":
        assert content in answer.content
        assert answer.json()["credential"][0]["id"] == ID
    else:
        assert answer.json()["compactJwsString"][0] == content.decode()
    (stored,) = kept(world)
    assert (stored.document, stored.compact) == (content, how == "token")


@pytest.mark.parametrize("media_type", ["application/vc+ld+json", "application/vc", "application/json; charset=utf-8"])
def test_a_document_may_come_under_each_of_its_names(holder: Holder, issuer: Issuer, media_type: str) -> None:
    assert given(holder.world, issuer.signed(), media_type).status_code == 201


@pytest.mark.parametrize(
    ("valid_from", "status", "newest"),
    [
        pytest.param("2025-06-01T00:00:00Z", 200, True, id="a newer form"),
        pytest.param("2025-01-01T00:00:00Z", 200, True, id="another form of the same day"),
        pytest.param("2024-06-01T00:00:00Z", 304, False, id="an older form"),
    ],
)
def test_the_newer_form_of_a_badge_takes_the_place_of_the_older(
    either_world: World, issuer: Issuer, valid_from: str, status: int, *, newest: bool
) -> None:
    a_holder(either_world)
    first = issuer.signed()
    other = issuer.signed(a_badge(issuer.did, validFrom=valid_from, name="Teamwork, again"))
    given(either_world, first)

    answer = given(either_world, other)

    assert answer.status_code == status
    (stored,) = kept(either_world)
    assert stored.document == (other if newest else first)
    assert stored.version == (2 if newest else 1)


def test_of_many_at_once_one_is_new_and_the_others_know_it(either_world: World, issuer: Issuer) -> None:
    a_holder(either_world)
    signed = issuer.signed()

    with ThreadPoolExecutor(4) as pool:
        statuses = [answer.status_code for answer in pool.map(lambda _: given(either_world, signed), range(4))]

    assert sorted(statuses) == [201, 304, 304, 304]
    assert len(kept(either_world)) == 1


def test_two_spellings_of_an_id_are_one_badge_and_two_issuers_badges_are_two(holder: Holder, issuer: Issuer) -> None:
    spelled = a_badge(issuer.did, id=ID.replace("credentials", "%63redentials"), validFrom="2025-02-01T00:00:00Z")

    statuses = [given(holder.world, one).status_code for one in (issuer.signed(), issuer.signed(spelled))]
    other = given(holder.world, Issuer().signed())

    assert statuses == [201, 200]
    assert other.status_code == 201
    assert len(kept(holder.world)) == 2


def test_a_holders_badges_are_nobody_elses(holder: Holder, issuer: Issuer) -> None:
    world = holder.world
    a_holder(world, subject="bea")
    before = holder.registry().json()

    given(world, issuer.signed())
    theirs = given(world, issuer.signed(), subject="bea")

    assert theirs.status_code == 201
    assert listed(world).headers["x-total-count"] == listed(world, subject="bea").headers["x-total-count"] == "2"
    assert len(kept(world)) == 2
    assert holder.registry().json() == before


# --- refusals


def _refusals() -> dict[str, tuple[bytes, str, int, str]]:
    """By name: what is given, its media type, the status, and a part of what is said."""
    issuer, tokens = Issuer(), TokenIssuer()
    good, begins = issuer.signed(), "2099-01-01T00:00:00Z"
    token = tokens.token()
    return {
        "altered": (altered(good, name="Leadership"), JSON, 400, "signature does not hold"),
        "no proof": (json.dumps(a_badge()).encode(), JSON, 400, "a proof"),
        "another's key": (issuer.signed(a_badge()), JSON, 400, "not the issuer's"),
        "a key elsewhere": (issuer.signed(a_badge(), "https://e.example/k"), JSON, 400, "did:web"),
        "an unknown term": (altered(good, bogus="x"), JSON, 400, "none of its contexts defines"),
        "not begun": (issuer.signed(a_badge(issuer.did, validFrom=begins)), JSON, 400, "/validFrom"),
        "ended": (issuer.signed(a_badge(issuer.did, validUntil="2025-02-01T00:00:00Z")), JSON, 400, "has ended"),
        "no achievement": (
            json.dumps({**a_badge(credentialSubject={"id": "urn:a:b"}), "proof": {}}).encode(),
            JSON,
            400,
            "/credentialSubject/achievement",
        ),
        "a token as JSON": (token, JSON, 400, ""),
        "JSON as a token": (good, "text/plain", 400, "compact JWS"),
        "a broken token": (token[:-8] + b"AAAAAAAA", "text/plain", 400, "does not hold"),
        "a claim that differs": (tokens.token(with_claims(a_badge(), jti="urn:a:b")), "text/plain", 400, "jti"),
        "nothing": (b"", JSON, 400, ""),
        "another type": (good, "image/png", 415, "media type"),
        "no type": (good, "", 415, "media type"),
        "too large": (b" " * (LARGEST + 1), JSON, 413, "larger"),
    }


@pytest.mark.parametrize(
    ("content", "media_type", "status", "said"), [pytest.param(*case, id=name) for name, case in _refusals().items()]
)
def test_what_cannot_be_kept_is_refused_for_its_reason_and_changes_nothing(
    holder: Holder, content: bytes, media_type: str, status: int, said: str
) -> None:
    answer = given(holder.world, content, media_type)

    found, minor, detail = told(answer)
    assert (found, minor) == (status, "invalid_data"), answer.text
    assert said in detail
    assert kept(holder.world) == []
    assert listed(holder.world).headers["x-total-count"] == "1"


def test_as_many_are_kept_as_the_bounds_allow_and_one_of_them_is_still_replaced(
    either_world: World, issuer: Issuer
) -> None:
    holder = a_holder(either_world)
    given(either_world, issuer.signed())
    with either_world.unit() as uow:
        _fill(uow, holder, MOST - 1, size=10)

    full = given(either_world, Issuer().signed())
    replaced = given(either_world, issuer.signed(a_badge(issuer.did, validFrom="2025-03-01T00:00:00Z")))

    assert told(full)[:2] == (409, "invalid_data")
    assert replaced.status_code == 200
    assert len(kept(either_world)) == MOST


def test_the_bytes_of_all_badges_are_bounded(holder: Holder, issuer: Issuer) -> None:
    with holder.world.unit() as uow:
        _fill(uow, holder, 16, size=LARGEST)

    full = given(holder.world, issuer.signed())

    assert told(full)[0] == 409
    assert len(kept(holder.world)) == 16


def _fill(uow: SqlUnitOfWork, holder: Holder, count: int, *, size: int) -> None:
    for place in range(count):
        uow.hosted_badges.add(
            HostedBadge(
                id=uow.new_id(),
                candidate_id=holder.candidate_id,
                digest=str(place),
                issued_at=uow.now,
                document=b"{}",
                compact=False,
                size=size,
                kept_at=uow.now,
            )
        )


# --- badges of ours


@pytest.mark.parametrize("form", ["application/vc", "application/vc+jwt", "application/jwt"])
def test_a_badge_that_was_issued_to_this_very_holder_is_known_already(holder: Holder, form: str) -> None:
    badge = holder.get("/badge", {**holder.header, "accept": form}).content

    answer = given(holder.world, badge, "text/plain" if form.endswith("jwt") else JSON)

    assert (answer.status_code, answer.content) == (304, b"")
    assert kept(holder.world) == []


@pytest.mark.parametrize("whose", ["another holder's", "altered", "nobody's"])
def test_a_badge_that_names_us_and_is_not_this_holders_is_refused_alike(holder: Holder, whose: str) -> None:
    other = a_holder(holder.world, subject="bea")
    badge = {
        "another holder's": other.get("/badge").content,
        "altered": altered(holder.get("/badge").content, name="Other"),
        "nobody's": altered(holder.get("/badge").content, id=f"{ADDRESS}/v1/badges/{other.credential_id}"),
    }[whose]

    answer = given(holder.world, badge)

    assert told(answer)[:2] == (400, "invalid_data")
    assert "no badge that was issued to this holder" in told(answer)[2]
    assert kept(holder.world) == []
