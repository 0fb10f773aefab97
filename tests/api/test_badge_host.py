"""The host's side of the Open Badges 3.0 API: the holder's badges, by the scopes of the holder's token."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from httpx2 import Response

from adapters.db.unit_of_work import SqlUnitOfWork
from api.badge_host import pages
from api.badge_host_description import PROFILE, READ, SCOPES, STATE, UPSERT, description
from domain.credentials.actions_standing import forget
from domain.hosting.model import LARGEST, MOST, HolderProfile, HostedBadge, HostTerms
from domain.paging import PageRequest
from tests.builders_badges import Stranger
from tests.builders_credentials import Holder, a_holder, officer
from tests.builders_foreign import ID, Issuer, TokenIssuer, a_badge, altered, with_claims
from tests.world import ADDRESS, World

HOST: Final = "/ims/ob/v3p0"
JSON: Final = "application/json"
ALL: Final = " ".join(SCOPES)


def asked(world: World, method: str, path: str, scope: str | None = ALL, subject: str = "ada", **more: Any) -> Response:
    token = world.issuer.mint(subject, scope=scope)
    headers = {"authorization": f"Bearer {token}", **more.pop("headers", {})}
    return world.client.request(method, f"{HOST}{path}", headers=headers, **more)


def listed(world: World, scope: str | None = READ, subject: str = "ada", **query: str | int) -> Response:
    return asked(world, "GET", "/credentials", scope, subject, params=query)


def given(world: World, content: bytes, media_type: str = JSON, subject: str = "ada", scope: str = UPSERT) -> Response:
    headers = {"content-type": media_type}
    return asked(world, "POST", "/credentials", scope, subject, content=content, headers=headers)


def told(answer: Response) -> tuple[int, str, str]:
    """The status, the minor code, and the first word of a refusal in the specification's form."""
    said = answer.json()
    assert (said["imsx_codeMajor"], said["imsx_severity"]) == ("failure", "error"), answer.text
    (minor,) = said["imsx_codeMinor"]["imsx_codeMinorField"]
    return answer.status_code, minor["imsx_codeMinorFieldValue"], said["imsx_description"]


def kept(world: World) -> list[HostedBadge]:
    with world.unit() as uow:
        return uow.hosted_badges.find()


@pytest.fixture
def holder(world: World) -> Holder:
    return a_holder(world)


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


# --- who is let in


def test_the_holders_badges_are_listed_in_both_forms_and_verify(holder: Holder) -> None:
    a_holder(holder.world, subject="bea")

    answer = listed(holder.world, f"openid {READ}")

    body = answer.json()
    assert answer.headers["x-total-count"] == "1"
    assert body["credential"] == [json.loads(holder.get("/badge").content)]
    assert len(body["compactJwsString"]) == 1
    assert Stranger(holder.world).fault(json.dumps(body["credential"][0]).encode()) is None


@pytest.mark.parametrize("verb", ["suspension", "revocation", "retirement"])
@pytest.mark.parametrize("profile", ["vcdm2", "ob30-strict"])
def test_a_badge_whose_credential_does_not_stand_is_neither_listed_nor_counted(
    world: World, issuer: Issuer, verb: str, profile: str
) -> None:
    holder = a_holder(world, {"/badges/profile": profile})
    foreign = issuer.signed()
    assert given(world, foreign).status_code == 201
    assert listed(world).headers["x-total-count"] == "2"

    holder.post(f"/{verb}", {"reason": "The board acted."}, officer(world))
    answer = listed(world)

    assert answer.headers["x-total-count"] == "1"
    assert answer.json() == {"credential": [json.loads(foreign)], "compactJwsString": []}


OPERATIONS: Final = [
    ("GET", "/credentials", READ),
    ("POST", "/credentials", UPSERT),
    ("GET", "/profile", PROFILE),
    ("PUT", "/profile", STATE),
]


