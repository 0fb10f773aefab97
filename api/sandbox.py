"""The sandbox: CPOM published, and made-up candidates at every stage of their life."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from api import sandbox_story as told
from api.sandbox_items import fill_items
from api.sandbox_story import Person, Story, StoryClock
from domain.actors import Role
from domain.applications import actions as applications, actions_review
from domain.applications.model import Outcome
from domain.credentials import actions_standing
from domain.credentials.actions_standing import Change
from domain.dates import add_years
from domain.programs import actions as programs
from domain.programs.reading import policy_document
from domain.renewals import actions as renewals

if TYPE_CHECKING:
    from api.wiring import Service

EDITION, EARLIER = "cpom-2026", "cpom-2022"
FIRST_YEAR = 2026
SITS_AFTER, SCORED_AFTER = timedelta(days=60), timedelta(days=7)
CANDIDATE = "sandbox-candidate"
DEGREE = {
    "kind": "degree",
    "title": "PharmD",
    "school": "Example University College of Pharmacy",
    "country": "US",
    "completed_on": date(2012, 5, 12),
    "acpe_accredited": True,
}
LICENCE = {
    "jurisdiction": "US-NC",
    "number": "NC-20417",
    "status": "active",
    "restricted": False,
    "language": "en",
    "issued_on": date(2012, 8, 1),
    "expires_on": date(2035, 12, 31),
}
AT_HOME: dict[str, Any] = {"licence": LICENCE, "degree": DEGREE}
ABROAD: dict[str, Any] = {
    "licence": {**LICENCE, "jurisdiction": "PT", "number": "PT-7781", "language": "pt"},
    "degree": {
        **DEGREE,
        "title": "MPharm",
        "school": "Universidade Exemplo",
        "country": "PT",
        "acpe_accredited": False,
    },
}
JOB = {
    "kind": "experience",
    "claim": {"setting": "health_system", "starts_on": "2018-01-02", "role": "Pharmacy Manager", "hours_per_week": 40},
}
SHORT_JOB = {
    "kind": "experience",
    "claim": {"setting": "community", "starts_on": "2021-11-01", "ends_on": "2022-03-01", "role": "Staff pharmacist"},
}
RESIDENCY = {
    "kind": "training",
    "claim": {
        "kind": "pgy_residency",
        "provider": "ASHP",
        "subject": "pharmacy administration",
        "completed_on": "2014-06-30",
    },
}


def fill(service: "Service") -> str:
    """Fill an empty sandbox; one that holds an edition already is left as it is. Returns what was done, for people."""
    if service.settings.production:
        return "Production has no sandbox."
    clock = StoryClock()
    units = service.units_at(clock)
    with units.begin(told.ADMINISTRATOR, write=False) as uow:
        if uow.policies.count():
            return "The sandbox is as you left it."
    today = service.clock().date()
    story = Story(units, service.gateway, service, clock)
    _publish(story, service)
    _years_ago(story, today)
    _last_year(story, today)
    _now(story, today)
    fill_items(units)
    with units.begin(told.ADMINISTRATOR, write=False) as uow:
        people, held = uow.candidates.count(), uow.credentials.count()
    return f"The sandbox holds {people} candidates and {held} credentials, at every stage of their life."


def welcome(service: "Service") -> str:
    """The addresses, and one ready token per role."""
    base = service.settings.public_base_url
    lines = [f"API   {base}/v1", f"Docs  {base}/docs", "", "One token per role, good for a day:", ""]
    for role in Role:
        subject = CANDIDATE if role is Role.CANDIDATE else f"sandbox-{role.value}"
        token = service.issuer.mint(subject, roles=[role.value], lifetime=timedelta(days=1))
        lines.append(f"{role.value:18} {token}")
    return "\n".join(lines)


def _publish(story: Story, service: "Service") -> None:
    """The edition of the seeds, and one before it, so that a sandbox has a past."""
    policy = service.policy(EDITION)
    document = policy_document(policy)
    earlier = {
        **document,
        "edition": EARLIER,
        "title": f"{document['title']} (a sandbox's past)",
        "in_force_from": "2022-01-01",
        "in_force_until": "2025-12-31",
        # Nobody's story may hang on the lot that picks one renewal in ten for audit.
        "audit": {**policy.audit.model_dump(mode="json"), "renewals_rate": 0.0},
    }
    for day, one in ((date(2021, 12, 1), earlier), (date(2025, 12, 1), document)):
        story.clock.set(day)
        story.do(told.ADMINISTRATOR, programs.publish, "CPOM", one)


def _certified(story: Story, people: list[Person], start: date, code: str, edition: str) -> None:
    """People apply, are approved, sit the exam sixty days later and pass."""
    sits = start + SITS_AFTER
    story.clock.set(start)
    administration = story.administration(code, start, sits + timedelta(days=30), sits)
    for person in people:
        application = story.draft(person, "us-licensed", AT_HOME, JOB)
        story.submit(person, application)
        story.decide(application, Outcome.APPROVED, "Every requirement is met.")
        story.book(person, story.authorize(person, application), sits)
    form = story.form(f"POM-001-{code}", edition)
    story.clock.set(sits + SCORED_AFTER)
    story.score(administration, form, {person: 92 + place for place, person in enumerate(people)})


def _years_ago(story: Story, today: date) -> None:
    """Credentials of years ago: renewed, lapsed, in grace, and open for renewal."""
    story.clock.set(date(2022, 2, 1))
    renewed, lapsed = story.person("Amara", "Diallo"), story.person("Henrik", "Lund")
    _certified(story, [renewed, lapsed], date(2022, 2, 1), "2022-W1", EARLIER)
    _renew(story, renewed, date(2025, 3, 1))
    people: list[Person] = []
    for code, names, ends_on in (
        ("GRACE", ("Mei Tanaka", "Luca Ferri"), today - timedelta(days=26)),
        ("WINDOW", ("Noor Aziz", "Elias Berg"), today + timedelta(days=45)),
    ):
        start = add_years(ends_on, -3) - SITS_AFTER - SCORED_AFTER
        story.clock.set(start)
        people = [story.person(*name.split()) for name in names]
        _certified(story, people, start, code, EARLIER if start.year < FIRST_YEAR else EDITION)
    story.clock.set(today - timedelta(days=30))
    story.learn(people[0], 12, today - timedelta(days=60), "Leading a pharmacy team")
    story.learn(people[0], 6, today - timedelta(days=40), "Labour law update", accept=False)


def _renew(story: Story, person: Person, day: date) -> None:
    """Thirty hours, the fee, and the renewal itself."""
    me, credential = person.actor, story.credential(person)
    story.clock.set(day - timedelta(days=200))
    for hours, title in ((12, "Leading a pharmacy team"), (10, "Budgeting for drug spend"), (8, "Labour law update")):
        story.learn(person, hours, day - timedelta(days=210), title)
    story.clock.set(day)
    story.do(me, renewals.charge_fees, credential.id)
    with story.units.begin(me) as uow:
        cycle = renewals.current(uow, credential.id)
    story.pay(person, cycle.id)
    story.do(me, renewals.renew, credential.id)


def _last_year(story: Story, today: date) -> None:
    """Credentials of this year: active, suspended, revoked; one who failed and waits."""
    start = max(date(2026, 1, 12), today - timedelta(days=200))
    story.clock.set(start)
    names = (("Adaeze", "Okafor"), ("Jonas", "Weber"), ("Priya", "Nair"))
    active, suspended, revoked = (story.person(*name) for name in names)
    _certified(story, [active, suspended, revoked], start, "2026-W1", EDITION)
    story.clock.set(start + timedelta(days=90))
    officer = told.OFFICER
    for person, verb, reason in (
        (suspended, actions_standing.suspend, "The state board has opened proceedings."),
        (revoked, actions_standing.revoke, "The examination was taken by another person."),
    ):
        held = story.credential(person)
        story.do(officer, verb, held.id, Change(reason=reason))
    _failed(story, start + timedelta(days=100))


def _failed(story: Story, start: date) -> None:
    """One who failed on the first attempt and may come back when the wait is over."""
    story.clock.set(start)
    person = story.person("Tomas", "Novak")
    administration = story.administration("2026-W2", start, start + timedelta(days=60), start + timedelta(days=30))
    application = story.draft(person, "us-licensed", AT_HOME, RESIDENCY)
    story.submit(person, application)
    story.decide(application, Outcome.APPROVED, "Every requirement is met.")
    story.book(person, story.authorize(person, application), start + timedelta(days=30))
    form = story.form("POM-001-2026-W2", EDITION)
    story.clock.set(start + timedelta(days=35))
    story.score(administration, form, {person: 71})


def _now(story: Story, today: date) -> None:
    """Applications under way, seats booked for the weeks to come, and the sandbox's own candidate."""
    story.clock.set(today - timedelta(days=20))
    opens, days = today - timedelta(days=20), (today + timedelta(days=14), today + timedelta(days=28))
    story.administration("NEXT", opens, today + timedelta(days=60), *days)
    _under_review(story)
    _decided(story, days[0])
    mine = story.person("Robin", "Example", subject=CANDIDATE)
    story.draft(mine, "us-licensed", AT_HOME, JOB)


