"""What wallets read first: the issuer's metadata, and those of its authorization server (OpenID4VCI 1.0)."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.addresses import V1, WALLET_TOKEN
from domain.badges.document import BADGE_CONTEXTS
from domain.wallets.model import GRANT

PROOF_ALGORITHMS: Final = ("ES256", "EdDSA", "Ed25519")


def issuer_metadata(base_url: str, name: str) -> dict[str, Any]:
    """The issuer's metadata (section 12.2), for `/.well-known/openid-credential-issuer`."""
    proof = {"proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": list(PROOF_ALGORITHMS)}}}
    bound = {"cryptographic_binding_methods_supported": ["jwk", "did:jwk", "did:key"], **proof}
    shown = {"credential_metadata": {"display": [{"name": f"Certification by {name}", "locale": "en"}]}}
    types = ["VerifiableCredential", "AchievementCredential"]
    return {
        "credential_issuer": base_url,
        "authorization_servers": [base_url],
        "credential_endpoint": f"{base_url}/v1/wallets/credential",
        "nonce_endpoint": f"{base_url}/v1/wallets/nonce",
        "notification_endpoint": f"{base_url}/v1/wallets/notification",
        "display": [{"name": name, "locale": "en"}],
        "credential_configurations_supported": {
            "OpenBadgeCredential_ldp_vc": {
                "format": "ldp_vc",
                "credential_signing_alg_values_supported": ["eddsa-rdfc-2022"],
                "credential_definition": {"@context": list(BADGE_CONTEXTS), "type": types},
                **bound,
                **shown,
            },
            "OpenBadgeCredential_jwt_vc_json": {
                "format": "jwt_vc_json",
                "credential_signing_alg_values_supported": ["RS256"],
                "credential_definition": {"type": types},
                **bound,
                **shown,
            },
            "OpenBadgeCredential_vc+jwt": {
                "format": "vc+jwt",
                "credential_signing_alg_values_supported": ["ES256"],
                "credential_definition": {"@context": list(BADGE_CONTEXTS), "type": types},
                **bound,
                **shown,
            },
        },
    }


def server_metadata(base_url: str) -> dict[str, Any]:
    """The authorization server's metadata (RFC 8414), for `/.well-known/oauth-authorization-server`."""
    return {
        "issuer": base_url,
        "token_endpoint": f"{base_url}{V1}{WALLET_TOKEN}",
        "grant_types_supported": [GRANT],
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": ["none"],
        "pre-authorized_grant_anonymous_access_supported": True,
    }


def pages(base_url: str, name: str) -> list[BaseRoute]:
    """Both pages, for everyone."""
    kept = {"cache-control": "public, max-age=300", "access-control-allow-origin": "*"}
    found = {
        "/.well-known/openid-credential-issuer": orjson.dumps(issuer_metadata(base_url, name)),
        "/.well-known/oauth-authorization-server": orjson.dumps(server_metadata(base_url)),
    }

    def page(body: bytes) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        async def shown(_: Request) -> Response:
            return Response(body, 200, kept, "application/json")

        return shown

    return [Route(path, page(body), methods=["GET"], include_in_schema=False) for path, body in found.items()]
