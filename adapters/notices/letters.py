"""The port `Letters`: plain text from Jinja templates that can reach nothing but what they are given."""

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import FileSystemLoader, StrictUndefined, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from domain.money import written
from domain.notices.model import TERMS, NoticeKind
from domain.ports import Letter

LONGEST_SUBJECT = 150
LONGEST_NAME = 200
BREAKING = frozenset({"Cc", "Cs", "Zl", "Zp", "Zs"})
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


class JinjaLetters:
    """Writes letters in the name of the body. `portal` is where candidates sign in, `contact` whom they may ask."""

    def __init__(self, *, body_name: str, portal: str, contact: str) -> None:
        self._common = {"body_name": body_name, "portal": portal.rstrip("/"), "contact": contact}
        self._environment = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(Path(__file__).parent),
            undefined=StrictUndefined,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._environment.filters |= {"day": day, "moment": moment, "money": written, "words": words, "line": one_line}

    def render(self, kind: str, context: Mapping[str, object]) -> Letter:
        """The letter of this kind; KeyError where the context lacks something that its template names."""
        optional = dict.fromkeys(TERMS[NoticeKind(kind)].takes)
        try:
            text = self._environment.get_template(f"{kind}.txt").render({**optional, **self._common, **context})
        except UndefinedError as fault:
            raise KeyError(str(fault)) from fault
        subject, _, body = text.partition("\n")
        return Letter(one_line(subject, LONGEST_SUBJECT), _evenly_spaced(body))


def day(iso: str) -> str:
    """`1 March 2029`: a day as no two countries read differently."""
    return _written_day(date.fromisoformat(iso))


def moment(iso: str, zone: str) -> str:
    """`2 March 2026 at 10:00 (America/New_York)`: an instant by the clock of the place."""
    local = datetime.fromisoformat(iso).astimezone(ZoneInfo(zone))
    return f"{_written_day(local)} at {local:%H:%M} ({zone})"


def words(code: str) -> str:
    """A code as words: `licence_expired` reads `licence expired`."""
    return code.replace("_", " ")


def one_line(value: str, longest: int = LONGEST_NAME) -> str:
    """A text on one line, without control characters, cut at `longest`."""
    visible = "".join(" " if unicodedata.category(one) in BREAKING else one for one in value)
    return " ".join(visible.split())[:longest].rstrip()


def _written_day(on: date) -> str:
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def _evenly_spaced(body: str) -> str:
    """Paragraphs parted by one blank line, whatever the template's branches left out."""
    lines = [line.rstrip() for line in body.strip().splitlines()]
    kept = [line for line, before in zip(lines, ["", *lines], strict=False) if line or before]
    return "\n".join(kept) + "\n"
