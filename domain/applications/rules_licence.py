"""Licences: from where, in which standing, in which language. The last valid day counts."""

from collections.abc import Iterable
from datetime import date

from domain.applications.facts import LicenceFact, TranslationState
from domain.applications.rules_case import MET, UNITED_STATES, Case, Verdict, finding, nearest
from domain.programs.clauses import Licence, LicenceStatus, NotUsLicensed, PractisesOutsideUs, Translation, Where
from domain.ruling import Finding

_FAULTS = {
    LicenceStatus.ACTIVE: ("licence_status_not_accepted", "The licence is active, which this clause does not accept."),
    LicenceStatus.INACTIVE: ("licence_inactive", "The licence is inactive."),
    LicenceStatus.EXPIRED: ("licence_expired", "The licence has expired."),
    LicenceStatus.SUSPENDED: ("licence_suspended", "The licence is suspended."),
    LicenceStatus.PROBATION: ("licence_on_probation", "The licence is on probation."),
    LicenceStatus.REVOKED: ("licence_revoked", "The licence was revoked."),
    LicenceStatus.SURRENDERED: ("licence_surrendered", "The licence was surrendered."),
}
_NO_LICENCE = Verdict(code="licence_none", found="No pharmacist licence was given.")
_NO_COUNTRY = Verdict(code="practice_country_unstated", found="The country of practice was not given, or is not known.")


def licence(clause: Licence, case: Case) -> Finding:
    """Is there a licence from the right place, in good standing on the day?"""
    home = _home(case)
    if clause.where is Where.COUNTRY_OF_PRACTICE and home is None:
        return finding(clause, case, _NO_COUNTRY)
    held = case.counting(case.facts.licences)
    verdicts = [
        _standing(one, clause.accepted, case, unrestricted=clause.unrestricted) for one in _from(clause, case, held)
    ]
    return nearest(clause, case, verdicts, _absent(clause, case, held))


def not_us_licensed(clause: NotUsLicensed, case: Case) -> Finding:
    """Is no US licence held? A licence counts against it whether or not anyone has verified it."""
    held = [one for one in case.facts.licences if _still_held(one, clause, case)]
    if held:
        verdict = Verdict(code="us_licence_held", found="A licence of a US state or territory is held.")
        return finding(clause, case, verdict, [one.ref for one in held])
    return finding(clause, case, Verdict(code=MET, found="No licence of a US state or territory is held."))


def practises_outside_us(clause: PractisesOutsideUs, case: Case) -> Finding:
    """Does the applicant practise abroad? The country is the applicant's own word; the licence there proves it."""
    home = _home(case)
    if home is None:
        return finding(clause, case, _NO_COUNTRY)
    if home == UNITED_STATES:
        verdict = Verdict(
            code="practises_in_us", found="The practice is in the United States or one of its territories."
        )
        return finding(clause, case, verdict)
    return finding(clause, case, Verdict(code=MET, found=f"The practice is in {home}, outside of the United States."))


def translation(clause: Translation, case: Case) -> Finding:
    """Is the licence that counts in an accepted language, or translated by someone who certifies it?"""
    home = _home(case)
    if home is None:
        return finding(clause, case, _NO_COUNTRY)
    held = [one for one in case.counting(case.facts.licences) if case.place(one.jurisdiction) == home]
    good = [one for one in held if _standing(one, (LicenceStatus.ACTIVE,), case, unrestricted=True).code == MET]
    return nearest(clause, case, [_language(one, clause) for one in good or held], _NO_LICENCE)


def _home(case: Case) -> str | None:
    return case.place(case.facts.practises_in) if case.facts.practises_in else None


def _from(clause: Licence, case: Case, held: Iterable[LicenceFact]) -> list[LicenceFact]:
    if clause.where is Where.UNITED_STATES:
        return [one for one in held if case.eligibility.us_jurisdiction(one.jurisdiction, case.on)]
    home = _home(case)
    return [one for one in held if case.place(one.jurisdiction) == home]


def _absent(clause: Licence, case: Case, held: list[LicenceFact]) -> Verdict:
    if not held:
        return _NO_LICENCE
    ref = held[0].ref
    if any(case.place(one.jurisdiction) is None for one in held):
        return Verdict(
            code="jurisdiction_unknown", found="The licence names a jurisdiction that is not known.", ref=ref
        )
    if clause.where is Where.UNITED_STATES and any(case.place(one.jurisdiction) == UNITED_STATES for one in held):
        found = "The licence names no state or territory that licenses pharmacists in the United States on this day."
        return Verdict(code="jurisdiction_unknown", found=found, ref=ref)
    return Verdict(code="licence_elsewhere", found="A licence was given, but from another jurisdiction.", ref=ref)


def _standing(one: LicenceFact, accepted: Iterable[LicenceStatus], case: Case, *, unrestricted: bool) -> Verdict:
    if one.issued_on is not None and one.issued_on > case.on:
        return Verdict(code="licence_not_yet_issued", found="The licence was not issued yet on this day.", ref=one.ref)
    if one.status not in accepted:
        code, found = _FAULTS[one.status]
        return Verdict(code=code, found=found, ref=one.ref)
    if _expired(one, case.on):
        return Verdict(
            code="licence_expired", found=f"The licence expired; its last day was {one.expires_on}.", ref=one.ref
        )
    if unrestricted and one.restricted:
        return Verdict(code="licence_restricted", found="The licence carries a restriction.", ref=one.ref)
    return Verdict(
        code=MET,
        found="The licence is active and unrestricted." if unrestricted else "The licence is accepted.",
        ref=one.ref,
    )


def _expired(one: LicenceFact, on: date) -> bool:
    return one.expires_on is not None and one.expires_on < on


def _still_held(one: LicenceFact, clause: NotUsLicensed, case: Case) -> bool:
    if case.place(one.jurisdiction) != UNITED_STATES or one.status not in clause.disqualifying:
        return False
    return not (one.status is LicenceStatus.ACTIVE and _expired(one, case.on))


def _language(one: LicenceFact, clause: Translation) -> Verdict:
    if one.translation is TranslationState.CERTIFIED:
        return Verdict(code=MET, found="A certified translation of the licence is at hand.", ref=one.ref)
    if one.language is None:
        return Verdict(code="language_unstated", found="The language of the licence was not given.", ref=one.ref)
    if one.language.partition("-")[0].lower() in clause.languages:
        return Verdict(code=MET, found="The licence is in an accepted language.", ref=one.ref)
    if one.translation is TranslationState.PLAIN:
        return Verdict(code="translation_not_certified", found="The translation is not certified.", ref=one.ref)
    return Verdict(
        code="translation_missing",
        found="The licence is in another language, and no translation is at hand.",
        ref=one.ref,
    )
