"""How this host describes itself: the Service Description Document of Open Badges 3.0 (section 7.3), OpenAPI 3.0.1."""

from typing import Any, Final

from domain.hosting.model import HostTerms

_SCOPE: Final = "https://purl.imsglobal.org/spec/ob/v3p0/scope/"
READ: Final = f"{_SCOPE}credential.readonly"
UPSERT: Final = f"{_SCOPE}credential.upsert"
PROFILE: Final = f"{_SCOPE}profile.readonly"
STATE: Final = f"{_SCOPE}profile.update"
SCOPES: Final = {
    READ: "Permission to read AchievementCredentials for the authenticated entity.",
    UPSERT: "Permission to create or update AchievementCredentials for the authenticated entity.",
    PROFILE: "Permission to read the profile for the authenticated entity.",
    STATE: "Permission to update the profile for the authenticated entity.",
}
SCHEME: Final = "OAuth2ACG"
"""The name that the specification gives the authorization code grant."""
_OB_SCHEMA: Final = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/"

Json = dict[str, Any]


def description(name: str, address: str, prefix: str, terms: HostTerms) -> Json:
    """The document of the host at `address` (no slash at its end), whose paths begin with `prefix`."""
    info = {
        "title": f"Badges of {name}",
        "version": "3.0",
        "description": "Open Badges 3.0 API: a holder's badges and profile.",
        "termsOfService": terms.terms_url,
        "x-imssf-image": terms.image_url,
        "x-imssf-privacyPolicyUrl": terms.privacy_url,
    }
    return {
        "openapi": "3.0.1",
        "info": _said(info),
        "servers": [{"url": f"{address}{prefix}"}],
        "tags": [{"name": "OpenBadgeCredentials"}, {"name": "Discovery"}],
        "paths": _paths(),
        "components": {"securitySchemes": {SCHEME: _scheme(name, terms)}, "schemas": _schemas()},
    }


def _scheme(name: str, terms: HostTerms) -> Json:
    """OAuth 2.0's code grant; where nobody said its addresses, the provider's own description of itself."""
    more = {
        "x-imssf-name": name,
        "x-imssf-privacyPolicyUrl": terms.privacy_url,
        "x-imssf-registrationUrl": terms.registration_url,
        "x-imssf-termsOfServiceUrl": terms.terms_url,
    }
    if terms.authorization_url is None or terms.token_url is None:
        known = f"{terms.issuer.rstrip('/')}/.well-known/openid-configuration"
        return _said({"type": "openIdConnect", "openIdConnectUrl": known, **more})
    flow = {
        "authorizationUrl": terms.authorization_url,
        "tokenUrl": terms.token_url,
        "refreshUrl": terms.refresh_url,
        "scopes": SCOPES,
    }
    flows = {"authorizationCode": _said(flow)}
    about = "OAuth 2.0 Authorization Code Grant authorization"
    return _said({"type": "oauth2", "description": about, **more, "flows": flows})


def _paths() -> Json:
    badge = {"application/json": {"schema": {"$ref": "#/components/schemas/AchievementCredential"}}}
    either = {**badge, "text/plain": {"schema": {"$ref": "#/components/schemas/CompactJws"}}}
    person = {"application/json": {"schema": {"$ref": "#/components/schemas/Profile"}}}
    listed = {"application/json": {"schema": {"$ref": "#/components/schemas/GetOpenBadgeCredentialsResponse"}}}
    return {
        "/credentials": {
            "get": _operation("getCredentials", READ, {"200": listed}, parameters=_PARAMETERS),
            "post": _operation("upsertCredential", UPSERT, {"200": either, "201": either, "304": {}}, takes=either),
        },
        "/profile": {
            "get": _operation("getProfile", PROFILE, {"200": person}),
            "put": _operation("putProfile", STATE, {"200": person}, takes=person),
        },
        "/discovery": {
            "get": {
                "operationId": "getServiceDescription",
                "tags": ["Discovery"],
                "security": [],
                "responses": {"200": {"description": _MEANINGS["200"]}},
            }
        },
    }


def _operation(
    name: str, scope: str, answers: Json, *, takes: Json | None = None, parameters: list[Json] | None = None
) -> Json:
    status = {"application/json": {"schema": {"$ref": "#/components/schemas/Imsx_StatusInfo"}}}
    told = {code: _said({"description": _MEANINGS[code], "content": of or None}) for code, of in answers.items()}
    said = {
        "operationId": name,
        "tags": ["OpenBadgeCredentials"],
        "security": [{SCHEME: [scope]}],
        "parameters": parameters,
        "requestBody": None if takes is None else {"required": True, "content": takes},
        "responses": {**told, "default": {"description": _MEANINGS["default"], "content": status}},
    }
    return _said(said)


_MEANINGS: Final = {
    "200": "What was asked for, or what is kept now.",
    "201": "The badge was taken in.",
    "304": "The badge is known already, in this form or a newer one.",
    "default": "The request was refused; the body says why.",
}
_PARAMETERS: Final[list[Json]] = [
    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1}},
    {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0}},
    {"name": "since", "in": "query", "schema": {"type": "string", "format": "date-time"}},
]


def _schemas() -> Json:
    several = {"type": "array", "items": {"$ref": "#/components/schemas/AchievementCredential"}}
    tokens = {"type": "array", "items": {"$ref": "#/components/schemas/CompactJws"}}
    return {
        "AchievementCredential": {
            "type": "object",
            "externalDocs": {"url": f"{_OB_SCHEMA}ob_v3p0_achievementcredential_schema.json"},
        },
        "CompactJws": {"type": "string", "pattern": r"^[-A-Za-z0-9_]+\.[-A-Za-z0-9_]+\.[-A-Za-z0-9_]+$"},
        "Profile": {"type": "object", "externalDocs": {"url": f"{_OB_SCHEMA}ob_v3p0_profile_schema.json"}},
        "GetOpenBadgeCredentialsResponse": {
            "type": "object",
            "properties": {"credential": several, "compactJwsString": tokens},
        },
        "Imsx_StatusInfo": {
            "type": "object",
            "required": ["imsx_codeMajor", "imsx_severity"],
            "properties": {
                "imsx_codeMajor": {"type": "string", "enum": ["success", "processing", "failure", "unsupported"]},
                "imsx_severity": {"type": "string", "enum": ["status", "warning", "error"]},
                "imsx_description": {"type": "string"},
                "imsx_codeMinor": {"type": "object"},
            },
        },
    }


def _said(members: Json) -> Json:
    """The members that hold something."""
    return {name: value for name, value in members.items() if value is not None}
