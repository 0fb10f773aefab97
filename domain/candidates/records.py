"""Verbs of a candidate's records: licences and education, recorded by the candidate and verified by staff.

Whatever shows a record in an application takes a new version when the record changes (`domain.applications.shown`), so
that a reviewer's word on a piece is always about the record that was read with it. Whoever denied someone leaves their
records alone while the appeal is heard: it is decided on them.
"""

from dataclasses import replace
from uuid import UUID

from domain.actors import Actor
from domain.applications import shown
from domain.candidates import rules
from domain.candidates.events import EducationJudged, EducationRecorded, LicenceRecorded, LicenceVerified
from domain.candidates.model import Education, Licence, Verification
from domain.independence import is_independent, must_be_independent, must_not_have_denied
from domain.ports import UnitOfWork


def add_licence(uow: UnitOfWork, actor: Actor, candidate_id: UUID, details: dict[str, object]) -> Licence:
    """Record a licence, not yet verified. Raises Contradiction for what cannot be."""
    actor.must("licence.record", uow.candidates.get(candidate_id))
    must_not_have_denied(uow, actor, candidate_id)
    rules.must_be_possible(rules.licence_faults(details))
    licence = uow.licences.add(Licence(id=uow.new_id(), candidate_id=candidate_id, **details))  # type: ignore[arg-type]
    uow.record(LicenceRecorded(candidate_id=candidate_id, licence_id=licence.id, status=licence.status))
    return licence


def change_licence(uow: UnitOfWork, actor: Actor, licence_id: UUID, details: dict[str, object]) -> Licence:
    """Change a licence's particulars; what was verified before is verified anew, unless independent staff change it."""
    licence = uow.licences.lock(licence_id)
    actor.must("licence.update", licence)
    must_not_have_denied(uow, actor, licence.candidate_id)
    rules.must_be_possible(rules.licence_faults(details))
    stated = replace(licence, **details)  # type: ignore[arg-type]
    vouched = _vouches(uow, actor, licence.candidate_id)
    if not vouched:
        stated = replace(
            stated, verification=Verification.UNVERIFIED, verified_at=None, verified_by=None, verified_with=None
        )
    changed = uow.licences.save(stated)
    shown.outdate(uow, licence.candidate_id, licence.id, vouched=vouched)
    uow.record(LicenceRecorded(candidate_id=licence.candidate_id, licence_id=licence.id, status=changed.status))
    return changed


def verify_licence(uow: UnitOfWork, actor: Actor, licence_id: UUID, verification: Verification, source: str) -> Licence:
    """Say whether the licence agrees with its source (`source` names which was asked)."""
    judged = licence_verified(uow, actor, licence_id, verification, source)
    shown.outdate(uow, judged.candidate_id, judged.id, vouched=True)
    return judged


def licence_verified(
    uow: UnitOfWork, actor: Actor, licence_id: UUID, verification: Verification, source: str
) -> Licence:
    """As `verify_licence`, on the strength of the one piece of evidence that is judged by it."""
    licence = uow.licences.lock(licence_id)
    actor.must("licence.verify", licence)
    must_be_independent(uow, actor, licence.candidate_id)
    must_not_have_denied(uow, actor, licence.candidate_id)
    judged = uow.licences.save(
        replace(
            licence, verification=verification, verified_at=uow.now, verified_by=actor.subject, verified_with=source
        )
    )
    uow.record(
        LicenceVerified(candidate_id=licence.candidate_id, licence_id=licence.id, verification=verification.value)
    )
    return judged


def add_education(uow: UnitOfWork, actor: Actor, candidate_id: UUID, details: dict[str, object]) -> Education:
    """Record a degree or an FPGEC certificate, not yet verified. Raises Contradiction for what cannot be."""
    actor.must("education.record", uow.candidates.get(candidate_id))
    must_not_have_denied(uow, actor, candidate_id)
    rules.must_be_possible(rules.education_faults(details, uow.today))
    education = uow.educations.add(Education(id=uow.new_id(), candidate_id=candidate_id, **details))  # type: ignore[arg-type]
    uow.record(EducationRecorded(candidate_id=candidate_id, education_id=education.id))
    return education


def change_education(uow: UnitOfWork, actor: Actor, education_id: UUID, details: dict[str, object]) -> Education:
    """Change a degree's particulars, to be verified and judged anew unless independent staff change them.

    Raises Contradiction for what cannot be.
    """
    education = uow.educations.lock(education_id)
    actor.must("education.update", education)
    must_not_have_denied(uow, actor, education.candidate_id)
    rules.must_be_possible(rules.education_faults(details, uow.today))
    stated = replace(education, **details)  # type: ignore[arg-type]
    vouched = _vouches(uow, actor, education.candidate_id)
    if not vouched:
        stated = replace(
            stated, verification=Verification.UNVERIFIED, equivalent=None, verified_at=None, verified_by=None
        )
    changed = uow.educations.save(stated)
    shown.outdate(uow, education.candidate_id, education.id, vouched=vouched)
    uow.record(EducationRecorded(candidate_id=education.candidate_id, education_id=education.id))
    return changed


def judge_education(
    uow: UnitOfWork, actor: Actor, education_id: UUID, verification: Verification, *, equivalent: bool | None
) -> Education:
    """Verify a degree, and judge whether it is equivalent to the one the policy asks for."""
    judged = education_judged(uow, actor, education_id, verification, equivalent=equivalent)
    shown.outdate(uow, judged.candidate_id, judged.id, vouched=True)
    return judged


def education_judged(
    uow: UnitOfWork, actor: Actor, education_id: UUID, verification: Verification, *, equivalent: bool | None
) -> Education:
    """As `judge_education`, on the strength of the one piece of evidence that is judged by it."""
    education = uow.educations.lock(education_id)
    actor.must("education.judge", education)
    must_be_independent(uow, actor, education.candidate_id)
    must_not_have_denied(uow, actor, education.candidate_id)
    judged = uow.educations.save(
        replace(
            education,
            verification=verification,
            equivalent=equivalent,
            verified_at=uow.now,
            verified_by=actor.subject,
        )
    )
    uow.record(
        EducationJudged(
            candidate_id=education.candidate_id,
            education_id=education.id,
            verification=verification.value,
            equivalent=equivalent,
        )
    )
    return judged


def _vouches(uow: UnitOfWork, actor: Actor, candidate_id: UUID) -> bool:
    """Whether what this caller enters is as good as verified."""
    return actor.is_staff and is_independent(uow, actor, candidate_id)
