"""The closed set of things a policy may ask of an applicant, combined by all-of and any-of."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from domain.programs.values import Code, Day, Flag, Line, Part, Terms, Text


class LicenceStatus(StrEnum):
    """How a licensing board describes a licence."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    PROBATION = "probation"
    REVOKED = "revoked"
    SURRENDERED = "surrendered"


class Where(StrEnum):
    """The place a licence must be from."""

    UNITED_STATES = "us"
    COUNTRY_OF_PRACTICE = "country_of_practice"


class PartTime(StrEnum):
    """How part-time work counts: like full-time work, or by its share of the full-time hours."""

    NONE = "none"
    PRO_RATA = "pro_rata"


class RecognisedWhen(StrEnum):
    """On which day a provider must stand on the list of recognised providers."""

    ASSESSMENT = "assessment"
    COMPLETION = "completion"


class Asked(Terms):
    """What every clause says of itself.

    `paragraph` is its place in the edition. `text` is the sentence that an applicant reads. `advice` answers a reason
    code (`licence_none`) with a sentence that helps the applicant on.
    """

    code: Code
    paragraph: Annotated[str, Field(min_length=1, max_length=32)]
    title: Line
    text: Text
    advice: dict[Code, Text] = Field(default_factory=dict)


class AllOf(Asked):
    """Every part must be met."""

    kind: Literal["all_of"]
    parts: tuple["Clause", ...]


class AnyOf(Asked):
    """At least one part must be met."""

    kind: Literal["any_of"]
    parts: tuple["Clause", ...]


class Licence(Asked):
    """A pharmacist licence from `where`, in one of the `accepted` statuses, and free of restrictions if so asked."""

    kind: Literal["licence"]
    where: Where
    accepted: tuple[LicenceStatus, ...]
    unrestricted: Flag


class NotUsLicensed(Asked):
    """No licence of a US jurisdiction in one of these statuses is held."""

    kind: Literal["not_us_licensed"]
    disqualifying: tuple[LicenceStatus, ...]


class PractisesOutsideUs(Asked):
    """The country of practice is not the United States, nor one of its territories."""

    kind: Literal["practises_outside_us"]


class AccreditedEducation(Asked):
    """Graduation from a school that `accreditor` accredits."""

    kind: Literal["accredited_education"]
    accreditor: Line


class CertificateHeld(Asked):
    """A named certificate, proved by its number or by an e-Profile ID together with the date of birth."""

    kind: Literal["certificate"]
    certificate: Code


class Translation(Asked):
    """A certified translation of the licence, unless the licence is in one of `languages` (ISO 639-1)."""

    kind: Literal["translation"]
    languages: tuple[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")], ...]


class DegreeEquivalent(Asked):
    """A professional degree: one of the `named` ones, or one that staff judged equivalent."""

    kind: Literal["degree"]
    named: tuple[Line, ...]


class Experience(Asked):
    """Months of experience in related settings; overlapping work counts once.

    A setting in `settings` is related; of another, staff judge. Work of fewer than `min_hours_per_week` does not
    count at all. With `pro_rata`, a day counts by its hours over `full_time_hours`, at most once.
    """

    kind: Literal["experience"]
    months: Annotated[int, Field(strict=True, ge=1, le=600)]
    settings: tuple[Code, ...]
    part_time: PartTime
    full_time_hours: Annotated[Decimal, Field(gt=0, le=168)]
    min_hours_per_week: Annotated[Decimal, Field(ge=0, le=168)]


class WaiverKind(Part):
    """A kind of training that can stand in for experience. One that never expires ignores any expiry date."""

    code: Code
    title: Line
    never_expires: Flag


class Waiver(Asked):
    """Completed training, of one of these kinds, in a related subject, from a recognised provider.

    Training in progress waives nothing. A provider or subject that is not listed is for staff to judge. `recognises`
    narrows the edition's providers to those codes; empty means all of them.
    """

    kind: Literal["waiver"]
    kinds: tuple[WaiverKind, ...]
    subjects: tuple[Code, ...]
    recognised_when: RecognisedWhen
    recognises: tuple[Code, ...] = ()


Clause = Annotated[
    AllOf
    | AnyOf
    | Licence
    | NotUsLicensed
    | PractisesOutsideUs
    | AccreditedEducation
    | CertificateHeld
    | Translation
    | DegreeEquivalent
    | Experience
    | Waiver,
    Field(discriminator="kind"),
]

AllOf.model_rebuild()
AnyOf.model_rebuild()


class Dated(Part):
    """In effect from a day until a day, both inclusive; without them, always."""

    effective_from: Day | None = None
    effective_until: Day | None = None

    def in_effect(self, on: date) -> bool:
        """Whether `on` lies within."""
        return (self.effective_from or date.min) <= on <= (self.effective_until or date.max)

    def overlaps(self, other: "Dated") -> bool:
        """Whether there is a day on which both are in effect."""
        first = max(self.effective_from or date.min, other.effective_from or date.min)
        return first <= min(self.effective_until or date.max, other.effective_until or date.max)


class Jurisdiction(Dated):
    """A US jurisdiction that licenses pharmacists.

    `code` is `US-` and two letters. `countries` are the ISO 3166 country codes which mean the same place (`PR`).
    """

    code: Annotated[str, Field(pattern=r"^US-[A-Z]{2}$")]
    name: Line
    countries: tuple[Annotated[str, Field(pattern=r"^[A-Z]{2,3}$")], ...] = ()


class Provider(Dated):
    """A recognised provider of training; `names` are what applicants may call it."""

    code: Code
    name: Line
    names: tuple[Line, ...] = ()

    def is_called(self, name: str) -> bool:
        """Whether an applicant who writes `name` means this provider; case and punctuation do not matter."""
        return plain(name) in self.plain_names()

    def is_same(self, other: "Provider") -> bool:
        """Whether some name that an applicant may write would mean both."""
        return not self.plain_names().isdisjoint(other.plain_names())

    def plain_names(self) -> set[str]:
        """Its code and its names, as `plain` has them."""
        return {plain(known) for known in (self.code, self.name, *self.names)}


class Pathway(Part):
    """One way to be eligible: every clause must be met, and the clauses asked of everyone."""

    code: Code
    paragraph: Annotated[str, Field(min_length=1, max_length=32)]
    title: Line
    for_whom: Text
    clauses: tuple[Clause, ...]


class Eligibility(Terms):
    """Who may sit the exam: one pathway suffices. `of_everyone` is asked on every pathway."""

    introduction: Text | None = None
    pathways: tuple[Pathway, ...]
    of_everyone: tuple[Clause, ...] = ()
    us_jurisdictions: tuple[Jurisdiction, ...]
    providers: tuple[Provider, ...] = ()

    def us_jurisdiction(self, code: str, on: date) -> Jurisdiction | None:
        """The US jurisdiction of this code (`US-NC`, or a territory's country code), if in effect on that day."""
        wanted = code.strip().upper()
        for known in self.us_jurisdictions:
            if (wanted == known.code or wanted in known.countries) and known.in_effect(on):
                return known
        return None


def walk(clause: Clause) -> list[Clause]:
    """The clause and every clause inside it, outermost first."""
    if isinstance(clause, AllOf | AnyOf):
        return [clause, *(inner for part in clause.parts for inner in walk(part))]
    return [clause]


def plain(name: str) -> str:
    """A name's letters and digits in lower case, so that `B.Pharm.` and `BPharm` are the same."""
    return "".join(filter(str.isalnum, name.casefold()))
