"""The tables are found by the entities they store, and the whole schema knows every one of them."""

import pkgutil
import subprocess
import sys

import pytest

from adapters.db import schema, tables
from adapters.db.schema import STORED
from adapters.db.tables.base import table_of
from domain.entity import Entity

KINDS = sorted(STORED, key=lambda kind: kind.__qualname__)


def test_the_schema_has_every_module_of_tables() -> None:
    modules = {module.name for module in pkgutil.iter_modules(tables.__path__)} - {"base", "append_only"}

    assert modules <= set(schema.__all__)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_table_lies_in_the_module_that_is_named_as_its_entitys_slice(kind: type[Entity]) -> None:
    slice_ = kind.__module__.split(".")[1]

    assert table_of(kind).__module__ == f"adapters.db.tables.{slice_}"


def test_a_table_is_loaded_with_its_first_entity_and_no_other_is() -> None:
    program = (
        "import sys\n"
        "from adapters.db.tables.base import table_of\n"
        "from domain.renewals.model import Activity\n"
        "print(table_of(Activity).__table__.name)\n"
        "print(sorted(name.rpartition('.')[2] for name in sys.modules if name.startswith('adapters.db.tables.')))\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == ["activities", "['base', 'renewals']"]
