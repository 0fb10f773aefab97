"""What others look for at fixed addresses: our token issuer (RFC 9728), keys, DID, schemas, whom to tell of flaws."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.edge_errors import NoSuchRoute
from api.problems import METADATA_PATH
from domain.ports import KeyProvider, SigningKey

_KEEP = {"cache-control": "public, max-age=300", "access-control-allow-origin": "*"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """This service as an OAuth protected resource. `base_url` is its public address without a slash at the end."""

    base_url: str
    issuer: str
    name: str
    documentation: str = "/docs"
    scopes: Sequence[str] = ()
    terms_url: str | None = None
    privacy_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The body as an issuer of badges: its DID document, made anew for each request, and the schemas it publishes."""

    did_document: Callable[[], Mapping[str, object]]
    schemas: Mapping[str, bytes] = field(default_factory=dict)


def routes(
    resource: Resource,
    keys: KeyProvider,
    purposes: Sequence[str],
    *,
    identity: Identity | None = None,
    security_contact: tuple[str, Callable[[], datetime]] | None = None,
) -> list[BaseRoute]:
    """`/.well-known/oauth-protected-resource`, `/.well-known/jwks.json`, `/keys/{kid}`; with a contact, `security.txt`.

    The key set holds every published key of `purposes`, read anew for each request, so that a rotation shows at once;
    `/keys/{kid}` answers one of them. With an identity, its DID document and its schemas are served too.
    `security_contact` is a `mailto:` or `https:` URI and what tells until when the page holds.
    """
    metadata = orjson.dumps(_metadata(resource))
    # What reads key files is a plain function: it runs in a thread, off the event loop.

    async def about(_: Request) -> Response:
        return Response(metadata, 200, _KEEP, "application/json")

    def key_set(_: Request) -> Response:
        listed = [_public(key) for key in _published(keys, purposes)]
        return Response(orjson.dumps({"keys": listed}), 200, _KEEP, "application/jwk-set+json")

    def one_key(request: Request) -> Response:
        wanted = request.path_params["kid"]
        found = next((key for key in _published(keys, purposes) if key.kid == wanted), None)
        if found is None:
            raise NoSuchRoute
        return Response(orjson.dumps(_public(found)), 200, _KEEP, "application/jwk+json")

    found: list[BaseRoute] = [
        Route(METADATA_PATH, about, methods=["GET"], include_in_schema=False),
        Route("/.well-known/jwks.json", key_set, methods=["GET"], include_in_schema=False),
        Route("/keys/{kid}", one_key, methods=["GET"], include_in_schema=False),
    ]
    if identity is not None:
        found += _identity_pages(identity)
    if security_contact is not None:
        found.append(_security_page(resource, *security_contact))
    return found


def _metadata(resource: Resource) -> dict[str, object]:
    more = {
        "scopes_supported": list(resource.scopes),
        "resource_policy_uri": resource.privacy_url,
        "resource_tos_uri": resource.terms_url,
    }
    return {
        "resource": resource.base_url,
        "authorization_servers": [resource.issuer],
        "jwks_uri": f"{resource.base_url}/.well-known/jwks.json",
        "bearer_methods_supported": ["header"],
        "resource_name": resource.name,
        "resource_documentation": f"{resource.base_url}{resource.documentation}",
        **{name: value for name, value in more.items() if value},
    }


# A provider that hands out a private member by mistake must not have it published.
_PUBLIC = frozenset({"kty", "crv", "x", "y", "n", "e"})


def _public(key: SigningKey) -> dict[str, object]:
    shown = {name: value for name, value in key.public_jwk.items() if name in _PUBLIC}
    return {**shown, "kid": key.kid, "alg": key.algorithm, "use": "sig"}


def _published(keys: KeyProvider, purposes: Iterable[str]) -> list[SigningKey]:
    return [key for purpose in purposes for key in keys.all(purpose)]


def _identity_pages(identity: Identity) -> list[BaseRoute]:
    """The DID document, also where a did:web with a path is looked for, and `/schemas/{name}`."""

    def did_document(_: Request) -> Response:
        return Response(orjson.dumps(identity.did_document()), 200, _KEEP, "application/did+json")

    async def schema(request: Request) -> Response:
        found = identity.schemas.get(request.path_params["name"])
        if found is None:
            raise NoSuchRoute
        return Response(found, 200, _KEEP, "application/schema+json")

    return [
        Route("/.well-known/did.json", did_document, methods=["GET"], include_in_schema=False),
        Route("/did.json", did_document, methods=["GET"], include_in_schema=False),
        Route("/schemas/{name}", schema, methods=["GET"], include_in_schema=False),
    ]


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
