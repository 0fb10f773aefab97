"""What each slice claims, before it is loaded, is what it declares."""

import pkgutil
from importlib import import_module

import pytest

import api
from api.addresses import V1
from api.routing import Routes
from api.slices import SANDBOX, SLICES, Slice

EVERY = (*SLICES, SANDBOX)


def paths(routes: Routes) -> list[str]:
    return [getattr(route, "path", "") for route in routes.router().routes]


def beneath(path: str, claim: str) -> bool:
    return path == claim or path.startswith(f"{claim}/")


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.paths[0].removeprefix(f"{V1}/"))
def test_a_slice_claims_where_its_routes_lie_and_nothing_else(one: Slice) -> None:
    declared = paths(one.routes())

    unclaimed = [path for path in declared if not any(beneath(path, claim) for claim in one.paths)]
    unused = [claim for claim in one.paths if not any(beneath(path, claim) for path in declared)]
    assert declared
    assert (unclaimed, unused) == ([], [])


def test_every_page_of_routes_is_a_slice() -> None:
    modules = [import_module(f"api.{module.name}") for module in pkgutil.iter_modules(api.__path__)]
    declared = {id(one) for module in modules for one in vars(module).values() if isinstance(one, Routes)}

    assert declared == {id(one.routes()) for one in EVERY}
