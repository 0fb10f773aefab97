"""What every part of a policy is made of: frozen models that refuse unknown keys, and the small types they share."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Code = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
Line = Annotated[str, Field(min_length=1, max_length=300)]
Text = Annotated[str, Field(min_length=1, max_length=4000)]

# Every figure has both bounds, so that no sum of days leaves the calendar, and a slip of the hand is a fault.
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 12, 31))]
Days = Annotated[int, Field(strict=True, ge=0, le=3_660)]
DaysFromOne = Annotated[int, Field(strict=True, ge=1, le=3_660)]
Years = Annotated[int, Field(strict=True, ge=1, le=50)]
Minutes = Annotated[int, Field(strict=True, ge=1, le=2_880)]
Items = Annotated[int, Field(strict=True, ge=1, le=1_000)]
Points = Annotated[int, Field(strict=True, ge=0, le=100_000)]
Times = Annotated[int, Field(strict=True, ge=0, le=100)]
TimesFromOne = Annotated[int, Field(strict=True, ge=1, le=100)]
People = Annotated[int, Field(strict=True, ge=1, le=10)]
Version = Annotated[int, Field(strict=True, ge=1, le=10_000)]
Rate = Annotated[float, Field(strict=True, ge=0, le=1)]
Percent = Annotated[int, Field(strict=True, ge=0, le=100)]
Flag = Annotated[bool, Field(strict=True)]
Hours = Annotated[Decimal, Field(ge=0, le=10_000, max_digits=7, decimal_places=2)]


class Part(BaseModel):
    """A part of a policy: immutable, and refusing any key it does not know, so that a typo is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


class Basis(StrEnum):
    """Who decided a value: the program's public page, or nobody yet (then the edition holds a workable figure)."""

    PAGE = "page"
    BODY_TO_DECIDE = "body_to_decide"


class Terms(Part):
    """A block of decided values.

    `basis` says who decided the block. `to_decide` names what the certifying body has still to decide although the rest
    of the block is decided: a field (`grace_days`), or a place further inside (`categories/0/min_hours`). It holds a
    workable figure, or words of the edition's own, until then.
    """

    basis: Basis
    to_decide: tuple[str, ...] = ()
