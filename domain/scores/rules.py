"""What is judged of forms, rows, holds and releases. Pure."""

from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import date

from domain.errors import Contradiction, Fault
from domain.exams.model import Administration, AdministrationStatus
from domain.programs.policy import Policy
from domain.scores.errors import AdministrationNotHeld
from domain.scores.model import Conversion, Form, FormItem, FormKey, Hold
from domain.scores.sittings import Ref, Seat

ACCEPTED, REPEATED = "accepted", "repeated"
UNKNOWN_CANDIDATE, NO_AUTHORIZATION, ALREADY_STORED = "unknown_candidate", "no_authorization", "already_stored"
NOT_BEGUN, SEAT_USED, BOOKED_ELSEWHERE = "session_not_begun", "seat_used", "booked_elsewhere"

REASONS = {
    UNKNOWN_CANDIDATE: "Nobody bears this number.",
    NO_AUTHORIZATION: "The candidate has no booking in this administration and no open authorization for it.",
    NOT_BEGUN: "The session in which the candidate has a seat has not begun.",
    SEAT_USED: "The candidate sat on this seat already; another attempt needs a seat, or an authorization, of its own.",
    BOOKED_ELSEWHERE: "A seat in another administration is booked under the candidate's authorization.",
    ALREADY_STORED: "Other responses of this candidate to this form are stored for this administration.",
    REPEATED: "The same responses are stored already.",
    "repeated_row": "An earlier row of this file says the same.",
    "duplicate_candidate": "Two rows of this file say different things of one candidate.",
    "missing_candidate": "The row names no candidate.",
    "not_an_option": "An answer is none of the item's options.",
    "unknown_form": "The row belongs to another form.",
    "wrong_number_of_fields": "The row has more or fewer fields than the heading.",
    "misplaced_quote": "The row's quotation marks are not as CSV writes them.",
}
"""Why a row was not taken, by code, in words."""

HARMLESS = frozenset({REPEATED, "repeated_row"})
"""Codes of rows that say nothing new: skipped, not wrong."""


def row_verdict(seat: Seat | None, responses: bytes, ahead: Container[Ref | None] = ()) -> str:
    """What becomes of a row, by whose it is and what is stored: `ACCEPTED`, `REPEATED`, or why it is rejected.

    `ahead` are the sessions that have not begun.
    """
    if seat is None or seat.candidate is None:
        return UNKNOWN_CANDIDATE
    if seat.stored is not None:
        return REPEATED if seat.stored == responses else ALREADY_STORED
    if seat.registration is not None and not seat.booked:
        return SEAT_USED
    if seat.authorization is None:
        return BOOKED_ELSEWHERE if seat.elsewhere else NO_AUTHORIZATION
    return NOT_BEGUN if seat.session in ahead else ACCEPTED


def must_fit_outline(items: Sequence[FormItem], policy: Policy) -> None:
    """Return when every item has a domain of the exam outline, and an objective of that domain where one is named.

    Raises Contradiction with every fault; pointers are into `/items`.
    """
    faults = tuple(_outline_faults(items, policy))
    if faults:
        raise Contradiction(*faults)


def _outline_faults(items: Sequence[FormItem], policy: Policy) -> Iterator[Fault]:
    codes: set[str] = set()
    for place, item in enumerate(items):
        if item.code.casefold() in codes:
            yield Fault(f"/items/{place}/code", "duplicate_item", "Another item has this code.")
        codes.add(item.code.casefold())
        domain = policy.exam.domain(item.domain)
        if domain is None:
            yield Fault(f"/items/{place}/domain", "unknown_domain", "The exam outline has no such domain.")
        elif item.objective is not None and item.objective not in {one.code for one in domain.objectives}:
            yield Fault(f"/items/{place}/objective", "unknown_objective", "The domain has no such objective.")
    if not any(item.scored for item in items):
        yield Fault("/items", "nothing_scored", "No item scores.")


def must_belong(form: Form, administration: Administration) -> None:
    """Return when a form is one of the administration's exam; raises Contradiction."""
    if (form.program, form.exam_code) != (administration.program, administration.exam_code):
        raise Contradiction(Fault("/form_id", "wrong_exam", "The form is not one of this administration's exam."))


def was_held(administration: Administration, today: date) -> bool:
    """Whether an exam of this administration can have been sat: it was opened, and its first day has come."""
    opened = administration.status in (AdministrationStatus.OPEN, AdministrationStatus.CLOSED)
    return opened and administration.opens_on <= today


def may_be_sat_on(administration: Administration, day: date, today: date) -> bool:
    """Whether an exam of this administration can have been sat on this day: within its window, and not to come."""
    return administration.opens_on <= day <= min(administration.closes_on, today)


def must_have_been_sat(administration: Administration, said: date | None, today: date) -> None:
    """Return when responses can have come of this administration, and on the day that is stated, if any.

    Raises AdministrationNotHeld, or Contradiction at `/taken_on`.
    """
    if not was_held(administration, today):
        raise AdministrationNotHeld
    if said is not None and not may_be_sat_on(administration, said, today):
        detail = "The day is outside the administration's window, or it is to come."
        raise Contradiction(Fault("/taken_on", "not_sat_then", detail))


def fits(conversion: Conversion, raw_max: int) -> bool:
    """Whether a conversion has an entry for each raw score from 0 to `raw_max`."""
    return len(conversion.scaled) == raw_max + 1


def newest(versions: Iterable[FormKey | Conversion]) -> int:
    """The highest number among these versions; 0 where there is none."""
    return max((one.number for one in versions), default=0)


def open_holds(holds: Iterable[Hold]) -> list[Hold]:
    """The holds that still stand."""
    return [one for one in holds if one.lifted_at is None]


def sat_on(administration: Administration, said: date | None, today: date) -> date:
    """The day of who had no session: the one that the import states, else the last of the window so far."""
    return said or max(administration.opens_on, min(administration.closes_on, today))
