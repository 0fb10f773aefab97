"""An owner reads one application, against bare ASGI; what a warm token costs, and a place in the table of routes.

`GET /v1/applications/{id}` is asked of the whole service as uvicorn runs it (log, metrics, quotas, guard) over eight
connections, by 64 owners in turn, each with a token of their own that the service has seen before. For what a token
costs, and for the first and the last route of the table, the same service has two routes more, one at either end of
its table: they do what the read does, and are public.
"""

import gc
import os
from collections.abc import Mapping
from contextlib import ExitStack
from statistics import median

from starlette.types import ASGIApp

from api import slices
from api.applications import ApplicationOut, shown
from api.fields import Id
from api.routing import Routes
from api.settings import Settings
from api.slices import Slice
from api.wiring import application
from benchmarks.applicants import Applicant, applicants, environment, service, token
from benchmarks.harness import Figure, Target, cpu_per_request, get, postgres, ratio, serve, workshop
from domain.actors import Actor
from domain.ports import UnitOfWork

OWNERS = 64
CLIENTS = 8
ROUNDS = 7
OF_BARE = 0.04
TOKEN_AT_MOST = 1.3
LAST_AT_MOST = 1.3
PUBLIC = "program.read"
"""A row of the authorization table that asks for no token."""

FIRST, LAST = Routes("benchmark"), Routes("benchmark")


@FIRST.get("/benchmark-first/{application_id}", action=PUBLIC, answers=ApplicationOut)
def read_first(uow: UnitOfWork, actor: Actor, application_id: Id) -> ApplicationOut:
    """Read an application, whoever asks."""
    return shown(uow, actor, uow.applications.get(application_id))


@LAST.get("/benchmark-last/{application_id}", action=PUBLIC, answers=ApplicationOut)
def read_last(uow: UnitOfWork, actor: Actor, application_id: Id) -> ApplicationOut:
    """Read an application, whoever asks."""
    return shown(uow, actor, uow.applications.get(application_id))


def lengthened() -> ASGIApp:
    """What uvicorn runs: the whole service, with a public read at either end of its table."""
    first, last = Slice(("/v1/benchmark-first",), lambda: FIRST), Slice(("/v1/benchmark-last",), lambda: LAST)
    slices.SLICES = (first, *slices.SLICES, last)
    app = application(Settings.from_environment(os.environ))
    gc.freeze()
    return app


def run(*, quick: bool) -> list[Figure]:
    """Measure both engines."""
    figures = measure("SQLite", environment(workshop("reads") / "sqlite"), quick=quick)
    with postgres("reads-postgres") as url:
        return figures + measure("PostgreSQL", environment(workshop("reads") / "postgresql", url), quick=quick)


def measure(engine: str, told: Mapping[str, str], *, quick: bool) -> list[Figure]:
    """The product's read, and the four public ones, beside a bare hello."""
    made = service(told)
    owners = applicants(made, OWNERS)
    headers = [token(made, owner) for owner in owners]
    made.close()
    with ExitStack() as up:
        bare = up.enter_context(serve("benchmarks.baselines:hello"))
        product = up.enter_context(serve("api.main:app", env=told))
        longer = up.enter_context(serve("benchmarks.reads:lengthened", factory=True, env=told))
        targets = {
            "bare": Target(bare, [get("/")], CLIENTS),
            "owner's": Target(product, _asked("applications", owners, headers), CLIENTS),
            "first": Target(longer, _asked("benchmark-first", owners), CLIENTS),
            "last": Target(longer, _asked("benchmark-last", owners), CLIENTS),
            "first, token": Target(longer, _asked("benchmark-first", owners, headers), CLIENTS),
        }
        cost = cpu_per_request(targets, rounds=2 if quick else ROUNDS, seconds=0.2 if quick else 1.0)
    return [
        Figure(what=f"{engine}: bare ASGI", value=median(cost["bare"]), unit="µs a request"),
        Figure(what=f"{engine}: the owner's read", value=median(cost["owner's"]), unit="µs a request"),
        Figure(what=f"{engine}: the owner's read", value=ratio(cost["bare"], cost["owner's"]), at_least=OF_BARE),
        Figure(
            what=f"{engine}: a public read with a warm token",
            value=ratio(cost["first, token"], cost["first"]),
            unit="times the same without",
            at_most=TOKEN_AT_MOST,
        ),
        Figure(
            what=f"{engine}: the last route of the table",
            value=ratio(cost["last"], cost["first"]),
            unit="times the first",
            at_most=LAST_AT_MOST,
        ),
    ]


def _asked(what: str, owners: list[Applicant], tokens: list[str] | None = None) -> list[bytes]:
    paths = [f"/v1/{what}/{owner.application_id}" for owner in owners]
    if tokens is None:
        return [get(path) for path in paths]
    return [get(path, authorization=token) for path, token in zip(paths, tokens, strict=True)]
