"""What is claimed about an applicant, as eligibility rules read it. Values only; every reference is text.

`ref` names the record that shows the fact, so that a finding can point at its evidence. `verified` says that staff or
a primary source confirmed it. A judgement of staff (`equivalent`, `related`, `recognised`) is None until made.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import cast

from pydantic import TypeAdapter

from domain.programs.clauses import LicenceStatus, Provider


class TranslationState(StrEnum):
    """What English translation of a licence is at hand."""

    NONE = "none"
    PLAIN = "plain"
    CERTIFIED = "certified"


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceFact:
    """A licence to practise pharmacy.

    `jurisdiction` is `US-NC`, or a country code of two or three letters. `expires_on` is the last valid day; None
    means that it does not expire. `language` is the BCP 47 tag of the original.
    """

    jurisdiction: str
    status: LicenceStatus
    ref: str = ""
    number: str | None = None
    restricted: bool = False
    issued_on: date | None = None
    expires_on: date | None = None
    language: str | None = None
    translation: TranslationState = TranslationState.NONE
    verified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EducationFact:
    """A degree. `acpe_accredited` is about the school, None when not known; `equivalent` is the staff's judgement."""

    degree: str
    ref: str = ""
    school: str = ""
    country: str = ""
    acpe_accredited: bool | None = None
    completed_on: date | None = None
    equivalent: bool | None = None
    verified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFact:
    """A certificate such as FPGEC, known by its number or by an NABP e-Profile ID."""

    kind: str
    ref: str = ""
    number: str | None = None
    e_profile_id: str | None = None
    issued_on: date | None = None
    verified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperienceFact:
    """Work in one setting from a day until a day, both inclusive; without an end it goes on.

    `hours_per_week` None means not stated: it counts, unless the policy asks for hours. `related` is the staff's
    judgement.
    """

    setting: str
    starts_on: date
    ref: str = ""
    ends_on: date | None = None
    hours_per_week: Decimal | None = None
    role: str = ""
    related: bool | None = None
    verified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingFact:
    """A residency, fellowship, certificate, training program or graduate degree.

    `related` and `recognised` are the staff's judgements of its subject and of its provider.
    """

    kind: str
    provider: str
    subject: str
    ref: str = ""
    completed_on: date | None = None
    expires_on: date | None = None
    in_progress: bool = False
    related: bool | None = None
    recognised: bool | None = None
    verified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that eligibility may turn on.

    `practises_in` is a country code of two or three letters. `providers` are those that staff recognised beside the
    edition's, as they stood when the facts were gathered: they are kept with the facts, so that a ruling can be
    replayed.
    """

    practises_in: str | None = None
    date_of_birth: date | None = None
    licences: tuple[LicenceFact, ...] = ()
    education: tuple[EducationFact, ...] = ()
    certificates: tuple[CertificateFact, ...] = ()
    experience: tuple[ExperienceFact, ...] = ()
    training: tuple[TrainingFact, ...] = ()
    providers: tuple[Provider, ...] = ()


_FACTS = TypeAdapter(Facts)
_EXPERIENCE = TypeAdapter(ExperienceFact)
_TRAINING = TypeAdapter(TrainingFact)


def facts_to_json(facts: Facts) -> dict[str, object]:
    """The facts as JSON values, to be stored beside the ruling they led to."""
    return cast("dict[str, object]", _FACTS.dump_python(facts, mode="json"))


def facts_from_json(document: dict[str, object]) -> Facts:
    """The facts that `facts_to_json` gave; raises pydantic's ValidationError for anything else."""
    return _FACTS.validate_python(document)


def experience_from_json(claim: dict[str, object]) -> ExperienceFact:
    """An experience from a claim in JSON form; raises pydantic's ValidationError."""
    return _EXPERIENCE.validate_python(claim)


def training_from_json(claim: dict[str, object]) -> TrainingFact:
    """A training from a claim in JSON form; raises pydantic's ValidationError."""
    return _TRAINING.validate_python(claim)