@pytest.mark.parametrize(("method", "path", "needed"), OPERATIONS)
@pytest.mark.parametrize("scope", [None, "", "openid profile", *SCOPES, READ + "x"])
def test_each_operation_takes_its_own_scope_and_no_other(
    holder: Holder, method: str, path: str, needed: str, scope: str | None
) -> None:
    if scope == needed:
        return
    body: dict[str, Any] = {"content": Issuer().signed(), "headers": {"content-type": JSON}} if method == "POST" else {}

    refused = asked(holder.world, method, path, scope, json={"phone": "123"} if method == "PUT" else None, **body)

    assert told(refused) == (403, "forbidden", f"The token does not bear the scope {needed}.")
    assert refused.headers["www-authenticate"] == f'Bearer error="insufficient_scope", scope="{needed}"'
    assert refused.headers["cache-control"] == "no-store"
    assert kept(holder.world) == []


@pytest.mark.parametrize("scope", [*SCOPES, f"openid {READ}"])
def test_a_token_that_lets_a_program_at_badges_lets_nothing_else_be_done(holder: Holder, scope: str) -> None:
    world, credential = holder.world, f"/v1/credentials/{holder.credential_id}"
    headers = {"authorization": f"Bearer {world.issuer.mint('ada', scope=scope)}", "if-match": "*"}
    before = holder.registry().json()

    read = [world.client.get(path, headers=headers) for path in ("/v1/me", credential, f"{credential}/badge")]
    done = [
        world.client.post(f"{credential}/wallet-offers", headers=headers),
        world.client.post(f"{credential}/retirement", json={"reason": "Mine."}, headers=headers),
    ]

    assert [one.status_code for one in (*read, *done)] == [403] * 5
    assert holder.registry().json() == before


@pytest.mark.parametrize(("method", "path", "_"), OPERATIONS)
def test_a_stranger_is_asked_who_they_are(holder: Holder, method: str, path: str, _: str) -> None:
    answer = holder.world.client.request(method, f"{HOST}{path}")

    assert told(answer)[:2] == (401, "unauthorizedrequest")
    assert "resource_metadata" in answer.headers["www-authenticate"]


@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_who_is_no_candidate_keeps_nothing(world: World, method: str, path: str, scope: str) -> None:
    body = {"content": Issuer().signed(), "headers": {"content-type": JSON}} if method == "POST" else {}

    answer = asked(world, method, path, scope, "nobody", json={} if method == "PUT" else None, **body)

    expected = {"POST": 403, "PUT": 403, "GET": 404 if path == "/profile" else 200}
    assert answer.status_code == expected[method], answer.text
    assert kept(world) == []


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


# --- the list


def test_pages_go_through_all_badges_in_the_order_of_their_issue(either_world: World, issuer: Issuer) -> None:
    a_holder(either_world)
    for month in (3, 1, 2):
        given(
            either_world, issuer.signed(a_badge(issuer.did, id=f"{ID}{month}", validFrom=f"2025-0{month}-01T00:00:00Z"))
        )

    seen = []
    for offset in range(4):
        page = listed(either_world, limit=1, offset=offset)
        assert page.headers["x-total-count"] == "4"
        seen += [one["id"] for one in page.json()["credential"]]
    since = listed(either_world, since="2025-02-01T00:00:00Z")

    assert seen[:3] == [f"{ID}{month}" for month in (1, 2, 3)]
    assert seen[3].startswith(ADDRESS)
    assert since.headers["x-total-count"] == "2"
    assert [one["id"] for one in since.json()["credential"]] == seen[2:]


def test_a_page_leaves_out_what_lies_before_and_what_is_older(holder: Holder) -> None:
    beyond = listed(holder.world, offset=1)
    newer = listed(holder.world, since="2099-01-01T00:00:00Z")
    assert newer.status_code == 200, newer.text

    assert beyond.json()["credential"] == []
    assert beyond.headers["x-total-count"] == "1"
    assert newer.headers["x-total-count"] == "0"


@pytest.mark.parametrize(
    ("offset", "total", "expected"),
    [
        (0, 0, {"last": 0, "first": 0}),
        (0, 10, {"last": 0, "first": 0}),
        (0, 11, {"next": 10, "last": 10, "first": 0}),
        (20, 45, {"next": 30, "last": 40, "first": 0, "prev": 10}),
        (40, 45, {"last": 40, "first": 0, "prev": 30}),
        (5, 45, {"next": 15, "last": 40, "first": 0, "prev": 0}),
    ],
)
@pytest.mark.parametrize("since", [None, datetime(2026, 3, 1, 12, tzinfo=UTC)])
def test_the_pages_around_one_leave_out_the_same(
    offset: int, total: int, expected: dict[str, int], since: datetime | None
) -> None:
    asked_for = {} if since is None else {"since": "2026-03-01T12:00:00Z"}

    found = dict(pages(10, offset, since, total))

    assert found == {
        name: f"{HOST}/credentials?{urlencode({'limit': 10, 'offset': place, **asked_for})}"
        for name, place in expected.items()
    }


