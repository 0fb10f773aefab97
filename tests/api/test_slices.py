"""What each slice claims, before it is loaded, is what it declares."""

import os
import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import api
from api.addresses import V1
from api.routing import Routes
from api.slices import SANDBOX, SLICES, Slice

EVERY = (*SLICES, SANDBOX)
ROOT = Path(api.__path__[0]).parent


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


def test_a_process_that_is_ready_has_loaded_none_of_them(tmp_path: Path) -> None:
    program = "import sys, api.main, api.slices; print([name for name in sys.argv[1:] if name in sys.modules])"
    heavy = ["numpy", "polars", "typst", "dbos"]
    told = os.environ | {"CERTIFICANT_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}

    done = subprocess.run(
        [sys.executable, "-c", program, "api.applications", "api.credentials", "api.scores", *heavy],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env=told,
    )

    assert done.stdout.strip() == "[]"
