"""Health, well-known addresses, documentation and CORS."""

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, datetime

import orjson
import pytest
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from api import docs, health, well_known
from api.cors import Cors
from api.edge_errors import NoSuchRoute
from domain.ports import SigningKey
from tests.api.asgi import ask, echo


def serving(routes: list[BaseRoute]) -> Starlette:
    return Starlette(routes=routes)


def failing() -> bool:
    raise ConnectionError


class Keys:
    """A provider of one key per purpose, which hands out more than it should."""

    def all(self, purpose: str) -> list[SigningKey]:
        jwk: Mapping[str, object] = {"kty": "OKP", "crv": "Ed25519", "x": purpose, "d": "private"}
        return [SigningKey(f"{purpose}-1", "EdDSA", jwk)]


# --- health


def test_the_process_is_alive_whatever_its_parts_do() -> None:
    answer = ask(serving(health.routes({"database": failing})), "GET", "/livez")

    assert (answer.status, answer.json()) == (200, {"status": "ok"})


def test_the_service_is_ready_when_every_part_is() -> None:
    app = serving(health.routes({"database": lambda: True, "migrations": lambda: True}, lambda: {"workers": 2}))

    answer = ask(app, "GET", "/readyz")

    assert answer.status == 200
    assert answer.json() == {
        "status": "ok",
        "checks": {"database": "ok", "migrations": "ok"},
        "info": {"workers": 2},
    }


@pytest.mark.parametrize("check", [failing, lambda: False], ids=["fails", "says no"])
def test_the_service_is_not_ready_while_a_part_is_away(check: health.Check) -> None:
    answer = ask(serving(health.routes({"database": check, "migrations": lambda: True})), "GET", "/readyz")

    assert answer.status == 503
    assert answer.headers["retry-after"] == "2"
    assert answer.json()["checks"] == {"database": "unavailable", "migrations": "ok"}