def test_the_links_are_absolute(holder: Holder) -> None:
    links = listed(holder.world).headers["link"]

    assert f'<{ADDRESS}{HOST}/credentials?limit=100&offset=0>; rel="first"' in links


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": "x"}, {"since": "yesterday"}, {"unknown": 1}])
def test_a_malformed_question_is_a_bad_request_in_the_specifications_form(
    holder: Holder, query: dict[str, Any]
) -> None:
    answer = listed(holder.world, **query)

    assert told(answer)[:2] == (400, "invalid_data")
    assert f"/query/{next(iter(query))}" in told(answer)[2]


@pytest.mark.parametrize("path", ["/credentials", "/profile", "/discovery"])
def test_a_method_that_is_not_offered_is_told_so(holder: Holder, path: str) -> None:
    answer = asked(holder.world, "DELETE", path)

    assert told(answer)[:2] == (405, "not_allowed")
    assert "GET" in answer.headers["allow"]


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


# --- the description


def test_the_host_describes_what_it_offers_and_where_its_tokens_come_from(world: World) -> None:
    answer = world.client.get(f"{HOST}/discovery")

    found = answer.json()
    offered = {(method.upper(), path) for path, methods in found["paths"].items() for method in methods}
    assert offered == {(method, path) for method, path, _ in OPERATIONS} | {("GET", "/discovery")}
    for method, path, scope in OPERATIONS:
        assert found["paths"][path][method.lower()]["security"] == [{"OAuth2ACG": [scope]}]
    assert found["servers"] == [{"url": f"{ADDRESS}{HOST}"}]
    assert answer.headers["access-control-allow-origin"] == "*"
    scheme = found["components"]["securitySchemes"]["OAuth2ACG"]
    assert scheme["type"] == "openIdConnect"
    assert scheme["openIdConnectUrl"] == f"{world.issuer.issuer}/.well-known/openid-configuration"
    assert "x-imssf-privacyPolicyUrl" not in found["info"]


def test_with_its_addresses_known_the_code_grant_is_described_as_the_specification_has_it() -> None:
    terms = HostTerms(
        issuer="https://login.example.org",
        terms_url="https://e.example/terms",
        privacy_url="https://e.example/privacy",
        image_url="https://e.example/logo.svg",
        authorization_url="https://login.example.org/authorize",
        token_url="https://login.example.org/token",
        refresh_url="https://login.example.org/refresh",
        registration_url="https://login.example.org/register",
    )

    found = description("CPS", ADDRESS, HOST, terms)

    scheme = found["components"]["securitySchemes"]["OAuth2ACG"]
    assert found["info"]["termsOfService"] == scheme["x-imssf-termsOfServiceUrl"] == "https://e.example/terms"
    assert (
        found["info"]["x-imssf-privacyPolicyUrl"] == scheme["x-imssf-privacyPolicyUrl"] == "https://e.example/privacy"
    )
    assert found["info"]["x-imssf-image"] == "https://e.example/logo.svg"
    assert scheme["type"] == "oauth2"
    assert scheme["x-imssf-registrationUrl"] == "https://login.example.org/register"
    assert scheme["flows"] == {
        "authorizationCode": {
            "authorizationUrl": "https://login.example.org/authorize",
            "tokenUrl": "https://login.example.org/token",
            "refreshUrl": "https://login.example.org/refresh",
            "scopes": SCOPES,
        }
    }


def test_the_resource_names_its_scopes_and_its_authorization_server(world: World) -> None:
    found = world.client.get("/.well-known/oauth-protected-resource").json()

    assert found["scopes_supported"] == list(SCOPES)
    assert found["authorization_servers"] == ["https://issuer.certificant.invalid"]
    assert found["resource_tos_uri"].startswith("https://")
