"""Scores that come without responses: stored by the form's own conversion, and held until somebody looks at them."""

from dataclasses import replace
from datetime import datetime

from domain.dates import date_at
from domain.errors import Conflict
from domain.exams import actions as exams
from domain.exams.model import Administration, Authorization, AuthorizationStatus, RegistrationStatus
from domain.ports import UnitOfWork
from domain.scores import actions as forms
from domain.scores.actions import Versions
from domain.scores.events import HoldPlaced
from domain.scores.holds import HoldKind
from domain.scores.model import Attempt, AttemptStatus, Form, Hold
from domain.test_centres.events import ScoreReceived
from domain.test_centres.layout import Scores
from domain.test_centres.model import CentreFile, Values
from domain.test_centres.sittings import administration_of, booking_of, day_in, doubt_of, form_of

AGREES, STORED = "agrees", "score_held"
TAKEN = frozenset({AGREES, STORED})
HELD = "Only a score came from the test centre, without responses."


def take(uow: UnitOfWork, manner: Scores, values: Values, authorization: Authorization, file: CentreFile) -> str:
    """Store a score, or compare it with the one that stands; the code of what it came to, or of why it waits."""
    policy = uow.policies.named(authorization.edition)
    if values.get("form") is None or values.get("correct") is None:
        return "score_incomplete"
    form = form_of(uow, policy, str(values["form"]))
    if form is None:
        return "unknown_form"
    taken_at = datetime.fromisoformat(str(values["taken_at"]))
    day = date_at(taken_at, policy.zone)
    place = administration_of(uow, policy, authorization, day)
    doubt = doubt_of(place, day, uow.now)
    if place is None or doubt:
        return doubt
    whose = {"candidate_id": authorization.candidate_id, "form_id": form.id, "administration_id": place.id}
    stands = uow.attempts.first(**whose)
    if stands is not None:
        return AGREES if stands.raw == values["correct"] else "score_disagrees"
    if manner is Scores.CHECKED:
        return "no_responses_yet"
    return _alone(uow, values, authorization, form, place, file)


def _alone(
    uow: UnitOfWork, values: Values, authorization: Authorization, form: Form, place: Administration, file: CentreFile
) -> str:
    try:
        versions = forms.in_force(uow, uow.forms.lock(form.id))
    except Conflict:
        return "form_not_ready"
    raw = int(str(values["correct"]))
    if raw > versions.answers.raw_max:
        return "score_out_of_range"
    if values.get("grade") not in (None, "pass" if versions.table.passes(raw) else "fail"):
        return "grade_disagrees"
    booked = booking_of(uow, authorization, RegistrationStatus.BOOKED)
    if booked is None and authorization.status is not AuthorizationStatus.ACTIVE:
        return "authorization_not_open"
    attempt = _attempt(uow, values, authorization, versions, place)
    attempt = uow.attempts.add(replace(attempt, registration_id=booked.id if booked else None))
    _hold(uow, attempt)
    _use_up(uow, authorization, attempt)
    uow.record(
        ScoreReceived(
            attempt_id=attempt.id,
            candidate_id=attempt.candidate_id,
            authorization_id=authorization.id,
            form_id=form.id,
            administration_id=place.id,
            file_id=file.id,
        )
    )
    return STORED


def _attempt(
    uow: UnitOfWork, values: Values, authorization: Authorization, versions: Versions, place: Administration
) -> Attempt:
    """The attempt that a score alone makes: no answers, and held."""
    raw = int(str(values["correct"]))
    return Attempt(
        id=uow.new_id(),
        candidate_id=authorization.candidate_id,
        authorization_id=authorization.id,
        registration_id=None,
        administration_id=place.id,
        form_id=versions.key.form_id,
        import_id=None,
        taken_on=day_in(place, datetime.fromisoformat(str(values["taken_at"]))),
        responses=b"",
        created_at=uow.now,
        status=AttemptStatus.SCORED,
        key_number=versions.key.number,
        conversion_number=versions.conversion.number,
        raw=raw,
        scaled=versions.table.scaled_of(raw),
        passed=versions.table.passes(raw),
        held=True,
    )


def _hold(uow: UnitOfWork, attempt: Attempt) -> None:
    hold = uow.holds.add(
        Hold(
            id=uow.new_id(),
            attempt_id=attempt.id,
            candidate_id=attempt.candidate_id,
            kind=HoldKind.SCORING.value,
            reason=HELD,
            placed_by=uow.actor.subject,
            placed_at=uow.now,
        )
    )
    uow.record(HoldPlaced(hold_id=hold.id, attempt_id=attempt.id, candidate_id=attempt.candidate_id, hold=hold.kind))


def _use_up(uow: UnitOfWork, authorization: Authorization, attempt: Attempt) -> None:
    """Close what an exam that was sat uses up: the booking, or the authorization of who came without one."""
    if attempt.registration_id is not None:
        exams.attempt_taken(uow, attempt.registration_id, attempt.taken_on)
        return
    held = uow.authorizations.lock(authorization.id)
    if uow.policies.named(held.edition).retakes.attempts_per_authorization == 1:
        exams.close(uow, held, AuthorizationStatus.USED)