def _under_review(story: Story) -> None:
    """A draft, one in the queue, one in review, and one returned for information."""
    story.draft(story.person("Grace", "Mensah"), "us-licensed", AT_HOME)
    for given, family, claimed in (("Olu", "Adeyemi", False), ("Sofia", "Rossi", True)):
        person = story.person(given, family)
        application = story.draft(person, "us-licensed", AT_HOME, JOB)
        story.submit(person, application)
        if claimed:
            story.claim(application)
    person, reviewer = story.person("Ines", "Carvalho", "PT"), told.REVIEWER
    application = story.draft(person, "international", ABROAD, JOB)
    story.submit(person, application)
    story.claim(application)
    message = "Please send the certified translation of your licence once more: page 2 is missing."
    story.do(reviewer, actions_review.return_for_information, application, message)


def _decided(story: Story, sits: date) -> None:
    """One denied who appeals, one approved, one with a seat."""
    denied = story.person("Karim", "Haddad")
    application = story.draft(denied, "us-licensed", AT_HOME, SHORT_JOB)
    story.submit(denied, application)
    story.decide(application, Outcome.DENIED, "Four months of experience are shown; a year is asked for.", accept=False)
    grounds = "My employer has corrected its letter."
    story.do(denied.actor, applications.appeal, application, grounds)
    for given, family, booked in (("Hana", "Kim", False), ("Peter", "Schmidt", True)):
        person = story.person(given, family)
        approved = story.draft(person, "us-licensed", AT_HOME, RESIDENCY)
        story.submit(person, approved)
        story.decide(approved, Outcome.APPROVED, "Every requirement is met.")
        if booked:
            story.book(person, story.authorize(person, approved), sits)
