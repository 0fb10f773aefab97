"""The application: every slice's routes behind one dispatch, and the middleware around them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Route

from api import contract, dispatch, docs, health, problem_pages, problems, slices, wallet_metadata, well_known
from api.auth import Authenticator
from api.badge_host_description import SCOPES
from api.idempotency import Idempotency
from api.lazy_route import LazySlice
from api.registry import PAGE
from api.slices import Slice
from api.threads import Threads
from api.transaction import Transactions, Units
from domain.badges.keys import BADGE_PURPOSES
from domain.ports import KeyProvider

VERSION = "1.0.0"


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What stands behind the ports, put together by `api.wiring` (or by a test).

    `checks` are what readiness asks; `threads` the reading and the writing pool's sizes; `in_the_loop` says that brief
    reads need no thread; `sandbox` says that the clock may be turned; `closers` are awaited and `close` called when the
    service stops.
    """

    units: Units
    authenticator: Authenticator
    contended: type[Exception]
    doors: Mapping[type, object]
    cursor_secret: bytes
    keys: KeyProvider
    identity: well_known.Identity | None = None
    title: str = "certificant"
    email: str = "certification@certifier.example"
    terms_url: str = "https://certifier.example/terms"
    privacy_url: str | None = None
    base_url: str = "http://127.0.0.1:8000"
    issuer: str = "https://issuer.certificant.invalid"
    checks: Mapping[str, Callable[[], bool]] = field(default_factory=dict)
    threads: tuple[int, int] = (4, 8)
    in_the_loop: bool = False
    sandbox: bool = False
    closers: Sequence[Callable[[], Awaitable[None]]] = ()
    close: Callable[[], None] = field(default=lambda: None)


def create_app(parts: Parts) -> FastAPI:
    """The FastAPI application over these parts. `api.wiring` puts the lane and the outer middleware in front of it."""
    readers, writers = parts.threads
    transactions = Transactions(
        units=parts.units,
        authenticator=parts.authenticator,
        idempotency=Idempotency(),
        contended=parts.contended,
        doors=parts.doors,
        readers=Threads(readers, "reader"),
        writers=Threads(writers, "writer"),
        in_the_loop=parts.in_the_loop,
    )
    app = FastAPI(
        title="certificant",
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_lifespan(parts, transactions),
        redirect_slashes=False,
    )
    app.state.transactions = transactions
    app.state.cursor_secret = parts.cursor_secret
    served = (*slices.SLICES, slices.SANDBOX) if parts.sandbox else slices.SLICES
    app.router.routes.extend(LazySlice(one.paths, _routes_of(one)) for one in served)
    _add_pages(app, parts)
    problems.install(app, base_url=parts.base_url)
    dispatch.install(app)
    return app


def published_contract() -> dict[str, Any]:
    """The OpenAPI document: of every slice, with the models of their answers; a sandbox's own routes are not in it."""
    app = FastAPI(title="certificant", version=VERSION, docs_url=None, redoc_url=None, openapi_url=None)
    for one in slices.SLICES:
        dispatch.declare(app, one.routes().router(documented=True))
    return contract.finish(app.openapi())


def _routes_of(one: Slice) -> Callable[[], Sequence[BaseRoute]]:
    return lambda: one.routes().router().routes


def _lifespan(parts: Parts, transactions: Transactions) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        transactions.close()
        for closer in parts.closers:
            await closer()
        parts.close()

    return lifespan


def _add_pages(app: FastAPI, parts: Parts) -> None:
    """What lies beside the contract: health, metadata, the documents and the problem pages."""

    def described() -> dict[str, Any]:
        body = {"name": parts.title, "email": parts.email, "terms_url": parts.terms_url}
        return contract.of_body(published_contract(), **body, base_url=parts.base_url)

    resource = well_known.Resource(
        base_url=parts.base_url,
        issuer=parts.issuer,
        name=parts.title,
        scopes=tuple(SCOPES),
        terms_url=parts.terms_url,
        privacy_url=parts.privacy_url,
    )
    found = [
        *health.routes(parts.checks),
        *well_known.routes(resource, parts.keys, ("registry", "journal", *BADGE_PURPOSES), identity=parts.identity),
        *wallet_metadata.pages(parts.base_url, parts.title),
        *docs.routes("certificant", described),
        *problem_pages.routes(),
        # What badges name as the body's address: whoever follows it wants to know whether one is genuine.
        Route("/", lambda _: RedirectResponse(PAGE, 303), methods=["GET"], include_in_schema=False),
    ]
    app.router.routes.extend(found)
