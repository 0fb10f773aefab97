"""The application: every slice's routes behind one dispatch, and the middleware around them."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI

from api import candidates, contract, dispatch, problem_pages, problems
from api.auth import Authenticator
from api.idempotency import Idempotency
from api.routing import Routes
from api.transaction import Transactions, Units

SLICES: tuple[Routes, ...] = (candidates.routes,)


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What stands behind the ports, put together by `api.wiring` (or by a test)."""

    units: Units
    authenticator: Authenticator
    contended: type[Exception]
    doors: Mapping[type, object]
    cursor_secret: bytes
    base_url: str = ""
    close: Callable[[], None] = field(default=lambda: None)


def create_app(parts: Parts) -> FastAPI:
    """The FastAPI application over these parts. `api.main` puts the lane and the outer middleware in front of it."""
    transactions = Transactions(
        units=parts.units,
        authenticator=parts.authenticator,
        idempotency=Idempotency(),
        contended=parts.contended,
        doors=parts.doors,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        transactions.close()
        parts.close()

    app = FastAPI(
        title="certificant",
        version="1.0.0",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.state.transactions = transactions
    app.state.cursor_secret = parts.cursor_secret
    for routes in SLICES:
        app.include_router(routes.router)
    app.router.routes.extend(problem_pages.routes())
    problems.install(app, base_url=parts.base_url)
    _document(app)
    dispatch.install(app)
    return app


def _document(app: FastAPI) -> None:
    """Let `app.openapi()` answer the finished contract, made once."""
    generate = app.openapi
    made: dict[str, Any] = {}

    def finished() -> dict[str, Any]:
        if not made:
            made.update(contract.finish(generate()))
        return made

    app.openapi = finished  # type: ignore[method-assign]
