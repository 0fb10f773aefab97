"""What is asked of stored applications and editions beyond equality, the same on both engines."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from adapters.db.engine import Database
from adapters.db.unit_of_work import SqlUnitOfWork, SqlUnitsOfWork
from domain.actors import the_service
from domain.applications.model import Application, ApplicationStatus
from domain.candidates.model import Candidate, PersonName
from domain.errors import NotFound
from domain.paging import PageRequest
from domain.programs import actions as programs
from tests.builders import a_policy_document

EDITIONS = ["cpom-2026"]
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SERVICE = the_service("test")


def _candidate(uow: SqlUnitOfWork) -> UUID:
    made = Candidate(
        id=uow.new_id(),
        number=f"C{uow.random(8).hex()}",
        legal_name=PersonName(family="Okafor"),
        search_name="okafor",
        email="ada@example.org",
        practises_in="US",
        created_at=NOON,
    )
    return uow.candidates.add(made).id


def _application(
    uow: SqlUnitOfWork, *, due_on: date | None = None, submitted_at: datetime | None = None, program: str = "CPOM"
) -> UUID:
    made = Application(
        id=uow.new_id(),
        candidate_id=_candidate(uow),
        program=program,
        edition="cpom-2026",
        number=f"A{uow.random(8).hex()}",
        search_name="okafor",
        created_at=NOON,
        status=ApplicationStatus.SUBMITTED if submitted_at else ApplicationStatus.DRAFT,
        due_on=due_on,
        submitted_at=submitted_at,
    )
    return uow.applications.add(made).id


def test_what_is_due_comes_longest_due_first_and_no_more_than_asked(database: Database) -> None:
    with SqlUnitsOfWork(database).begin(SERVICE) as uow:
        later = _application(uow, due_on=date(2026, 3, 1))
        _application(uow, due_on=date(2026, 3, 2))
        _application(uow)
        first = _application(uow, due_on=date(2026, 2, 1))

        assert [one.id for one in uow.applications.due(date(2026, 3, 2), 10, EDITIONS)] == [first, later]
        assert [one.id for one in uow.applications.due(date(2026, 3, 2), 1, EDITIONS)] == [first]
        assert uow.applications.due(date(2026, 3, 2), 10, ["cpom-2027"]) == []


def test_what_was_submitted_between_two_instants_begins_with_the_first_and_ends_before_the_last(
    database: Database,
) -> None:
    with SqlUnitsOfWork(database).begin(SERVICE) as uow:
        hour = timedelta(hours=1)
        _application(uow, submitted_at=NOON - hour)
        second, first = _application(uow, submitted_at=NOON + hour), _application(uow, submitted_at=NOON)
        _application(uow, submitted_at=NOON + 2 * hour)
        _application(uow, submitted_at=NOON, program="OTHER")
        _application(uow)

        found = uow.applications.submitted_between("CPOM", NOON, NOON + 2 * hour, 10)

    assert [one.id for one in found] == [first, second]


def test_a_page_by_time_of_submission_leaves_out_what_was_not_submitted(database: Database) -> None:
    with SqlUnitsOfWork(database).begin(SERVICE) as uow:
        _application(uow)
        second = _application(uow, submitted_at=NOON + timedelta(hours=1))
        first = _application(uow, submitted_at=NOON)
        request = PageRequest(limit=1, sort="submitted_at")

        page = uow.applications.page(request)
        rest = uow.applications.page(PageRequest(limit=1, sort="submitted_at", after=page.after))

    assert [one.id for one in (*page.items, *rest.items)] == [first, second]
    assert rest.after is None


def test_headings_come_by_program_and_first_day_without_their_documents(database: Database) -> None:
    with SqlUnitsOfWork(database, clock=lambda: NOON).begin(SERVICE) as uow:
        programs.publish(uow, SERVICE, "CPOM", a_policy_document())
        later = a_policy_document({"/edition": "cpom-next", "/in_force_from": "2026-07-01"})
        programs.publish(uow, SERVICE, "CPOM", later)
        other = a_policy_document({"/edition": "aaa-2026", "/program": "AAA", "/program_title": "Another program"})
        programs.publish(uow, SERVICE, "AAA", other)

        found = uow.policies.headings()
        uow.policies.hold("CPOM")

        assert [(one.program_title, one.edition, one.in_force_until) for one in found] == [
            ("Another program", "aaa-2026", None),
            ("Certified Pharmacy Operations Manager", "cpom-2026", date(2026, 6, 30)),
            ("Certified Pharmacy Operations Manager", "cpom-next", None),
        ]
        assert [one.edition for one in uow.policies.headings("AAA")] == ["aaa-2026"]
        assert uow.policies.named("cpom-2026").in_force_until is None


def test_the_edition_in_force_is_the_latest_that_has_begun(database: Database) -> None:
    with SqlUnitsOfWork(database, clock=lambda: NOON).begin(SERVICE) as uow:
        programs.publish(uow, SERVICE, "CPOM", a_policy_document())
        later = a_policy_document({"/edition": "cpom-2027", "/in_force_from": "2027-01-01"})
        programs.publish(uow, SERVICE, "CPOM", later)

        found = [uow.policies.in_force("CPOM", day).edition for day in (date(2026, 12, 31), date(2027, 1, 1))]

        assert found == ["cpom-2026", "cpom-2027"]
        with pytest.raises(NotFound):
            uow.policies.in_force("CPOM", date(2025, 12, 31))
