"""Verbs of access: give a role and take it back, make an API key, replace it, revoke it."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from domain.access.errors import OwnRole, RoleNotGrantable
from domain.access.events import ApiKeyCreated, ApiKeyRevoked, RoleGranted, RoleRevoked
from domain.access.model import ApiKey, RoleGrant
from domain.actors import STAFF, Actor, Role
from domain.ports import KeyMint, UnitOfWork

GRANTABLE = STAFF | {Role.AUDITOR}


def grant(uow: UnitOfWork, actor: Actor, subject: str, role: Role) -> RoleGrant:
    """Give a subject a staff role; the store refuses a second standing grant of the same one."""
    actor.must("role_grant.create")
    if role not in GRANTABLE:
        raise RoleNotGrantable
    if actor.is_one_of((subject,)):
        raise OwnRole
    given = uow.role_grants.add(
        RoleGrant(id=uow.new_id(), subject=subject, role=role.value, granted_by=actor.subject, granted_at=uow.now)
    )
    uow.record(RoleGranted(grant_id=given.id, subject=subject, role=role.value))
    return given


def revoke_grant(uow: UnitOfWork, actor: Actor, grant_id: UUID) -> RoleGrant:
    """Take a role back, from the subject's next request on."""
    found = uow.role_grants.lock(grant_id)
    actor.must("role_grant.revoke", found)
    if actor.is_one_of((found.subject,)):
        raise OwnRole
    revoked = uow.role_grants.save(replace(found, revoked_at=uow.now, revoked_by=actor.subject))
    uow.record(RoleRevoked(grant_id=found.id, subject=found.subject, role=found.role))
    return revoked


def create_key(
    uow: UnitOfWork,
    actor: Actor,
    mint: KeyMint,
    *,
    name: str,
    organisation: str,
    role: Role,
    expires_at: datetime | None,
) -> tuple[ApiKey, str]:
    """A new key for an organisation; its text is returned once and kept as a digest only."""
    actor.must("api_key.create")
    if role not in (Role.PARTNER, Role.SPONSOR):
        raise RoleNotGrantable
    key_id, digest, text = mint.mint()
    key = uow.api_keys.add(
        ApiKey(
            id=uow.new_id(),
            key_id=key_id,
            digest=digest,
            name=name,
            organisation=organisation,
            role=role.value,
            created_by=actor.subject,
            created_at=uow.now,
            expires_at=expires_at,
        )
    )
    uow.record(ApiKeyCreated(api_key_id=key.id, role=role.value))
    return key, text


def revoke_key(uow: UnitOfWork, actor: Actor, api_key_id: UUID) -> ApiKey:
    """Stop a key from working. To rotate, make the new one first."""
    key = uow.api_keys.lock(api_key_id)
    actor.must("api_key.revoke", key)
    revoked = uow.api_keys.save(replace(key, revoked_at=uow.now, revoked_by=actor.subject))
    uow.record(ApiKeyRevoked(api_key_id=key.id))
    return revoked
