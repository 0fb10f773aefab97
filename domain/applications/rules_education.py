"""Schools, degrees and certificates."""

from datetime import date

from domain.applications.facts import CertificateFact, EducationFact
from domain.applications.rules_case import AWAITS_STAFF, MET, Case, Verdict, nearest
from domain.programs.clauses import AccreditedEducation, CertificateHeld, DegreeEquivalent, plain
from domain.ruling import Finding

_NO_EDUCATION = Verdict(code="education_none", found="No degree was given.")


def accredited_education(clause: AccreditedEducation, case: Case) -> Finding:
    """Is there a completed degree from an accredited school?"""
    verdicts = [_accredited(one, case) for one in case.counting(case.facts.education)]
    return nearest(clause, case, verdicts, _NO_EDUCATION)


def degree_equivalent(clause: DegreeEquivalent, case: Case) -> Finding:
    """Is there a completed degree that the rules name, or that staff judged equivalent?"""
    named = {plain(name) for name in clause.named}
    verdicts = [_degree(one, named, case) for one in case.counting(case.facts.education)]
    return nearest(clause, case, verdicts, _NO_EDUCATION)


def certificate_held(clause: CertificateHeld, case: Case) -> Finding:
    """Is the certificate held, and is there something by which it can be looked up?"""
    held = [one for one in case.counting(case.facts.certificates) if plain(one.kind) == plain(clause.certificate)]
    none = Verdict(code="certificate_none", found=f"No {clause.certificate} certificate was given.")
    return nearest(clause, case, [_proof(one, case) for one in held], none)


def _unfinished(one: EducationFact, on: date) -> Verdict | None:
    if one.completed_on is None:
        return Verdict(code="education_not_completed", found="The day of graduation was not given.", ref=one.ref)
    if one.completed_on > on:
        return Verdict(code="education_not_completed", found="The degree was not completed on this day.", ref=one.ref)
    return None


def _accredited(one: EducationFact, case: Case) -> Verdict:
    if one.acpe_accredited is None:
        found = "Whether the school is accredited was not said."
        return Verdict(code="accreditation_unstated", found=found, ref=one.ref)
    if not one.acpe_accredited:
        return Verdict(code="school_not_accredited", found="The school is not an accredited one.", ref=one.ref)
    return _unfinished(one, case.on) or Verdict(code=MET, found="The degree is from an accredited school.", ref=one.ref)


def _degree(one: EducationFact, named: set[str], case: Case) -> Verdict:
    if one.equivalent is False:
        found = "Staff judged the degree not to be equivalent."
        return Verdict(code="degree_not_equivalent", found=found, ref=one.ref)
    unfinished = _unfinished(one, case.on)
    if unfinished:
        return unfinished
    if one.equivalent:
        return Verdict(code=MET, found="Staff judged the degree to be equivalent.", ref=one.ref)
    if plain(one.degree) in named:
        return Verdict(code=MET, found="The degree is one that the rules name.", ref=one.ref)
    found = "The degree is not one that the rules name; staff have still to judge whether it is equivalent."
    return Verdict(code=AWAITS_STAFF, found=found, ref=one.ref)


def _proof(one: CertificateFact, case: Case) -> Verdict:
    if one.issued_on is not None and one.issued_on > case.on:
        found = "The certificate was not issued yet on this day."
        return Verdict(code="certificate_not_yet_issued", found=found, ref=one.ref)
    if one.number:
        return Verdict(code=MET, found="The certificate is held, and its number was given.", ref=one.ref)
    if not one.e_profile_id:
        found = "Neither a certificate number nor an e-Profile ID was given."
        return Verdict(code="certificate_unproven", found=found, ref=one.ref)
    if case.facts.date_of_birth is None:
        found = "An e-Profile ID was given without the date of birth; only the two together prove anything."
        return Verdict(code="e_profile_needs_birth_date", found=found, ref=one.ref)
    return Verdict(code=MET, found="The certificate is held, by e-Profile ID and date of birth.", ref=one.ref)
