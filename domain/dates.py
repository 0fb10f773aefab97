"""Calendar arithmetic as certification rules mean it."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

# Names that the database's files bear beside its regions: a machine's own zone, and a zone that was never set.
_NO_REGIONS = frozenset({"Factory", "localtime", "posixrules"})


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """Every region of the IANA time zone database, by the names that it spells."""
    return frozenset(available_timezones()) - _NO_REGIONS


def is_zone(name: str) -> bool:
    """Whether this is a region of the IANA time zone database; `localtime` is none, whatever the machine says."""
    return name in zones()


def add_months(day: date, months: int) -> date:
    """The same day of the month, `months` later (or earlier); the month's last day where it has no such day.

    Feb 29 plus 36 months is Feb 28.
    """
    index = day.year * 12 + (day.month - 1) + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_years(day: date, years: int) -> date:
    """The same day, `years` later; Feb 29 becomes Feb 28 where the year has none."""
    return add_months(day, 12 * years)


@lru_cache(maxsize=1024)
def end_of(day: date, zone: str) -> datetime:
    """The instant (UTC) at which an inclusive `day` ends: 24:00 in the IANA `zone`."""
    return datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(zone)).astimezone(UTC)


@lru_cache(maxsize=1024)
def start_of(day: date, zone: str) -> datetime:
    """The instant (UTC) at which `day` begins: 00:00 in the IANA `zone`."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def date_at(instant: datetime, zone: str) -> date:
    """The calendar date of `instant` in the IANA `zone`."""
    return instant.astimezone(ZoneInfo(zone)).date()
