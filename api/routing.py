"""How a slice declares its routes.

    routes = Routes("applications")

    @routes.post("/applications/{application_id}/submission", action="application.submit",
                 answers=ApplicationOut, if_match=Application)
    def submit(uow: UnitOfWork, actor: Actor, application_id: Id) -> Application:
        '''Submit a draft for review.'''
        return actions.submit(uow, actor, application_id)

Parameters typed `UnitOfWork`, `Actor` or as one of the doors of `domain.ports` are given by the wrapper; a
`PageRequest` is read from the query by the route's `listing`; all others are FastAPI's. The route returns an entity, a
`Page` of entities, an instance of the answer's model, a `Response`, or None.
"""

import inspect
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.params import Query
from fastapi.routing import APIRoute
from starlette.datastructures import FormData, UploadFile
from starlette.routing import BaseRoute

from api.addresses import V1
from api.contract import extras
from api.edge_errors import InvalidRequest
from api.fields import Out
from api.guard import FORM
from api.lazy_route import LazyRoute
from api.paging import Listing
from api.pointers import pointer
from api.route import Call, Resource, Route
from domain.actors import Actor
from domain.authorization import TABLE
from domain.errors import Fault
from domain.hosting.model import HostTerms
from domain.paging import PageRequest
from domain.ports import (
    BadgeReader,
    BulkRegistry,
    Files,
    ForeignBadges,
    ItemExchange,
    KeyMint,
    KeyProvider,
    Mailer,
    PaymentGateway,
    Press,
    RegistryStatements,
    SandboxTime,
    UnitOfWork,
    WalletProofs,
)
from domain.test_centres.ports import CentreFiles

__all__ = ["Resource", "Route", "Routes", "Upload", "page_of"]

INJECTED: tuple[type, ...] = (
    UnitOfWork,
    Actor,
    BadgeReader,
    BulkRegistry,
    CentreFiles,
    Files,
    ForeignBadges,
    HostTerms,
    ItemExchange,
    KeyMint,
    KeyProvider,
    Mailer,
    PaymentGateway,
    Press,
    RegistryStatements,
    SandboxTime,
    WalletProofs,
)  # fmt: skip
F = TypeVar("F", bound=Callable[..., object])
TERMS = frozenset({"needs_key", "if_match", "location", "secrets", "before", "scope", "brief", "holds"})
"""What a declaration may say of a route beside where it is and what it answers; see `Route`."""
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


