"""What files of test centres can hold, kind by kind: the closed set of fields that a layout may map to columns."""

from dataclasses import dataclass
from enum import StrEnum


class FileKind(StrEnum):
    """What a file is about. The first three go out, the others come in."""

    CANDIDATES = "candidates"
    AUTHORIZATIONS = "authorizations"
    ACCOMMODATIONS = "accommodations"
    CONFIRMATIONS = "confirmations"
    APPOINTMENTS = "appointments"
    RESULTS = "results"
    RESPONSES = "responses"
    NO_SHOWS = "no_shows"
    CANCELLATIONS = "cancellations"
    HOLDS = "holds"


OUT = (FileKind.CANDIDATES, FileKind.AUTHORIZATIONS, FileKind.ACCOMMODATIONS)
IN = tuple(kind for kind in FileKind if kind not in OUT)


class Sort(StrEnum):
    """What a field's values are; which transforms a layout may choose follows from it."""

    TEXT = "text"
    COUNTRY = "country"
    WHOLE = "whole"
    DAY = "day"
    INSTANT = "instant"
    FLAG = "flag"
    CODE = "code"


class Transform(StrEnum):
    """How a value is written in a column, and read from one: the whole set there is.

    `text` as it is; `upper` in capitals; `alpha3` a country by three letters; `whole` a whole number; `day` and
    `timestamp` in the layout's forms, in its zone; `code` by the column's own list of codes.
    """

    TEXT = "text"
    UPPER = "upper"
    ALPHA3 = "alpha3"
    WHOLE = "whole"
    DAY = "day"
    TIMESTAMP = "timestamp"
    CODE = "code"


TRANSFORMS: dict[Sort, tuple[Transform, ...]] = {
    Sort.TEXT: (Transform.TEXT, Transform.UPPER),
    Sort.COUNTRY: (Transform.ALPHA3, Transform.UPPER),
    Sort.WHOLE: (Transform.WHOLE,),
    Sort.DAY: (Transform.DAY, Transform.TIMESTAMP),
    Sort.INSTANT: (Transform.TIMESTAMP,),
    Sort.FLAG: (Transform.CODE,),
    Sort.CODE: (Transform.CODE,),
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field: what its values are, whether every layout must have it, and for a code its values."""

    sort: Sort = Sort.TEXT
    needed: bool = False
    values: tuple[str, ...] = ()


def _code(*values: str, needed: bool = False) -> Field:
    return Field(Sort.CODE, needed, values)


_FLAG = Field(Sort.FLAG, values=("yes", "no"))
_NEEDED, _TEXT = Field(needed=True), Field()
_ACTION = _code("add", "update", "delete", needed=True)
_WHOM = {"client_authorization_id": _NEEDED, "client_candidate_id": _TEXT, "registration_id": _TEXT}

FIELDS: dict[FileKind, dict[str, Field]] = {
    FileKind.CANDIDATES: {
        "client_candidate_id": _NEEDED,
        "action": _ACTION,
        "family_name": _NEEDED,
        "given_name": _NEEDED,
        "middle_name": _TEXT,
        "suffix": _TEXT,
        "email": _NEEDED,
        "phone": _TEXT,
        "address_1": _TEXT,
        "address_2": _TEXT,
        "address_3": _TEXT,
        "city": _TEXT,
        "region": _TEXT,
        "postal_code": _TEXT,
        "country": Field(Sort.COUNTRY, needed=True),
        "updated_at": Field(Sort.INSTANT),
    },
    FileKind.AUTHORIZATIONS: {
        "client_authorization_id": _NEEDED,
        "client_candidate_id": _NEEDED,
        "action": _ACTION,
        "exam_series_code": _NEEDED,
        "attempts": Field(Sort.WHOLE),
        "accommodations": _TEXT,
        "first_day": Field(Sort.DAY, needed=True),
        "last_day": Field(Sort.DAY, needed=True),
        "updated_at": Field(Sort.INSTANT),
    },
    FileKind.ACCOMMODATIONS: {
        "client_authorization_id": _NEEDED,
        "client_candidate_id": _NEEDED,
        "action": _ACTION,
        "accommodation_code": _NEEDED,
        "extra_minutes": Field(Sort.WHOLE),
        "updated_at": Field(Sort.INSTANT),
    },
    FileKind.CONFIRMATIONS: {
        "client_candidate_id": _TEXT,
        "client_authorization_id": _TEXT,
        "outcome": _code("accepted", "error", needed=True),
        "message": _TEXT,
        "at": Field(Sort.INSTANT),
    },
    FileKind.APPOINTMENTS: {
        **_WHOM,
        "status": _code("scheduled", "rescheduled", "cancelled", needed=True),
        "starts_at": Field(Sort.INSTANT, needed=True),
        "site": _NEEDED,
        "at": Field(Sort.INSTANT),
    },
    FileKind.RESULTS: {
        **_WHOM,
        "form": _NEEDED,
        "attempt": Field(Sort.WHOLE),
        "taken_at": Field(Sort.INSTANT, needed=True),
        "minutes_used": Field(Sort.WHOLE),
        "score": Field(Sort.WHOLE),
        "grade": _code("pass", "fail"),
        "no_show": _FLAG,
        "nda_refused": _FLAG,
        "correct": Field(Sort.WHOLE, needed=True),
        "incorrect": Field(Sort.WHOLE),
        "skipped": Field(Sort.WHOLE),
    },
    FileKind.RESPONSES: {
        **_WHOM,
        "form": _NEEDED,
        "item": _NEEDED,
        "response": _NEEDED,
        "taken_at": Field(Sort.INSTANT),
    },
    FileKind.NO_SHOWS: {**_WHOM, "starts_at": Field(Sort.INSTANT), "message": _TEXT},
    FileKind.CANCELLATIONS: {**_WHOM, "message": _TEXT, "at": Field(Sort.INSTANT)},
    FileKind.HOLDS: {
        **_WHOM,
        "hold": _code("placed", "lifted", needed=True),
        "reason": _code("irregularity", "identity", "scoring", "payment", "other", needed=True),
        "message": _TEXT,
    },
}
"""Every field of every kind. Identifiers are ours where they begin with `client_`, else the vendor's."""

UNTRACKED = frozenset({"action", "updated_at"})
"""Fields of an outgoing row that change without the row having anything new to say."""
