"""What is wrong with an edition that its types alone cannot see. Pure; an edition that lints clean may be published.

Each fault names its place by a JSON Pointer into the edition.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.errors import Fault
from domain.programs.clauses import AllOf, AnyOf, Clause, Dated, Experience, Licence, LicenceStatus, Provider, Waiver
from domain.programs.lint_terms import lint_exam, lint_money, lint_upkeep
from domain.programs.policy import Policy, blocks
from domain.programs.reasons import REASONS
from domain.programs.upkeep_terms import InFlightRule

_NEVER_GOOD = {
    LicenceStatus.EXPIRED,
    LicenceStatus.SUSPENDED,
    LicenceStatus.REVOKED,
    LicenceStatus.SURRENDERED,
}


def lint(policy: Policy, others: Iterable[Policy] = (), providers: Iterable[Provider] = ()) -> list[Fault]:
    """Every fault of an edition, beside the program's other editions and the providers that staff recognise.

    An empty list means that it may be published.
    """
    known = {provider.code for provider in (*policy.eligibility.providers, *providers)}
    return [
        *_edition(policy, list(others)),
        *_marks(policy),
        *_eligibility(policy),
        *(fault for pointer, clause in _clauses(policy) for fault in _clause(clause, pointer, known)),
        *_dates(policy),
        *lint_exam(policy),
        *lint_money(policy),
        *lint_upkeep(policy),
        *_in_flight(policy),
        *_learning(policy),
        *_vocabularies(policy),
        *_repeats(policy),
    ]


def _edition(policy: Policy, others: list[Policy]) -> Iterator[Fault]:
    try:
        ZoneInfo(policy.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield Fault("/zone", "zone_unknown", "There is no such IANA time zone.")
    if policy.in_force_until is not None and policy.in_force_until < policy.in_force_from:
        yield Fault("/in_force_until", "dates_inverted", "The edition ends before it begins.")
    for other in others:
        if other.program != policy.program:
            continue
        if other.edition == policy.edition:
            yield Fault("/edition", "edition_exists", f"{other.edition} is published already; editions never change.")
        elif _overlap(policy, other):
            yield Fault("/in_force_from", "editions_overlap", f"Its days overlap with those of {other.edition}.")


def _overlap(one: Policy, two: Policy) -> bool:
    """An edition without an end makes room for a later one; a stated end does not."""
    first, second = sorted((one, two), key=lambda policy: policy.in_force_from)
    if first.in_force_from == second.in_force_from:
        return True
    return first.in_force_until is not None and first.in_force_until >= second.in_force_from


def _marks(policy: Policy) -> Iterator[Fault]:
    for pointer, terms in blocks(policy):
        for index, name in enumerate(terms.to_decide):
            if name not in type(terms).model_fields or name in {"basis", "to_decide"}:
                detail = "to_decide names something that this block does not have."
                yield Fault(f"{pointer}/to_decide/{index}", "unknown_field", detail)


def _eligibility(policy: Policy) -> Iterator[Fault]:
    eligibility = policy.eligibility
    if not eligibility.pathways:
        yield Fault("/eligibility/pathways", "nothing_asked", "Without a pathway nobody can be eligible.")
    for index, pathway in enumerate(eligibility.pathways):
        if not pathway.clauses:
            pointer = f"/eligibility/pathways/{index}/clauses"
            yield Fault(pointer, "nothing_asked", "A pathway that asks for nothing grants nothing.")
    if not eligibility.us_jurisdictions:
        yield Fault("/eligibility/us_jurisdictions", "nothing_asked", "No US jurisdiction is listed.")
    known = {pathway.code for pathway in eligibility.pathways}
    for index, attestation in enumerate(policy.attestations):
        if not known.issuperset(attestation.pathways):
            pointer = f"/attestations/{index}/pathways"
            yield Fault(pointer, "unknown_pathway", "It names a pathway that the edition does not have.")


def _clauses(policy: Policy) -> Iterator[tuple[str, Clause]]:
    for index, pathway in enumerate(policy.eligibility.pathways):
        yield from _inside(pathway.clauses, f"/eligibility/pathways/{index}/clauses")
    yield from _inside(policy.eligibility.of_everyone, "/eligibility/of_everyone")


def _inside(clauses: Iterable[Clause], pointer: str) -> Iterator[tuple[str, Clause]]:
    for index, clause in enumerate(clauses):
        yield f"{pointer}/{index}", clause
        if isinstance(clause, AllOf | AnyOf):
            yield from _inside(clause.parts, f"{pointer}/{index}/parts")


def _clause(clause: Clause, pointer: str, providers: set[str]) -> Iterator[Fault]:
    for code in clause.advice:
        if code not in REASONS[clause.kind]:
            yield Fault(f"{pointer}/advice/{code}", "unknown_reason", "This kind of clause is never found so.")
    match clause:
        case AllOf() | AnyOf() if not clause.parts:
            yield Fault(f"{pointer}/parts", "nothing_asked", "A combination of nothing is never met.")
        case Licence():
            yield from _licence(clause, pointer)
        case Experience() if clause.min_hours_per_week > clause.full_time_hours:
            detail = "The least hours a week are more than full time."
            yield Fault(f"{pointer}/min_hours_per_week", "hours_incoherent", detail)
        case Waiver():
            yield from _waiver(clause, pointer, providers)
        case _:
            return


def _licence(clause: Licence, pointer: str) -> Iterator[Fault]:
    if not clause.accepted:
        yield Fault(f"{pointer}/accepted", "nothing_asked", "A licence clause that accepts no status is never met.")
    refused = _NEVER_GOOD | ({LicenceStatus.PROBATION} if clause.unrestricted else set())
    if refused.intersection(clause.accepted):
        detail = "It accepts a status in which nobody may practise, or that is a restriction itself."
        yield Fault(f"{pointer}/accepted", "status_cannot_be_accepted", detail)


def _waiver(clause: Waiver, pointer: str, providers: set[str]) -> Iterator[Fault]:
    if not clause.kinds:
        yield Fault(f"{pointer}/kinds", "nothing_asked", "A waiver that accepts no kind of training is never met.")
    if not providers.issuperset(clause.recognises):
        yield Fault(f"{pointer}/recognises", "unknown_provider", "It recognises a provider that is not listed.")


def _dates(policy: Policy) -> Iterator[Fault]:
    dated: list[tuple[str, tuple[Dated, ...]]] = [
        ("/eligibility/providers", policy.eligibility.providers),
        ("/eligibility/us_jurisdictions", policy.eligibility.us_jurisdictions),
        ("/renewal/ce/pre_approved", policy.renewal.ce.pre_approved),
    ]
    for pointer, rows in dated:
        for index, row in enumerate(rows):
            if row.effective_from and row.effective_until and row.effective_until < row.effective_from:
                detail = "It ends before it begins."
                yield Fault(f"{pointer}/{index}/effective_until", "dates_inverted", detail)


def _in_flight(policy: Policy) -> Iterator[Fault]:
    rule, day = policy.in_flight.rule, policy.in_flight.moves_on
    if rule is InFlightRule.MOVE_ON and day is None:
        yield Fault("/in_flight/moves_on", "date_missing", "Work in flight moves to this edition, but on which day?")
    if rule is InFlightRule.GRANDFATHER and day is not None:
        yield Fault("/in_flight/moves_on", "date_unused", "Work in flight stays where it is; no day is needed.")
    if day is not None and day < policy.in_force_from:
        yield Fault(
            "/in_flight/moves_on", "dates_inverted", "Work in flight would move before the edition is in force."
        )


def _learning(policy: Policy) -> Iterator[Fault]:
    modules = {module.number for module in policy.curriculum.modules}
    rows = [
        *((f"/roadmap/stages/{i}/modules", stage.modules) for i, stage in enumerate(policy.roadmap.stages)),
        *((f"/diagnostics/study/{i}/modules", row.modules) for i, row in enumerate(policy.diagnostics.study)),
    ]
    for pointer, named in rows:
        if not modules.issuperset(named):
            yield Fault(pointer, "unknown_module", "It names a module that the curriculum does not have.")
    domains = {domain.code for domain in policy.exam.domains}
    for index, row in enumerate(policy.diagnostics.study):
        if row.exam_domain not in domains:
            pointer = f"/diagnostics/study/{index}/exam_domain"
            yield Fault(pointer, "unknown_exam_domain", "The exam has no such domain.")
    if domains.difference(row.exam_domain for row in policy.diagnostics.study):
        yield Fault("/diagnostics/study", "domain_without_modules", "An exam domain names no modules to study.")
    for index, reading in enumerate(policy.study.readings):
        if not domains.issuperset(reading.exam_domains) or not reading.exam_domains:
            pointer = f"/study/readings/{index}/exam_domains"
            yield Fault(pointer, "unknown_exam_domain", "A reading is for one or more domains of the exam.")
    if policy.practice is not None and not len(domains) <= policy.practice.items <= policy.exam.items:
        yield Fault(
            "/practice/items", "out_of_range", "A practice exam has an item of each domain, and no more than the exam."
        )


def _vocabularies(policy: Policy) -> Iterator[Fault]:
    exam = {domain.code for domain in policy.exam.domains}
    curriculum = {domain.code for domain in policy.curriculum.domains}
    pillars = {pillar.code for pillar in policy.pillars.pillars}
    detail = "A code stands for one thing: exam domains, curriculum domains and pillars are three vocabularies."
    if exam & curriculum or curriculum & pillars:
        yield Fault("/curriculum/domains", "vocabularies_mixed", detail)
    if exam & pillars:
        yield Fault("/pillars/pillars", "vocabularies_mixed", detail)


def _repeats(policy: Policy) -> Iterator[Fault]:
    clauses = policy.clauses()
    pathways = policy.eligibility.pathways
    lists: list[tuple[str, Iterable[Hashable]]] = [
        ("/eligibility/pathways", [pathway.code for pathway in pathways]),
        ("/eligibility", [clause.code for clause in clauses]),
        ("/eligibility/providers", [provider.code for provider in policy.eligibility.providers]),
        ("/eligibility/us_jurisdictions", [row.code for row in policy.eligibility.us_jurisdictions]),
        ("/exam/domains", [domain.code for domain in policy.exam.domains]),
        ("/exam/domains", [objective.code for domain in policy.exam.domains for objective in domain.objectives]),
        ("/report/bands", [band.code for band in policy.report.bands]),
        ("/fees", [fee.code for fee in policy.fees]),
        ("/renewal/categories", [category.code for category in policy.renewal.categories]),
        ("/renewal/ce/topics", [topic.topic for topic in policy.renewal.ce.topics]),
        ("/attestations", [(attestation.code, attestation.version) for attestation in policy.attestations]),
        ("/curriculum", [module.number for module in policy.curriculum.modules]),
        ("/curriculum/domains", [domain.code for domain in policy.curriculum.domains]),
        ("/roadmap/stages", [stage.code for stage in policy.roadmap.stages]),
        ("/pillars/pillars", [pillar.code for pillar in policy.pillars.pillars]),
        ("/diagnostics/study", [row.exam_domain for row in policy.diagnostics.study]),
        ("/study/resources", [resource.code for resource in policy.study.resources]),
        ("/study/readings", [reading.code for reading in policy.study.readings]),
    ]
    for pointer, codes in lists:
        yield from _twice(pointer, "duplicate_code", codes)
    paragraphs = [*(pathway.paragraph for pathway in pathways), *(clause.paragraph for clause in clauses)]
    yield from _twice("/eligibility", "duplicate_paragraph", paragraphs)


def _twice(pointer: str, code: str, values: Iterable[Hashable]) -> Iterator[Fault]:
    for value, times in Counter(values).items():
        if times > 1:
            yield Fault(pointer, code, f"{value} is named {times} times here.")
