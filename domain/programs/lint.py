"""What is wrong with an edition that its types alone cannot see. Pure; an edition that lints clean may be published.

Each fault names its place by a JSON Pointer into the edition. An edition may have holes (`partial`): each check goes as
far as what was read, and a check is as small as what it needs to look at.
"""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator

from pydantic import BaseModel

from domain.dates import is_zone
from domain.errors import Fault
from domain.programs.clauses import (
    AllOf,
    AnyOf,
    Clause,
    Dated,
    Experience,
    Licence,
    LicenceStatus,
    Pathway,
    Provider,
    Waiver,
)
from domain.programs.learning import CareerStage, Commitment, Diagnostic, Reading
from domain.programs.lint_terms import lint_exam, lint_money, lint_upkeep
from domain.programs.partial import as_far_as_read
from domain.programs.policy import Policy, blocks
from domain.programs.reasons import REASONS
from domain.programs.upkeep_terms import Attestation, ExtensionTerm, InFlightRule
from domain.programs.values import Terms

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
    recognised = tuple(providers)
    return [
        *_zone(policy),
        *_days(policy),
        *(fault for other in others for fault in _beside(policy, other)),
        *_marks(policy),
        *_eligibility(policy),
        *_jurisdictions(policy),
        *_attestations(policy),
        *_every_clause(policy, recognised),
        *_dates(policy),
        *lint_exam(policy),
        *lint_money(policy),
        *lint_upkeep(policy),
        *_in_flight(policy),
        *_moving(policy),
        *_modules(policy),
        *_studied(policy),
        *_readings(policy),
        *_practice(policy),
        *_vocabularies(policy),
        *_repeats(policy),
    ]


@as_far_as_read
def _zone(policy: Policy) -> Iterator[Fault]:
    if not is_zone(str(policy.zone)):
        yield Fault("/zone", "zone_unknown", "There is no such IANA time zone.")


@as_far_as_read
def _days(policy: Policy) -> Iterator[Fault]:
    if policy.in_force_until is not None and policy.in_force_until < policy.in_force_from:
        yield Fault("/in_force_until", "dates_inverted", "The edition ends before it begins.")


@as_far_as_read
def _beside(policy: Policy, other: Policy) -> Iterator[Fault]:
    if other.program != policy.program:
        return
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
        yield from _marked(terms, pointer)


@as_far_as_read
def _marked(terms: Terms, pointer: str) -> Iterator[Fault]:
    for index, name in enumerate(terms.to_decide):
        if name.partition("/")[0] in {"basis", "to_decide"} or not _has(terms, name):
            detail = "to_decide names something that this block does not have."
            yield Fault(f"{pointer}/to_decide/{index}", "unknown_field", detail)


def _has(terms: Terms, name: str) -> bool:
    """Whether a block has this place: the steps to it, parted by `/`."""
    here: object = terms
    for step in name.split("/"):
        if isinstance(here, BaseModel) and step in type(here).model_fields:
            here = getattr(here, step)
        elif isinstance(here, tuple) and re.fullmatch("0|[1-9][0-9]{0,5}", step) and int(step) < len(here):
            here = here[int(step)]
        else:
            return False
    return True


@as_far_as_read
def _eligibility(policy: Policy) -> Iterator[Fault]:
    if not policy.eligibility.pathways:
        yield Fault("/eligibility/pathways", "nothing_asked", "Without a pathway nobody can be eligible.")
    for index, pathway in enumerate(policy.eligibility.pathways):
        yield from _pathway(pathway, f"/eligibility/pathways/{index}/clauses")


@as_far_as_read
def _pathway(pathway: Pathway, pointer: str) -> Iterator[Fault]:
    if not pathway.clauses:
        yield Fault(pointer, "nothing_asked", "A pathway that asks for nothing grants nothing.")


@as_far_as_read
def _jurisdictions(policy: Policy) -> Iterator[Fault]:
    if not policy.eligibility.us_jurisdictions:
        yield Fault("/eligibility/us_jurisdictions", "nothing_asked", "No US jurisdiction is listed.")


@as_far_as_read
def _attestations(policy: Policy) -> Iterator[Fault]:
    known = {pathway.code for pathway in policy.eligibility.pathways}
    for index, attestation in enumerate(policy.attestations):
        yield from _attestation(attestation, f"/attestations/{index}/pathways", known)


@as_far_as_read
def _attestation(attestation: Attestation, pointer: str, known: set[str]) -> Iterator[Fault]:
    if not known.issuperset(attestation.pathways):
        yield Fault(pointer, "unknown_pathway", "It names a pathway that the edition does not have.")


@as_far_as_read
def _every_clause(policy: Policy, providers: tuple[Provider, ...]) -> Iterator[Fault]:
    for index, pathway in enumerate(policy.eligibility.pathways):
        yield from _clauses_of(policy, pathway, f"/eligibility/pathways/{index}/clauses", providers)
    yield from _clauses(policy, policy.eligibility.of_everyone, "/eligibility/of_everyone", providers)


