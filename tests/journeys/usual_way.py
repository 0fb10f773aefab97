"""The usual way to a seat and to a credential, for lives whose story begins later."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.builders_applications import DEGREE, JOB, LICENCE
from tests.journeys.cast import (
    PAID,
    Candidate,
    ExamOffice,
    Finance,
    Reviewer,
    a_candidate,
    a_reviewer,
    exam_office,
    finance,
)
from tests.journeys.scoring import PASSES, Scorers, Sitting
from tests.journeys.stage import Stage

APPLIES, SITS, RESULT = date(2026, 3, 2), date(2026, 4, 15), date(2026, 4, 20)
LAST_DAY = date(2029, 4, 20)
"""Of the first term: three years from the day of the result, inclusive."""
BY_THE_BOARD = {**LICENCE, "expires_on": "2045-12-31"}
LETTERS = [
    *PAID, "application_submitted", "application_approved", *PAID, "authorization_issued", "registration_confirmed"
]  # fmt: skip
"""What has come by the time one has a seat."""


@dataclass
class Offices:
    """The staff whom everyone meets on the way."""

    stage: Stage
    reviewer: Reviewer
    finance: Finance
    exams: ExamOffice
    scores: Scorers


def offices(stage: Stage) -> Offices:
    """The staff of a stage."""
    return Offices(stage, a_reviewer(stage), finance(stage), exam_office(stage), Scorers(stage))


@dataclass
class Window:
    """A session in a testing window, and what is sat there."""

    session: str
    sitting: Sitting


def a_window(staff: Offices, code: str, day: date) -> Window:
    """A testing window around a day."""
    administration, (session,) = staff.exams.plans(code, staff.stage.today, day, day)
    return Window(session, staff.scores.lay_out(administration, code))


def with_a_seat(
    staff: Offices, window: Window, given: str, family: str, licence: Mapping[str, Any] = BY_THE_BOARD
) -> Candidate:
    """Someone of Pathway 1 who applied, was approved and authorized, and has a seat."""
    someone = a_candidate(staff.stage, given, family)
    someone.shows(licence, DEGREE, JOB)
    someone.affirms_and_pays(staff.finance)
    someone.submits()
    staff.reviewer.claims(someone)
    staff.reviewer.accepts(someone)
    staff.reviewer.approves(someone)
    someone.pays_for_the_exam(staff.finance)
    someone.books(someone.is_authorized(), window.session)
    assert someone.letters() == LETTERS
    return someone


def certified(stage: Stage, given: str, family: str) -> tuple[Candidate, Offices]:
    """Someone who holds a credential since 20 April 2026, and the staff they met."""
    staff = offices(stage)
    stage.on(APPLIES)
    window = a_window(staff, "2026-SPRING", SITS)
    someone = with_a_seat(staff, window, given, family)
    stage.on(RESULT)
    staff.scores.imports(window.sitting, {someone.number: PASSES})
    staff.scores.releases(window.sitting)
    assert someone.letters() == ["score_report_ready", "credential_issued"]
    assert someone.credential["valid_until"] == LAST_DAY.isoformat()
    return someone, staff