class Routes:
    """The routes of one slice, under `/v1`."""

    def __init__(self, tag: str, prefix: str = V1) -> None:
        """Collect routes under one tag."""
        self.tag = tag
        self.prefix = prefix
        self._declared: list[tuple[str, str, Route, inspect.Signature, dict[str, Any]]] = []

    def router(self, *, documented: bool = False) -> APIRouter:
        """The routes for FastAPI, each built when it is first asked for.

        With `documented` all are built at once, with the models of their answers: those only the document needs.
        """
        router = self._empty()
        for declared in self._declared:
            if documented:
                self._add(router, *declared, model=_documented(declared[2]))
            else:
                router.routes.append(LazyRoute(declared[0], self.prefix + declared[1], partial(self._built, declared)))
        return router

    def _empty(self) -> APIRouter:
        return APIRouter(prefix=self.prefix, tags=[self.tag], route_class=_AdmittingRoute)

    def _built(self, declared: tuple[str, str, Route, inspect.Signature, dict[str, Any]]) -> BaseRoute:
        router = self._empty()
        self._add(router, *declared, model=None)
        return router.routes[0]

    def get(
        self, path: str, *, action: str, answers: type[Out] | None = None, listing: Listing | None = None, **more: Any
    ) -> Callable[[F], F]:
        """Declare a read. With a `listing` it answers pages of `answers`."""
        return self._declare("GET", path, action=action, answers=answers, listing=listing, **more)

    def post(
        self, path: str, *, action: str, answers: type[Out] | None = None, status_code: int = 200, **more: Any
    ) -> Callable[[F], F]:
        """Declare a creation or a transition; see `Route` for `needs_key`, `if_match`, `location`, `secrets`."""
        return self._declare("POST", path, action=action, answers=answers, status_code=status_code, **more)

    def put(self, path: str, *, action: str, answers: type[Out] | None = None, **more: Any) -> Callable[[F], F]:
        """Declare a replacement."""
        return self._declare("PUT", path, action=action, answers=answers, **more)

    def patch(self, path: str, *, action: str, answers: type[Out] | None = None, **more: Any) -> Callable[[F], F]:
        """Declare a partial change."""
        return self._declare("PATCH", path, action=action, answers=answers, **more)

    def delete(self, path: str, *, action: str, **more: Any) -> Callable[[F], F]:
        """Declare a removal; it answers 204."""
        return self._declare("DELETE", path, action=action, answers=None, status_code=204, **more)

    def _declare(
        self,
        method: Method,
        path: str,
        *,
        action: str,
        answers: type[Out] | None,
        status_code: int = 200,
        listing: Listing | None = None,
        writes: bool | None = None,
        if_match_parameter: str | None = None,
        **more: Any,
    ) -> Callable[[F], F]:
        """Declare a route.

        `writes`: whether it needs a writing transaction, by default every method but GET. `if_match_parameter`: by
        default the path's last. Of `more`, what `Route` has a word for is the wrapper's; the rest goes to FastAPI.
        """
        _must_be_in_the_table(action, f"{method} {path}")
        terms = {name: more.pop(name) for name in TERMS & more.keys()}

        def declared(function: F) -> F:
            given, signature = _split(function, listing)
            route = Route(
                function=function,
                action=action,
                answers=answers,
                status_code=status_code,
                writes=method != "GET" if writes is None else writes,
                takes_key=method == "POST" and writes is not False,
                if_match_parameter=if_match_parameter or _last_parameter(path),
                listing=listing,
                **terms,
                **given,
            )
            self._declared.append((method, path, route, signature, more))
            return function

        return declared

    def _add(
        self,
        router: APIRouter,
        method: str,
        path: str,
        route: Route,
        signature: inspect.Signature,
        more: dict[str, Any],
        *,
        model: Any,
    ) -> None:
        told, others = (
            more.get("openapi_extra", {}),
            {name: one for name, one in more.items() if name != "openapi_extra"},
        )
        router.add_api_route(
            path,
            _endpoint(route, signature),
            methods=[method],
            name=route.function.__name__,
            operation_id=f"{self.tag}_{route.function.__name__}",
            status_code=route.status_code,
            summary=(route.function.__doc__ or "").strip().split("\n")[0].rstrip("."),
            description=inspect.cleandoc(route.function.__doc__ or ""),
            openapi_extra=told
            | extras(
                route.action,
                key=("required" if route.needs_key else "optional") if route.takes_key else None,
                if_match=route.if_match is not None,
                etag=route.answers is not None and "version" in route.answers.model_fields and route.listing is None,
                paged=route.listing is not None,
            ),
            response_model=model,
            **others,
        )


def _must_be_in_the_table(action: str, where: str) -> None:
    if action not in TABLE:
        message = f"{where}: the authorization table has no row {action}"
        raise LookupError(message)


def _endpoint(route: Route, signature: inspect.Signature) -> Callable[..., Any]:
    """What FastAPI calls: it gathers the arguments and hops into a thread, once."""

    async def endpoint(request: Request, **arguments: Any) -> Response:
        body = await _body(request, arguments)
        if route.listing is not None:
            arguments = route.listing.arguments(request, arguments, route.page_parameter)
        answer: Response = await request.app.state.transactions.run(Call(route, request, arguments, body))
        return answer

    endpoint.__signature__ = signature  # type: ignore[attr-defined]
    endpoint.__name__ = route.function.__name__
    endpoint.__doc__ = route.function.__doc__
    endpoint.declared = route  # type: ignore[attr-defined]
    return endpoint


class _AdmittingRoute(APIRoute):
    """Who may not come at all hears that, not what is wrong with the request; sound requests pay nothing for it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, with a malformed request looked at once more."""
        handle = super().get_route_handler()
        declared: Route = self.endpoint.declared  # type: ignore[attr-defined]
        parameters = get_flat_params(self.dependant)
        known = frozenset(one.alias for one in parameters if isinstance(one.field_info, Query))

        async def handler(request: Request) -> Response:
            try:
                if request.scope["query_string"]:
                    _must_be_known(request, known)
                return await handle(request)
            except (RequestValidationError, InvalidRequest):
                await request.app.state.transactions.admit(request, declared)
                raise

        return handler


