"""What a certificate on paper states, and what a badge's picture shows."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

CONDITIONS: Final = (
    (
        "This certification is valid between these dates for as long as it stands in the registry and its holder keeps "
        "to the rules of this edition."
    ),
    "It speaks for its holder alone and for the scope of the program named above; no other claim may rest on it.",
    (
        "This certificate remains the property of {issuer}. When the certification is suspended or withdrawn, its "
        "holder ceases at once to use it and every claim to it, and returns this certificate on request."
    ),
)
"""What every certificate says besides its facts, `{issuer}` being the certifying body.

ISO/IEC 17024:2012: the certification body keeps the ownership of certificates (9.4.7); a certificate names the person,
a unique identification, the body, the scheme, the scope with its conditions, and the dates (9.4.8); a certified person
makes claims within the scope only, discontinues them on suspension or withdrawal, and returns the certificate (9.7).
"""


class PaperSize(StrEnum):
    """The sheet that a certificate is made for, lying on its side."""

    A4 = "a4"
    US_LETTER = "us-letter"


class Picture(StrEnum):
    """The formats of a badge's picture."""

    PNG = "png"
    SVG = "svg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """All that a certificate on paper states. The facts are those of `CertificateData`, the one source of every form.

    `country` is where its holder practises (ISO 3166 alpha-2), which says how ideographs are drawn, and is not printed.
    `valid_until` is inclusive and ends at `ends_at` (UTC), 24:00 in the IANA `zone`. `scheme` is the title of the
    policy whose `edition` the credential is under. `address` is the credential's page in the registry.
    """

    number: str
    name: str
    program: str
    program_title: str
    edition: str
    scheme: str
    issuer: str
    awarded_on: date
    valid_from: date
    valid_until: date
    ends_at: datetime
    zone: str
    address: str
    paper: PaperSize
    country: str | None = None

    @property
    def conditions(self) -> tuple[str, ...]:
        """The conditions of use, sentence by sentence."""
        return tuple(one.format(issuer=self.issuer) for one in CONDITIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeFace:
    """What a badge's picture shows: the program and who awards it, nothing of a person."""

    program: str
    program_title: str
    issuer: str


def written(day: date) -> str:
    """A date as certificates bear it: `1 March 2029`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