@as_far_as_read
def _clauses_of(policy: Policy, pathway: Pathway, pointer: str, providers: tuple[Provider, ...]) -> Iterator[Fault]:
    yield from _clauses(policy, pathway.clauses, pointer, providers)


@as_far_as_read
def _clauses(
    policy: Policy, clauses: Iterable[Clause], pointer: str, providers: tuple[Provider, ...]
) -> Iterator[Fault]:
    for index, clause in enumerate(clauses):
        yield from _advice(clause, f"{pointer}/{index}")
        yield from _clause(policy, clause, f"{pointer}/{index}", providers)
        if isinstance(clause, AllOf | AnyOf):
            yield from _clauses(policy, clause.parts, f"{pointer}/{index}/parts", providers)


@as_far_as_read
def _advice(clause: Clause, pointer: str) -> Iterator[Fault]:
    for code in clause.advice:
        if code not in REASONS[clause.kind]:
            yield Fault(f"{pointer}/advice/{code}", "unknown_reason", "This kind of clause is never found so.")


@as_far_as_read
def _clause(policy: Policy, clause: Clause, pointer: str, providers: tuple[Provider, ...]) -> Iterator[Fault]:
    match clause:
        case AllOf() | AnyOf() if not clause.parts:
            yield Fault(f"{pointer}/parts", "nothing_asked", "A combination of nothing is never met.")
        case Licence():
            yield from _licence(clause, pointer)
        case Experience() if clause.min_hours_per_week > clause.full_time_hours:
            detail = "The least hours a week are more than full time."
            yield Fault(f"{pointer}/min_hours_per_week", "hours_incoherent", detail)
        case Waiver():
            yield from _waiver(clause, pointer)
            yield from _recognised(policy, clause, pointer, providers)
        case _:
            return


def _licence(clause: Licence, pointer: str) -> Iterator[Fault]:
    if not clause.accepted:
        yield Fault(f"{pointer}/accepted", "nothing_asked", "A licence clause that accepts no status is never met.")
    refused = _NEVER_GOOD | ({LicenceStatus.PROBATION} if clause.unrestricted else set())
    if refused.intersection(clause.accepted):
        detail = "It accepts a status in which nobody may practise, or that is a restriction itself."
        yield Fault(f"{pointer}/accepted", "status_cannot_be_accepted", detail)


@as_far_as_read
def _waiver(clause: Waiver, pointer: str) -> Iterator[Fault]:
    if not clause.kinds:
        yield Fault(f"{pointer}/kinds", "nothing_asked", "A waiver that accepts no kind of training is never met.")


@as_far_as_read
def _recognised(policy: Policy, clause: Waiver, pointer: str, providers: tuple[Provider, ...]) -> Iterator[Fault]:
    known = {provider.code for provider in (*policy.eligibility.providers, *providers)}
    if not known.issuperset(clause.recognises):
        yield Fault(f"{pointer}/recognises", "unknown_provider", "It recognises a provider that is not listed.")


def _dates(policy: Policy) -> Iterator[Fault]:
    yield from _all_dated(lambda: policy.eligibility.providers, "/eligibility/providers")
    yield from _all_dated(lambda: policy.eligibility.us_jurisdictions, "/eligibility/us_jurisdictions")
    yield from _all_dated(lambda: policy.renewal.ce.pre_approved, "/renewal/ce/pre_approved")


@as_far_as_read
def _all_dated(rows: Callable[[], Iterable[Dated]], pointer: str) -> Iterator[Fault]:
    for index, row in enumerate(rows()):
        yield from _dated(row, f"{pointer}/{index}/effective_until")


@as_far_as_read
def _dated(row: Dated, pointer: str) -> Iterator[Fault]:
    if row.effective_from and row.effective_until and row.effective_until < row.effective_from:
        yield Fault(pointer, "dates_inverted", "It ends before it begins.")


@as_far_as_read
def _in_flight(policy: Policy) -> Iterator[Fault]:
    rule, day = policy.in_flight.rule, policy.in_flight.moves_on
    if rule is InFlightRule.MOVE_ON and day is None:
        yield Fault("/in_flight/moves_on", "date_missing", "Work in flight moves to this edition, but on which day?")
    if rule is InFlightRule.GRANDFATHER and day is not None:
        yield Fault("/in_flight/moves_on", "date_unused", "Work in flight stays where it is; no day is needed.")


@as_far_as_read
def _moving(policy: Policy) -> Iterator[Fault]:
    day = policy.in_flight.moves_on
    if day is not None and day < policy.in_force_from:
        yield Fault(
            "/in_flight/moves_on", "dates_inverted", "Work in flight would move before the edition is in force."
        )


def _modules(policy: Policy) -> Iterator[Fault]:
    yield from _naming(policy, lambda: policy.roadmap.stages, "/roadmap/stages")
    yield from _naming(policy, lambda: policy.diagnostics.study, "/diagnostics/study")


