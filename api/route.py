"""A declared route and one call of it: what the declaring of routes and the wrapper around them both know."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

import orjson
from fastapi import Request, Response
from pydantic import Field

from api.fields import Out
from api.idempotency import Precondition
from api.paging import Listing
from domain.actors import Actor
from domain.authorization import allowed_actions
from domain.entity import Entity
from domain.paging import Page

Preparation = Callable[[Mapping[type, Any], Mapping[str, Any]], Mapping[str, object]]
"""Given the doors and a call's arguments, the arguments to replace; for callers who may take the action at all."""
Offers = Callable[[Any, Actor, Any], Mapping[UUID, list[str]]]
"""Given the unit of work, the caller and entities, the verbs that would work on each, by id."""
Holding = Callable[[Any, Mapping[str, Any]], object]
"""Given the unit of work and a call's arguments, holds rows."""


class Resource(Out):
    """The answer for one entity. `noun` names its rows of the authorization table.

    `offers` tells the verbs that would work on some entities, where the table alone cannot know.
    """

    noun: ClassVar[str] = ""
    offers: ClassVar[Offers | None] = None

    id: Any
    version: int
    allowed_actions: list[str] = Field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A declared route: the function and what the wrapper must do around it.

    `needs_key`: an Idempotency-Key is required, not only honoured. `if_match`: the entity type whose version
    If-Match must name; its id is the path parameter `if_match_parameter`.
    `location`: a template with `{id}` for 201. `secrets`: fields of the answer that a replay leaves out.
    `before`: work on the arguments that must not hold a transaction; what it returns replaces arguments.
    `scope`: what the token must bear, where a protocol demands it. `brief`: a read of a few rows by key, which is
    answered in the event loop where the store is a file. `holds`: takes the rows that come before the one that
    If-Match names in the order in which its slice locks.
    """

    function: Callable[..., object]
    action: str
    answers: type[Out] | None
    status_code: int
    writes: bool
    takes_key: bool
    if_match_parameter: str
    listing: Listing | None
    needs_key: bool = False
    if_match: type[Entity] | None = None
    location: str | None = None
    secrets: tuple[str, ...] = ()
    before: Preparation | None = None
    scope: str | None = None
    brief: bool = False
    holds: Holding | None = None
    page_parameter: str = ""
    injected: dict[str, type] = field(default_factory=dict)

    def expected_versions(self, request: Request) -> frozenset[int] | None:
        """The versions that If-Match names; None for `*`. Raises PreconditionRequired or Stale."""
        return Precondition.of(request)

    def respond(self, result: object, actor: Actor, request: Request, uow: object = None) -> Response:
        """The finished answer for what the route returned, in whose transaction `offers` looks."""
        if isinstance(result, Response):
            return result
        if result is None:
            return Response(status_code=204)
        if self.listing is not None and isinstance(result, Page):
            return self._respond_with_page(result, actor, request, uow)
        headers = {}
        if isinstance(version := getattr(result, "version", None), int):
            headers["etag"] = f'"{version}"'
        if self.location is not None and (id_ := getattr(result, "id", None)) is not None:
            headers["location"] = self.location.format(id=id_)
        told = self._told([result], actor, uow)
        return Response(self._json(result, actor, told), self.status_code, headers, "application/json")

    def _respond_with_page(self, page: Page[Any], actor: Actor, request: Request, uow: object) -> Response:
        assert self.listing is not None  # noqa: S101 - the caller looked
        told = self._told(page.items, actor, uow)
        items = b",".join(self._json(item, actor, told) for item in page.items)
        cursor = self.listing.next_cursor(request, page)
        body = b'{"items":[' + items + b'],"next_cursor":' + orjson.dumps(cursor) + b"}"
        return Response(body, 200, self.listing.link(request, cursor), "application/json")

    def _told(self, things: Sequence[Any], actor: Actor, uow: object) -> Mapping[UUID, list[str]]:
        """What may be done with each thing, where the table alone cannot say."""
        offers: Offers | None = getattr(self.answers, "offers", None)
        return {} if offers is None else offers(uow, actor, things)

    def _json(self, result: object, actor: Actor, told: Mapping[UUID, list[str]]) -> bytes:
        if self.answers is None:
            return orjson.dumps(result)
        model = result if isinstance(result, self.answers) else self.answers.model_validate(result)
        if isinstance(model, Resource) and model.noun and "allowed_actions" not in model.model_fields_set:
            verbs = told.get(model.id)
            verbs = allowed_actions(actor, model.noun, result) if verbs is None else verbs
            model = model.model_copy(update={"allowed_actions": verbs})
        return model.__pydantic_serializer__.to_json(model)


@dataclass(frozen=True, slots=True)
class Call:
    """One request as the thread sees it: everything read from the network already."""

    route: Route
    request: Request
    arguments: Mapping[str, Any]
    body: bytes
