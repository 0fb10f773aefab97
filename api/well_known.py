"""What others look for at fixed addresses: who issues our tokens (RFC 9728), our public keys, whom to tell of flaws."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.problems import METADATA_PATH
from domain.ports import KeyProvider

_KEEP = {"cache-control": "public, max-age=300", "access-control-allow-origin": "*"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """This service as an OAuth protected resource. `base_url` is its public address without a slash at the end."""

    base_url: str
    issuer: str
    name: str
    documentation: str = "/docs"


def routes(
    resource: Resource,
    keys: KeyProvider,
    purposes: Iterable[str],
    *,
    security_contact: tuple[str, Callable[[], datetime]] | None = None,
) -> list[BaseRoute]:
    """`/.well-known/oauth-protected-resource`, `/.well-known/jwks.json` and, with a contact, `security.txt`.

    The key set holds every published key of `purposes`, read anew for each request, so that a rotation shows at once.
    `security_contact` is a `mailto:` or `https:` URI and what tells until when the page holds.
    """
    metadata = orjson.dumps(_metadata(resource))

    async def about(_: Request) -> Response:
        return Response(metadata, 200, _KEEP, "application/json")

    async def key_set(_: Request) -> Response:
        published = [
            _public(key.public_jwk, key.kid, key.algorithm) for purpose in purposes for key in keys.all(purpose)
        ]
        return Response(orjson.dumps({"keys": published}), 200, _KEEP, "application/jwk-set+json")

    found: list[BaseRoute] = [
        Route(METADATA_PATH, about, methods=["GET"], include_in_schema=False),
        Route("/.well-known/jwks.json", key_set, methods=["GET"], include_in_schema=False),
    ]
    if security_contact is not None:
        found.append(_security_page(resource, *security_contact))
    return found


def _metadata(resource: Resource) -> dict[str, object]:
    return {
        "resource": resource.base_url,
        "authorization_servers": [resource.issuer],
        "jwks_uri": f"{resource.base_url}/.well-known/jwks.json",
        "bearer_methods_supported": ["header"],
        "resource_name": resource.name,
        "resource_documentation": f"{resource.base_url}{resource.documentation}",
    }


# A provider that hands out a private member by mistake must not have it published.
_PUBLIC = frozenset({"kty", "crv", "x", "y", "n", "e"})


def _public(jwk: Mapping[str, object], kid: str, algorithm: str) -> dict[str, object]:
    shown = {name: value for name, value in jwk.items() if name in _PUBLIC}
    return {**shown, "kid": kid, "alg": algorithm, "use": "sig"}


def _security_page(resource: Resource, contact: str, expires: Callable[[], datetime]) -> BaseRoute:
    async def page(_: Request) -> Response:
        lines = (
            f"Contact: {contact}",
            f"Expires: {expires().strftime('%Y-%m-%dT%H:%M:%SZ')}",
            f"Canonical: {resource.base_url}/.well-known/security.txt",
            "Preferred-Languages: en",
        )
        return Response("\n".join(lines) + "\n", 200, _KEEP, "text/plain")

    return Route("/.well-known/security.txt", page, methods=["GET"], include_in_schema=False)