def _must_be_known(request: Request, known: frozenset[str]) -> None:
    """Refuse query parameters that the operation does not have, or that come twice: none of ours is a list.

    A misspelt filter must not answer the whole list, and of two values neither may be overlooked.
    """
    given = Counter(name for name, _ in request.query_params.multi_items())
    unknown = [name for name in given if name not in known]
    if unknown:
        said = f"Known are: {', '.join(sorted(known))}." if known else "This operation has none."
        detail = f"There is no such parameter. {said}"
        raise InvalidRequest(*(Fault(pointer(("query", name)), "extra_forbidden", detail) for name in unknown))
    if repeated := [name for name, times in given.items() if times > 1]:
        detail = "This parameter is given more than once; it takes one value."
        raise InvalidRequest(*(Fault(pointer(("query", name)), "repeated", detail) for name in repeated))


async def _body(request: Request, arguments: dict[str, Any]) -> bytes:
    """The bytes that an Idempotency-Key stands for. An upload is read here, into an argument of bytes."""
    if request.method == "GET":
        return b""
    uploads = [(name, value) for name, value in arguments.items() if isinstance(value, UploadFile)]
    if not uploads and request.headers.get("content-type", "").lower().startswith(FORM):
        return repr(sorted((await request.form()).multi_items())).encode()
    if not uploads:
        return await request.body()
    _must_be_filled_in(arguments, await request.form())
    fields = sorted((name, str(value)) for name, value in arguments.items() if not isinstance(value, UploadFile))
    parts = [repr(fields).encode()]
    for name, upload in uploads:
        content = await upload.read()
        arguments[name] = Upload(content, upload.content_type or "", upload.filename or "")
        parts += [repr(arguments[name].media_type).encode(), content]
    return b"\x00".join(parts)


def _must_be_filled_in(arguments: Mapping[str, object], form: FormData) -> None:
    """Refuse fields without a text: FastAPI would take the default, where the document asks for something else."""
    blank = [name for name in arguments if form.get(name) == ""]
    if blank:
        raise InvalidRequest(*(Fault(f"/body/{name}", "string_too_short", "At least 1 characters.") for name in blank))


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded file, read: its bytes, the declared media type, and the name its owner gave it."""

    content: bytes
    media_type: str
    filename: str


def _split(function: Callable[..., object], listing: Listing | None) -> tuple[dict[str, Any], inspect.Signature]:
    """Which parameters the wrapper gives, as a Route has them, and the signature that is left for FastAPI."""
    injected: dict[str, type] = {}
    request = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)
    left = [request]
    for parameter in inspect.signature(function, eval_str=True).parameters.values():
        if parameter.annotation in INJECTED:
            injected[parameter.name] = parameter.annotation
        elif parameter.annotation is PageRequest and listing is not None:
            left.extend(listing.parameters(parameter.name))
        else:
            left.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY))
    return {"injected": injected, "page_parameter": _page_parameter(function)}, inspect.Signature(left)


def _documented(route: Route) -> Any:
    if route.answers is None:
        return None
    return page_of(route.answers) if route.listing is not None else route.answers


_PAGES: dict[type[Out], type[Out]] = {}


def page_of(answers: type[Out]) -> type[Out]:
    """The model of one page of these answers, for the document."""
    if answers not in _PAGES:
        name = f"{answers.__name__.removesuffix('Out')}Page"
        _PAGES[answers] = type(
            name,
            (Out,),
            {
                "__annotations__": {"items": list[answers], "next_cursor": str | None},  # type: ignore[valid-type]
                "__module__": answers.__module__,
                "__doc__": "One page of a list; `next_cursor` is null at its end.",
            },
        )
    return _PAGES[answers]


def _page_parameter(function: Callable[..., object]) -> str:
    parameters = inspect.signature(function, eval_str=True).parameters.values()
    return next((parameter.name for parameter in parameters if parameter.annotation is PageRequest), "")


def _last_parameter(path: str) -> str:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return names[-1] if names else ""
