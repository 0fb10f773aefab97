"""What a value asks of a column: equality, membership in a list, or that it holds nothing."""

from enum import Enum
from typing import Any, Literal

from sqlalchemy import ARRAY, any_, bindparam

Shape = Literal["nothing", "one", "many"]


def shape(value: object) -> Shape:
    """The kind of question that a value asks; its statement depends on nothing else."""
    if value is None:
        return "nothing"
    return "many" if isinstance(value, list | tuple | set | frozenset) else "one"


def condition(column: Any, value: object, name: str, *, arrays: bool = False) -> Any:  # noqa: ANN401 - SQL expressions
    """The question, its parameter called `name`; with `arrays` the engine takes a list as one value, however long."""
    match shape(value):
        case "nothing":
            return column.is_(None)
        case "many" if arrays:
            return column == any_(bindparam(name, type_=ARRAY(column.type)))
        case "many":
            return column.in_(bindparam(name, expanding=True))
        case "one":
            return column == bindparam(name)


def plain(value: object) -> object:
    """The parameter's value: enumerations by their value."""
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(member) for member in value]
    return value.value if isinstance(value, Enum) else value
