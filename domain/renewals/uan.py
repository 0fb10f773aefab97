"""ACPE's universal activity numbers, such as `0197-0000-17-001-L05-T`. Pure.

Provider (four digits, or `JA` and seven for a jointly accredited one), joint provider (`0000` none, `9999` joint, or
the partner's own number), year of release, sequence (three or four digits), format (`L` live, `H` home study, `B`
both) with topic, and audience (`P` pharmacist, `T` technician).

The same activity given live and at home, for pharmacists and for technicians, has numbers that share their first four
parts: the stem. It counts once.
"""

import re
from dataclasses import dataclass
from typing import Final

from domain.errors import Fault, Invalid

_SEPARATORS: Final = "-\u2010\u2011\u2012\u2013\u2014\u2212_./ \t\u00a0"
_BETWEEN: Final = f"[{re.escape(_SEPARATORS)}]*"
_LONGEST: Final = 64
_FORM: Final = re.compile(
    _BETWEEN.join(
        (
            r"(?:UAN|ACPE)?:?",
            r"(?P<provider>JA[0-9]{7}|[0-9]{4})",
            r"(?P<joint>[0-9]{4})",
            r"(?P<year>[0-9]{2})",
            r"(?P<sequence>[0-9]{3,4})",
            r"(?P<format>[LHB])",
            r"(?P<topic>[0-9]{2})",
            r"(?P<audience>[PT])",
        )
    )
)
_DASHES: Final = "".join(symbol for symbol in _SEPARATORS if symbol not in "\t-") + "-"
_NAMED: Final = f"(([Uu][Aa][Nn]|[Aa][Cc][Pp][Ee]):?[{_DASHES}]*)?"
_STEM: Final = _NAMED + f"[{_DASHES}]*".join(("([Jj][Aa][0-9]{7}|[0-9]{4})", "[0-9]{4}", "[0-9]{2}", "[0-9]{3,4}"))
_REST: Final = f"[{_DASHES}]*".join(("", "[LlHhBb]", "[0-9]{2}", "[PpTt]"))
# What a number, and a number or its stem, may be written as: for contracts.
WRITTEN: Final = f"^{_STEM}{_REST}$"
WRITTEN_STEM: Final = f"^{_STEM}({_REST})?$"


class MalformedUan(Invalid):
    """The text is not an activity number of ACPE's form."""

    code = "malformed_uan"
    title = "This is not an activity number; it looks like 0197-0000-17-001-L05-P."

    def __init__(self, pointer: str = "/uan") -> None:
        """Refuse without an echo of what was typed."""
        super().__init__(Fault(pointer, self.code, self.title))


@dataclass(frozen=True, slots=True, kw_only=True)
class Uan:
    """An activity number in its parts. `sequence` has no leading zero beyond three digits."""

    provider: str
    joint: str
    year: str
    sequence: str
    format: str
    topic: str
    audience: str

    @property
    def stem(self) -> str:
        """What an activity's live, home, pharmacist and technician versions share: `0197-0000-17-001`."""
        return f"{self.provider}-{self.joint}-{self.year}-{self.sequence}"

    def __str__(self) -> str:
        return f"{self.stem}-{self.format}{self.topic}-{self.audience}"


def parse(text: str) -> Uan:
    """The number that a person meant: small letters, spaces, other dashes or none between the parts do not matter.

    Raises:
        MalformedUan: no activity has such a number.

    """
    found = _FORM.fullmatch(text.strip(_SEPARATORS).upper()) if len(text) <= _LONGEST else None
    if found is None:
        raise MalformedUan
    parts = found.groupdict()
    parts["sequence"] = str(int(parts["sequence"])).zfill(3)
    return Uan(**parts)


def stem_of(text: str) -> str:
    """The canonical stem of a whole number, or of a stem written alone; raises MalformedUan."""
    try:
        return parse(text).stem
    except MalformedUan:
        return parse(f"{text}-L00-P").stem
