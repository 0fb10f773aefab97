"""Who the caller is, granted roles, and API keys of machine partners."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from api.fields import Code, Id, In, Instant, Line, Out
from api.paging import Listing
from api.routing import Resource, Routes
from domain.access import actions
from domain.access.model import ApiKey, RoleGrant
from domain.actors import Actor, Role
from domain.paging import Page, PageRequest
from domain.ports import KeyMint, UnitOfWork

routes = Routes("access")

GRANTS = Listing(RoleGrant, filters={"subject": Line})
KEYS = Listing(ApiKey, filters={"organisation": Code})


class MeOut(Out):
    """The caller, as this service sees them."""

    subject: str
    roles: list[Role]
    candidate_id: UUID | None


class RoleGrantIn(In):
    """A staff role for a token's subject."""

    subject: Line
    role: Role


class RoleGrantOut(Resource):
    """A role given inside the service."""

    noun: ClassVar[str] = "role_grant"

    subject: str
    role: Role
    status: str
    granted_by: str
    granted_at: datetime
    revoked_at: datetime | None


class ApiKeyIn(In):
    """A key for a partner or a sponsor. Every key of one `organisation` acts as the same subject."""

    name: Line
    organisation: Code
    role: Role
    expires_at: Instant | None = None


class ApiKeyOut(Resource):
    """A key without its secret."""

    noun: ClassVar[str] = "api_key"

    key_id: str
    name: str
    organisation: str
    role: Role
    status: str
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class NewApiKeyOut(ApiKeyOut):
    """A fresh key. `key` is shown this once."""

    key: str | None = None


@routes.get("/me", action="me.read", answers=MeOut)
def me(actor: Actor) -> MeOut:
    """Say who the caller is."""
    return MeOut(subject=actor.subject, roles=sorted(actor.roles), candidate_id=actor.candidate_id)


@routes.post("/role-grants", action="role_grant.create", answers=RoleGrantOut, status_code=201)
def grant(uow: UnitOfWork, actor: Actor, body: RoleGrantIn) -> RoleGrant:
    """Give a subject a staff role inside this service."""
    return actions.grant(uow, actor, body.subject, body.role)


@routes.get("/role-grants", action="role_grant.list", answers=RoleGrantOut, listing=GRANTS)
def list_grants(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[RoleGrant]:
    """List roles given inside this service, those taken back too."""
    actor.must("role_grant.list")
    return uow.role_grants.page(page)


@routes.post("/role-grants/{grant_id}/revocation", action="role_grant.revoke", answers=RoleGrantOut, if_match=RoleGrant)
def revoke_grant(uow: UnitOfWork, actor: Actor, grant_id: Id) -> RoleGrant:
    """Take a role back."""
    return actions.revoke_grant(uow, actor, grant_id)


@routes.post("/api-keys", action="api_key.create", answers=NewApiKeyOut, status_code=201, secrets=("key",))
def create_key(uow: UnitOfWork, actor: Actor, mint: KeyMint, body: ApiKeyIn) -> NewApiKeyOut:
    """Make a key for a machine partner. Its text is shown this once."""
    key, text = actions.create_key(
        uow,
        actor,
        mint,
        name=body.name,
        organisation=body.organisation,
        role=body.role,
        expires_at=body.expires_at,
    )
    return NewApiKeyOut.model_validate(key).model_copy(update={"key": text})


@routes.get("/api-keys", action="api_key.list", answers=ApiKeyOut, listing=KEYS)
def list_keys(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[ApiKey]:
    """List keys, revoked ones too; never their secrets."""
    actor.must("api_key.list")
    return uow.api_keys.page(page)


@routes.post("/api-keys/{api_key_id}/revocation", action="api_key.revoke", answers=ApiKeyOut, if_match=ApiKey)
def revoke_key(uow: UnitOfWork, actor: Actor, api_key_id: Id) -> ApiKey:
    """Stop a key from working, at once."""
    return actions.revoke_key(uow, actor, api_key_id)
