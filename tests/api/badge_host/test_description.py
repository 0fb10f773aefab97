"""The host describes itself: what it offers, and where its tokens come from."""

from api.badge_host_description import SCOPES, description
from domain.hosting.model import HostTerms
from tests.api.badge_host.host import HOST, OPERATIONS
from tests.world import ADDRESS, World


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
