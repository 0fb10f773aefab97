"""What people say of themselves that cannot be. Pure: what is said and a day in, the faults out."""

import re
from collections.abc import Iterator, Mapping
from datetime import date

from domain.countries import country
from domain.errors import Contradiction, Fault

_JURISDICTION = re.compile(r"([A-Za-z]{2,3})(-[A-Za-z0-9]{1,3})?")
"""A country of ISO 3166-1, and a subdivision in the form of ISO 3166-2 where a state or province licenses."""
_COUNTRIES = ("practises_in", "country")


def profile_faults(said: Mapping[str, object], on: date) -> list[Fault]:
    """What of a candidate's particulars cannot be on this day: a birth that has not happened, a country of no name."""
    return [*_not_past(said, "date_of_birth", on), *_unknown_countries(said)]


def licence_faults(said: Mapping[str, object]) -> list[Fault]:
    """What of a licence cannot be. Whether it holds on a day is for the rules: one to come may be recorded."""
    faults = _backwards(said, "issued_on", "expires_on")
    if "jurisdiction" in said and not is_jurisdiction(str(said["jurisdiction"])):
        detail = "Write a country of ISO 3166-1, and its subdivision where that licenses: US-NC, DE."
        faults.append(Fault("/jurisdiction", "unknown_jurisdiction", detail))
    return faults


def education_faults(said: Mapping[str, object], on: date) -> list[Fault]:
    """What of a degree cannot be on this day: it is completed on a day that has come, or on none yet."""
    return [*_not_past(said, "completed_on", on, today=True), *_unknown_countries(said)]


def experience_faults(said: Mapping[str, object]) -> list[Fault]:
    """What of a job cannot be. One to come may be told of: it counts from the day it begins."""
    return _backwards(said, "starts_on", "ends_on")


def training_faults(said: Mapping[str, object], on: date) -> list[Fault]:
    """What of a training cannot be on this day: only one in progress names the day on which it is to be completed."""
    ahead = [] if said.get("in_progress") else [*_not_past(said, "completed_on", on, today=True)]
    return [*ahead, *_backwards(said, "completed_on", "expires_on")]


def must_be_possible(faults: list[Fault]) -> None:
    """Raise Contradiction for these faults, if there are any."""
    if faults:
        raise Contradiction(*faults)


def is_jurisdiction(code: str) -> bool:
    """Whether this names a country of ISO 3166-1, or a subdivision of one."""
    written = _JURISDICTION.fullmatch(code)
    return written is not None and country(written.group(1)) is not None


def _not_past(said: Mapping[str, object], name: str, on: date, *, today: bool = False) -> Iterator[Fault]:
    day = said.get(name)
    if isinstance(day, date) and (day > on or (day == on and not today)):
        yield Fault(f"/{name}", "in_the_future", "This day has still to come.")


def _backwards(said: Mapping[str, object], first: str, last: str) -> list[Fault]:
    begins, ends = said.get(first), said.get(last)
    if isinstance(begins, date) and isinstance(ends, date) and ends < begins:
        return [Fault(f"/{last}", "ends_before_it_begins", "The last day lies before the first.")]
    return []


def _unknown_countries(said: Mapping[str, object]) -> Iterator[Fault]:
    for name in _COUNTRIES:
        if name in said and country(str(said[name])) is None:
            yield Fault(f"/{name}", "unknown_country", "ISO 3166-1 has no such country.")
