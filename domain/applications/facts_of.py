"""From what is stored to what the rules read: the facts of an application, as they stand now.

A licence or a degree is the candidate's own record, so that what became of it since is judged too; whether it counts
as verified is the record's to say, and a change by the candidate undoes it. Work and training are claims of the
application, verified when a reviewer accepted them.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import UUID

from domain.applications.facts import (
    CertificateFact,
    EducationFact,
    ExperienceFact,
    Facts,
    LicenceFact,
    TrainingFact,
    TranslationState,
    experience_from_json,
    training_from_json,
)
from domain.applications.model import Application, Evidence, EvidenceKind, EvidenceStatus
from domain.applications.rules import Mode
from domain.candidates.model import Candidate, Education, EducationKind, Licence, Verification
from domain.ports import UnitOfWork
from domain.programs.clauses import LicenceStatus, Provider, plain
from domain.programs.policy import providers_from

Claim = TypeVar("Claim", ExperienceFact, TrainingFact)


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What is stored about one applicant."""

    candidate: Candidate
    licences: Sequence[Licence] = ()
    educations: Sequence[Education] = ()
    evidence: Sequence[Evidence] = ()
    providers: tuple[Provider, ...] = ()


def of_application(uow: UnitOfWork, application: Application, mode: Mode = Mode.CLAIMED) -> Facts:
    """The facts of one application as they stand in this transaction."""
    whose = application.candidate_id
    records = Records(
        candidate=uow.candidates.get(whose),
        licences=uow.licences.find(candidate_id=whose),
        educations=uow.educations.find(candidate_id=whose),
        evidence=uow.evidence.find(application_id=application.id),
        providers=providers_from(uow.providers.find(program=application.program)),
    )
    return facts(records, mode)


def of_many(uow: UnitOfWork, applications: Sequence[Application], mode: Mode = Mode.CLAIMED) -> dict[UUID, Facts]:
    """The facts of many applications of one program, in a handful of queries; by the application's id."""
    if not applications:
        return {}
    people = list({one.candidate_id for one in applications})
    candidates = {one.id: one for one in uow.candidates.find(id=people)}
    licences, educations = defaultdict[UUID, list[Licence]](list), defaultdict[UUID, list[Education]](list)
    for licence in uow.licences.find(candidate_id=people):
        licences[licence.candidate_id].append(licence)
    for education in uow.educations.find(candidate_id=people):
        educations[education.candidate_id].append(education)
    evidence = defaultdict[UUID, list[Evidence]](list)
    for piece in uow.evidence.find(application_id=[one.id for one in applications]):
        evidence[piece.application_id].append(piece)
    providers = providers_from(uow.providers.find(program=applications[0].program))
    return {
        one.id: facts(
            Records(
                candidate=candidates[one.candidate_id],
                licences=licences[one.candidate_id],
                educations=educations[one.candidate_id],
                evidence=evidence[one.id],
                providers=providers,
            ),
            mode,
        )
        for one in applications
    }


def facts(records: Records, mode: Mode = Mode.CLAIMED) -> Facts:
    """The facts in these records. What staff rejected is no fact. Pure.

    Under `Mode.VERIFIED` a translation counts only once a reviewer accepted it.
    """
    standing = [one for one in records.educations if one.verification is not Verification.REJECTED]
    return Facts(
        practises_in=records.candidate.practises_in,
        date_of_birth=records.candidate.date_of_birth,
        licences=tuple(
            _licence(one, records.evidence, mode)
            for one in records.licences
            if one.verification is not Verification.REJECTED
        ),
        education=tuple(_degree(one) for one in standing if _is_degree(one)),
        certificates=tuple(_certificate(one) for one in standing if not _is_degree(one)),
        experience=tuple(
            _claimed(experience_from_json(one.claim), one) for one in _claims(records, EvidenceKind.EXPERIENCE)
        ),
        training=tuple(_claimed(training_from_json(one.claim), one) for one in _claims(records, EvidenceKind.TRAINING)),
        providers=records.providers,
    )


def _licence(one: Licence, evidence: Iterable[Evidence], mode: Mode) -> LicenceFact:
    return LicenceFact(
        ref=str(one.id),
        jurisdiction=one.jurisdiction,
        number=one.number,
        status=LicenceStatus(one.status),
        restricted=one.restricted,
        issued_on=one.issued_on,
        expires_on=one.expires_on,
        language=one.language,
        translation=_translation(one, evidence, mode),
        verified=one.verification is Verification.VERIFIED,
    )


def _translation(one: Licence, evidence: Iterable[Evidence], mode: Mode) -> TranslationState:
    counting = {EvidenceStatus.ACCEPTED} | ({EvidenceStatus.UNVERIFIED} if mode is Mode.CLAIMED else set())
    given = [
        piece
        for piece in evidence
        if piece.kind is EvidenceKind.TRANSLATION and piece.record_id == one.id and piece.status in counting
    ]
    if any(piece.claim.get("certified") is True for piece in given):
        return TranslationState.CERTIFIED
    return TranslationState.PLAIN if given else TranslationState.NONE


def _is_degree(one: Education) -> bool:
    return plain(one.kind) == EducationKind.DEGREE


def _degree(one: Education) -> EducationFact:
    return EducationFact(
        ref=str(one.id),
        degree=one.title,
        school=one.school,
        country=one.country,
        acpe_accredited=one.acpe_accredited,
        completed_on=one.completed_on,
        equivalent=one.equivalent,
        verified=one.verification is Verification.VERIFIED,
    )


def _certificate(one: Education) -> CertificateFact:
    return CertificateFact(
        ref=str(one.id),
        kind=one.title if plain(one.kind) == EducationKind.CERTIFICATE else one.kind,
        number=one.certificate_number,
        e_profile_id=one.e_profile_id,
        issued_on=one.completed_on,
        verified=one.verification is Verification.VERIFIED,
    )


def _claims(records: Records, kind: EvidenceKind) -> list[Evidence]:
    return [one for one in records.evidence if one.kind is kind and one.status is not EvidenceStatus.REJECTED]


def _claimed(claim: Claim, piece: Evidence) -> Claim:
    return replace(claim, ref=str(piece.id), verified=piece.status is EvidenceStatus.ACCEPTED)
