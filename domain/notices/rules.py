"""What a letter may hold, and which staff may know of it. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from uuid import UUID

from domain.actors import Actor, Role
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


_OF_REVIEW = frozenset({Role.REVIEWER})
_OF_EXAMS = frozenset({Role.EXAM_MANAGER})
_OF_OFFICERS = frozenset({Role.CREDENTIAL_OFFICER})
_OF_MONEY = frozenset({Role.FINANCE})
_WORK: Mapping[str, frozenset[Role]] = {
    "invitation": _OF_REVIEW,
    "candidate": _OF_REVIEW | _OF_OFFICERS,
    "application": _OF_REVIEW,
    "determination": _OF_REVIEW,
    "appeal": _OF_REVIEW,
    "cycle or application": _OF_REVIEW | _OF_OFFICERS,
    "authorization": _OF_EXAMS,
    "accommodation": _OF_EXAMS,
    "registration": _OF_EXAMS,
    "attempt": _OF_EXAMS | _OF_OFFICERS,
    "award": _OF_OFFICERS,
    "credential": _OF_OFFICERS,
    "cycle": _OF_OFFICERS,
    "charge": _OF_MONEY,
    "charge or payment": _OF_MONEY,
    "payment": _OF_MONEY,
    "refund": _OF_MONEY,
}
"""Whose work a letter belongs to, by what it is about."""


def seen_by(actor: Actor, candidate_id: UUID) -> frozenset[NoticeKind]:
    """The kinds of letters to this candidate that the caller may know of.

    All for the candidate, administrators, auditors and the service; for other staff those that their own work sends.
    """
    if actor.system or actor.candidate_id == candidate_id or actor.roles & {Role.ADMINISTRATOR, Role.AUDITOR}:
        return frozenset(NoticeKind)
    return frozenset(kind for kind, terms in TERMS.items() if actor.roles & _WORK.get(terms.about, frozenset()))


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