def test_information_that_fails_decides_nothing() -> None:
    answer = ask(serving(health.routes({"database": lambda: True}, lambda: {"workers": 1 // 0})), "GET", "/readyz")

    assert (answer.status, "info" in answer.json()) == (200, False)


def test_a_part_that_came_back_is_ready_again() -> None:
    there = [False]
    clock = [0.0]
    readiness = health.Readiness({"database": lambda: there[0]}, clock=lambda: clock[0])

    async def findings() -> list[dict[str, bool]]:
        before = dict(await readiness.findings())
        there[0] = True
        meanwhile = dict(await readiness.findings())
        clock[0] = 1.5
        return [before, meanwhile, dict(await readiness.findings())]

    assert asyncio.run(findings()) == [{"database": False}, {"database": False}, {"database": True}]


def test_the_database_is_asked_once_however_many_ask_the_service() -> None:
    asked: list[str] = []

    def reachable() -> bool:
        asked.append("asked")
        return True

    readiness = health.Readiness({"database": reachable}, clock=lambda: 0.0)

    async def all_at_once() -> list[dict[str, bool]]:
        return await asyncio.gather(*(readiness.findings() for _ in range(20)))

    assert asyncio.run(all_at_once()) == [{"database": True}] * 20
    assert asked == ["asked"]


# --- well-known


def about(contact: bool = False) -> Starlette:
    resource = well_known.Resource(base_url="https://certs.example", issuer="https://login.example", name="CPS")
    when = datetime(2027, 1, 2, tzinfo=UTC)
    security = ("mailto:security@certs.example", lambda: when) if contact else None
    return serving(well_known.routes(resource, Keys(), ("journal", "badge"), security_contact=security))  # type: ignore[arg-type]


def test_the_metadata_names_the_resource_and_who_issues_its_tokens() -> None:
    said = ask(about(), "GET", "/.well-known/oauth-protected-resource").json()

    assert said["resource"] == "https://certs.example"
    assert said["authorization_servers"] == ["https://login.example"]
    assert said["bearer_methods_supported"] == ["header"]


def test_the_key_set_holds_public_members_alone() -> None:
    answer = ask(about(), "GET", "/.well-known/jwks.json")

    assert answer.headers["content-type"] == "application/jwk-set+json"
    assert [key["kid"] for key in answer.json()["keys"]] == ["journal-1", "badge-1"]
    assert b"private" not in answer.body


def test_each_published_key_has_an_address_of_its_own() -> None:
    answer = ask(about(), "GET", "/keys/badge-1")

    assert (answer.status, answer.headers["content-type"]) == (200, "application/jwk+json")
    assert answer.json() == ask(about(), "GET", "/.well-known/jwks.json").json()["keys"][1]
    assert b"private" not in answer.body


def test_the_did_document_is_made_anew_for_each_request_and_schemas_are_served_by_name() -> None:
    resource = well_known.Resource(base_url="https://certs.example", issuer="https://login.example", name="CPS")
    count = iter(range(9))
    identity = well_known.Identity(
        did_document=lambda: {"id": "did:web:certs.example", "n": next(count)}, schemas={"badge.json": b"{}"}
    )
    app = serving(well_known.routes(resource, Keys(), (), identity=identity))  # type: ignore[arg-type]

    documents = [ask(app, "GET", path) for path in ("/.well-known/did.json", "/did.json")]
    schema = ask(app, "GET", "/schemas/badge.json")

    assert [one.json()["n"] for one in documents] == [0, 1]
    assert documents[0].headers["content-type"] == "application/did+json"
    assert documents[0].headers["access-control-allow-origin"] == "*"
    assert (schema.status, schema.body, schema.headers["content-type"]) == (200, b"{}", "application/schema+json")


@pytest.mark.parametrize("path", ["/keys/unknown", "/schemas/unknown.json"])
def test_an_unknown_key_or_schema_is_not_there(path: str) -> None:
    resource = well_known.Resource(base_url="https://certs.example", issuer="https://login.example", name="CPS")
    identity = well_known.Identity(did_document=dict)
    app = serving(well_known.routes(resource, Keys(), ("badge",), identity=identity))  # type: ignore[arg-type]

    with pytest.raises(NoSuchRoute):
        ask(app, "GET", path)


def test_security_txt_says_whom_to_tell_and_until_when() -> None:
    without, with_contact = (
        ask(about(), "GET", "/.well-known/security.txt"),
        ask(about(contact=True), "GET", "/.well-known/security.txt"),
    )

    assert without.status == 404
    assert b"Contact: mailto:security@certs.example\nExpires: 2027-01-02T00:00:00Z\n" in with_contact.body


# --- documentation


def documented() -> Starlette:
    return serving(docs.routes("Certificant <API>", lambda: {"openapi": "3.1.0"}))


def test_the_documentation_names_no_other_host_and_holds_no_script() -> None:
    answer = ask(documented(), "GET", "/docs")

    page = answer.body.decode()
    assert answer.status == 200
    assert re.findall(r"(?:https?:)?//[a-z]", page) == []
    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
    assert "Certificant &lt;API&gt;" in page


def test_everything_the_documentation_needs_comes_from_the_service() -> None:
    app = documented()
    page = ask(app, "GET", "/docs").body.decode()

    needed = re.findall(r'(?:src|href)="([^"]+)"', page)

    assert len(needed) == 5
    assert {ask(app, "GET", path).status for path in needed} == {200}


def test_the_documentations_policy_lets_it_reach_its_own_service_alone() -> None:
    policy = ask(documented(), "GET", "/docs").headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "connect-src 'self';" in policy
    assert "http" not in policy


def test_the_start_script_asks_no_validator_elsewhere() -> None:
    script = ask(documented(), "GET", "/docs/assets/start.js").body.decode()

    options = orjson.loads(script[script.index("{", script.index("SwaggerUIBundle")) : script.rindex("}", 0, -5) + 1])
    assert options["url"] == "/openapi.json"
    assert options["validatorUrl"] is None


def test_an_asset_is_not_sent_again_while_it_is_the_same() -> None:
    app = documented()
    first = ask(app, "GET", "/docs/assets/swagger-ui.css")

    again = ask(app, "GET", "/docs/assets/swagger-ui.css", headers={"if-none-match": first.headers["etag"]})

    assert (first.status, again.status, again.body) == (200, 304, b"")


# --- CORS


ORIGIN = "https://portal.example"
PREFLIGHT = {"access-control-request-method": "POST"}


def test_a_page_on_the_allowlist_may_ask_and_read() -> None:
    app = Cors(echo, [ORIGIN])

    preflight = ask(app, "OPTIONS", headers={"origin": ORIGIN, **PREFLIGHT})
    answer = ask(app, "GET", headers={"origin": ORIGIN})

    assert preflight.status == 204
    assert preflight.headers["access-control-allow-origin"] == ORIGIN
    assert "Idempotency-Key" in preflight.headers["access-control-allow-headers"]
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "ETag" in answer.headers["access-control-expose-headers"]
    assert answer.headers["vary"] == "Origin"


def test_any_other_page_is_refused_and_reads_nothing() -> None:
    app = Cors(echo, [ORIGIN])

    preflight = ask(app, "OPTIONS", headers={"origin": "https://evil.example", **PREFLIGHT})
    answer = ask(app, "GET", headers={"origin": "https://evil.example"})

    assert (preflight.status, preflight.json()["code"]) == (403, "origin_refused")
    assert "access-control-allow-origin" not in preflight.headers
    assert "access-control-allow-origin" not in answer.headers


def test_credentials_are_never_allowed() -> None:
    answer = ask(Cors(echo, ["*"]), "OPTIONS", headers={"origin": ORIGIN, **PREFLIGHT})

    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


def test_a_program_without_an_origin_is_served_as_ever() -> None:
    answer = ask(Cors(echo, [ORIGIN]), "GET")

    assert (answer.status, answer.headers["vary"]) == (200, "Origin")