@as_far_as_read
def _naming(policy: Policy, rows: Callable[[], Iterable[CareerStage | Diagnostic]], pointer: str) -> Iterator[Fault]:
    known = {module.number for module in policy.curriculum.modules}
    for index, row in enumerate(rows()):
        yield from _named_modules(row, f"{pointer}/{index}/modules", known)


@as_far_as_read
def _named_modules(row: CareerStage | Diagnostic, pointer: str, known: set[int]) -> Iterator[Fault]:
    if not known.issuperset(row.modules):
        yield Fault(pointer, "unknown_module", "It names a module that the curriculum does not have.")


@as_far_as_read
def _studied(policy: Policy) -> Iterator[Fault]:
    domains = {domain.code for domain in policy.exam.domains}
    for index, row in enumerate(policy.diagnostics.study):
        if row.exam_domain not in domains:
            pointer = f"/diagnostics/study/{index}/exam_domain"
            yield Fault(pointer, "unknown_exam_domain", "The exam has no such domain.")
    if domains.difference(row.exam_domain for row in policy.diagnostics.study):
        yield Fault("/diagnostics/study", "domain_without_modules", "An exam domain names no modules to study.")


@as_far_as_read
def _readings(policy: Policy) -> Iterator[Fault]:
    domains = {domain.code for domain in policy.exam.domains}
    for index, reading in enumerate(policy.study.readings):
        yield from _reading(reading, f"/study/readings/{index}/exam_domains", domains)


@as_far_as_read
def _reading(reading: Reading, pointer: str, domains: set[str]) -> Iterator[Fault]:
    if not reading.exam_domains or not domains.issuperset(reading.exam_domains):
        yield Fault(pointer, "unknown_exam_domain", "A reading is for one or more domains of the exam.")


@as_far_as_read
def _practice(policy: Policy) -> Iterator[Fault]:
    if policy.practice is not None and not len(policy.exam.domains) <= policy.practice.items <= policy.exam.items:
        yield Fault(
            "/practice/items", "out_of_range", "A practice exam has an item of each domain, and no more than the exam."
        )


@as_far_as_read
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
    terms = policy.eligibility
    lists: list[tuple[str, Callable[[], Iterable[Hashable]]]] = [
        ("/eligibility/pathways", lambda: (pathway.code for pathway in terms.pathways)),
        ("/eligibility", lambda: (clause.code for clause in policy.clauses())),
        ("/eligibility/providers", lambda: (provider.code for provider in terms.providers)),
        ("/eligibility/us_jurisdictions", lambda: (row.code for row in terms.us_jurisdictions)),
        ("/exam/domains", lambda: (domain.code for domain in policy.exam.domains)),
        ("/exam/domains", lambda: (one.code for domain in policy.exam.domains for one in domain.objectives)),
        ("/report/bands", lambda: (band.code for band in policy.report.bands)),
        ("/fees", lambda: (fee.code for fee in policy.fees)),
        ("/renewal/categories", lambda: (category.code for category in policy.renewal.categories)),
        ("/renewal/ce/topics", lambda: (topic.topic for topic in policy.renewal.ce.topics)),
        ("/renewal/extension/kinds", lambda: (one.kind for one in _extensions(policy))),
        ("/attestations", lambda: ((one.code, one.version) for one in policy.attestations)),
        ("/curriculum", lambda: (module.number for module in policy.curriculum.modules)),
        ("/curriculum/domains", lambda: (domain.code for domain in policy.curriculum.domains)),
        ("/roadmap/stages", lambda: (stage.code for stage in policy.roadmap.stages)),
        ("/pillars/pillars", lambda: (pillar.code for pillar in policy.pillars.pillars)),
        ("/diagnostics/study", lambda: (row.exam_domain for row in policy.diagnostics.study)),
        ("/curriculum/partnership/commitments", lambda: (one.code for one in _commitments(policy))),
        ("/study/resources", lambda: (resource.code for resource in policy.study.resources)),
        ("/study/readings", lambda: (reading.code for reading in policy.study.readings)),
    ]
    for pointer, codes in lists:
        yield from _twice(pointer, "duplicate_code", codes)
    paragraphs = lambda: (one.paragraph for one in (*terms.pathways, *policy.clauses()))  # noqa: E731 - as the others
    yield from _twice("/eligibility", "duplicate_paragraph", paragraphs)


def _extensions(policy: Policy) -> tuple[ExtensionTerm, ...]:
    extension = policy.renewal.extension
    return extension.kinds if extension else ()


def _commitments(policy: Policy) -> tuple[Commitment, ...]:
    partnership = policy.curriculum.partnership
    return partnership.commitments if partnership else ()


@as_far_as_read
def _twice(pointer: str, code: str, values: Callable[[], Iterable[Hashable]]) -> Iterator[Fault]:
    for value, times in Counter(values()).items():
        if times > 1:
            yield Fault(pointer, code, f"{value} is named {times} times here.")
