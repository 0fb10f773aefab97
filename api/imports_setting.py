"""What a sandbox makes for a file of responses from elsewhere: a form, an administration, approved candidates.

The form and the administration come about by the service's own verbs, in the names of two made-up people. Candidates
are put into the store as they would stand once their application was approved and the exam fee paid: records verified,
authorization open. Their names and addresses are made up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import cycle, islice

from api.imports_key import Key
from domain.actors import Actor, Role, the_service
from domain.applications.model import Application, ApplicationStatus, Evidence, EvidenceKind, EvidenceStatus
from domain.candidates.actions import search_name
from domain.candidates.events import CandidateRegistered
from domain.candidates.model import Candidate, Education, Licence, PersonName, Verification
from domain.exams import actions_calendar
from domain.exams.actions_calendar import Plan
from domain.exams.model import Administration, AdministrationStatus, Authorization
from domain.numbers import reference
from domain.ports import UnitOfWork, UnitsOfWork
from domain.programs.days import in_force_now, today_of
from domain.programs.policy import Policy
from domain.scores import actions
from domain.scores.model import Form, FormItem

FIRST = Actor(subject="sandbox:psychometrician-1", roles=frozenset({Role.PSYCHOMETRICIAN, Role.EXAM_MANAGER}))
SECOND = Actor(subject="sandbox:psychometrician-2", roles=frozenset({Role.PSYCHOMETRICIAN, Role.EXAM_MANAGER}))
OPTIONS = 4
WINDOW_DAYS = 60
GIVEN = ("Ada", "Bola", "Carmen", "Dinh", "Elif", "Femi", "Grace", "Hana", "Ivo", "Jun", "Kofi", "Lena", "Mateo")
FAMILY = ("Adeyemi", "Berg", "Castro", "Dubois", "Eze", "Fischer", "Garcia", "Haddad", "Ito", "Jensen", "Kaur")
MIDDLE = "ABCDEFGHJKLMNPRST"


@dataclass(frozen=True, slots=True)
class Ordered:
    """A form to be made: its items, the right option of each, and the cut in raw points."""

    items: tuple[FormItem, ...]
    correct: tuple[tuple[int, ...], ...]
    cut: Decimal


def order(policy: Policy, key: Key, cut_percent: Decimal) -> Ordered:
    """A form of the key's items, spread over the outline's domains by their weights, its cut at so many percent."""
    places = _spread(policy, len(key))
    items = tuple(
        FormItem(code=code, domain=domain, objective=objective, options=max(OPTIONS, option))
        for (code, option), (domain, objective) in zip(key, places, strict=True)
    )
    return Ordered(items, tuple((option,) for _, option in key), Decimal(len(key)) * cut_percent / 100)


def _spread(policy: Policy, count: int) -> list[tuple[str, str]]:
    """A domain and an objective for each item: at every place the domain that is furthest behind its weight."""
    given = dict.fromkeys((domain.code for domain in policy.exam.domains), 0)
    objectives = {
        domain.code: cycle(objective.code for objective in domain.objectives) for domain in policy.exam.domains
    }
    places = []
    for place in range(1, count + 1):
        lags = [(one.weight_percent * place - 100 * given[one.code], one) for one in policy.exam.domains]
        _, behind = max(lags, key=lambda lag: lag[0])
        given[behind.code] += 1
        places.append((behind.code, next(objectives[behind.code])))
    return places


def make_form(units: UnitsOfWork, program: str, code: str, ordered: Ordered) -> Form:
    """A form with its key and conversion, proposed by one made-up person and approved by another; all or nothing."""
    with units.begin(FIRST) as uow:
        form = actions.create_form(uow, FIRST, program, code, ordered.items)
        key = actions.draft_key(uow, FIRST, form.id, ordered.correct)
        conversion = actions.draft_conversion(uow, FIRST, form.id, ordered.cut)
        actions.approve_key(uow, SECOND, key.id)
        actions.approve_conversion(uow, SECOND, conversion.id)
        return uow.forms.get(form.id)


def make_administration(units: UnitsOfWork, program: str, code: str) -> Administration:
    """An open administration that ends today."""
    with units.begin(FIRST) as uow:
        made = actions_calendar.create(uow, FIRST, _plan(uow, program, code))
        return actions_calendar.open_(uow, FIRST, made.id)


def planned_administration(uow: UnitOfWork, program: str, code: str) -> Administration:
    """The administration that `make_administration` would make; it is not stored."""
    plan = _plan(uow, program, code)
    return Administration(
        id=uow.new_id(),
        program=plan.program,
        exam_code=in_force_now(uow, program).exam.code,
        code=plan.code,
        title=plan.title,
        opens_on=plan.opens_on,
        closes_on=plan.closes_on,
        zone=plan.zone,
        status=AdministrationStatus.OPEN,
    )


def _plan(uow: UnitOfWork, program: str, code: str) -> Plan:
    policy = in_force_now(uow, program)
    today = today_of(uow, policy)
    return Plan(
        program=program,
        code=code,
        title=f"Import {code}",
        opens_on=today - timedelta(days=WINDOW_DAYS),
        closes_on=today,
        zone=policy.zone,
    )


def make_candidates(units: UnitsOfWork, administration: Administration, numbers: Sequence[str], first: int) -> None:
    """Candidates who bear these numbers, found eligible and authorized; `first` is the place of the first one."""
    with units.begin(the_service("import-responses")) as uow:
        policy = in_force_now(uow, administration.program)
        people = [_person(uow, number, first + place) for place, number in enumerate(numbers)]
        applications = [_application(uow, person, policy) for person in people]
        uow.candidates.add_all(people)
        uow.licences.add_all(_licence(uow, person, policy) for person in people)
        uow.educations.add_all(_education(uow, person) for person in people)
        uow.applications.add_all(applications)
        uow.evidence.add_all(_evidence(uow, application) for application in applications)
        uow.authorizations.add_all(_authorization(uow, application, administration) for application in applications)
        for person in people:
            uow.record(CandidateRegistered(candidate_id=person.id))


def _person(uow: UnitOfWork, number: str, place: int) -> Candidate:
    given, family = GIVEN[place % len(GIVEN)], FAMILY[place // len(GIVEN) % len(FAMILY)]
    name = PersonName(family=family, given=given, middle=next(islice(MIDDLE, place % len(MIDDLE), None)))
    return Candidate(
        id=uow.new_id(),
        number=number,
        legal_name=name,
        search_name=search_name(name),
        email=f"candidate{place + 1}@example.org",
        practises_in="US",
        date_of_birth=date(1985, 1, 1) + timedelta(days=place % 3_650),
        created_at=uow.now,
    )


def _licence(uow: UnitOfWork, person: Candidate, policy: Policy) -> Licence:
    jurisdictions = policy.eligibility.us_jurisdictions
    return Licence(
        id=uow.new_id(),
        candidate_id=person.id,
        jurisdiction=jurisdictions[int(person.id) % len(jurisdictions)].code,
        number=reference("L", uow.random(8)),
        status="active",
        restricted=False,
        language="en",
        issued_on=date(2012, 8, 1),
        expires_on=uow.today + timedelta(days=3_650),
        verification=Verification.VERIFIED,
        verified_at=uow.now,
        verified_with="Made up for the sandbox",
    )


def _education(uow: UnitOfWork, person: Candidate) -> Education:
    return Education(
        id=uow.new_id(),
        candidate_id=person.id,
        kind="degree",
        title="PharmD",
        school="Example University College of Pharmacy",
        country="US",
        completed_on=date(2012, 5, 12),
        acpe_accredited=True,
        verification=Verification.VERIFIED,
        verified_at=uow.now,
    )


def _application(uow: UnitOfWork, person: Candidate, policy: Policy) -> Application:
    return Application(
        id=uow.new_id(),
        candidate_id=person.id,
        program=policy.program,
        edition=policy.edition,
        number=reference("A", uow.random(8)),
        search_name=person.search_name,
        created_at=uow.now,
        status=ApplicationStatus.APPROVED,
        pathway=policy.eligibility.pathways[0].code,
        submitted_at=uow.now,
        decided_at=uow.now,
        decided_by=FIRST.subject,
    )


def _evidence(uow: UnitOfWork, application: Application) -> Evidence:
    return Evidence(
        id=uow.new_id(),
        application_id=application.id,
        candidate_id=application.candidate_id,
        kind=EvidenceKind.EXPERIENCE,
        claim={"setting": "health_system", "starts_on": "2018-01-02", "role": "Pharmacy Manager", "hours_per_week": 40},
        status=EvidenceStatus.ACCEPTED,
        judged_by=FIRST.subject,
        judged_at=uow.now,
        added_at=uow.now,
    )


def _authorization(uow: UnitOfWork, application: Application, administration: Administration) -> Authorization:
    return Authorization(
        id=uow.new_id(),
        candidate_id=application.candidate_id,
        application_id=application.id,
        program=application.program,
        edition=application.edition,
        number=reference("T", uow.random(8)),
        attempt_number=1,
        opens_on=administration.opens_on,
        closes_on=administration.closes_on,
        findings=(),
        created_at=uow.now,
    )
