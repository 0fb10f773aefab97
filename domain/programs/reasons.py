"""The reason codes that each clause kind can be found with: stable, public, and what `advice` may answer."""

_AWAITING = {"awaits_verification"}
_STANDING = {
    "licence_none",
    "licence_elsewhere",
    "jurisdiction_unknown",
    "practice_country_unstated",
    "licence_not_yet_issued",
    "licence_status_not_accepted",
    "licence_inactive",
    "licence_expired",
    "licence_suspended",
    "licence_on_probation",
    "licence_revoked",
    "licence_surrendered",
    "licence_restricted",
}
_EDUCATION = {"education_none", "education_not_completed"}

REASONS: dict[str, frozenset[str]] = {
    "licence": frozenset(_STANDING | _AWAITING),
    "not_us_licensed": frozenset({"us_licence_held"}),
    "practises_outside_us": frozenset({"practises_in_us", "practice_country_unstated"}),
    "accredited_education": frozenset({"accreditation_unstated", "school_not_accredited"} | _EDUCATION | _AWAITING),
    "certificate": frozenset(
        {
            "certificate_none",
            "certificate_not_yet_issued",
            "certificate_unproven",
            "e_profile_needs_birth_date",
        }
        | _AWAITING
    ),
    "translation": frozenset(
        {
            "licence_none",
            "practice_country_unstated",
            "language_unstated",
            "translation_missing",
            "translation_not_certified",
        }
        | _AWAITING
    ),
    "degree": frozenset({"degree_not_equivalent", "awaits_staff_judgement"} | _EDUCATION | _AWAITING),
    "experience": frozenset(
        {
            "experience_none",
            "experience_not_related",
            "experience_too_few_hours",
            "experience_short",
            "hours_unstated",
            "awaits_staff_judgement",
        }
        | _AWAITING
    ),
    "waiver": frozenset(
        {
            "waiver_none",
            "waiver_kind_not_accepted",
            "waiver_in_progress",
            "waiver_expired",
            "waiver_not_related",
            "provider_not_recognised",
            "awaits_staff_judgement",
        }
        | _AWAITING
    ),
    "all_of": frozenset(),
    "any_of": frozenset({"no_alternative_met"}),
}
