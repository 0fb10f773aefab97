"""The kinds of value that requests hold, each with its bounds: what the contract states is what is enforced.

JSON's types are kept apart: `"1"`, `1.0` and `true` are no whole number, and a number is no date. No text may hold a
control character, nor may an identifier be blank: no two databases treat those alike.
"""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, LiteralString
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

# What turns the direction of what is read, and what nobody sees: the blanks of all scripts, and marks without a width.
_TURNING = r"\u200e\u200f\u202a-\u202e\u2066-\u2069"
_SEEN = rf"[^\x00-\x20\x7f-\u00a0\u1680\u2000-\u200d\u2028\u2029\u202f\u205f-\u2064\u3000\ufeff{_TURNING}]"
# One line: no control characters, no blank at either end, and nothing that turns the direction.
_LINE = rf"^{_SEEN}([^\x00-\x1f\x7f{_TURNING}]*{_SEEN})?$"
# Paragraphs: tab and line ends beside that.
_WRITTEN = rf"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f{_TURNING}]*"
_PROSE = f"^{_WRITTEN}$"
_DAY = r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
_INSTANT = (
    r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(\.[0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)
_UUID = r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"


def _whole(value: object) -> object:
    """JSON has one kind of number: 12.0 is the whole number 12."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_whole(member) for member in value]
    return value


class In(BaseModel):
    """A request body: frozen, and nothing that is not asked for is accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _read_numbers(cls, body: object) -> object:
        if isinstance(body, dict):
            return {name: _whole(value) for name, value in body.items()}
        return body


class Out(BaseModel):
    """A response body, read from an entity's fields."""

    model_config = ConfigDict(
        frozen=True, from_attributes=True, json_schema_serialization_defaults_required=True, defer_build=True
    )


def _written(pattern: str) -> BeforeValidator:
    """Refuse what is not text of this form; pydantic alone would read a number as a date, or a date from an instant."""
    compiled = re.compile(pattern)

    def judge(value: object) -> object:
        if isinstance(value, str) and compiled.fullmatch(value):
            return value
        if isinstance(value, (date, UUID)):  # made in code, by a test or a script
            return value
        kind: LiteralString = "form"
        raise PydanticCustomError(kind, "Input should be text of the stated form")

    return BeforeValidator(judge)


def _in_utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


def _json(schema: dict[str, Any]) -> WithJsonSchema:
    return WithJsonSchema(schema, mode="validation")


# Text. `Line` names things, `Text` explains them, or is left empty; `Words` and `Reason` must say something.
Line = Annotated[str, Field(min_length=1, max_length=200, pattern=_LINE)]
Text = Annotated[str, Field(max_length=4_000, pattern=_PROSE)]
Words = Annotated[str, Field(min_length=1, max_length=4_000, pattern=f"^{_WRITTEN}{_SEEN}{_WRITTEN}$")]
Reason = Annotated[str, Field(min_length=1, max_length=2_000, pattern=f"^{_SEEN}{_WRITTEN}$")]
Markup = Annotated[str, Field(max_length=20_000, pattern=_PROSE, description="In the allowed part of HTML.")]
Code = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Email = Annotated[
    str,
    Field(
        min_length=3,
        max_length=254,
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+$",
    ),
]
CountryCode = Annotated[str, Field(min_length=2, max_length=2, pattern=r"^[A-Z]{2}$")]
Currency = Annotated[str, Field(min_length=3, max_length=3, pattern=r"^[A-Z]{3}$")]
Language = Annotated[str, Field(min_length=2, max_length=35, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]

# Numbers and flags, of JSON's own type.
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Money = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000, description="Minor units of the currency.")]
Share = Annotated[float, Field(strict=True, ge=0, le=1)]
WeeklyHours = Annotated[float, Field(strict=True, gt=0, le=168)]
Flag = Annotated[bool, Field(strict=True)]

# In a form everything is text: of all that might mean yes or no, two spellings are read.
FormFlag = Annotated[bool, _written("^(true|false)$")]

# Days from 1900 to 2099, instants with their offset: arithmetic over a validity never leaves the calendar.
Day = Annotated[
    date,
    _written(_DAY),
    _json({"type": "string", "format": "date", "minLength": 10, "maxLength": 10, "pattern": _DAY}),
]
Instant = Annotated[
    datetime,
    _written(_INSTANT),
    AfterValidator(_in_utc),
    _json({"type": "string", "format": "date-time", "minLength": 20, "maxLength": 32, "pattern": _INSTANT}),
]
Id = Annotated[UUID, _written(_UUID)]

# A list in a request holds at most this many.
MANY = 200
