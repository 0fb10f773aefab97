"""What a letter may hold. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from uuid import UUID

from domain.notices.model import TERMS, NoticeKind, Value


def parameters_of(kind: NoticeKind, given: Mapping[str, object]) -> dict[str, Value]:
    """The parameters as they are stored: days and times in ISO 8601, enumerations by value, ids as text.

    Raises:
        TypeError: the program gave too few, too many, or a value that is none of these; no letter goes out half filled.

    """
    terms = TERMS[kind]
    if missing := sorted(terms.needs - given.keys()):
        message = f"{kind} needs {', '.join(missing)}"
        raise TypeError(message)
    if unknown := sorted(given.keys() - terms.needs - terms.takes):
        message = f"{kind} does not take {', '.join(unknown)}"
        raise TypeError(message)
    return {name: _value(name, value) for name, value in given.items()}


def _value(name: str, value: object) -> Value:
    match value:
        case Enum():
            return str(value.value)
        case datetime() if value.tzinfo is None:
            message = f"{name} is a time without a zone"
            raise TypeError(message)
        case None | bool() | int() | str():
            return value
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case _:
            message = f"{name}: a letter does not hold a {type(value).__name__}"
            raise TypeError(message)
