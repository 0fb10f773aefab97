"""Who is calling: a bearer token or an API key becomes an Actor."""

from collections.abc import Callable
from functools import cache
from typing import Protocol
from uuid import UUID

from fastapi import Request

from domain.actors import ANONYMOUS, Actor, Person, Role
from domain.errors import Unauthenticated
from domain.ports import TokenVerifier, VerifiedToken
from domain.wallets.model import TOKEN_MARK

_ROLES = {role.value: role for role in Role}


class Principals(Protocol):
    """The unit of work's question about a subject."""

    def principal(self, subject: str) -> tuple[UUID | None, frozenset[str]]:
        """The candidate whom `subject` is tied to, if any, and the roles granted to it inside the service."""
        ...

    def person(self, subject: str) -> Person:
        """Who is behind `subject`."""
        ...

    def api_key(self, presented: str) -> Actor:
        """The partner or sponsor whose key this is; raises Unauthenticated."""
        ...


class Authenticator:
    """Turns what a request presents into an actor."""

    def __init__(self, verifier: TokenVerifier, is_api_key: Callable[[str], bool]) -> None:
        """Check tokens with `verifier`; `is_api_key` tells a key of ours from a token by its look."""
        self._verifier = verifier
        self._is_api_key = is_api_key

    def presented(self, request: Request) -> VerifiedToken | str | None:
        """What the Authorization header bears: a checked token, the text of an API key, or None; Unauthenticated.

        To be asked in a thread and before a transaction begins: the issuer's keys may have to be fetched first, which
        must not keep the store's writer waiting.
        """
        value = _bearer(request)
        if value is None or self._is_api_key(value):
            return value
        return self._verifier.verify(value)

    def is_at_hand(self, request: Request) -> bool:
        """Whether `presented` would answer this request without asking the issuer; raises Unauthenticated."""
        value = _bearer(request)
        return value is None or self._is_api_key(value) or self._verifier.recall(value) is not None

    def actor(self, principals: Principals, presented: VerifiedToken | str | None) -> Actor:
        """Who presents this; raises Unauthenticated."""
        if presented is None:
            return ANONYMOUS
        if isinstance(presented, str):
            return principals.api_key(presented)
        subject = presented.subject
        return _actor(presented, *principals.principal(subject), behind=cache(lambda: principals.person(subject)))


def _bearer(request: Request) -> str | None:
    """The bearer token or API key that a request presents, None without; raises Unauthenticated for another scheme."""
    header = next((value for name, value in request.scope["headers"] if name == b"authorization"), None)
    if header is None:
        return None
    scheme, _, value = header.decode("latin-1").partition(" ")
    if scheme.lower() != "bearer" or not value or " " in value:
        raise Unauthenticated
    # A wallet's own token says nothing of a person, and the routes for wallets read it themselves.
    return None if value.startswith(TOKEN_MARK) else value


def _actor(
    token: VerifiedToken, candidate_id: UUID | None, granted: frozenset[str], *, behind: Callable[[], Person]
) -> Actor:
    named = token.roles | granted
    roles = {_ROLES[name] for name in named if name in _ROLES}
    if candidate_id is not None:
        roles.add(Role.CANDIDATE)
    return Actor(
        subject=token.subject,
        roles=frozenset(roles),
        candidate_id=candidate_id,
        email=token.email if token.email_verified else None,
        scopes=token.scopes,
        behind=behind,
    )
